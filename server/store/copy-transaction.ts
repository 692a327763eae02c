/**
 * Several binary COPY statements in one simple query, which the server runs as one transaction: rows of every family,
 * their notes and their commit cost one exchange. Nothing of it is stored when any of it fails.
 */
import type pg from 'pg';

export interface CopyStep {
  /** `copy … from stdin (format binary)` */
  readonly text: string;
  readonly bytes: Buffer;
}

/** The part of a connection of `pg` that its types leave out. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** What `pg` calls of a query while it is the active one; see `pg/lib/query.js`. */
class CopyTransaction {
  readonly #steps: readonly CopyStep[];
  readonly #done: (error: Error | null) => void;
  #next = 0;

  constructor(steps: readonly CopyStep[], done: (error: Error | null) => void) {
    this.#steps = steps;
    this.#done = done;
  }

  submit(connection: unknown): void {
    (connection as CopyConnection).query(this.#steps.map((step) => step.text).join(';\n'));
  }
  handleCopyInResponse(connection: CopyConnection): void {
    const step = this.#steps[this.#next] as CopyStep;
    this.#next += 1;
    connection.sendCopyFromChunk(step.bytes);
    connection.endCopyFrom();
  }
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleReadyForQuery(): void {
    this.#done(null);
  }
  handleError(error: Error): void {
    this.#done(error);
  }
}

const run = (client: pg.PoolClient, steps: readonly CopyStep[]): Promise<void> =>
  new Promise((resolve, reject) => {
    client.query(new CopyTransaction(steps, (error) => (error === null ? resolve() : reject(error))));
  });

/** With more to do in the same transaction, which then needs a beginning and an end of its own. */
async function runAnd<T>(
  client: pg.PoolClient,
  steps: readonly CopyStep[],
  then: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  await client.query('BEGIN');
  try {
    await run(client, steps);
    const result = await then(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** Resolves after the commit. @param then what belongs to the same transaction, after the rows. */
export async function copyTransaction<T = void>(
  pool: pg.Pool,
  steps: readonly CopyStep[],
  then?: (client: pg.PoolClient) => Promise<T>,
): Promise<T | undefined> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Without a listener, a connection that dies while it is ours would end the process.
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    if (then) return await runAnd(client, steps, then);
    await run(client, steps);
    return undefined;
  } catch (error) {
    // An answer of the server leaves the connection in order; anything else does not.
    if (!(error instanceof Error && 'severity' in error)) broken = error as Error;
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

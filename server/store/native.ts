/** A database behind a `pg` pool: all of it for a TimescaleDB server, and the half that the embedded one shares. */
import pg from 'pg';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Database, StillDatabase } from './database.ts';

const INT8_OID = 20;

/** int8 as a number: every count and microsecond of ours is exact in a double; one that is not must not pass silently. */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} is not exact as a number`);
  return value;
}
/** Only int8 differs from what `pg` does by itself; kept to our pools rather than set for the process. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID && format !== 'binary'
      ? parseInt8
      : pg.types.getTypeParser(oid, format ?? 'text')) as typeof pg.types.getTypeParser,
};

export class PooledDatabase implements Database {
  readonly kind: 'native' | 'embedded';
  readonly pool: pg.Pool;

  constructor(kind: 'native' | 'embedded', pool: pg.Pool, logger: Logger) {
    this.kind = kind;
    this.pool = pool;
    // An idle connection that breaks (the server restarts) is replaced at the next query: worth a line, not a crash.
    pool.on('error', (error) =>
      logger.warn({ error: messageOf(error) }, 'an idle database connection was lost'),
    );
  }

  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    query: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<R>> {
    return this.pool.query<R>(query as string, values);
  }

  async transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      throw error;
    } finally {
      // A connection that cannot roll back is in an unknown state: it is closed, not given to the next one.
      client.release(broken);
    }
  }

  async journal(_bytes: Uint8Array): Promise<void> {}

  async *journalRecords(): AsyncIterable<Uint8Array> {}

  async still(): Promise<StillDatabase> {
    return { db: this, close: async () => {} };
  }

  idle(): boolean {
    return this.pool.waitingCount === 0 && this.pool.idleCount === this.pool.totalCount;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** Connections of one server process: two flushes of the batcher, the feed, and a few readers. */
const MAX_CONNECTIONS = 10;

export async function openNative(databaseUrl: string, logger: Logger): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    application_name: 'vigie',
    types: typeParsers,
    // All times that leave the database as text are UTC, whatever the server's own setting is.
    options: '-c timezone=UTC',
  });
  const database = new PooledDatabase('native', pool, logger);
  try {
    await database.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return database;
}

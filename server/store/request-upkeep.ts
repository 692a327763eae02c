/** What changes the records of requests without an event: time, and other promises of the city. */
import type { Database } from './database.ts';
import type { CommittedBatch } from './events.types.ts';
import { rfc3339Of } from './instants.ts';
import { lockRequests, type RequestRecords, sql } from './requests.ts';
import type { Projected } from './requests.types.ts';

/** Records of one transaction: what waits for them waits for so many at most. */
const ROWS_MAX = 200;
const PROMISES_CHANGED = 'The city’s promises were changed: by these it did not happen.';

export interface RequestUpkeepOptions {
  readonly db: Database;
  readonly records: RequestRecords;
  readonly server_id: string;
  /** A number for a transaction (`EventStore.takeNumber`). */
  readonly number: () => Promise<number>;
}

export class RequestUpkeep {
  readonly #options: RequestUpkeepOptions;

  constructor(options: RequestUpkeepOptions) {
    this.#options = options;
  }

  /**
   * Tells what has come to pass by an instant, a part of it. Servers on one database share the work: what one has locked the others pass
   * over, and what was told is in the record, so nothing is told twice.
   * @returns what was done, and whether there may be more
   */
  async tellDue(now_us: number): Promise<{ readonly batch: CommittedBatch; readonly more: boolean }> {
    const { db, records, server_id } = this.#options;
    const number = await this.#options.number();
    const written = { batch: number, server_id, received_us: now_us };
    let count = 0;
    const projected = await db.transaction(async (client) => {
      const due = await sql.lock_due(client, { now: rfc3339Of(now_us), rows_max: ROWS_MAX });
      count = due.length;
      return records.again(client, due, written, now_us);
    });
    return { batch: batchOf(number, now_us, projected), more: count === ROWS_MAX };
  }

  /** When something is due next, µs; null: nothing is. */
  async nextDue(): Promise<number | null> {
    return (await sql.next_due(this.#options.db))?.next_us ?? null;
  }

  /** Counts the deadlines of all open requests anew, after the city's promises have changed. */
  async *again(now: () => number): AsyncGenerator<CommittedBatch> {
    const { db, records, server_id } = this.#options;
    for (let after = ''; ; ) {
      const number = await this.#options.number();
      const now_us = now();
      const written = { batch: number, server_id, received_us: now_us };
      let last: string | undefined;
      const projected = await db.transaction(async (client) => {
        const ids = (await sql.open_ids(client, { after, rows_max: ROWS_MAX })).map(({ id }) => id);
        last = ids.at(-1);
        const locked = ids.length === 0 ? [] : await lockRequests(client, ids);
        return records.again(client, locked, written, now_us, PROMISES_CHANGED);
      });
      if (last === undefined) return;
      after = last;
      yield batchOf(number, now_us, projected);
    }
  }
}

const batchOf = (batch: number, received_us: number, projected: Projected): CommittedBatch => ({
  batch,
  received_us,
  events: [],
  rejected: {},
  projected,
});

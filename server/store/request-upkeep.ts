/** What changes the records of requests without an event: time, and other promises of the city. */
import { setTimeout } from 'node:timers/promises';
import type { CatalogueImpact } from '../contract/catalogue.ts';
import { ownTurn } from '../lib/turns.ts';
import type { Database } from './database.ts';
import type { CommittedBatch } from './events.types.ts';
import { rfc3339Of } from './instants.ts';
import { picturesOf } from './request-reader.ts';
import { lockAllRequests, lockDue, lockRequests, type RequestRecords, sql } from './requests.ts';
import type { Projected } from './requests.types.ts';

/** Records of one transaction: what waits for them waits for so many at most. */
const ROWS_MAX = 200;
/** Longest pause between two pages of a recount, ms. */
const PAUSE_MS_MAX = 100;
/** How long somebody waits to see what a change would do, ms. */
const IMPACT_MS_MAX = 3_000;
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
      await lockDue(client);
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

  /**
   * Counts the deadlines of all open requests anew, after the city's promises have changed. They are read without locks, and only those
   * of which something changes are locked and written: of one service's promise that is a small part. Between two pages the database
   * and the event loop are left to others for as long as a page took.
   * @returns all of them, a page at a time, as they are then: another server may have changed what this one holds
   */
  async *again(now: () => number): AsyncGenerator<CommittedBatch> {
    const { db, records } = this.#options;
    // Who is writing by the old promises is waited for, so that what is read is by the old or the new ones as it is stored.
    await db.transaction(lockAllRequests);
    for (let after = 0; ; ) {
      const began_ms = performance.now();
      const page = await sql.open_records(db, { after, rows_max: ROWS_MAX });
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.number;
      await ownTurn();
      const now_us = now();
      const outdated = new Set(
        page.filter((record) => records.isOutdated(record, now_us)).map(({ id }) => id),
      );
      if (outdated.size > 0) yield await this.#count([...outdated], now_us);
      const others = page.flatMap(({ id }) => (outdated.has(id) ? [] : id));
      yield batchOf(NO_BATCH, now_us, { requests: await picturesOf(db, others), told: [] });
      await setTimeout(Math.min(performance.now() - began_ms, PAUSE_MS_MAX));
    }
  }

  /**
   * What would become of the open requests if `records` were kept by other promises. Read without locks, a page at a time, the oldest
   * first, for so long as somebody waits for it.
   */
  async impact(records: RequestRecords, now_us: number): Promise<CatalogueImpact> {
    const found = { looked_at: 0, all: false, due_changed: 0, newly_overdue: 0, no_longer_overdue: 0 };
    const until_ms = performance.now() + IMPACT_MS_MAX;
    for (let after = 0; performance.now() < until_ms; ) {
      const page = await sql.open_records(this.#options.db, { after, rows_max: ROWS_MAX });
      const last = page.at(-1);
      if (last === undefined) return { ...found, all: true };
      after = last.number;
      await ownTurn();
      for (const record of page) {
        const due_us = records.dueOf(record, now_us);
        found.looked_at += 1;
        if (due_us === record.due_us) continue;
        found.due_changed += 1;
        const [was, is] = [record.due_us, due_us].map((due) => due !== null && due <= now_us);
        if (is && !was) found.newly_overdue += 1;
        if (was && !is) found.no_longer_overdue += 1;
      }
    }
    return found;
  }

  async #count(ids: readonly string[], now_us: number): Promise<CommittedBatch> {
    const { db, records, server_id } = this.#options;
    const number = await this.#options.number();
    const written = { batch: number, server_id, received_us: now_us };
    const projected = await db.transaction(async (client) =>
      records.again(client, await lockRequests(client, ids), written, now_us, PROMISES_CHANGED),
    );
    return batchOf(number, now_us, projected);
  }
}

/** Pictures that nobody has changed. */
const NO_BATCH = 0;

const batchOf = (batch: number, received_us: number, projected: Projected): CommittedBatch => ({
  batch,
  received_us,
  events: [],
  rejected: {},
  projected,
});

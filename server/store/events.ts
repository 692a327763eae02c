/**
 * The events: one transaction a batch, duplicates change nothing, and what was written comes back exactly.
 *
 * On a server the rows go in by COPY, the fastest way, which a duplicate breaks: then the batch is done again by
 * `INSERT … ON CONFLICT DO NOTHING`, and the store keeps to that way until batches are clean again. The embedded database
 * knows only the second way, and a synced journal beside it (ARCHITECTURE, decisions 3 and 6).
 */

import type pg from 'pg';
import Type from 'typebox';
import { type EventRecord, FAMILIES, type Family } from '../contract/event-types.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { ownTurn } from '../lib/turns.ts';
import {
  batchNoteStep,
  countBySource,
  eventStep,
  newestBySource,
  rejectedStep,
  rejectedValues,
} from './batch-encoding.ts';
import { BinaryWriter } from './copy-format.ts';
import { copyTransaction } from './copy-transaction.ts';
import type { Database } from './database.ts';
import { arraysOf, FAMILY_COLUMNS } from './event-columns.ts';
import { type FamilyRows, groupsOf, Inserted, markFresh } from './event-groups.ts';
import { readFamilies, type Window } from './event-reader.ts';
import type { Batch, BatchResult, Outcome, RejectedEvent, StoreRefusal } from './events.types.ts';
import { givingWay, isRefusal, isUniqueViolation, storeError } from './faults.ts';
import { rfc3339Of } from './instants.ts';
import { encodeBatch } from './journal-batch.ts';
import { unknownOf } from './known-events.ts';
import { replayJournal } from './replay.ts';
import type { RequestRecords } from './requests.ts';
import { NOTHING_PROJECTED, type Projected } from './requests.types.ts';
import { Sources } from './sources.ts';
import { spansOf } from './spans.ts';
import { loadSql, type NamedQuery, none, one } from './sql.ts';

export const sql = loadSql(import.meta.url, {
  take_numbers: one(Type.Object({ first: Type.Integer() })),
  notify: one(Type.Object({ sent: Type.String() })),
  is_committed: one(Type.Object({ found: Type.Boolean() })),
  copy_batch: none,
  copy_rejected: none,
  insert_rejected: none,
  copy_call: none,
  copy_agent: none,
  copy_counter: none,
  copy_web: none,
  copy_mail: none,
  copy_request: none,
  insert_call: one(Inserted),
  insert_agent: one(Inserted),
  insert_counter: one(Inserted),
  insert_web: one(Inserted),
  insert_mail: one(Inserted),
  insert_request: one(Inserted),
});

/** Numbers a server takes at a time; the same as the sequence's increment. */
const NUMBERS_AT_ONCE = 256;
/** From here on encoding is worth a pause. */
const TURN_ROWS_MIN = 500;
/** Below it, one statement costs less than a COPY. */
const COPY_ROWS_MIN = 32;
/** Batches without a duplicate after which COPY is tried again. */
const CLEAN_BATCHES = 2;
const TOO_MANY_SOURCES: StoreRefusal = {
  code: 'too_many_sources',
  message: 'No further source can be added: there are too many already.',
};
const UNCONFIRMED_MAX = 1_000;

/** A batch as it is written, with its number. */
interface WrittenBatch {
  readonly number: number;
  readonly received_us: number;
  readonly groups: readonly FamilyRows[];
  readonly rejected: readonly RejectedEvent[];
}

export interface EventStoreOptions {
  /** A UUID of this process: its own batches are told from those of other servers by it. */
  readonly server_id: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Most sources. */
  readonly sources_max?: number;
  /** Keeps the records of requests; without it only events are stored. */
  readonly records?: (sources: Sources) => RequestRecords;
}

export class EventStore {
  readonly #db: Database;
  readonly #server_id: string;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #sources: Sources;
  readonly #records: RequestRecords | undefined;
  readonly #writer = new BinaryWriter();
  readonly #unconfirmed = new Set<number>();
  #next_number = 0;
  #last_number = 0;
  #taking: Promise<void> | null = null;
  /** Batches that must be clean before COPY is tried again. */
  #wary = 0;
  /** The last batch was known for the most part: of the next one it is looked first what is missing. */
  #repeating = false;
  #notifying = false;

  constructor(db: Database, options: EventStoreOptions) {
    this.#db = db;
    this.#server_id = options.server_id;
    this.#logger = options.logger;
    this.#clock = options.clock ?? systemClock;
    this.#sources = new Sources(db, options.sources_max);
    this.#records = options.records?.(this.#sources);
  }

  get sources(): Sources {
    return this.#sources;
  }

  /**
   * Numbers of batches whose commit this server never heard of, because the connection died: they may be in the
   * database without having been applied here, so the feed does not pass over them as our own.
   */
  get unconfirmed(): ReadonlySet<number> {
    return this.#unconfirmed;
  }

  /**
   * Stores a batch in one transaction; resolves after its commit (embedded: and after its journal record is on the
   * disk). Of two events with one identity the first wins. An event that cannot be stored is refused alone: it becomes a
   * rejected event and is not fresh.
   * @throws VigieError `database_unavailable` (503) when the database is away
   */
  async write(batch: Batch): Promise<BatchResult> {
    const received_us = this.#clock.now_us();
    try {
      const number = await this.#number();
      const journalled =
        this.#db.kind === 'embedded' && batch.events.length + batch.rejected.length > 0
          ? this.#db.journal(encodeBatch(batch, received_us, number))
          : undefined;
      if (journalled && batch.events.length >= TURN_ROWS_MIN) {
        // Encoding for the journal and for the database each take milliseconds: sockets have their turn in between.
        journalled.catch(() => {}); // Awaited below; until then a failure must not count as unhandled.
        await ownTurn();
      }
      const [result] = await settled([this.#write(batch, received_us, number), journalled]);
      this.#notify();
      return result;
    } catch (error) {
      throw storeError(error);
    }
  }

  async #write({ events, rejected }: Batch, received_us: number, given?: number): Promise<BatchResult> {
    const { ids } = this.#sources;
    let sourceless = events.filter(({ source }) => !ids.has(source));
    if (sourceless.length > 0) {
      await this.#sources.add(new Set(sourceless.map(({ source }) => source)));
      sourceless = sourceless.filter(({ source }) => !ids.has(source));
    }
    const fresh = new Array<Outcome>(events.length).fill(false);
    const number = given ?? (await this.#number());
    if (this.#db.kind === 'native' && events.length >= TURN_ROWS_MIN) await ownTurn();
    const refusals = sourceless.map((event) => this.#refusal(event, TOO_MANY_SOURCES));
    if (sourceless.length > 0) {
      for (const [index, event] of events.entries())
        if (!ids.has(event.source)) fresh[index] = TOO_MANY_SOURCES;
    }
    const groups = groupsOf(events, sourceless.length === 0 ? undefined : (event) => ids.has(event.source));
    try {
      const written = { number, received_us, groups, rejected: [...rejected, ...refusals] };
      const projected = await givingWay(() => this.#store(written, fresh));
      return { fresh, batch: number, received_us, rejected: countBySource(written.rejected), projected };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return this.#bisect({ events, rejected }, received_us, error);
    }
  }

  /** Some row cannot be stored. Halves are tried apart until it stands alone and is kept as rejected. */
  async #bisect({ events, rejected }: Batch, received_us: number, error: unknown): Promise<BatchResult> {
    const [only] = events;
    if (only === undefined) throw error;
    if (events.length === 1) {
      this.#logger.error({ error: messageOf(error), type: only.type }, 'an event cannot be stored');
      const reason = { code: 'not_storable', message: `The event cannot be stored: ${messageOf(error)}` };
      const refusal = this.#refusal(only, reason);
      const kept = await this.#write({ events: [], rejected: [...rejected, refusal] }, received_us);
      return { ...kept, fresh: [reason] };
    }
    const middle = events.length >> 1;
    const first = await this.#write({ events: events.slice(0, middle), rejected }, received_us);
    const second = await this.#write({ events: events.slice(middle), rejected: [] }, received_us);
    const counts = new Map(Object.entries(first.rejected));
    for (const [source, n] of Object.entries(second.rejected))
      counts.set(source, (counts.get(source) ?? 0) + n);
    const projected: Projected = {
      requests: [first, second].flatMap((each) => each.projected?.requests ?? []),
      told: [first, second].flatMap((each) => each.projected?.told ?? []),
    };
    const fresh = [...first.fresh, ...second.fresh];
    return { ...second, fresh, rejected: Object.fromEntries(counts), projected };
  }

  #refusal(event: EventRecord, { code, message }: StoreRefusal): RejectedEvent {
    const { source, type, event_id } = event;
    const payload = JSON.stringify(event.data);
    return { received_us: this.#clock.now_us(), source, id: event_id, type, code, message, payload };
  }

  async #store(written: WrittenBatch, fresh: Outcome[]): Promise<Projected> {
    const { number, groups, rejected } = written;
    const rows = groups.reduce((sum, group) => sum + group.rows.length, 0);
    if (rows + rejected.length === 0) return NOTHING_PROJECTED;
    if (this.#db.kind === 'native' && rows >= COPY_ROWS_MIN && this.#wary === 0) {
      try {
        const projected = await this.#watched(number, this.#copy(written));
        for (const { at } of groups) for (const index of at) fresh[index] = true;
        return projected;
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        this.#wary = CLEAN_BATCHES;
      }
    }
    const unknown = this.#repeating ? await unknownOf(this.#db, this.#writer, groups) : groups;
    const projected =
      unknown.length + rejected.length > 0
        ? await this.#watched(number, this.#insert({ ...written, groups: unknown }, fresh))
        : NOTHING_PROJECTED;
    const known = fresh.filter((outcome) => outcome === false).length;
    this.#repeating = known * 2 > rows;
    if (rows >= COPY_ROWS_MIN) this.#wary = known === 0 ? Math.max(0, this.#wary - 1) : CLEAN_BATCHES;
    return projected;
  }

  /** Remembers the number of a batch whose outcome is not known. */
  async #watched<T>(number: number, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof Error && 'severity' in error) && !(error instanceof RangeError)) {
        if (this.#unconfirmed.size >= UNCONFIRMED_MAX) this.#unconfirmed.clear();
        this.#unconfirmed.add(number);
      }
      throw error;
    }
  }

  async #copy(written: WrittenBatch): Promise<Projected> {
    const { number, groups, rejected } = written;
    const steps = groups.map(({ family, rows }) =>
      eventStep(this.#writer, sql[`copy_${family}`].config().text, family, rows, number, this.#sources.ids),
    );
    if (rejected.length > 0)
      steps.push(rejectedStep(this.#writer, sql.copy_rejected.config().text, rejected));
    const note = { ...written, server_id: this.#server_id, sources: this.#sources.ids };
    steps.push(batchNoteStep(this.#writer, sql.copy_batch.config().text, note));
    const requests = this.#records && groups.find(({ family }) => family === 'request');
    const project = requests && ((client: pg.PoolClient) => this.#project(client, requests.rows, written));
    return (await copyTransaction(this.#db.pool, steps, project)) ?? NOTHING_PROJECTED;
  }

  /** The records of requests follow their events in the same transaction. */
  #project(client: pg.ClientBase, events: readonly EventRecord[], written: WrittenBatch): Promise<Projected> {
    const { number, received_us } = written;
    const note = { batch: number, server_id: this.#server_id, received_us };
    if (!this.#records) return Promise.resolve(NOTHING_PROJECTED);
    return this.#records.project(client, events, note, this.#clock.now_us());
  }

  /** Marks what is fresh. @returns what became of requests. */
  async #insert(written: WrittenBatch, fresh: Outcome[]): Promise<Projected> {
    const { groups } = written;
    const queries = this.#insertQueries(written);
    const mark = (results: readonly Inserted[]): void => {
      for (const [index, group] of groups.entries()) markFresh(group, results[index]!, fresh);
    };
    const requests = this.#records && groups.find(({ family }) => family === 'request');
    const [only] = queries;
    if (only !== undefined && queries.length === 1 && !requests) {
      mark((await this.#db.query<Inserted>(only)).rows);
      return NOTHING_PROJECTED;
    }
    return this.#db.transaction(async (client) => {
      const results: Inserted[] = [];
      for (const query of queries) results.push(...(await client.query<Inserted>(query)).rows);
      mark(results);
      if (!requests) return NOTHING_PROJECTED;
      const stored = requests.rows.filter((_, index) => fresh[requests.at[index]!] === true);
      return this.#project(client, stored, written);
    });
  }

  #insertQueries({ number, received_us, groups, rejected }: WrittenBatch): NamedQuery[] {
    const note = { batch: number, server_id: this.#server_id, noted_at: rfc3339Of(received_us) };
    const queries: NamedQuery[] = groups.map(({ family, rows }) => {
      const spans = spansOf(rows.map((event) => event.time_us));
      return sql[`insert_${family}`].config({
        ...arraysOf(this.#writer, FAMILY_COLUMNS[family], rows, this.#sources.ids),
        ...note,
        span_from: spans.from.map(rfc3339Of),
        span_to: spans.to.map(rfc3339Of),
        sources: JSON.stringify(newestBySource(rows, this.#sources.ids)),
        wanted: rows.length,
      });
    });
    if (rejected.length > 0) {
      const values = rejectedValues(this.#writer, rejected);
      queries.push(sql.insert_rejected.config({ ...values, ...note }));
    }
    return queries;
  }

  /** A number for a transaction that follows no events, such as one of the deadline clock. */
  takeNumber(): Promise<number> {
    return this.#number();
  }

  async #number(): Promise<number> {
    while (this.#next_number === this.#last_number) {
      this.#taking ??= this.#takeNumbers().finally(() => {
        this.#taking = null;
      });
      await this.#taking;
    }
    this.#next_number += 1;
    return this.#next_number - 1;
  }

  async #takeNumbers(): Promise<void> {
    const { first } = await sql.take_numbers(this.#db);
    this.#next_number = first;
    this.#last_number = first + NUMBERS_AT_ONCE;
  }

  /**
   * Wakes followers. Apart from the transaction on purpose: a transaction that notifies takes a lock of the whole
   * server until its commit is on the disk, which would undo group commit. A lost one costs a poll's delay.
   */
  #notify(): void {
    if (this.#db.kind === 'embedded' || this.#notifying) return;
    this.#notifying = true;
    sql
      .notify(this.#db, { server_id: this.#server_id })
      .catch((error: unknown) => this.#logger.debug({ error: messageOf(error) }, 'followers were not woken'))
      .finally(() => {
        this.#notifying = false;
      });
  }

  /** The events of `[from_us, to_us)` in the order of their times, in chunks of at most 5,000. */
  readWindow(
    from_us: number,
    to_us: number,
    families: readonly Family[] = FAMILIES,
  ): AsyncIterable<EventRecord[]> {
    return readFamilies(this.#db, this.#sources, { from_us, to_us, families });
  }

  /** The events of one batch and family in a span. */
  readBatch(window: Required<Window>, family: Family): AsyncIterable<EventRecord[]> {
    return readFamilies(this.#db, this.#sources, { ...window, families: [family] });
  }

  /** Writes again what the journal held at the opening: acknowledged batches that the database may have lost. */
  recover(): Promise<void> {
    return replayJournal({
      db: this.#db,
      clock: this.#clock,
      logger: this.#logger,
      isCommitted: async (batch, received_us) =>
        (await sql.is_committed(this.#db, { batch, received_at: rfc3339Of(received_us) })).found,
      write: (batch, received_us, number) => this.#write(batch, received_us, number),
    });
  }
}

/** Waits for both, also when the first fails: no work of a batch goes on after its answer. */
async function settled<A, B>(work: [Promise<A>, Promise<B> | undefined]): Promise<[A, B | undefined]> {
  const [a, b] = await Promise.allSettled(work);
  if (a.status === 'rejected') throw a.reason;
  if (b.status === 'rejected') throw b.reason;
  return [a.value, b.value];
}

/**
 * Follows what other servers commit to the same database: every batch once, none missed, in whatever order they commit.
 *
 * Sequence numbers cannot do this: a transaction with a lower number may commit after one with a higher. So each batch
 * carries its transaction's id, and each reading asks for all batches at or above `low`, the oldest transaction that was
 * open at the previous reading: whatever that one could not see has an id at or above it. What was delivered already
 * is remembered until `low` has passed it. A transaction left open makes that memory longer and delays nobody.
 *
 * NOTIFY only wakes the reading; a lost one costs at most `poll_ms`.
 *
 * Own batches are applied from memory after their commit and passed over here, except those whose commit this server never
 * heard of. With the embedded database, which has no other server, only these are looked for.
 */
import type pg from 'pg';
import Type from 'typebox';
import { type EventRecord, FAMILIES, type Family } from '../contract/event-types.ts';
import type { BreachState } from '../contract/requests.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import type { Database } from './database.ts';
import type { EventStore } from './events.ts';
import type { CommittedBatch } from './events.types.ts';
import { picturesOf, toldIn } from './request-reader.ts';
import type { Projected } from './requests.types.ts';
import { loadSql, many, none, one } from './sql.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Note = Type.Object({
  low: Type.String(),
  batch: orNull(Type.Integer()),
  family: orNull(Type.String()),
  xid: orNull(Type.String()),
  received_us: orNull(Type.Integer()),
  span_from: Type.Array(Type.String()),
  span_to: Type.Array(Type.String()),
  rejected: orNull(Type.Record(Type.String(), Type.Integer())),
});
type Note = Type.Static<typeof Note>;
const sql = loadSql(import.meta.url, {
  snapshot_low: one(Type.Object({ low: Type.String() })),
  new_batches: many(Note),
  listen: none,
});

const POLL_MS = 1_000;

export interface FeedOptions {
  readonly db: Database;
  readonly store: Pick<EventStore, 'readBatch' | 'unconfirmed'>;
  /** That of the store: its batches are not delivered. */
  readonly server_id: string;
  /** Called once for each batch. What was committed since `mark` may also be in what the state was rebuilt from. */
  readonly onBatch: (batch: CommittedBatch) => unknown;
  readonly logger?: Logger;
  /** Longest wait between two readings when nobody notifies. */
  readonly poll_ms?: number;
}

export class Feed implements Service {
  readonly name = 'feed';
  readonly #options: FeedOptions;
  readonly #poll_ms: number;
  #low: string | null = null;
  /** Delivered batches that the next reading would show again, with their transaction ids. */
  readonly #seen = new Map<number, bigint>();
  #listener: pg.PoolClient | null = null;
  #running: Promise<void> | null = null;
  #stopping = false;
  #woken = false;
  #wake: (() => void) | null = null;
  #failed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#poll_ms = options.poll_ms ?? POLL_MS;
  }

  /**
   * Remembers where to begin, and what is committed already beyond it: a transaction of whatever database of the server keeps the low
   * mark down. To be called before the state is rebuilt from the store, so that nothing falls between.
   */
  async mark(): Promise<void> {
    this.#low = (await sql.snapshot_low(this.#options.db)).low;
    this.#seen.clear();
    for (const { batch, xid } of await this.#notes())
      if (batch !== null && xid !== null) this.#seen.set(batch, BigInt(xid));
  }

  #notes(): Promise<Note[]> {
    const { db, server_id, store } = this.#options;
    const unconfirmed = [...store.unconfirmed];
    return sql.new_batches(db, { low: this.#low, server_id, unconfirmed, seen: [...this.#seen.keys()] });
  }

  async start(): Promise<void> {
    if (this.#low === null) await this.mark();
    this.#stopping = false;
    this.#running = this.#run();
  }

  /** Finishes the batch it is reading. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wakeUp();
    await this.#running;
    this.#release();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#listen();
        await this.#read();
        this.#failed = false;
      } catch (error) {
        if (!this.#failed) this.#options.logger?.warn({ error: messageOf(error) }, 'the feed cannot be read');
        this.#failed = true;
      }
      await this.#sleep();
    }
  }

  #wakeUp(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async #sleep(): Promise<void> {
    if (!this.#woken && !this.#stopping) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#poll_ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = null;
    this.#woken = false;
  }

  /** Takes one connection out of the pool for as long as it lives; when it breaks, the next round takes another. */
  async #listen(): Promise<void> {
    if (this.#listener !== null || this.#options.db.kind === 'embedded') return;
    const client = await this.#options.db.pool.connect();
    client.on('notification', ({ payload }) => {
      if (payload !== this.#options.server_id) this.#wakeUp();
    });
    client.on('error', (error) => this.#release(error));
    this.#listener = client;
    try {
      await sql.listen(client);
    } catch (error) {
      this.#release(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  /** Closes it rather than give it back: it listens. */
  #release(error: Error = new Error('no longer listening')): void {
    const client = this.#listener;
    this.#listener = null;
    client?.release(error);
  }

  async #read(): Promise<void> {
    const { db, store } = this.#options;
    if (db.kind === 'embedded' && store.unconfirmed.size === 0) return;
    const notes = await this.#notes();
    let group: Note[] = [];
    for (const note of notes) {
      if (group[0] !== undefined && group[0].batch !== note.batch) {
        if (this.#stopping) return;
        await this.#deliver(group);
        group = [];
      }
      group.push(note);
    }
    if (group.length > 0) await this.#deliver(group);
    this.#pass(notes[0]?.low ?? this.#low ?? '0');
  }

  /** All that lies below is settled and was seen. */
  #pass(low: string): void {
    this.#low = low;
    const passed = BigInt(low);
    for (const [batch, xid] of this.#seen) if (xid < passed) this.#seen.delete(batch);
  }

  async #deliver(notes: readonly Note[]): Promise<void> {
    const [first] = notes;
    if (first === undefined || first.batch === null) return;
    const events: EventRecord[] = [];
    const rejected: Record<string, number> = {};
    for (const note of notes) {
      Object.assign(rejected, note.rejected);
      if (isFamily(note.family)) events.push(...(await this.#eventsOf(first.batch, note.family, note)));
    }
    this.#seen.set(first.batch, BigInt(first.xid ?? '0'));
    await this.#options.onBatch({
      batch: first.batch,
      received_us: first.received_us ?? 0,
      events,
      rejected,
      projected: await this.#projected(first.batch, notes, events),
    });
  }

  /** The records that the batch changed, as they are now, and what it told of deadlines. */
  async #projected(
    batch: number,
    notes: readonly Note[],
    events: readonly EventRecord[],
  ): Promise<Projected> {
    const { db } = this.#options;
    const ids = new Set(events.flatMap(({ type, subject }) => (type.startsWith('request.') ? subject : [])));
    const told: BreachState[] = [];
    for (const { family, span_from, span_to } of notes) {
      if (family !== 'deadline') continue;
      for (const [index, from] of span_from.entries())
        told.push(...(await toldIn(db, batch, Number(from), Number(span_to[index]))));
    }
    // What became overdue by time alone is another picture too.
    for (const { request } of told) ids.add(request);
    return { requests: ids.size === 0 ? [] : await picturesOf(db, [...ids]), told };
  }

  async #eventsOf(batch: number, family: Family, note: Note): Promise<EventRecord[]> {
    const events: EventRecord[] = [];
    for (const [index, from] of note.span_from.entries()) {
      const window = { from_us: Number(from), to_us: Number(note.span_to[index]) + 1, batch };
      for await (const chunk of this.#options.store.readBatch(window, family)) events.push(...chunk);
    }
    return events;
  }
}

const isFamily = (name: string | null): name is Family => FAMILIES.some((family) => family === name);

/**
 * The one way of events into the store: what arrives at once goes in one transaction, and the answers leave after its
 * commit. One commit costs milliseconds whether it holds one event or thousands, so the less a flush waits for
 * company and the more it takes when there is some, the better: a flush starts as soon as a slot is free, with all
 * that is pending. Single posts then cost a fraction of a transaction each, and a lone one waits for nobody.
 */
import type { EventRecord } from '../contract/event-types.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import type { Batch, BatchResult, CommittedBatch, Outcome, RejectedEvent } from '../store/events.types.ts';
import { faultOf } from './database-faults.ts';

/** `live` goes first; `bulk` is the past being filled in, which must never delay the present. */
export type Lane = 'live' | 'bulk';

/** What the batcher needs of the store. */
export interface BatchWriter {
  write(batch: Batch): Promise<BatchResult>;
}

export interface BatcherOptions {
  readonly store: BatchWriter;
  readonly clock: Clock;
  /** Called with the fresh events of every commit, right after it; its answers leave when what it returns has resolved. */
  readonly onCommit: (batch: CommittedBatch) => unknown;
  readonly logger?: Logger;
  /** Most events in one transaction. */
  readonly max_rows?: number;
  /** Most transactions at once: 2 on a server, 1 embedded (it is one connection). */
  readonly max_in_flight?: number;
  /** Most events that wait; beyond it a submission is refused with 429. Bulk may fill half of it. */
  readonly max_pending_rows?: number;
  /** How long the writing of a batch is tried again while the database is away, ms. */
  readonly retry_for_ms?: number;
}

/** Figures for /metrics. */
export interface BatcherStats {
  readonly pending_rows: number;
  readonly in_flight: number;
  readonly flushes: number;
  readonly rows: number;
  readonly available: boolean;
}

interface Submission {
  readonly events: readonly EventRecord[];
  readonly rejected: readonly RejectedEvent[];
  readonly rows: number;
  readonly resolve: (fresh: readonly Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Transactions of the live lane in a row before one of the bulk lane has its turn: neither starves. */
const LIVE_FLUSHES_IN_A_ROW = 3;
/** A transaction beside a running one is worth its cost from so many events on. */
const SECOND_ROWS_MIN = 256;
/** A live post within this time makes the transactions of the bulk lane half as large, ms. */
const LIVE_RECENT_MS = 2_000;
/** After a failure the next attempt is let through this much later: recovery is noticed within it. */
const PROBE_AFTER_US = 250_000;
const RETRY_PAUSES_MS = [20, 80, 200, 400];

export class Batcher implements Service {
  readonly name = 'batcher';
  readonly #store: BatchWriter;
  readonly #clock: Clock;
  readonly #onCommit: (batch: CommittedBatch) => unknown;
  readonly #logger: Logger | undefined;
  readonly #rows_max: number;
  readonly #in_flight_max: number;
  readonly #pending_rows_max: number;
  readonly #retry_for_ms: number;

  readonly #lanes: Record<Lane, Submission[]> = { live: [], bulk: [] };
  readonly #lane_rows: Record<Lane, number> = { live: 0, bulk: 0 };
  readonly #running = new Set<Promise<void>>();
  /** Batches that are committed and not answered yet: their slot is free. */
  readonly #applying = new Set<Promise<void>>();
  #live_in_a_row = 0;
  #live_at_ms = Number.NEGATIVE_INFINITY;
  #scheduled = false;
  #stopping = false;
  /** The database failed; until this moment submissions are refused without asking it. */
  #down_until_us = 0;
  #flushes = 0;
  #rows = 0;

  constructor(options: BatcherOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#onCommit = options.onCommit;
    this.#logger = options.logger;
    this.#rows_max = options.max_rows ?? 4_000;
    this.#in_flight_max = options.max_in_flight ?? 1;
    this.#pending_rows_max = options.max_pending_rows ?? 40_000;
    this.#retry_for_ms = options.retry_for_ms ?? 3_000;
  }

  async start(): Promise<void> {
    this.#stopping = false;
  }

  /** Refuses what is new and resolves when all that was taken is written and answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#fill();
    while (this.#running.size > 0) await Promise.all(this.#running);
    while (this.#applying.size > 0) await Promise.all(this.#applying);
  }

  get stats(): BatcherStats {
    return {
      pending_rows: this.#lane_rows.live + this.#lane_rows.bulk,
      in_flight: this.#running.size,
      flushes: this.#flushes,
      rows: this.#rows,
      available: this.#down_until_us === 0,
    };
  }

  /**
   * Stores events and rejections in one transaction, together with whatever else is pending; a submission is never
   * split. Resolves after the commit with what became of each event.
   * @throws VigieError `server_full` (429) when too much is pending, `database_unavailable` (503) when the database is
   *   away, `stopping` (503): then nothing of the submission was stored, as far as can be known.
   */
  submit(
    events: readonly EventRecord[],
    rejected: readonly RejectedEvent[],
    lane: Lane,
  ): Promise<readonly Outcome[]> {
    const rows = events.length + rejected.length;
    if (rows === 0) return Promise.resolve([]);
    const refusal = this.#refusal(rows, lane);
    if (refusal) return Promise.reject(refusal);
    if (lane === 'live') this.#live_at_ms = performance.now();
    return new Promise((resolve, reject) => {
      this.#lanes[lane].push({ events, rejected, rows, resolve, reject });
      this.#lane_rows[lane] += rows;
      this.#schedule();
    });
  }

  #refusal(rows: number, lane: Lane): VigieError | undefined {
    if (this.#stopping) {
      return new VigieError('stopping', 'The server is stopping; send again to the one that takes over.', {
        status: 503,
        retry_after_s: 2,
      });
    }
    if (this.#clock.now_us() < this.#down_until_us) return databaseUnavailable();
    const pending = lane === 'live' ? this.#lane_rows.live + this.#lane_rows.bulk : this.#lane_rows.bulk;
    const limit = lane === 'live' ? this.#pending_rows_max : this.#pending_rows_max / 2;
    if (pending === 0 || pending + rows <= limit) return undefined;
    return new VigieError(
      'server_full',
      'More events are waiting to be stored than the server may hold; send again a little later.',
      { status: 429, retry_after_s: 1 },
    );
  }

  /** After the present turn of the event loop, so that all requests it read go together. */
  #schedule(): void {
    if (this.#scheduled || this.#running.size >= this.#in_flight_max) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#fill();
    });
  }

  #fill(): void {
    while (this.#running.size < this.#in_flight_max) {
      // What is little waits for the running transaction and for company: half as many transactions, twice as large.
      const pending = this.#lane_rows.live + this.#lane_rows.bulk;
      if (this.#running.size > 0 && pending < Math.min(SECOND_ROWS_MIN, this.#rows_max)) return;
      const submissions = this.#take();
      if (submissions.length === 0) return;
      const run = this.#flush(submissions).finally(() => {
        this.#running.delete(run);
        this.#fill();
      });
      this.#running.add(run);
    }
  }

  /** The lanes never share a transaction: an answer of the present does not wait for rows of the past. */
  #take(): Submission[] {
    const { live, bulk } = this.#lanes;
    const bulk_turn = live.length === 0 || (bulk.length > 0 && this.#live_in_a_row >= LIVE_FLUSHES_IN_A_ROW);
    const lane: Lane = bulk_turn ? 'bulk' : 'live';
    const queue = this.#lanes[lane];
    if (queue.length === 0) return [];
    this.#live_in_a_row = bulk_turn ? 0 : this.#live_in_a_row + 1;
    // A bulk transaction is what a live post may have to wait for: half as large while there are any. With nothing else
    // to do, whole ones are a fifth faster.
    const shared = bulk_turn && performance.now() - this.#live_at_ms < LIVE_RECENT_MS;
    const limit = shared ? this.#rows_max / 2 : this.#rows_max;
    let rows = 0;
    let count = 0;
    for (const submission of queue) {
      if (count > 0 && rows + submission.rows > limit) break;
      rows += submission.rows;
      count += 1;
    }
    this.#lane_rows[lane] -= rows;
    return queue.splice(0, count);
  }

  async #flush(submissions: readonly Submission[]): Promise<void> {
    const only = submissions.length === 1 ? submissions[0] : undefined;
    const events = only ? only.events : submissions.flatMap((submission) => submission.events);
    const rejected = only ? only.rejected : submissions.flatMap((submission) => submission.rejected);
    try {
      const result = await this.#write({ events, rejected });
      const applying = this.#committed(submissions, events, result).finally(() => {
        this.#applying.delete(applying);
      });
      this.#applying.add(applying);
    } catch (error) {
      await this.#failed(submissions, error);
    }
  }

  /** A batch that may or may not have been committed is written again: that changes nothing when it was. */
  async #write(batch: Batch): Promise<BatchResult> {
    const give_up_at = performance.now() + this.#retry_for_ms;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const result = await this.#store.write(batch);
        this.#down_until_us = 0;
        return result;
      } catch (error) {
        const fault = faultOf(error);
        if (fault === 'data') throw error;
        if (fault === 'unavailable') this.#down_until_us = this.#clock.now_us() + PROBE_AFTER_US;
        if (attempt === 0)
          this.#logger?.warn({ error: messageOf(error) }, 'a batch could not be stored; trying again');
        if (this.#stopping || performance.now() >= give_up_at) throw error;
        const pause_ms = RETRY_PAUSES_MS[Math.min(attempt, RETRY_PAUSES_MS.length - 1)];
        await new Promise((resolve) => setTimeout(resolve, pause_ms));
      }
    }
  }

  /** Answers when the live state has the events; the next batch is written meanwhile. */
  async #committed(
    submissions: readonly Submission[],
    events: readonly EventRecord[],
    { fresh, batch, received_us, rejected, projected }: BatchResult,
  ): Promise<void> {
    this.#flushes += 1;
    this.#rows += events.length;
    try {
      await this.#onCommit({
        batch,
        received_us,
        events: fresh.every((outcome) => outcome === true)
          ? events
          : events.filter((_, index) => fresh[index] === true),
        rejected,
        ...(projected && { projected }),
      });
    } catch (error) {
      // The events are stored: their senders must hear so, whatever became of the live state.
      this.#logger?.error({ error, batch }, 'a committed batch could not be applied to the live state');
    }
    let from = 0;
    for (const submission of submissions) {
      const to = from + submission.events.length;
      submission.resolve(submissions.length === 1 ? fresh : fresh.slice(from, to));
      from = to;
    }
  }

  async #failed(submissions: readonly Submission[], error: unknown): Promise<void> {
    if (faultOf(error) === 'data') {
      this.#logger?.error({ error }, 'the database refused a batch');
      // Something in one of them cannot be stored, which no other sender shall pay for.
      if (submissions.length > 1) {
        for (const submission of submissions) await this.#flush([submission]);
        return;
      }
      submissions[0]?.reject(
        new VigieError('not_storable', 'The database refused these events; nothing of them was stored.', {
          status: 500,
          cause: error,
        }),
      );
      return;
    }
    const refusal = databaseUnavailable(error);
    for (const submission of submissions) submission.reject(refusal);
    // What waits would fail the same way, each after its own attempts: better told now.
    for (const lane of ['live', 'bulk'] as const) {
      for (const submission of this.#lanes[lane].splice(0)) submission.reject(refusal);
      this.#lane_rows[lane] = 0;
    }
  }
}

function databaseUnavailable(cause?: unknown): VigieError {
  return new VigieError(
    'database_unavailable',
    'The database cannot be reached; send again a little later.',
    {
      status: 503,
      retry_after_s: 1,
      cause,
    },
  );
}

/**
 * The events of one request on their way to the batcher, slice by slice, and the account of what became of them. An
 * event counts once its slice is committed, never before: the answer can then say exactly what is stored.
 */
import type { Grant } from '../access/keys.ts';
import type { EventRecord } from '../contract/event-types.ts';
import type { Clock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import type { Outcome, RejectedEvent } from '../store/events.types.ts';
import type { Lane } from './batcher.ts';
import { storable } from './text.ts';
import { checkEvent, Refusal } from './validate.ts';

/** What the intake needs of the batcher. */
export interface Submitter {
  submit(
    events: readonly EventRecord[],
    rejected: readonly RejectedEvent[],
    lane: Lane,
  ): Promise<readonly Outcome[]>;
}

/** One entry of the answer's `rejected`. */
export interface RejectedEntry {
  /** Place in the batch, or line of the stream; from 0. */
  readonly index: number;
  readonly id: string | null;
  readonly code: string;
  readonly message: string;
}
/** The answer of `POST /api/v1/events`. */
export interface IngestAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  /** At most the first 1,000; all are kept in the store. */
  readonly rejected: readonly RejectedEntry[];
  /** Only there when `rejected` is not complete. */
  readonly rejected_total?: number;
}

export const REJECTED_LISTED_MAX = 1_000;
const FULL_PAUSE_MS = 100;
const PAYLOAD_LENGTH_MAX = 16_384;
/** Events older than this tell no present that would have to hurry. */
const LIVE_WITHIN_US = 3_600_000_000;

interface Slice {
  readonly events: EventRecord[];
  /** Place in the request and id of each event, should the store refuse it. */
  readonly indexes: number[];
  readonly ids: (string | null)[];
  readonly rejected: RejectedEvent[];
  readonly entries: RejectedEntry[];
  /** Of the events refused because of the key. */
  refused: number;
  newest_us: number;
}
const emptySlice = (): Slice => ({
  events: [],
  indexes: [],
  ids: [],
  rejected: [],
  entries: [],
  refused: 0,
  newest_us: 0,
});

/** Texts of a refused event as far as they can be told. */
function textOf(raw: unknown, name: 'id' | 'source' | 'type'): string | null {
  const value = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? storable(value, 512) : null;
}
function payloadOf(raw: unknown): string {
  try {
    return storable(JSON.stringify(raw) ?? '', PAYLOAD_LENGTH_MAX);
  } catch {
    return '(nested too deeply to be kept)';
  }
}

export class Intake {
  readonly #batcher: Submitter;
  readonly #grant: Grant;
  readonly #clock: Clock;
  readonly #bulk: boolean;
  #slice = emptySlice();
  #accepted = 0;
  #duplicates = 0;
  #rejected_total = 0;
  readonly #rejected: RejectedEntry[] = [];

  /** @param options.bulk whatever the times say, this is the past being filled in. */
  constructor(options: { batcher: Submitter; grant: Grant; clock: Clock; bulk: boolean }) {
    this.#batcher = options.batcher;
    this.#grant = options.grant;
    this.#clock = options.clock;
    this.#bulk = options.bulk;
  }

  /** Events and rejections in the slice being filled. */
  get slice_rows(): number {
    return this.#slice.events.length + this.#slice.rejected.length;
  }
  /** The key allowed none of the events of this slice. */
  get slice_forbidden(): boolean {
    return this.#slice.refused > 0 && this.#slice.refused === this.slice_rows;
  }
  /** Why the key refused the last event it refused. */
  get last_entry(): RejectedEntry | undefined {
    return this.#slice.entries.at(-1);
  }

  /** Checks one event and puts it into the slice. @param line what came, when it is a line of a stream. */
  add(raw: unknown, index: number, trusted_text: boolean, line?: string): void {
    const event = checkEvent(raw, this.#clock.now_us(), trusted_text);
    if (event instanceof Refusal) {
      this.reject(event.code, event.message, index, raw, line);
      return;
    }
    const refusal = this.#grant.refuses(event.type, event.source);
    if (refusal !== undefined) {
      const what = refusal === 'type_not_allowed' ? `type ${event.type}` : 'this source';
      this.#slice.refused += 1;
      this.reject(refusal, `The key may not send events of ${what}; ask for one that may.`, index, raw, line);
      return;
    }
    if (event.time_us > this.#slice.newest_us) this.#slice.newest_us = event.time_us;
    this.#slice.events.push(event);
    this.#slice.indexes.push(index);
    this.#slice.ids.push((raw as { id: string }).id);
  }

  reject(code: string, message: string, index: number, raw: unknown, line?: string): void {
    const id = textOf(raw, 'id');
    this.#slice.entries.push({ index, id, code, message });
    this.#slice.rejected.push({
      received_us: this.#clock.now_us(),
      source: textOf(raw, 'source'),
      id,
      type: textOf(raw, 'type'),
      code,
      message: storable(message, 1_000),
      payload: line === undefined ? payloadOf(raw) : storable(line, PAYLOAD_LENGTH_MAX),
    });
  }

  /**
   * Closes the slice and stores it. The returned promise is that of its commit; a new slice can be filled meanwhile.
   * @param patience_ms how long to wait for a place when the server is full, before giving up with its 429.
   */
  async store(patience_ms = 0): Promise<void> {
    const slice = this.#slice;
    this.#slice = emptySlice();
    const old = slice.newest_us < this.#clock.now_us() - LIVE_WITHIN_US;
    const lane: Lane = this.#bulk || (old && slice.events.length > 0) ? 'bulk' : 'live';
    const fresh = await this.#submit(slice, lane, patience_ms);
    for (const [at, outcome] of fresh.entries()) {
      if (outcome === true) this.#accepted += 1;
      else if (outcome === false) this.#duplicates += 1;
      else slice.entries.push({ index: slice.indexes[at] ?? 0, id: slice.ids[at] ?? null, ...outcome });
    }
    this.#rejected_total += slice.entries.length;
    this.#rejected.push(...slice.entries.slice(0, REJECTED_LISTED_MAX - this.#rejected.length));
  }

  async #submit(slice: Slice, lane: Lane, patience_ms: number): Promise<readonly Outcome[]> {
    const give_up_at = performance.now() + patience_ms;
    for (;;) {
      try {
        return await this.#batcher.submit(slice.events, slice.rejected, lane);
      } catch (error) {
        const full = error instanceof VigieError && error.code === 'server_full';
        if (!full || performance.now() >= give_up_at) throw error;
        await new Promise((resolve) => setTimeout(resolve, FULL_PAUSE_MS));
      }
    }
  }

  /** The account of all slices committed so far. */
  answer(): IngestAnswer {
    const rejected = this.#rejected.sort((a, b) => a.index - b.index);
    return {
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      rejected,
      ...(this.#rejected_total > rejected.length && { rejected_total: this.#rejected_total }),
    };
  }
}

/** Builds the live state from the store, then keeps it: batches as they are committed, and a tick a second. */
import type { EventRecord } from '../contract/event-types.ts';
import type { BreachState } from '../contract/requests.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { ownTurn } from '../lib/turns.ts';
import type { CommittedBatch } from '../store/events.types.ts';
import type { FeedStanding, RejectedNote } from '../store/feeds.ts';
import type { Projected, RequestPicture } from '../store/requests.types.ts';
import type { LiveState } from './state.ts';

/** What the service needs of the store. */
export interface WindowSource {
  /** The stored events with `from_us` ≤ time < `to_us`, by time, in chunks. */
  readWindow(from_us: number, to_us: number): AsyncIterable<EventRecord[]>;
}

/** What of the time before the window still holds in it. Without it the state begins with the window. */
export interface StandingSource {
  /** The last state that each agent said in [from_us, to_us). */
  agentStates(from_us: number, to_us: number): Promise<EventRecord[]>;
  /** What is known of every source of events. */
  feeds(): Promise<FeedStanding[]>;
  /** Receipts and answers in [from_us, to_us) of the mail that was not answered then. */
  openMail(from_us: number, to_us: number): Promise<EventRecord[]>;
  /** All receipts and answers of these mail items from an instant on. */
  mailOf(subjects: readonly string[], from_us: number): Promise<EventRecord[]>;
  /** Batches with refused events, received from an instant on. */
  rejected(since_us: number): Promise<RejectedNote[]>;
  /** All open requests, in parts; those that are not open and changed since an instant; breaches since an instant. */
  openRequests(): AsyncIterable<RequestPicture[]>;
  settledRequests(since_us: number): Promise<RequestPicture[]>;
  breaches(since_us: number): Promise<BreachState[]>;
}

export interface LiveServiceOptions {
  readonly state: LiveState;
  readonly source: WindowSource;
  readonly standing?: StandingSource;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tick_ms?: number;
}

/** An event may be this far in the future, and a second server's clock may run ahead: read a little beyond now. */
const AHEAD_US = 600_000_000;
/** While history is filled in, every look-up reads half a year of mail: tens of milliseconds. */
const LOOK_UP_EVERY_MS = 60_000;
/** About two milliseconds of work. */
const SLICE_EVENTS = 1_000;
const NOTHING: Projected = { requests: [], told: [] };

export class LiveService implements Service {
  readonly name = 'live';
  readonly #options: LiveServiceOptions;
  /** Batches committed while the window is read; null when the state is live. */
  #waiting: CommittedBatch[] | null = [];
  #timer: NodeJS.Timeout | null = null;
  #look_up_timer: NodeJS.Timeout | null = null;
  #looking_up: Promise<void> | null = null;

  constructor(options: LiveServiceOptions) {
    this.#options = options;
  }

  /** The state holds everything committed so far. */
  get ready(): boolean {
    return this.#waiting === null;
  }

  /**
   * Reads the live window into the state. What is committed meanwhile comes through `apply` and is put in after it: events that
   * come both ways change nothing the second time.
   */
  async start(): Promise<void> {
    const { state, source, clock, logger, tick_ms = 1_000 } = this.#options;
    const started_us = clock.now_us();
    let events = 0;
    await this.#restoreStanding();
    for await (const chunk of source.readWindow(state.window_start_us, started_us + AHEAD_US)) {
      state.restore(chunk);
      events += chunk.length;
    }
    const counted = await this.#restoreFeeds();
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const batch of waiting) state.apply(counted.has(batch.batch) ? { ...batch, rejected: {} } : batch);
    state.tick();
    await this.lookUp();
    this.#timer = setInterval(() => state.tick(), tick_ms);
    this.#look_up_timer = setInterval(() => void this.lookUp(), LOOK_UP_EVERY_MS);
    const took_ms = Math.round((clock.now_us() - started_us) / 1000);
    logger.info({ events, batches: waiting.length, took_ms }, 'live state rebuilt');
  }

  /** What is older than the window and holds in it: first, so that an answer in the window finds the mail it answers. */
  async #restoreStanding(): Promise<void> {
    const { state, standing, clock } = this.#options;
    if (!standing) return;
    state.restore(await standing.agentStates(state.agents_from_us, state.window_start_us));
    const mail = await standing.openMail(state.mail.from_us, state.window_start_us);
    state.mail.restore([], mail, clock.now_us());
    await this.#restoreRequests(standing);
  }

  async #restoreRequests(standing: StandingSource): Promise<void> {
    const { requests } = this.#options.state;
    if (!requests) return;
    for await (const page of standing.openRequests()) {
      requests.restore(page);
      await ownTurn();
    }
    requests.restore(await standing.settledRequests(requests.day_start_us));
    requests.restoreBreaches(await standing.breaches(requests.breaches_from_us));
  }

  /** Gives the batches whose refused events are counted with it. */
  async #restoreFeeds(): Promise<ReadonlySet<number>> {
    const { state, standing } = this.#options;
    if (!standing) return new Set();
    const feeds = await standing.feeds();
    const rejected = await standing.rejected(state.day_start_us);
    state.restoreFeeds(feeds, rejected);
    return new Set(rejected.map(({ batch }) => batch));
  }

  /**
   * A batch was committed, by this server or by another one. Resolves when the state holds it: a large one goes in slices,
   * each in a turn of its own. In what order slices and batches go in makes no difference to the state.
   */
  async apply(batch: CommittedBatch): Promise<void> {
    if (this.#waiting) {
      this.#waiting.push(batch);
      return;
    }
    const { state } = this.#options;
    const { events } = batch;
    if (events.length <= SLICE_EVENTS) {
      state.apply(batch);
      return;
    }
    for (let from = 0; from < events.length; from += SLICE_EVENTS) {
      await ownTurn();
      const slice = { ...batch, events: events.slice(from, from + SLICE_EVENTS) };
      state.apply(from === 0 ? slice : { ...slice, rejected: {}, projected: NOTHING });
    }
  }

  /** Asks the store about mail of which the state may not know all; when the store is away, the next time again. */
  async lookUp(): Promise<void> {
    const { state, standing, clock, logger } = this.#options;
    const subjects = state.mail.unknown;
    if (!standing || subjects.length === 0 || this.#looking_up) return;
    this.#looking_up = standing
      .mailOf(subjects, state.mail.from_us)
      .then((events) => state.mail.restore(subjects, events, clock.now_us()))
      .catch((error: unknown) => logger.warn({ error: messageOf(error) }, 'mail could not be looked up'))
      .finally(() => {
        this.#looking_up = null;
      });
    await this.#looking_up;
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    if (this.#look_up_timer) clearInterval(this.#look_up_timer);
    this.#timer = null;
    this.#look_up_timer = null;
    await this.#looking_up;
  }
}

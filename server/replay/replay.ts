/**
 * One replay: the live state of an earlier instant, built as at a restart from what was stored before it, and then given the stored events
 * as its own clock passes them. The reducer is the live one; only what feeds it is not the present. It ends where the present is.
 *
 * A source is taken to have told each event as it happened: how late it was then is not replayed. Nor is the forecast, which would be made
 * from nine weeks before.
 */
import { randomUUID } from 'node:crypto';
import type { EventRecord } from '../contract/event-types.ts';
import {
  REPLAY_SPEEDS,
  type ReplayControl,
  type ReplaySpeed,
  type ReplayStatus,
} from '../contract/replay.ts';
import type { BreachState } from '../contract/requests.ts';
import type { TopicSource } from '../contract/topic-source.ts';
import type { RequestEvent } from '../domain/request.ts';
import { type Clock, isoOf, ManualClock } from '../lib/clock.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { CommittedBatch } from '../store/events.types.ts';
import type { RequestPicture } from '../store/requests.types.ts';

/** A request with all its events in order. */
export interface RequestLife {
  readonly number: number;
  readonly id: string;
  readonly events: readonly RequestEvent[];
}
/** What the store has of a stretch of time. */
export interface ReplayStore {
  /** Events with `from_us` ≤ time < `to_us`, by time. */
  readWindow(from_us: number, to_us: number): AsyncIterable<EventRecord[]>;
  livesOf(ids: readonly string[]): Promise<readonly RequestLife[]>;
  /** After the first, up to the second. */
  toldBetween(after_us: number, to_us: number): Promise<readonly BreachState[]>;
}
/** The inside of a server that knows nothing but the past; its clock is the replay's. */
export interface ReplayedServer {
  readonly source: TopicSource;
  start(): Promise<void>;
  apply(batch: CommittedBatch): Promise<void>;
  /** What time alone changes. */
  tick(): void;
  stop(): Promise<void>;
}
export interface ReplayOptions {
  readonly at_us: number;
  readonly speed: ReplaySpeed;
  readonly playing: boolean;
  /** The present's. */
  readonly clock: Clock;
  readonly store: ReplayStore;
  readonly server: (clock: Clock) => ReplayedServer;
  /** What a request was by its events; null: nothing. */
  readonly pictureOf: (life: RequestLife) => RequestPicture | null;
  readonly logger: Logger;
  readonly onStop: () => void;
}

export const STEP_MS = 250;
/** Read at a time: so much of the past, and no less than ten seconds of the present. */
const AHEAD_US = 30_000_000;
const AHEAD_REAL_US = 10_000_000;
const STEP_S_MAX = 3_600;

/** What was read of the time to come. */
interface Ahead {
  readonly until_us: number;
  readonly events: readonly EventRecord[];
  readonly lives: ReadonlyMap<string, RequestLife>;
  readonly told: readonly BreachState[];
}

export class Replay {
  readonly id = randomUUID();
  readonly clock: ManualClock;
  readonly #options: ReplayOptions;
  readonly #server: ReplayedServer;
  readonly #listeners = new Set<() => void>();
  #speed: ReplaySpeed;
  #playing: boolean;
  #ended = false;
  #ahead: Ahead | null = null;
  #timer: NodeJS.Timeout | undefined;
  #moving: Promise<void> = Promise.resolve();
  #busy = false;
  #moved_ms = performance.now();

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#speed = options.speed;
    this.#playing = options.playing;
    this.clock = new ManualClock(options.at_us);
    this.#server = options.server(this.clock);
  }

  get source(): TopicSource {
    return this.#server.source;
  }
  get status(): ReplayStatus {
    const at = isoOf(this.clock.now_us());
    return {
      ...{ id: this.id, at, speed: this.#speed, playing: this.#playing },
      ...{ ended: this.#ended, error: null },
    };
  }
  onStep(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async start(): Promise<void> {
    await this.#server.start();
    this.#moved_ms = performance.now();
    this.#timer = setInterval(() => this.#onTime(), STEP_MS);
  }
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#playing = false;
    await this.#moving;
    await this.#server.stop();
    this.#listeners.clear();
    this.#options.onStop();
  }

  /** @throws VigieError */
  async control({ speed, playing, step_s }: ReplayControl): Promise<void> {
    if (speed !== undefined && !REPLAY_SPEEDS.includes(speed))
      throw new VigieError('bad_request', `speed must be one of ${REPLAY_SPEEDS.join(', ')}`);
    if (step_s !== undefined && !(Number.isInteger(step_s) && step_s >= 1 && step_s <= STEP_S_MAX))
      throw new VigieError('bad_request', `step_s must be a whole number from 1 to ${STEP_S_MAX}`);
    this.#speed = speed ?? this.#speed;
    if (playing !== undefined) this.#playing = playing === true && !this.#ended;
    if (step_s !== undefined) await this.advance_us(step_s * 1_000_000);
    this.#tell();
  }

  /** Goes on by so much, at most to the present. One step after the other. */
  advance_us(by_us: number): Promise<void> {
    this.#moving = this.#moving.then(() => this.#move(by_us));
    return this.#moving;
  }

  #onTime(): void {
    const now_ms = performance.now();
    const passed_us = (now_ms - this.#moved_ms) * 1_000;
    this.#moved_ms = now_ms;
    // While the database is slow, the replay is slower: nothing is left out.
    if (!this.#playing || this.#busy) return;
    this.#busy = true;
    this.advance_us(Math.round(Math.min(passed_us, 2 * STEP_MS * 1_000) * this.#speed))
      .catch((error: unknown) => {
        this.#playing = false;
        this.#options.logger.error({ error: messageOf(error) }, 'a replay could not go on');
      })
      .finally(() => {
        this.#busy = false;
      });
  }

  async #move(by_us: number): Promise<void> {
    const present_us = this.#options.clock.now_us();
    const target_us = Math.min(this.clock.now_us() + by_us, present_us);
    for (let now_us = this.clock.now_us(); now_us < target_us; now_us = this.clock.now_us()) {
      const ahead = await this.#readAhead(now_us, present_us);
      await this.#pass(ahead, now_us, Math.min(target_us, ahead.until_us));
    }
    this.#ended = target_us >= present_us;
    if (this.#ended) this.#playing = false;
    this.#tell();
  }

  async #readAhead(now_us: number, present_us: number): Promise<Ahead> {
    if (this.#ahead && now_us < this.#ahead.until_us) return this.#ahead;
    const { store } = this.#options;
    const reach_us = Math.max(AHEAD_US, this.#speed * AHEAD_REAL_US);
    const until_us = Math.max(now_us + 1, Math.min(now_us + reach_us, present_us));
    const events: EventRecord[] = [];
    for await (const chunk of store.readWindow(now_us + 1, until_us + 1)) events.push(...chunk);
    const subjects = events.flatMap(({ type, subject }) => (type.startsWith('request.') ? subject : []));
    const lives = await store.livesOf([...new Set(subjects)]);
    const told = await store.toldBetween(now_us, until_us);
    this.#ahead = { until_us, events, lives: new Map(lives.map((life) => [life.id, life])), told };
    return this.#ahead;
  }

  /** Lets the events of (from, to] come to pass. */
  async #pass({ events, lives, told }: Ahead, from_us: number, to_us: number): Promise<void> {
    const passed = events.filter(({ time_us }) => time_us > from_us && time_us <= to_us);
    this.clock.set_us(to_us);
    const touched = new Set(
      passed.flatMap(({ type, subject }) => (type.startsWith('request.') ? subject : [])),
    );
    const requests = [...touched].flatMap((id): RequestPicture[] => {
      const life = lives.get(id);
      const known = life?.events.filter(({ time_us }) => time_us <= to_us) ?? [];
      const picture = life ? this.#options.pictureOf({ ...life, events: known }) : null;
      return picture ? [picture] : [];
    });
    const between = ({ at }: BreachState): boolean => {
      const at_us = Date.parse(at) * 1_000;
      return at_us > from_us && at_us <= to_us;
    };
    await this.#server.apply({
      batch: 0,
      received_us: passed.at(-1)?.time_us ?? to_us,
      events: passed,
      rejected: {},
      projected: { requests, told: told.filter(between) },
    });
    this.#server.tick();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/**
 * The live state: what the committed events of the live window (since yesterday noon, local) say. It does not depend on the
 * order in which they came; what changes with time alone changes in `tick`.
 */
import type { ChannelsState } from '../contract/channels.ts';
import type { EventRecord } from '../contract/event-types.ts';
import {
  CITY_KEY,
  CITY_SCOPE,
  CLOCK_KEY,
  type ClockState,
  type IntervalRow,
  type Topic,
  type TopicItem,
} from '../contract/live.ts';
import type { MapItem } from '../contract/map.ts';
import { DEFAULT_MAIL, type MailConfig, type QueueConfig } from '../contract/reference.ts';
import type { TopicSource } from '../contract/topic-source.ts';
import type { AgentLimits } from '../domain/agent.ts';
import { BusinessDays } from '../domain/business-days.ts';
import { callEvent } from '../domain/call.ts';
import { CLOSING_LIMITS, type ClosingLimits } from '../domain/contact.ts';
import { type HolidayCalendar, quebecHolidays } from '../domain/holidays.ts';
import { INTERVAL_US, intervalOf, MINUTE_US } from '../domain/interval.ts';
import { type LocalDay, localDay } from '../domain/local-day.ts';
import type { MadeOutlook } from '../domain/outlook.ts';
import { visitEvent } from '../domain/visit.ts';
import { type Clock, isoOf } from '../lib/clock.ts';
import type { CommittedBatch } from '../store/events.types.ts';
import type { FeedStanding, RejectedNote } from '../store/feeds.ts';
import { AgentBook, longestInState_s } from './agents.ts';
import { ChannelBook } from './channels.ts';
import { ContactBook } from './contacts.ts';
import { FeedBook } from './feeds.ts';
import { agentsItem, intervalRows, queueItem } from './items.ts';
import type { MailBook } from './mail.ts';
import { OutlookBook } from './outlook-book.ts';
import { QueueBook } from './queues.ts';
import type { LiveRequests, RequestTopic } from './requests.ts';

export interface LiveStateOptions {
  readonly queues: readonly QueueConfig[];
  readonly time_zone: string;
  readonly clock: Clock;
  /** The data comes from the simulated city. */
  readonly simulated?: boolean;
  /** Whether the queue's own office hours hold at an instant; null where the rule does not apply. */
  readonly open?: (queue: QueueConfig, now_us: number) => boolean | null;
  readonly limits?: ClosingLimits;
  readonly agent_limits?: AgentLimits;
  /** When mail is answered in time, and which days are no business days; the defaults are those of the city's seed. */
  readonly mail?: MailConfig;
  readonly holidays?: HolidayCalendar;
  /** Topics `requests` and `breaches`; without it they are empty. */
  readonly requests?: LiveRequests;
  /** Topic `map`; without it it is empty. */
  readonly map?: MapSource;
}
/** A topic source for one topic. */
export interface MapSource {
  keys(): Iterable<string>;
  inScope(scope: string, key: string): boolean;
  item(key: string): MapItem | undefined;
  onDirty(listener: (key: string) => void): () => void;
}

/** Contacts let go in one tick, so that midnight never holds up the sockets. */
const FORGET_PER_TICK = 60;
/** A batch that touches more agents leaves them to the next reading or tick: folding 500 takes about 10 ms. */
const SETTLE_AT_ONCE = 50;

type Listener = (topic: Topic, key: string) => void;

export class LiveState implements TopicSource {
  readonly #clock: Clock;
  readonly #time_zone: string;
  readonly #simulated: boolean;
  readonly #open: (queue: QueueConfig, now_us: number) => boolean | null;
  readonly #limits: ClosingLimits;
  readonly #boroughs: ReadonlySet<string>;
  readonly requests: LiveRequests | undefined;
  readonly #map: MapSource | undefined;
  readonly #queues: QueueBook;
  readonly outlooks: OutlookBook;
  readonly #agents: AgentBook;
  readonly #contacts: ContactBook;
  readonly #channels: ChannelBook;
  readonly #feeds = new FeedBook((source) => this.#dirty.feeds.add(source));
  readonly #listeners = new Set<Listener>();
  readonly #dirty = {
    queues: new Set<string>(),
    agents: new Set<string>(),
    feeds: new Set<string>(),
    clock: new Set<string>(),
    requests: new Set<string>(),
    breaches: new Set<string>(),
  } satisfies Record<Exclude<Topic, 'map'>, Set<string>>;
  /** Queues that were there when the listeners were told last. */
  readonly #shown = new Set<string>();
  #day: LocalDay;
  /** Time of the oldest event of a contact, µs: before it no waiting is known. */
  #known_from_us = Number.POSITIVE_INFINITY;
  #minute: number;
  #forgetting = false;
  #database: ClockState['database'] = 'up';
  #backfill: number | null = null;

  constructor(options: LiveStateOptions) {
    this.#clock = options.clock;
    this.#time_zone = options.time_zone;
    this.#simulated = options.simulated ?? false;
    this.#open = options.open ?? (() => null);
    this.#boroughs = new Set(options.queues.flatMap(({ borough }) => borough ?? []));
    this.requests = options.requests;
    this.#map = options.map;
    this.requests?.onDirty((topic, key) => this.#dirty[topic].add(key));
    this.#queues = new QueueBook(options.queues);
    this.outlooks = new OutlookBook(this.#queues);
    const now_us = this.#clock.now_us();
    this.#day = localDay(now_us, this.#time_zone);
    const agentChanged = (queue: string) => {
      this.#dirty.agents.add(queue);
      this.#dirty.queues.add(queue);
    };
    this.#agents = new AgentBook(this.#queues, agentChanged, this.#day.window_start_us, options.agent_limits);
    const changed = (queue: string) => this.#dirty.queues.add(queue);
    this.#limits = options.limits ?? CLOSING_LIMITS;
    this.#contacts = new ContactBook(this.#queues, this.#agents, changed, this.#limits);
    const days = new BusinessDays(options.time_zone, options.holidays ?? quebecHolidays());
    const mail = { config: options.mail ?? DEFAULT_MAIL, days };
    this.#channels = new ChannelBook(mail, this.#day.window_start_us);
    this.#minute = Math.floor(now_us / MINUTE_US);
    this.#checkOpen(now_us);
  }

  /** Where the live window begins, µs: older events are not looked at. */
  get window_start_us(): number {
    return this.#day.window_start_us;
  }

  /** Where the present local day begins, µs. */
  get day_start_us(): number {
    return this.#day.start_us;
  }
  /** From where what agents said may still hold, µs. */
  get agents_from_us(): number {
    return this.#agents.from_us;
  }

  /**
   * From where the interval rows are whole, µs. A contact that was there when the window began shows only its end in it, and may go
   * on for as long as the rule lets it: rows before this are the store's to count.
   */
  get intervals_from_us(): number {
    const { waiting_us, serving_us } = this.#limits;
    return Math.min(this.#day.window_start_us + Math.max(waiting_us, serving_us), this.#day.start_us);
  }

  /** Takes a committed batch in. A repeated event changes nothing. */
  apply(batch: CommittedBatch): void {
    const now_us = this.#clock.now_us();
    for (const event of batch.events) {
      this.#take(event);
      this.#feeds.hear(event, batch.received_us);
    }
    this.#contacts.settle(now_us);
    for (const [source, count] of Object.entries(batch.rejected)) {
      this.#feeds.reject(source, count, batch.received_us, this.#day);
    }
    if (this.#agents.unsettled <= SETTLE_AT_ONCE) this.#agents.settle(now_us);
    this.requests?.apply(batch);
    this.#tell();
  }

  /** Takes stored events in, at the start. When they were received, `restoreFeeds` tells. */
  restore(events: readonly EventRecord[]): void {
    for (const event of events) this.#take(event);
    this.#contacts.settle(this.#clock.now_us());
    this.#tell();
  }

  /** Takes in what the store knows of the sources, after the stored events: what was refused today, and the rest. */
  restoreFeeds(standings: readonly FeedStanding[], refused: readonly RejectedNote[]): void {
    for (const { received_us, rejected } of refused) {
      for (const [source, count] of Object.entries(rejected))
        this.#feeds.reject(source, count, received_us, this.#day);
    }
    this.#feeds.restore(standings);
    this.#tell();
  }

  #take(event: EventRecord): void {
    const inside = event.time_us >= this.#day.window_start_us;
    // A state that an agent said earlier may still hold, and mail may still be open.
    if (inside) {
      if (this.#fold(event)) this.#feeds.count(event);
    } else if (event.type === 'agent.state') this.#agents.apply(event);
    else this.#channels.mail.apply(event);
  }

  #fold(event: EventRecord): boolean {
    const call = callEvent(event);
    const contact = call ?? visitEvent(event);
    if (contact) {
      this.#known_from_us = Math.min(this.#known_from_us, event.time_us);
      return this.#contacts.apply(call ? 'call' : 'visit', event.subject, contact);
    }
    if (event.type === 'agent.state') return this.#agents.apply(event);
    return this.#channels.apply(event);
  }

  #tell(): void {
    for (const key of this.#dirty.queues) this.#noticeShown(key);
    for (const [topic, keys] of Object.entries(this.#dirty) as [Topic, Set<string>][]) {
      if (keys.size === 0) continue;
      for (const key of keys) for (const listener of this.#listeners) listener(topic, key);
      keys.clear();
    }
  }

  /** A queue nobody described comes and goes with its events, and its item of topic `agents` with it. */
  #noticeShown(key: string): void {
    const shown = this.#queues.item(key)?.isGone === false;
    if (shown === this.#shown.has(key)) return;
    if (shown) this.#shown.add(key);
    else this.#shown.delete(key);
    this.#dirty.agents.add(key);
  }

  /** What time alone changes; called every second. */
  tick(): void {
    const now_us = this.#clock.now_us();
    this.#contacts.tick(now_us);
    this.#agents.tick(now_us);
    this.#agents.settle(now_us);
    this.#feeds.tick(now_us);
    this.requests?.tick();
    for (const queue of this.#queues.all()) if (queue.waiting.size > 0) this.#dirty.queues.add(queue.key);
    const minute = Math.floor(now_us / MINUTE_US);
    if (minute !== this.#minute) this.#newMinute(minute, now_us);
    if (this.#forgetting) this.#forget(now_us);
    this.#tell();
  }

  #newMinute(minute: number, now_us: number): void {
    const new_interval = intervalOf(minute * MINUTE_US) !== intervalOf(this.#minute * MINUTE_US);
    this.#minute = minute;
    const new_day = now_us >= this.#day.end_us;
    if (new_day) {
      this.#day = localDay(now_us, this.#time_zone);
      this.#forgetting = true;
      this.#feeds.newDay(this.#day);
    }
    for (const queue of this.#queues.all()) {
      if (!queue.curve.isFlat || new_interval || new_day) this.#dirty.queues.add(queue.key);
      queue.curve.prune(now_us);
      if (Object.keys(longestInState_s(queue, now_us)).length > 0) this.#dirty.agents.add(queue.key);
    }
    this.#checkOpen(now_us);
  }

  #checkOpen(now_us: number): void {
    for (const queue of this.#queues.all()) {
      const open = queue.key === CITY_KEY ? null : this.#open(queue.config, now_us);
      if (open === queue.open) continue;
      queue.open = open;
      this.#dirty.queues.add(queue.key);
    }
  }

  /** Lets go of what left the window at midnight, a part each tick. */
  #forget(now_us: number): void {
    const { window_start_us } = this.#day;
    if (!this.#contacts.forget(window_start_us, now_us, FORGET_PER_TICK)) return;
    if (!this.#agents.forget(window_start_us, SETTLE_AT_ONCE)) return;
    this.#forgetting = false;
    this.#known_from_us = this.#contacts.oldest_us();
    this.#agents.settle(now_us);
    this.#feeds.forget(window_start_us);
    this.#channels.forget(window_start_us, now_us);
    for (const key of this.#queues.forget(window_start_us)) {
      this.#dirty.queues.add(key);
      this.#dirty.agents.add(key);
    }
  }

  /** Progress of the history being filled in, 0–1; null when there is none. */
  setBackfill(progress: number | null): void {
    this.#backfill = progress;
    this.#dirty.clock.add(CLOCK_KEY);
    this.#tell();
  }

  setDatabase(database: ClockState['database']): void {
    if (database === this.#database) return;
    this.#database = database;
    this.#dirty.clock.add(CLOCK_KEY);
    this.#tell();
  }

  hasScope(_topic: Topic, scope: string): boolean {
    return scope === CITY_SCOPE || this.#boroughs.has(scope) || this.#queues.item(scope) !== undefined;
  }

  /** Feeds and the clock are the same for every scope. */
  inScope(topic: Topic, scope: string, key: string): boolean {
    if (topic === 'feeds' || topic === 'clock' || (scope === CITY_SCOPE && topic !== 'map')) return true;
    if (topic === 'map') return this.#map?.inScope(this.#boroughOf(scope), key) ?? false;
    if (isRequestTopic(topic)) return this.requests?.boroughOf(topic, key) === this.#boroughOf(scope);
    return key === scope || (key !== CITY_KEY && this.#queues.item(key)?.config.borough === scope);
  }

  /** A queue's scope shows the requests of its borough. */
  #boroughOf(scope: string): string {
    return this.#queues.item(scope)?.config.borough ?? scope;
  }

  *keys(topic: Topic): Iterable<string> {
    if (topic === 'clock') yield CLOCK_KEY;
    else if (topic === 'feeds') yield* this.#feeds.keys();
    else if (topic === 'map') yield* this.#map?.keys() ?? [];
    else if (isRequestTopic(topic)) yield* this.requests?.keys(topic) ?? [];
    else for (const queue of this.#queues.all()) if (!queue.isGone) yield queue.key;
  }

  item<T extends Topic>(topic: T, key: string): TopicItem[T] | undefined {
    return this.#item(topic, key) as TopicItem[T] | undefined;
  }

  #item(topic: Topic, key: string): TopicItem[Topic] | undefined {
    const now_us = this.#clock.now_us();
    if (topic === 'clock') return key === CLOCK_KEY ? this.#clockItem(now_us) : undefined;
    if (topic === 'feeds') return this.#feeds.item(key, now_us, this.#day.start_us);
    if (topic === 'map') return this.#map?.item(key);
    if (isRequestTopic(topic)) return this.requests?.item(topic, key);
    this.#agents.settle(now_us);
    const queue = this.#queues.item(key);
    if (!queue || queue.isGone) return undefined;
    if (topic === 'agents') return agentsItem(queue, now_us);
    return queueItem(queue, {
      now_us,
      day_start_us: this.#day.start_us,
      known_from_us: this.#known_from_us,
      outlook: this.outlooks.item(queue),
    });
  }

  #clockItem(now_us: number): ClockState {
    return {
      now: isoOf(now_us),
      time_zone: this.#time_zone,
      simulated: this.#simulated,
      database: this.#database,
      backfill: this.#backfill,
    };
  }

  /** The next hour, made anew: every queue has changed. */
  setOutlooks(made: ReadonlyMap<string, MadeOutlook>): void {
    this.outlooks.set(made);
    for (const queue of this.#queues.all()) this.#dirty.queues.add(queue.key);
    this.#tell();
  }

  /**
   * The 15-minute rows of a queue (or of the city) between two instants, as far as the live window holds them, oldest first, rows
   * without any contact left out; for older ones there is `intervalsFromStore`. Undefined: no such queue.
   */
  intervals(key: string, from_us: number, to_us: number): IntervalRow[] | undefined {
    const now_us = this.#clock.now_us();
    this.#agents.settle(now_us);
    const queue = this.#queues.item(key);
    if (!queue) return undefined;
    const first = intervalOf(Math.max(from_us, this.#day.window_start_us));
    const last = intervalOf(Math.min(to_us - 1, now_us + INTERVAL_US));
    return intervalRows(queue, first, last, now_us);
  }

  channels(): ChannelsState {
    return this.#channels.state(this.#clock.now_us(), this.#day.start_us);
  }

  /** The open mail and that of the window. Its intervals are whole from `window_start_us` on. */
  get mail(): MailBook {
    return this.#channels.mail;
  }

  onDirty(listener: Listener): () => void {
    this.#listeners.add(listener);
    const stop = this.#map?.onDirty((key) => listener('map', key));
    return () => {
      stop?.();
      this.#listeners.delete(listener);
    };
  }
}

const isRequestTopic = (topic: Topic): topic is RequestTopic => topic === 'requests' || topic === 'breaches';

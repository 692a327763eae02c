/** Topics `requests` and `breaches`: counts and nearest deadlines by scope, and the breaches of the last day, from what is committed. */
import { CITY_KEY, type TopicItem } from '../contract/live.ts';
import type { BreachState, MapPoint, RequestsState } from '../contract/requests.ts';
import { type DayBounds, dayBounds } from '../domain/local-day.ts';
import { type Clock, isoOf } from '../lib/clock.ts';
import type { CommittedBatch } from '../store/events.types.ts';
import type { RequestPicture } from '../store/requests.types.ts';
import { emptyCounts, RequestBook, type ScopeCounts } from './request-book.ts';

export type RequestTopic = 'requests' | 'breaches';
type Listener = (topic: RequestTopic, key: string) => void;

const NEAREST = 10;
const BREACHES_MAX = 500;
const BREACHES_US = 86_400_000_000;
/** With more open requests than this, counting them all takes long enough to do it less often. */
const MANY = 200_000;
const MANY_EVERY_US = 5_000_000;
const FORGET_EVERY_US = 300_000_000;

export interface LiveRequestsOptions {
  readonly clock: Clock;
  readonly time_zone: string;
  /** Codes of the boroughs that have an item even with nothing open. */
  readonly boroughs: readonly string[];
  /** Follows the open requests that have a place. */
  readonly map?: PlacedRequests;
}
/** What the map takes in. */
export interface PlacedRequests {
  set(point: MapPoint): void;
  remove(number: number): void;
}

export class LiveRequests {
  readonly book = new RequestBook();
  readonly #options: LiveRequestsOptions;
  readonly #listeners = new Set<Listener>();
  readonly #breaches = new Map<string, BreachState>();
  #items = new Map<string, RequestsState>();
  #day: DayBounds;
  #dirty = true;
  #counted_us = Number.NEGATIVE_INFINITY;
  #forgot_us: number;
  /** When a due date passes or a day ends: then counts change without an event. */
  #turns_us = Number.POSITIVE_INFINITY;

  constructor(options: LiveRequestsOptions) {
    this.#options = options;
    const now_us = options.clock.now_us();
    this.#day = dayBounds(now_us, options.time_zone);
    this.#forgot_us = now_us;
    this.#count(now_us);
  }

  /** Where the present local day begins, µs: what was settled before it is not kept. */
  get day_start_us(): number {
    return this.#day.start_us;
  }

  /** From when on breaches are shown, µs. */
  get breaches_from_us(): number {
    return this.#options.clock.now_us() - BREACHES_US;
  }

  /** Takes in what the store has at a start. */
  restore(pictures: readonly RequestPicture[]): void {
    for (const picture of pictures) this.#put(picture);
  }
  restoreBreaches(breaches: readonly BreachState[]): void {
    for (const breach of breaches) this.#addBreach(breach);
  }

  /** Takes a committed batch in; a second time it changes nothing. */
  apply({ projected }: CommittedBatch): void {
    if (!projected) return;
    for (const picture of projected.requests) this.#put(picture);
    for (const breach of projected.told) this.#addBreach(breach);
  }

  #put(picture: RequestPicture): void {
    if (!this.book.put(picture, this.#day.start_us)) return;
    this.#dirty = true;
    const point = picture.open ? pointOf(picture, this.#options.clock.now_us()) : null;
    if (point) this.#options.map?.set(point);
    else this.#options.map?.remove(picture.number);
  }

  #addBreach(breach: BreachState): void {
    if (breach.what === 'warning' || this.#breaches.has(breach.id)) return;
    if (Date.parse(breach.at) * 1000 < this.breaches_from_us) return;
    this.#breaches.set(breach.id, breach);
    this.#tell('breaches', breach.id);
    if (this.#breaches.size > BREACHES_MAX) this.#dropBreach(this.#oldest());
  }
  #oldest(): string {
    let oldest: BreachState | undefined;
    for (const breach of this.#breaches.values()) if (!oldest || breach.at < oldest.at) oldest = breach;
    return oldest?.id ?? '';
  }
  #dropBreach(id: string): void {
    this.#breaches.delete(id);
    this.#tell('breaches', id);
  }

  /** What time alone changes, and what was put off; called every second. */
  tick(): void {
    const now_us = this.#options.clock.now_us();
    if (now_us >= this.#day.end_us || now_us < this.#day.start_us) {
      this.#day = dayBounds(now_us, this.#options.time_zone);
      this.#dirty = true;
    }
    if (now_us - this.#forgot_us >= FORGET_EVERY_US) {
      this.#forgot_us = now_us;
      this.book.forget(this.#day.start_us);
      const before = isoOf(now_us - BREACHES_US);
      for (const { id, at } of this.#breaches.values()) if (at < before) this.#dropBreach(id);
    }
    // Of a clock that was set back, too.
    if (now_us >= this.#turns_us || now_us < this.#counted_us) this.#dirty = true;
    if (!this.#dirty) return;
    if (this.book.size > MANY && now_us - this.#counted_us < MANY_EVERY_US) return;
    this.#count(now_us);
  }

  #count(now_us: number): void {
    const { city, boroughs } = this.book.count(this.#day, now_us, NEAREST);
    const items = new Map([[CITY_KEY, itemOf(CITY_KEY, city)]]);
    const nothing: ScopeCounts = { counts: emptyCounts(), nearest: [] };
    for (const borough of new Set([...this.#options.boroughs, ...boroughs.keys()]))
      items.set(borough, itemOf(borough, boroughs.get(borough) ?? nothing));
    this.#items = items;
    this.#dirty = false;
    this.#counted_us = now_us;
    this.#turns_us = Math.min(this.#day.end_us, city.nearest[0]?.due_us ?? Number.POSITIVE_INFINITY);
    for (const key of items.keys()) this.#tell('requests', key);
  }

  keys(topic: RequestTopic): Iterable<string> {
    return topic === 'requests' ? this.#items.keys() : this.#breaches.keys();
  }
  item(topic: RequestTopic, key: string): TopicItem[RequestTopic] | undefined {
    return topic === 'requests' ? this.#items.get(key) : this.#breaches.get(key);
  }
  /** Borough of an item, null: of none. */
  boroughOf(topic: RequestTopic, key: string): string | null {
    if (topic === 'requests') return key === CITY_KEY ? null : key;
    return this.#breaches.get(key)?.borough ?? null;
  }
  onDirty(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  #tell(topic: RequestTopic, key: string): void {
    for (const listener of this.#listeners) listener(topic, key);
  }
}

/** A request on the map; null: it has no place. */
function pointOf(picture: RequestPicture, now_us: number): MapPoint | null {
  const { number, longitude, latitude, service, borough, status, created_us, due_us } = picture;
  if (longitude === null || latitude === null) return null;
  const created_at = created_us === null ? null : isoOf(created_us);
  const due_at = due_us === null ? null : isoOf(due_us);
  const overdue = due_us !== null && due_us <= now_us;
  return { number, longitude, latitude, service, borough, status, created_at, due_at, overdue };
}

function itemOf(scope: string, { counts, nearest }: ScopeCounts): RequestsState {
  return {
    scope,
    ...counts,
    nearest: nearest.map(({ due_us, ...request }) => ({ ...request, due_at: isoOf(due_us) })),
  };
}

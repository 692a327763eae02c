/** The queues: their interval cells, who waits, who is served. Contacts and agents put their shares in and take them back. */
import { CITY_KEY } from '../contract/live.ts';
import { type QueueConfig, unknownQueue } from '../contract/reference.ts';
import { isServing, isWaiting, type Leg } from '../domain/contact.ts';
import { intervalOf } from '../domain/interval.ts';
import { Cell, type Tally } from '../domain/tally.ts';
import type { AgentRecord } from './agents.ts';
import { WaitingCurve } from './curve.ts';

export class QueueRecord {
  readonly key: string;
  readonly config: QueueConfig;
  /** Named by the reference data: kept also when nothing happens in it. */
  readonly known: boolean;
  readonly threshold_ms: number;
  readonly cells = new Map<number, Cell>();
  readonly waiting = new Set<Leg>();
  readonly agents = new Set<AgentRecord>();
  readonly curve = new WaitingCurve();
  in_service = 0;
  last_event_us = 0;
  /** What the rule last said, to tell when it changes. */
  open: boolean | null = null;

  constructor(config: QueueConfig, known: boolean) {
    this.key = config.id;
    this.config = config;
    this.known = known;
    this.threshold_ms = Math.round(config.threshold_s * 1000);
  }

  /** Nobody described it and no event of the window speaks of it (any more). */
  get isGone(): boolean {
    if (this.known || this.last_event_us > 0 || this.agents.size > 0) return false;
    for (const cell of this.cells.values()) if (!cell.isEmpty) return false;
    return true;
  }

  cell(interval: number): Cell {
    let cell = this.cells.get(interval);
    if (!cell) {
      cell = new Cell();
      this.cells.set(interval, cell);
    }
    return cell;
  }

  /** Counts a tally in the interval of its entry. */
  count(tally: Tally, threshold_ms: number, sign: 1 | -1): void {
    this.cell(intervalOf(tally.entered_us ?? tally.started_us)).add(tally, threshold_ms, sign);
  }

  /** Puts a leg among the waiting and the served, and its stay into the curve. */
  addLeg(leg: Leg): void {
    if (isWaiting(leg)) this.waiting.add(leg);
    if (isServing(leg)) this.in_service += 1;
    this.#curveOf(leg, 1);
  }
  removeLeg(leg: Leg): void {
    this.waiting.delete(leg);
    if (isServing(leg)) this.in_service -= 1;
    this.#curveOf(leg, -1);
  }

  #curveOf(leg: Leg, sign: 1 | -1): void {
    if (leg.entered_us === null) return;
    this.curve.add(leg.entered_us, leg.left_us ?? leg.closed_us, sign);
  }

  /** The sum of the cells of the intervals from `first` to `last`, both included. */
  sum(first: number, last: number): Cell {
    const total = new Cell();
    for (let interval = first; interval <= last; interval += 1) {
      const cell = this.cells.get(interval);
      if (cell) total.merge(cell);
    }
    return total;
  }

  /** When the contact that has waited longest entered, µs; null when nobody waits. */
  oldest_us(): number | null {
    let oldest: number | null = null;
    for (const leg of this.waiting) if (oldest === null || leg.entered_us! < oldest) oldest = leg.entered_us!;
    return oldest;
  }
}

const CITY: QueueConfig = { ...unknownQueue(CITY_KEY, 'phone'), name: { fr: 'Ville', en: 'City' } };

export class QueueBook {
  readonly city = new QueueRecord(CITY, true);
  readonly #queues = new Map<string, QueueRecord>();

  constructor(configs: Iterable<QueueConfig>) {
    for (const config of configs) this.#queues.set(config.id, new QueueRecord(config, true));
  }

  /** The queue of an id that events name; one that nobody described is made. */
  of(id: string): QueueRecord {
    let queue = this.#queues.get(id);
    if (!queue) {
      queue = new QueueRecord(unknownQueue(id, id.startsWith('counter:') ? 'counter' : 'phone'), false);
      this.#queues.set(id, queue);
    }
    return queue;
  }

  /** The item of a key: the city first, so that a queue somebody called `city` never passes for it. */
  item(key: string): QueueRecord | undefined {
    return key === CITY_KEY ? this.city : this.#queues.get(key);
  }

  *all(): Iterable<QueueRecord> {
    yield this.city;
    for (const [id, queue] of this.#queues) if (id !== CITY_KEY) yield queue;
  }

  /** Drops what is before the instant, and the undescribed queues in which nothing is left. Returns their keys. */
  forget(before_us: number): string[] {
    const before = intervalOf(before_us);
    const gone: string[] = [];
    for (const queue of this.all()) {
      if (queue.last_event_us < before_us) queue.last_event_us = 0;
      for (const [interval, cell] of queue.cells)
        if (interval < before || cell.isEmpty) queue.cells.delete(interval);
      if (!queue.isGone) continue;
      this.#queues.delete(queue.key);
      gone.push(queue.key);
    }
    return gone;
  }
}

/**
 * The contacts of the live window. Each keeps its events in order; its legs are their fold; what they add to queues
 * and agents is taken back before a change and put in again after it.
 */
import { cityTally } from '../domain/call.ts';
import {
  CLOSING_LIMITS,
  type ClosingLimits,
  type ContactEvent,
  closeByRule,
  closesAt_us,
  foldContact,
  isServing,
  isWaiting,
  type Leg,
  stepContact,
} from '../domain/contact.ts';
import { intervalOf, intervalStart_us } from '../domain/interval.ts';
import { insertEvent } from '../domain/subject.ts';
import { legTally, type Tally } from '../domain/tally.ts';
import { visitTally } from '../domain/visit.ts';
import type { AgentBook } from './agents.ts';
import type { QueueBook } from './queues.ts';

export type ContactKind = 'call' | 'visit';

interface ContactRecord {
  readonly key: string;
  readonly kind: ContactKind;
  events: ContactEvent[];
  legs: Leg[];
  /** Interval of the first event: the bucket it waits in for the end of the window. */
  bucket: number;
  /** Taken back and not yet put in again; `late` when its legs have to be folded from the beginning. */
  unsettled: boolean;
  late: boolean;
}

const tallyOf = (kind: ContactKind, leg: Leg): Tally => (kind === 'call' ? legTally(leg) : visitTally(leg));

export class ContactBook {
  readonly #contacts = new Map<string, ContactRecord>();
  /** Those with a leg that the rule may have to close. */
  readonly #open = new Set<ContactRecord>();
  readonly #buckets = new Map<number, Set<ContactRecord>>();
  readonly #unsettled: ContactRecord[] = [];
  readonly #queues: QueueBook;
  readonly #agents: AgentBook;
  readonly #limits: ClosingLimits;
  /** Called with each queue whose figures changed. */
  readonly #changed: (queue: string) => void;

  constructor(
    queues: QueueBook,
    agents: AgentBook,
    changed: (queue: string) => void,
    limits: ClosingLimits = CLOSING_LIMITS,
  ) {
    this.#queues = queues;
    this.#agents = agents;
    this.#changed = changed;
    this.#limits = limits;
  }

  get size(): number {
    return this.#contacts.size;
  }

  /** Time of the oldest event, µs; Infinity when there is none. */
  oldest_us(): number {
    const contacts = this.#buckets.get(Math.min(...this.#buckets.keys())) ?? [];
    return Math.min(...Array.from(contacts, ({ events }) => events[0]!.time_us));
  }

  /**
   * Takes an event in; false when it is there already. The figures are whole again after `settle`: a contact that has several
   * events in a batch, as history and a busy second bring them, is taken back and put in once.
   */
  apply(kind: ContactKind, subject: string, event: ContactEvent): boolean {
    const key = `${kind}:${subject}`;
    let contact = this.#contacts.get(key);
    if (!contact) {
      contact = {
        key,
        kind,
        events: [],
        legs: [],
        bucket: Number.NaN,
        unsettled: false,
        late: false,
      };
      this.#contacts.set(key, contact);
    }
    const index = insertEvent(contact.events, event);
    if (index < 0) return false;
    if (!contact.unsettled) {
      this.#takeBack(contact);
      contact.unsettled = true;
      this.#unsettled.push(contact);
    }
    contact.late ||= index < contact.events.length - 1;
    if (!contact.late) stepContact(contact.legs, event);
    if (index === 0) this.#bucket(contact);
    const queue = this.#queues.of(event.queue);
    queue.last_event_us = Math.max(queue.last_event_us, event.time_us);
    this.#changed(event.queue);
    if (kind === 'call') {
      const { city } = this.#queues;
      city.last_event_us = Math.max(city.last_event_us, event.time_us);
      this.#changed(city.key);
    }
    return true;
  }

  /** Puts in again what `apply` took back. To be called before anything is read, and before `tick` and `forget`. */
  settle(now_us: number): void {
    for (const contact of this.#unsettled) {
      if (contact.late) contact.legs = foldContact(contact.events);
      contact.late = false;
      contact.unsettled = false;
      this.#putIn(contact, now_us);
    }
    this.#unsettled.length = 0;
  }

  /** Legs do not change between `#putIn` and this, so what they add is not kept but made again. */
  #takeBack(contact: ContactRecord): void {
    const { city } = this.#queues;
    const { legs, kind } = contact;
    for (const leg of legs) {
      const queue = this.#queues.of(leg.queue);
      queue.removeLeg(leg);
      queue.count(tallyOf(kind, leg), queue.threshold_ms, -1);
      this.#changed(leg.queue);
      if (leg.agent !== null) this.#agents.unserve(leg.agent, leg);
      if (kind === 'call') city.removeLeg(leg);
    }
    if (kind === 'call') this.#countInCity(legs, -1);
  }

  #putIn(contact: ContactRecord, now_us: number): void {
    const { city } = this.#queues;
    const { legs, kind } = contact;
    let open = false;
    for (const leg of legs) {
      closeByRule(leg, now_us, this.#limits);
      const queue = this.#queues.of(leg.queue);
      queue.addLeg(leg);
      queue.count(tallyOf(kind, leg), queue.threshold_ms, 1);
      this.#changed(leg.queue);
      if (leg.agent !== null) this.#agents.serve(leg.agent, leg);
      if (kind === 'call') city.addLeg(leg);
      open ||= isWaiting(leg) || isServing(leg);
    }
    if (kind === 'call') this.#countInCity(legs, 1);
    if (open) this.#open.add(contact);
    else this.#open.delete(contact);
  }

  /** A call counts in the city with the threshold of the queue it entered first. */
  #countInCity(legs: readonly Leg[], sign: 1 | -1): void {
    if (legs.length === 0) return;
    const first = legs.find((leg) => leg.entered_us !== null) ?? legs[0]!;
    this.#queues.city.count(cityTally(legs), this.#queues.of(first.queue).threshold_ms, sign);
  }

  #bucket(contact: ContactRecord): void {
    const bucket = intervalOf(contact.events[0]!.time_us);
    if (bucket === contact.bucket) return;
    this.#unbucket(contact);
    contact.bucket = bucket;
    const contacts = this.#buckets.get(bucket);
    if (contacts) contacts.add(contact);
    else this.#buckets.set(bucket, new Set([contact]));
  }
  #unbucket(contact: ContactRecord): void {
    const contacts = this.#buckets.get(contact.bucket);
    contacts?.delete(contact);
    if (contacts?.size === 0) this.#buckets.delete(contact.bucket);
  }

  /** Closes by rule what has become due. */
  tick(now_us: number): void {
    for (const contact of this.#open) {
      const due = contact.legs.some(
        (leg) => leg.closed_us === null && closesAt_us(leg, this.#limits) < now_us,
      );
      if (due) this.#again(contact, contact.events, now_us);
    }
  }

  #again(contact: ContactRecord, events: ContactEvent[], now_us: number): void {
    this.#takeBack(contact);
    contact.events = events;
    contact.legs = foldContact(events);
    this.#putIn(contact, now_us);
    if (contact.kind === 'call') this.#changed(this.#queues.city.key);
  }

  /**
   * Lets go of events before the window, of at most `limit` contacts; true when nothing is left to let go. A contact
   * that began before it and went on inside it keeps the events inside, as after a restart.
   */
  forget(window_start_us: number, now_us: number, limit: number): boolean {
    let room = limit;
    for (const [bucket, contacts] of this.#buckets) {
      if (intervalStart_us(bucket) >= window_start_us) continue;
      for (const contact of contacts) {
        if (room === 0) return false;
        room -= 1;
        const events = contact.events.filter((event) => event.time_us >= window_start_us);
        this.#again(contact, events, now_us);
        if (events.length > 0) {
          this.#bucket(contact);
          continue;
        }
        this.#unbucket(contact);
        this.#contacts.delete(contact.key);
      }
    }
    return true;
  }
}

/**
 * A contact (a call, a counter visit) as the legs of its way: one leg a visit of a queue. Pure: every function takes the
 * legs so far and the next thing that happened, in event order, and changes the legs.
 *
 * A contact is in at most one queue at a time, so at most one leg is open (offered or waiting): entering another
 * queue ends it as `moved`. Conversations may overlap (a consultation before a transfer). The first end of a leg wins.
 */
import type { Ordered } from './subject.ts';

export type LegOutcome = 'answered' | 'abandoned' | 'timed_out' | 'callback' | 'moved';

export interface Leg {
  /** The queue it counts in: where it entered. */
  readonly queue: string;
  /** First sign of it, µs; where it was only offered, the interval it counts in is this one's. */
  readonly started_us: number;
  /** `offered`: not in the queue yet. `serving`: answered and not ended. */
  status: 'offered' | 'waiting' | 'serving' | 'ended';
  /** When it entered the queue, µs; null while it was only offered. */
  entered_us: number | null;
  /** Entered by a transfer that named the queue; its own `queued` has not come (yet). */
  inferred: boolean;
  /** Last event that touched it, µs: the rule that closes it counts from here. */
  touched_us: number;
  /** How it left the queue. */
  outcome: LegOutcome | null;
  /** When it left the queue, µs. */
  left_us: number | null;
  /** Both the entry and the leaving are known. */
  wait_known: boolean;
  /** Exact to the microsecond, then rounded; null while waiting or unknown. */
  wait_ms: number | null;
  answered_queue: string | null;
  agent: string | null;
  /** When the conversation ended, µs. */
  ended_us: number | null;
  completed: boolean;
  transferred: boolean;
  talk_ms: number | null;
  hold_ms: number | null;
  wrap_up_ms: number | null;
  /** It was 911's business. */
  misdirected: boolean;
  /** When the rule closed it for want of an end, µs. Not from events: `closeByRule` sets it anew each time. */
  closed_us: number | null;
}

/** One event of a contact, compact: the live state keeps a day and a half of them. */
export interface ContactEvent extends Ordered {
  readonly kind:
    | 'offered'
    | 'queued'
    | 'answered'
    | 'abandoned'
    | 'timed_out'
    | 'callback'
    | 'transferred'
    | 'completed'
    | 'left';
  /** `from_queue` of a transfer. */
  readonly queue: string;
  readonly to_queue: string | null;
  readonly to_external: string | null;
  readonly agent: string | null;
  readonly talk_ms: number | null;
  readonly hold_ms: number | null;
  readonly wrap_up_ms: number | null;
  readonly misdirected: boolean;
}

/** Where a transfer goes that makes a call 911's business. */
const EMERGENCY = '911';

const isOpen = (leg: Leg): boolean => leg.status === 'offered' || leg.status === 'waiting';
const isServedBy = (leg: Leg, queue: string): boolean =>
  leg.outcome === 'answered' && (leg.answered_queue === queue || leg.queue === queue);

function openLeg(legs: readonly Leg[]): Leg | undefined {
  return legs.findLast(isOpen);
}

function addLeg(legs: Leg[], queue: string, time_us: number, entry: 'offered' | 'entered' | 'unknown'): Leg {
  const leg: Leg = {
    queue,
    started_us: time_us,
    status: entry === 'offered' ? 'offered' : 'waiting',
    entered_us: entry === 'offered' ? null : time_us,
    inferred: false,
    touched_us: time_us,
    outcome: null,
    left_us: null,
    wait_known: entry !== 'unknown',
    wait_ms: null,
    answered_queue: null,
    agent: null,
    ended_us: null,
    completed: false,
    transferred: false,
    talk_ms: null,
    hold_ms: null,
    wrap_up_ms: null,
    misdirected: false,
    closed_us: null,
  };
  legs.push(leg);
  return leg;
}

/** Takes a leg out of its queue. One that was answered or given up without being queued had entered when it was offered. */
function leave(leg: Leg, outcome: LegOutcome, left_us: number): void {
  if (outcome === 'moved' && leg.status === 'offered') {
    leg.status = 'ended';
    return;
  }
  leg.entered_us ??= leg.started_us;
  leg.outcome = outcome;
  leg.left_us = left_us;
  leg.wait_ms = leg.wait_known ? Math.round((left_us - leg.entered_us) / 1000) : null;
  leg.status = outcome === 'answered' ? 'serving' : 'ended';
}

function leaveOthers(legs: readonly Leg[], time_us: number): void {
  const other = openLeg(legs);
  if (other) leave(other, 'moved', time_us);
}

function offer(legs: Leg[], event: ContactEvent): void {
  const open = openLeg(legs);
  if (open?.queue === event.queue) {
    open.touched_us = event.time_us;
    return;
  }
  leaveOthers(legs, event.time_us);
  addLeg(legs, event.queue, event.time_us, 'offered');
}

/** Enters the queue; there already, only the position changed, unless a transfer had to guess the entry. */
function enter(legs: Leg[], event: ContactEvent): void {
  const open = openLeg(legs);
  if (open?.queue !== event.queue) {
    leaveOthers(legs, event.time_us);
    addLeg(legs, event.queue, event.time_us, 'entered');
    return;
  }
  open.touched_us = event.time_us;
  if (open.status === 'offered' || open.inferred) {
    open.status = 'waiting';
    open.entered_us = event.time_us;
    open.inferred = false;
  }
}

function answer(legs: Leg[], event: ContactEvent): void {
  const open = openLeg(legs);
  if (!open && legs.some((leg) => leg.status === 'serving' && isServedBy(leg, event.queue))) return;
  const leg = open ?? addLeg(legs, event.queue, event.time_us, 'unknown');
  leave(leg, 'answered', event.time_us);
  leg.touched_us = event.time_us;
  leg.answered_queue = event.queue;
  leg.agent = event.agent;
}

function giveUp(legs: Leg[], event: ContactEvent, outcome: LegOutcome): void {
  const open = openLeg(legs);
  // A queue the contact has been in already had its end: the first one wins.
  if (!open && legs.some((leg) => leg.queue === event.queue || leg.answered_queue === event.queue)) return;
  const leg = open ?? addLeg(legs, event.queue, event.time_us, 'unknown');
  leave(leg, outcome, event.time_us);
  leg.touched_us = event.time_us;
}

function endService(leg: Leg, time_us: number): void {
  leg.status = 'ended';
  leg.ended_us = time_us;
  leg.touched_us = time_us;
}

function transfer(legs: Leg[], event: ContactEvent): void {
  const from = (leg: Leg): boolean => leg.queue === event.queue || isServedBy(leg, event.queue);
  let leg = legs.findLast((candidate) => candidate.status !== 'ended' && from(candidate));
  // Nothing is known of it but that it went on from there.
  if (!leg && !legs.some(from)) {
    leaveOthers(legs, event.time_us);
    leg = addLeg(legs, event.queue, event.time_us, 'unknown');
  }
  if (leg?.status === 'serving') {
    leg.transferred = true;
    endService(leg, event.time_us);
  } else if (leg) {
    leave(leg, 'moved', event.time_us);
    leg.touched_us = event.time_us;
  }
  if (leg && event.to_external === EMERGENCY) leg.misdirected = true;
  const to = event.to_queue;
  // It may be there already: the other queue's own event can come first in the same instant.
  if (
    to === null ||
    legs.some((other) => other.status !== 'ended' && (other.queue === to || isServedBy(other, to)))
  )
    return;
  leaveOthers(legs, event.time_us);
  addLeg(legs, to, event.time_us, 'entered').inferred = true;
}

/**
 * The end of a conversation. Where its answer is missing, it was `talk + hold` before; without these the moment of the
 * answer, and so the wait, stays unknown.
 */
function complete(legs: Leg[], event: ContactEvent): void {
  let leg = legs.findLast((candidate) => isServedBy(candidate, event.queue));
  if (leg?.status === 'ended') {
    // Its end was the transfer; what it was about is only told now.
    leg.misdirected ||= event.misdirected;
    return;
  }
  if (!leg) {
    leg = openLeg(legs) ?? addLeg(legs, event.queue, event.time_us, 'unknown');
    const answered_us = event.time_us - ((event.talk_ms ?? 0) + (event.hold_ms ?? 0)) * 1000;
    if (event.talk_ms === null) leg.wait_known = false;
    leave(leg, 'answered', Math.max(leg.entered_us ?? leg.started_us, answered_us));
    leg.answered_queue = event.queue;
    leg.agent = event.agent;
  }
  endService(leg, event.time_us);
  leg.completed = true;
  leg.talk_ms = event.talk_ms;
  leg.hold_ms = event.hold_ms;
  leg.wrap_up_ms = event.wrap_up_ms;
  leg.misdirected = event.misdirected;
}

/** A visitor who goes: before being called that is an abandonment, after it the end of the service. */
function goAway(legs: Leg[], event: ContactEvent): void {
  const serving = legs.findLast((leg) => leg.status === 'serving' && isServedBy(leg, event.queue));
  if (serving && !openLeg(legs)) endService(serving, event.time_us);
  else giveUp(legs, event, 'abandoned');
}

const STEPS: Readonly<Record<ContactEvent['kind'], (legs: Leg[], event: ContactEvent) => void>> = {
  offered: offer,
  queued: enter,
  answered: answer,
  transferred: transfer,
  completed: complete,
  left: goAway,
  abandoned: (legs, event) => giveUp(legs, event, 'abandoned'),
  timed_out: (legs, event) => giveUp(legs, event, 'timed_out'),
  callback: (legs, event) => giveUp(legs, event, 'callback'),
};

/** Takes the next event, in order, into the legs. */
export const stepContact = (legs: Leg[], event: ContactEvent): void => STEPS[event.kind](legs, event);

/** The legs that events, sorted by `compareEvents`, make. */
export function foldContact(events: Iterable<ContactEvent>): Leg[] {
  const legs: Leg[] = [];
  for (const event of events) stepContact(legs, event);
  return legs;
}

/** How long a leg may stay without an event before it is closed by rule. */
export interface ClosingLimits {
  readonly waiting_us: number;
  readonly serving_us: number;
}
export const CLOSING_LIMITS: ClosingLimits = { waiting_us: 4 * 3_600_000_000, serving_us: 4 * 3_600_000_000 };

/** When the rule will close the leg, µs; Infinity when it has its end (or never entered). */
export function closesAt_us(leg: Leg, limits: ClosingLimits): number {
  if (leg.status === 'waiting') return leg.touched_us + limits.waiting_us;
  if (leg.status === 'serving') return leg.touched_us + limits.serving_us;
  return Number.POSITIVE_INFINITY;
}

/**
 * Closes what had no event for longer than the limit, and revives what an event has touched since. It depends on `now`
 * and not on when it is called.
 */
export function closeByRule(leg: Leg, now_us: number, limits: ClosingLimits): void {
  const at_us = closesAt_us(leg, limits);
  leg.closed_us = now_us > at_us ? at_us : null;
}

export const isWaiting = (leg: Leg): boolean => leg.status === 'waiting' && leg.closed_us === null;
export const isServing = (leg: Leg): boolean => leg.status === 'serving' && leg.closed_us === null;

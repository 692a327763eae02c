/** Telephone calls as contacts. */
import type { EventRecord, EventType } from '../contract/event-types.ts';
import type { ContactEvent, Leg } from './contact.ts';
import { TYPE_RANK } from './subject.ts';
import { type Tally, transferTime_ms } from './tally.ts';

const KINDS: Partial<Record<EventType, ContactEvent['kind']>> = {
  'call.offered': 'offered',
  'call.queued': 'queued',
  'call.answered': 'answered',
  'call.abandoned': 'abandoned',
  'call.timed_out': 'timed_out',
  'call.callback_requested': 'callback',
  'call.transferred': 'transferred',
  'call.completed': 'completed',
};

/** Seconds as whole milliseconds: sums of these are exact, so what is added can be taken back without a trace. */
const msOf = (seconds: number | undefined): number | null =>
  seconds === undefined ? null : Math.round(seconds * 1000);

/** A `call.*` event as the fold takes it; null for any other. */
export function callEvent(event: EventRecord): ContactEvent | null {
  const kind = KINDS[event.type];
  const { data } = event;
  const queue = kind === 'transferred' ? data.from_queue : data.queue;
  if (kind === undefined || queue === undefined) return null;
  const ends = kind === 'completed';
  return {
    event_id: event.event_id,
    time_us: event.time_us,
    sequence: event.sequence ?? '',
    rank: TYPE_RANK[event.type],
    kind,
    queue,
    to_queue: data.to_queue ?? null,
    to_external: data.to_external ?? null,
    agent: data.agent ?? null,
    talk_ms: ends ? msOf(data.talk_s) : null,
    hold_ms: ends ? msOf(data.hold_s) : null,
    wrap_up_ms: ends ? msOf(data.wrap_up_s) : null,
    misdirected: data.outcome === 'misdirected_emergency',
  };
}

const sumOf = (legs: readonly Leg[], field: 'talk_ms' | 'hold_ms' | 'wrap_up_ms'): number | null => {
  const known = legs.filter((leg) => leg.completed && leg[field] !== null);
  return known.length === 0 ? null : known.reduce((sum, leg) => sum + leg[field]!, 0);
};

/**
 * The call once, as the city counts it: entered when its first leg did; answered when any was, after the whole wait from
 * the first entry; otherwise ended as its last leg ended.
 */
export function cityTally(legs: readonly Leg[]): Tally {
  const entered = legs.filter((leg) => leg.entered_us !== null);
  const first = entered[0] ?? legs[0]!;
  const leaving = entered.find((leg) => leg.outcome === 'answered') ?? entered.at(-1) ?? first;
  const transferred = legs.find((leg) => leg.transferred);
  const wait_known = first.wait_known && leaving.wait_known;
  return {
    started_us: first.started_us,
    entered_us: first.entered_us,
    waiting: legs.some((leg) => leg.status === 'waiting' && leg.closed_us === null),
    closed: legs.some((leg) => leg.closed_us !== null),
    outcome: leaving.outcome,
    left_us: leaving.left_us,
    wait_known,
    wait_ms:
      wait_known && leaving.left_us !== null
        ? Math.round((leaving.left_us - first.entered_us!) / 1000)
        : null,
    elsewhere: leaving.answered_queue !== null && leaving.answered_queue !== first.queue,
    completed: legs.some((leg) => leg.completed),
    transferred: transferred !== undefined,
    transfer_ms: transferred ? transferTime_ms(transferred) : 0,
    misdirected: legs.some((leg) => leg.misdirected),
    talk_ms: sumOf(legs, 'talk_ms'),
    hold_ms: sumOf(legs, 'hold_ms'),
    wrap_up_ms: sumOf(legs, 'wrap_up_ms'),
  };
}

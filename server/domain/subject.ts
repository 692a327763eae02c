/**
 * The order of the events of one subject: time, then the sender's sequence, then the natural order of the types (two
 * things in the same second are told apart by what they mean), then the id. It is total, so any order of arrival
 * ends in the same list.
 */
import { EVENT_TYPE_NAMES, type EventType } from '../contract/event-types.ts';

/** What the order needs to know of an event. */
export interface Ordered {
  readonly event_id: string;
  readonly time_us: number;
  /** '' when the sender gave none. */
  readonly sequence: string;
  readonly rank: number;
}

const RANKS: Partial<Record<EventType, number>> = {
  'call.offered': 0,
  'call.queued': 1,
  'call.answered': 2,
  'call.transferred': 3,
  'call.abandoned': 4,
  'call.timed_out': 4,
  'call.callback_requested': 4,
  'call.completed': 5,
};
/** Natural order of the types; for the types a rule does not rank, the order of the contract's table. */
export const TYPE_RANK = Object.fromEntries(
  EVENT_TYPE_NAMES.map((type, index) => [type, RANKS[type] ?? 10 + index]),
) as Record<EventType, number>;

export function compareEvents(a: Ordered, b: Ordered): number {
  if (a.time_us !== b.time_us) return a.time_us - b.time_us;
  if (a.sequence !== b.sequence) return a.sequence < b.sequence ? -1 : 1;
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.event_id === b.event_id) return 0;
  return a.event_id < b.event_id ? -1 : 1;
}

/**
 * Puts an event in its place and returns its index, or -1 when it is there already. In order it is one comparison.
 */
export function insertEvent<E extends Ordered>(events: E[], event: E): number {
  const last = events.at(-1);
  if (last === undefined || compareEvents(last, event) < 0) return events.push(event) - 1;
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareEvents(events[middle]!, event) < 0) low = middle + 1;
    else high = middle;
  }
  if (compareEvents(events[low]!, event) === 0) return -1;
  events.splice(low, 0, event);
  return low;
}

/** Visits of the service counters as contacts: the ticket taken enters, the number called answers. */
import type { EventRecord, EventType } from '../contract/event-types.ts';
import type { ContactEvent, Leg } from './contact.ts';
import { TYPE_RANK } from './subject.ts';
import { legTally, type Tally } from './tally.ts';

const KINDS: Partial<Record<EventType, ContactEvent['kind']>> = {
  'counter.arrived': 'queued',
  'counter.called': 'answered',
  'counter.served': 'completed',
  'counter.left': 'left',
};

/** Queue id of a service counter. */
export const counterQueue = (counter: string): string => `counter:${counter}`;

/** A `counter.*` event as the fold takes it; null for any other. */
export function visitEvent(event: EventRecord): ContactEvent | null {
  const kind = KINDS[event.type];
  const { counter } = event.data;
  if (kind === undefined || counter === undefined) return null;
  return {
    event_id: event.event_id,
    time_us: event.time_us,
    sequence: event.sequence ?? '',
    rank: TYPE_RANK[event.type],
    kind,
    queue: counterQueue(counter),
    to_queue: null,
    to_external: null,
    agent: null,
    talk_ms: null,
    hold_ms: null,
    wrap_up_ms: null,
    misdirected: false,
  };
}

/** One leg of a visit as its counter counts it. No field tells how long it was served: it is from the call to the end. */
export function visitTally(leg: Leg): Tally {
  const called = leg.completed && leg.wait_known;
  return { ...legTally(leg), talk_ms: called ? Math.round((leg.ended_us! - leg.left_us!) / 1000) : null };
}

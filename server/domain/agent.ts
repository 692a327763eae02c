/**
 * An agent's states over time, from what the agent's telephone says (`agent.state`) and from the conversations seen in calls.
 * What is said explicitly always wins from its moment; a conversation makes busy, its end makes wrap-up for as
 * long as the call told, then the availability of the last explicit state.
 */
import type { AgentStateName } from '../contract/live.ts';
import type { Leg } from './contact.ts';
import type { Ordered } from './subject.ts';

/** One `agent.state`. */
export interface AgentEvent extends Ordered {
  readonly state: AgentStateName;
  readonly queues: readonly string[];
}

/** A time in one state: [from_us, to_us); the last one has no end. */
export interface StateSegment {
  readonly from_us: number;
  readonly to_us: number;
  readonly state: AgentStateName;
  readonly queues: readonly string[];
}

/** Where a busy agent returns to after a conversation. */
const availability = (said: AgentStateName | null): AgentStateName =>
  said === 'paused' || said === 'offline' ? said : 'available';

type Point =
  | { readonly at_us: number; readonly order: 0; readonly begin: Leg }
  | { readonly at_us: number; readonly order: 1; readonly end: Leg }
  | { readonly at_us: number; readonly order: 2; readonly said: AgentEvent }
  | { readonly at_us: number; readonly order: 3; readonly wrapped: Leg };

function pointsOf(said: readonly AgentEvent[], served: Iterable<Leg>): Point[] {
  const points: Point[] = said.map((event) => ({ at_us: event.time_us, order: 2, said: event }));
  for (const leg of served) {
    points.push({ at_us: leg.left_us!, order: 0, begin: leg });
    const end_us = leg.ended_us ?? leg.closed_us;
    if (end_us === null) continue;
    points.push({ at_us: end_us, order: 1, end: leg });
    if (leg.wrap_up_ms) points.push({ at_us: end_us + leg.wrap_up_ms * 1000, order: 3, wrapped: leg });
  }
  // Stable: explicit states of one instant stay in the order of their events.
  return points.sort((a, b) => a.at_us - b.at_us || a.order - b.order);
}

/**
 * The segments, oldest first, of an agent who said `said` (sorted) and served `served`. Zero-length ones are left out.
 * Some may lie in the future: a wrap-up that has not ended.
 */
export function foldAgent(said: readonly AgentEvent[], served: Iterable<Leg>): StateSegment[] {
  const segments: StateSegment[] = [];
  let last_said: AgentEvent | null = null;
  let conversation: Leg | null = null;
  let wrapping: Leg | null = null;
  let seen_in: readonly string[] = [];
  let current: { from_us: number; state: AgentStateName; queues: readonly string[] } | null = null;
  const become = (at_us: number, state: AgentStateName): void => {
    const queues = last_said?.queues ?? seen_in;
    if (current && current.state === state && current.queues === queues) return;
    if (current && current.from_us < at_us) segments.push({ ...current, to_us: at_us });
    current = { from_us: at_us, state, queues };
  };
  for (const point of pointsOf(said, served)) {
    if (point.order === 0) {
      conversation = point.begin;
      wrapping = null;
      const queue = point.begin.answered_queue!;
      if (!seen_in.includes(queue)) seen_in = [...seen_in, queue];
      become(point.at_us, 'busy');
    } else if (point.order === 1) {
      if (conversation !== point.end) continue;
      conversation = null;
      wrapping = point.end.wrap_up_ms ? point.end : null;
      become(point.at_us, wrapping ? 'wrap_up' : availability(last_said?.state ?? null));
    } else if (point.order === 2) {
      last_said = point.said;
      conversation = null;
      wrapping = null;
      become(point.at_us, point.said.state);
    } else if (wrapping === point.wrapped) {
      wrapping = null;
      become(point.at_us, availability(last_said?.state ?? null));
    }
  }
  if (current)
    segments.push({ ...(current as Omit<StateSegment, 'to_us'>), to_us: Number.POSITIVE_INFINITY });
  return segments;
}

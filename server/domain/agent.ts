/**
 * An agent's states over time, from what the agent's telephone says (`agent.state`) and from the conversations seen in calls.
 * What is said explicitly always wins from its moment; a conversation makes busy, its end makes wrap-up for as
 * long as the call told, then the availability of the last explicit state. Of one who is not heard of for long nothing is
 * known any more.
 */
import type { AgentStateName } from '../contract/live.ts';
import type { Leg } from './contact.ts';
import type { Ordered } from './subject.ts';

/** One `agent.state`. */
export interface AgentEvent extends Ordered {
  readonly state: AgentStateName;
  readonly queues: readonly string[];
}

/** A time in one state: [from_us, to_us). */
export interface StateSegment {
  readonly from_us: number;
  readonly to_us: number;
  readonly state: AgentStateName;
  readonly queues: readonly string[];
}

/** How long something is known of an agent of whom nothing further is heard. */
export interface AgentLimits {
  /** A state that was said holds this long. */
  readonly said_us: number;
  /** One who never says a state is taken as available this long after a conversation. */
  readonly seen_us: number;
}
export const AGENT_LIMITS: AgentLimits = { said_us: 7 * 86_400_000_000, seen_us: 4 * 3_600_000_000 };

/** Where a busy agent returns to after a conversation. */
const availability = (said: AgentStateName | null): AgentStateName =>
  said === 'paused' || said === 'offline' ? said : 'available';

/** One thing that happened to an agent, at a moment. */
export type Point =
  | { readonly at_us: number; readonly order: 0; readonly begin: Leg }
  | { readonly at_us: number; readonly order: 1; readonly end: Leg }
  | { readonly at_us: number; readonly order: 2; readonly said: AgentEvent }
  | { readonly at_us: number; readonly order: 3; readonly wrapped: Leg };

/** Equal for conversations that cannot be told apart. */
const compareServed = (a: Leg, b: Leg): number =>
  a.left_us! - b.left_us! ||
  (a.ended_us ?? a.closed_us ?? 0) - (b.ended_us ?? b.closed_us ?? 0) ||
  (a.wrap_up_ms ?? 0) - (b.wrap_up_ms ?? 0) ||
  (a.answered_queue! < b.answered_queue! ? -1 : Number(a.answered_queue! > b.answered_queue!));

/** The end of the leg's wrap-up, or what is known of it before. */
export function lastPoint_us(leg: Leg): number {
  const end_us = leg.ended_us ?? leg.closed_us;
  return end_us === null ? leg.left_us! : end_us + (leg.wrap_up_ms ?? 0) * 1000;
}

/** What an agent who said `said` (sorted) and served `served` went through, in order. */
export function pointsOf(said: readonly AgentEvent[], served: Iterable<Leg>): Point[] {
  const points: Point[] = said.map((event) => ({ at_us: event.time_us, order: 2, said: event }));
  for (const leg of [...served].sort(compareServed)) {
    points.push({ at_us: leg.left_us!, order: 0, begin: leg });
    const end_us = leg.ended_us ?? leg.closed_us;
    if (end_us === null) continue;
    points.push({ at_us: end_us, order: 1, end: leg });
    if (leg.wrap_up_ms) points.push({ at_us: lastPoint_us(leg), order: 3, wrapped: leg });
  }
  // Stable: explicit states of one instant stay in the order of their events.
  return points.sort((a, b) => a.at_us - b.at_us || a.order - b.order);
}

/**
 * The segments, oldest first, of an agent who said `said` (sorted) and served `served`. Zero-length ones are left out.
 * Some may lie in the future: a wrap-up that has not ended.
 */
export function foldAgent(
  said: readonly AgentEvent[],
  served: Iterable<Leg>,
  limits: AgentLimits = AGENT_LIMITS,
): StateSegment[] {
  const fold = new AgentFold(limits);
  for (const point of pointsOf(said, served)) fold.step(point);
  return fold.end();
}

/** The fold itself, point by point; `foldAgent` is all of it. */
export class AgentFold {
  readonly #limits: AgentLimits;
  /** Segments that are over. */
  readonly segments: StateSegment[] = [];
  #last_said: AgentEvent | null = null;
  #conversation: Leg | null = null;
  #wrapping: Leg | null = null;
  /** Queues of the conversations since the last state that was said: those of an agent who says none. */
  #seen_in: readonly string[] = [];
  #current: Omit<StateSegment, 'to_us'> | null = null;

  constructor(limits: AgentLimits) {
    this.#limits = limits;
  }

  /** Goes on from the same place, without the segments so far. */
  copy(): AgentFold {
    const copy = new AgentFold(this.#limits);
    copy.#last_said = this.#last_said;
    copy.#conversation = this.#conversation;
    copy.#wrapping = this.#wrapping;
    copy.#seen_in = this.#seen_in;
    copy.#current = this.#current;
    return copy;
  }

  step(point: Point): void {
    this.#expire(point.at_us);
    if (point.order === 0) {
      this.#conversation = point.begin;
      this.#wrapping = null;
      const queue = point.begin.answered_queue!;
      if (!this.#seen_in.includes(queue)) this.#seen_in = [...this.#seen_in, queue];
      this.#become(point.at_us, 'busy');
    } else if (point.order === 1) {
      if (this.#conversation !== point.end) return;
      this.#conversation = null;
      this.#wrapping = point.end.wrap_up_ms ? point.end : null;
      this.#become(point.at_us, this.#wrapping ? 'wrap_up' : this.#afterwards);
    } else if (point.order === 2) {
      this.#last_said = point.said;
      this.#conversation = null;
      this.#wrapping = null;
      this.#seen_in = [];
      this.#become(point.at_us, point.said.state);
    } else if (this.#wrapping === point.wrapped) {
      this.#wrapping = null;
      this.#become(point.at_us, this.#afterwards);
    }
  }

  end(): StateSegment[] {
    this.#expire(Number.POSITIVE_INFINITY);
    this.#end(Number.POSITIVE_INFINITY);
    return this.segments;
  }

  get #afterwards(): AgentStateName {
    return availability(this.#last_said?.state ?? null);
  }

  /** Ends, at the moment they do, what held at most until `until_us`. */
  #expire(until_us: number): void {
    const served = this.#conversation ?? this.#wrapping;
    if (this.#last_said) {
      const at_us = this.#last_said.time_us + this.#limits.said_us;
      if (at_us > until_us) return;
      this.#last_said = null;
      this.#seen_in = served ? [served.answered_queue!] : [];
      // A conversation goes on; where it is in is all that is known of the agent now.
      if (served) this.#become(at_us, this.#current!.state);
      else this.#end(at_us);
    } else if (this.#current && !served) {
      const at_us = this.#current.from_us + this.#limits.seen_us;
      if (at_us > until_us) return;
      this.#seen_in = [];
      this.#end(at_us);
    }
  }

  #become(at_us: number, state: AgentStateName): void {
    const queues = this.#last_said?.queues ?? this.#seen_in;
    if (this.#current?.state === state && this.#current.queues === queues) return;
    this.#end(at_us);
    this.#current = { from_us: at_us, state, queues };
  }

  #end(at_us: number): void {
    if (this.#current && this.#current.from_us < at_us)
      this.segments.push({ ...this.#current, to_us: at_us });
    this.#current = null;
  }
}

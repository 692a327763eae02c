/**
 * The agents: their state now, and their time by interval of the live window for the occupancy. An agent that changed is
 * only marked; it is folded again when somebody reads, so that a burst of events costs one fold.
 *
 * Of what an agent said before the window the last is kept, as long as it holds: a state may be older than the window.
 */
import type { EventRecord } from '../contract/event-types.ts';
import { type AgentCounts, type AgentStateName, CITY_KEY } from '../contract/live.ts';
import { AGENT_LIMITS, type AgentEvent, type AgentLimits, type StateSegment } from '../domain/agent.ts';
import { AgentHistory } from '../domain/agent-history.ts';
import type { Leg } from '../domain/contact.ts';
import { splitAtIntervals } from '../domain/interval.ts';
import { TYPE_RANK } from '../domain/subject.ts';
import type { Cell } from '../domain/tally.ts';
import type { QueueBook, QueueRecord } from './queues.ts';

export interface AgentRecord {
  readonly id: string;
  readonly history: AgentHistory;
  /** Ended segments whose time is in the cells. */
  readonly counted: StateSegment[];
  current: StateSegment | null;
  /** When time alone changes the state, µs. */
  next_us: number;
}

/** Longer than this in a state asks for a look. Being available or offline for long does not. */
export const STATE_LIMITS_S: Readonly<Partial<Record<AgentStateName, number>>> = {
  busy: 1_800,
  wrap_up: 300,
  paused: 1_800,
};

const sameSegment = (a: StateSegment, b: StateSegment): boolean =>
  a.from_us === b.from_us &&
  a.to_us === b.to_us &&
  a.state === b.state &&
  a.queues.length === b.queues.length &&
  a.queues.every((queue, index) => queue === b.queues[index]);

export class AgentBook {
  readonly #agents = new Map<string, AgentRecord>();
  readonly #touched = new Set<AgentRecord>();
  readonly #queues: QueueBook;
  readonly #changed: (queue: string) => void;
  readonly #limits: AgentLimits;
  #window_start_us: number;

  constructor(
    queues: QueueBook,
    changed: (queue: string) => void,
    window_start_us: number,
    limits: AgentLimits = AGENT_LIMITS,
  ) {
    this.#queues = queues;
    this.#changed = changed;
    this.#window_start_us = window_start_us;
    this.#limits = limits;
  }

  /** What agents said from here on may still hold in the window, µs. */
  get from_us(): number {
    return this.#window_start_us - this.#limits.said_us;
  }

  #of(id: string): AgentRecord {
    let agent = this.#agents.get(id);
    if (!agent) {
      agent = {
        id,
        history: new AgentHistory(this.#limits),
        counted: [],
        current: null,
        next_us: Number.POSITIVE_INFINITY,
      };
      this.#agents.set(id, agent);
    }
    return agent;
  }

  #touch(agent: AgentRecord, queues: readonly string[]): void {
    this.#touched.add(agent);
    for (const queue of queues) this.#changed(queue);
    for (const queue of agent.current?.queues ?? []) this.#changed(queue);
    this.#changed(CITY_KEY);
  }

  /** Takes an `agent.state` in; false when it is there already. */
  apply(event: EventRecord): boolean {
    const { queues = [], state } = event.data;
    if (state === undefined) return false;
    const agent = this.#of(event.subject);
    const said: AgentEvent = {
      event_id: event.event_id,
      time_us: event.time_us,
      sequence: event.sequence ?? '',
      rank: TYPE_RANK[event.type],
      state,
      queues: [...new Set(queues)],
    };
    if (!agent.history.say(said)) return false;
    // It may be older than what is known from before the window.
    if (said.time_us < this.#window_start_us) this.#trim(agent);
    this.#touch(agent, said.queues);
    return true;
  }

  /** Keeps of what was said before the window the last, when it still holds there; false when there was no more. */
  #trim(agent: AgentRecord): boolean {
    return agent.history.trim(this.from_us, this.#window_start_us);
  }

  /** The agent answered the leg. */
  serve(id: string, leg: Leg): void {
    const agent = this.#of(id);
    agent.history.serve(leg);
    this.#touch(agent, [leg.answered_queue!]);
  }
  unserve(id: string, leg: Leg): void {
    const agent = this.#of(id);
    agent.history.unserve(leg);
    this.#touch(agent, [leg.answered_queue!]);
  }

  /** Agents that wait to be folded again. */
  get unsettled(): number {
    return this.#touched.size;
  }

  /** Folds again those that changed, so that what is read next is as of `now_us`. */
  settle(now_us: number): void {
    for (const agent of this.#touched) this.#settleOne(agent, now_us);
    this.#touched.clear();
  }

  #settleOne(agent: AgentRecord, now_us: number): void {
    const { kept, tail } = agent.history.fold(now_us);
    const ended = tail.filter((segment) => segment.to_us <= now_us);
    const before = agent.counted.splice(kept);
    let same = 0;
    while (same < ended.length && same < before.length && sameSegment(ended[same]!, before[same]!)) same += 1;
    for (const segment of before.slice(same)) this.#count(segment, -1);
    for (const segment of ended.slice(same)) this.#count(segment, 1);
    agent.counted.push(...ended);
    const next = tail[ended.length];
    const current = next && next.from_us <= now_us ? next : null;
    agent.next_us = next ? (current ? next.to_us : next.from_us) : Number.POSITIVE_INFINITY;
    for (const queue of this.#queuesOf(agent.current)) {
      queue.agents.delete(agent);
      this.#changed(queue.key);
    }
    agent.current = current;
    for (const queue of this.#queuesOf(current)) queue.agents.add(agent);
    if (kept + tail.length === 0) this.#agents.delete(agent.id);
  }

  #queuesOf(segment: StateSegment | null): QueueRecord[] {
    if (!segment) return [];
    return [this.#queues.city, ...segment.queues.map((id) => this.#queues.of(id))];
  }

  /** Puts an ended segment's time into the cells of every queue the agent served, or takes it back. */
  #count(segment: StateSegment, sign: 1 | -1): void {
    if (segment.state === 'paused' || segment.state === 'offline') return;
    const queues = this.#queuesOf(segment);
    for (const queue of queues) this.#changed(queue.key);
    const from_us = Math.max(segment.from_us, this.#window_start_us);
    splitAtIntervals(from_us, segment.to_us, (interval, part_us) => {
      for (const queue of queues) addTime(queue.cell(interval), segment.state, sign * part_us);
    });
  }

  /** Marks those whose state changes with time alone. */
  tick(now_us: number): void {
    for (const agent of this.#agents.values()) if (agent.next_us <= now_us) this.#touch(agent, []);
  }

  /** Lets go of what at most `limit` agents said before the window; true when nothing is left to let go. */
  forget(window_start_us: number, limit: number): boolean {
    this.#window_start_us = window_start_us;
    let room = limit;
    for (const agent of this.#agents.values()) {
      if (!this.#trim(agent)) continue;
      this.#touch(agent, []);
      room -= 1;
      if (room === 0) return false;
    }
    return true;
  }
}

function addTime(cell: Cell, state: AgentStateName, time_us: number): void {
  if (state === 'available') cell.available_us += time_us;
  else if (state === 'busy' || state === 'wrap_up') cell.handling_us += time_us;
}

/** Adds to a sum of cells the running segments of the queue's agents, as far as they lie in [from_us, to_us). */
export function addRunningTime(sum: Cell, queue: QueueRecord, from_us: number, to_us: number): void {
  for (const { current } of queue.agents) {
    if (!current) continue;
    const part_us = Math.min(to_us, current.to_us) - Math.max(from_us, current.from_us);
    if (part_us > 0) addTime(sum, current.state, part_us);
  }
}

export function agentCounts(queue: QueueRecord): AgentCounts {
  const counts: AgentCounts = { available: 0, busy: 0, wrap_up: 0, paused: 0, offline: 0 };
  for (const { current } of queue.agents) if (current) counts[current.state] += 1;
  return counts;
}

/** The longest time beyond its limit that an agent of the queue is in a state, in whole minutes, s. */
export function longestInState_s(
  queue: QueueRecord,
  now_us: number,
): Partial<Record<AgentStateName, number>> {
  const longest: Partial<Record<AgentStateName, number>> = {};
  for (const { current } of queue.agents) {
    const limit_s = current && STATE_LIMITS_S[current.state];
    if (!current || limit_s === undefined || limit_s === null) continue;
    const time_s = Math.floor((now_us - current.from_us) / 60_000_000) * 60;
    if (time_s > limit_s && time_s > (longest[current.state] ?? 0)) longest[current.state] = time_s;
  }
  return longest;
}

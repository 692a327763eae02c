/**
 * Which queues each agent of a `queue_log` serves. The log tells single changes, a pause in one queue, a membership that
 * ends; an `agent.state` event tells the whole. Agents that the log never adds, pauses or removes are static members: it
 * does not say whether they are there, so nothing is claimed of them. That a call makes busy is for the live state to
 * see: it follows every call anyway.
 */
import type { AGENT_STATES } from '../../contract/event-types.ts';
import { namesQueue, type QueueLogEntry } from './queue-log.ts';

export interface AgentReport {
  readonly queues: readonly string[];
  readonly state: (typeof AGENT_STATES)[number];
  readonly reason?: string;
}

/** Queues the agent is a member of, and whether paused there. */
type Memberships = Map<string, boolean>;

/** As the checkpoint keeps it. */
export type AgentsSnapshot = readonly (readonly [
  agent: string,
  queues: readonly (readonly [queue: string, paused: boolean])[],
])[];

export class AgentTracker {
  readonly #agents = new Map<string, Memberships>();

  constructor(snapshot: AgentsSnapshot = []) {
    for (const [agent, queues] of snapshot) this.#agents.set(agent, new Map(queues));
  }

  snapshot(): AgentsSnapshot {
    return [...this.#agents].map(([agent, queues]) => [agent, [...queues]]);
  }

  /** Takes a line in; the agent's state from now on, or null when the line does not change it. */
  take(entry: QueueLogEntry): AgentReport | null {
    switch (entry.event) {
      case 'ADDMEMBER':
        return this.#setPaused(entry, entry.data.paused ?? false);
      case 'PAUSE':
      case 'PAUSEALL':
        return this.#setPaused(entry, true);
      case 'UNPAUSE':
      case 'UNPAUSEALL':
        return this.#setPaused(entry, false);
      case 'REMOVEMEMBER':
        return this.#remove(entry);
      default:
        return null;
    }
  }

  #setPaused({ agent, queue, data }: QueueLogEntry, paused: boolean): AgentReport {
    const memberships: Memberships = this.#agents.get(agent) ?? new Map();
    this.#agents.set(agent, memberships);
    const concerned = namesQueue(queue) ? [queue] : [...memberships.keys()];
    for (const name of concerned) memberships.set(name, paused);
    // Of an agent whose queues the log has not named yet, the line itself is all that is known.
    if (memberships.size === 0) return stateOf([], paused, data.reason);
    return reportOf(memberships, data.reason);
  }

  #remove({ agent, queue }: QueueLogEntry): AgentReport {
    const memberships: Memberships = this.#agents.get(agent) ?? new Map();
    const left = namesQueue(queue) ? [queue] : [...memberships.keys()];
    for (const name of left) memberships.delete(name);
    if (memberships.size > 0) return reportOf(memberships);
    this.#agents.delete(agent);
    return { queues: left, state: 'offline' };
  }
}

/** Paused where paused in every queue; paused in some, the agent serves the others. */
function reportOf(memberships: Memberships, reason?: string): AgentReport {
  const serving = [...memberships].filter(([, paused]) => !paused).map(([queue]) => queue);
  return serving.length > 0 ? stateOf(serving, false) : stateOf([...memberships.keys()], true, reason);
}

function stateOf(queues: readonly string[], paused: boolean, reason?: string): AgentReport {
  if (!paused) return { queues, state: 'available' };
  return { queues, state: 'paused', ...(reason === undefined ? {} : { reason }) };
}

/**
 * What each agent of a `queue_log` does. The log tells single changes, a pause in one queue, a call that begins; an
 * `agent.state` event tells the whole. Agents that the log never adds, pauses or removes are static members: of them it
 * does not say whether they are there, so nothing is claimed of them.
 */
import type { AGENT_STATES } from '../../contract/event-types.ts';
import { namesQueue, type QueueLogEntry } from './queue-log.ts';

export interface AgentReport {
  readonly queues: readonly string[];
  readonly state: (typeof AGENT_STATES)[number];
  readonly reason?: string;
}

interface Agent {
  /** Queues the agent is a member of, and whether paused there. */
  readonly queues: Map<string, boolean>;
  /** The call the agent is on. */
  call: string | null;
}

/** As the checkpoint keeps it. */
export type AgentsSnapshot = readonly {
  readonly agent: string;
  readonly queues: readonly (readonly [queue: string, paused: boolean])[];
  readonly call: string | null;
}[];

const CALL_ENDS = new Set([
  'COMPLETEAGENT',
  'COMPLETECALLER',
  'BLINDTRANSFER',
  'TRANSFER',
  'ATTENDEDTRANSFER',
]);

export class AgentTracker {
  readonly #agents = new Map<string, Agent>();

  constructor(snapshot: AgentsSnapshot = []) {
    for (const { agent, queues, call } of snapshot)
      this.#agents.set(agent, { queues: new Map(queues), call });
  }

  snapshot(): AgentsSnapshot {
    return [...this.#agents].map(([agent, { queues, call }]) => ({ agent, queues: [...queues], call }));
  }

  /** Takes a line in; the agent's state from now on, or null when the line says nothing of it. */
  take(entry: QueueLogEntry): AgentReport | null {
    const { event } = entry;
    if (event === 'CONNECT' || CALL_ENDS.has(event)) return this.#onCall(entry);
    switch (event) {
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

  #onCall({ agent: name, call, event }: QueueLogEntry): AgentReport | null {
    const agent = this.#agents.get(name);
    if (!agent) return null;
    if (event === 'CONNECT') agent.call = call;
    else if (agent.call === call) agent.call = null;
    return report(agent);
  }

  #setPaused({ agent: name, queue, data }: QueueLogEntry, paused: boolean): AgentReport {
    const agent = this.#agents.get(name) ?? { queues: new Map<string, boolean>(), call: null };
    this.#agents.set(name, agent);
    const queues = namesQueue(queue) ? [queue] : [...agent.queues.keys()];
    for (const member_of of queues) agent.queues.set(member_of, paused);
    return report(agent, paused ? data.reason : undefined, paused);
  }

  #remove({ agent: name, queue }: QueueLogEntry): AgentReport {
    const agent = this.#agents.get(name) ?? { queues: new Map<string, boolean>(), call: null };
    if (namesQueue(queue)) agent.queues.delete(queue);
    else agent.queues.clear();
    if (agent.queues.size > 0) return report(agent);
    this.#agents.delete(name);
    return { queues: namesQueue(queue) ? [queue] : [], state: 'offline' };
  }
}

/**
 * Paused where paused in every queue; paused in some, the agent serves the others.
 * @param paused what the state is when the log has named no queue of the agent yet.
 */
function report({ queues, call }: Agent, reason?: string, paused = false): AgentReport {
  const serving = [...queues].filter(([, is_paused]) => !is_paused).map(([queue]) => queue);
  if (call !== null) return { queues: serving.length > 0 ? serving : [...queues.keys()], state: 'busy' };
  if (serving.length > 0) return { queues: serving, state: 'available' };
  const state = queues.size > 0 || paused ? 'paused' : 'available';
  return { queues: [...queues.keys()], state, ...(reason === undefined ? {} : { reason }) };
}

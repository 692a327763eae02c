/**
 * Lines of a `queue_log` as the CloudEvents they mean. The same line gives the same event, with the same identity,
 * wherever and however often it is read.
 *
 * - `id` is a hash of time, call, queue, agent and event, and of how many lines before it in that second had the same: not
 *   of the data, since the caller's number stands there and could be found by trying all numbers.
 * - `time` is the log's second, exactly. `sequence` orders what one subject does within a second.
 * - A caller who leaves by a key goes on elsewhere in the dial plan: that is a transfer before an answer, unless the key
 *   is one of `callback_keys`. One whom management withdraws likewise. EXITEMPTY is a time-out whose reason is `empty`.
 */
import { createHash } from 'node:crypto';
import { type EventType, TYPE_PREFIX } from '../../contract/event-types.ts';
import { type AgentsSnapshot, AgentTracker } from './agents.ts';
import { Pseudonyms } from './pseudonym.ts';
import { parseLine, type QueueLogEntry } from './queue-log.ts';

export const QUEUE_LOG_SOURCE = 'urn:vigie:queue-log';

/** An event in its structured JSON form. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly sequence: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export type Reading =
  | { readonly kind: 'events'; readonly event: string; readonly events: readonly CloudEvent[] }
  | { readonly kind: 'without_counterpart'; readonly event: string }
  | { readonly kind: 'blank' }
  | { readonly kind: 'rejected'; readonly reason: string };

export interface QueueLogOptions {
  /** CloudEvents `source`: the same for the same telephone system, wherever its log is read. */
  readonly source?: string;
  /** Keys by which a caller asks to be called back. */
  readonly callback_keys?: readonly string[];
}

/** Lines seen in one second: how often each identity, and how many of each subject. */
interface Second {
  readonly same: Map<string, number>;
  readonly of_subject: Map<string, number>;
}
export interface QueueLogSnapshot {
  readonly agents: AgentsSnapshot;
  readonly seconds: readonly (readonly [
    second: string,
    same: readonly (readonly [string, number])[],
    of_subject: readonly (readonly [string, number])[],
  ])[];
}

/** Asterisk's threads write lines a little out of order: this many seconds are remembered. */
const SECONDS_KEPT = 16;

export class QueueLogReader {
  readonly #source: string;
  readonly #callback_keys: ReadonlySet<string>;
  readonly #pseudonyms: Pseudonyms;
  readonly #agents: AgentTracker;
  readonly #seconds = new Map<string, Second>();

  /** @param snapshot what an earlier reader of the same log had seen, to go on where it stopped. */
  constructor(options: QueueLogOptions = {}, snapshot?: QueueLogSnapshot) {
    this.#source = options.source ?? QUEUE_LOG_SOURCE;
    this.#callback_keys = new Set(options.callback_keys ?? []);
    this.#pseudonyms = new Pseudonyms(this.#source);
    this.#agents = new AgentTracker(snapshot?.agents);
    for (const [second, same, of_subject] of snapshot?.seconds ?? []) {
      this.#seconds.set(second, { same: new Map(same), of_subject: new Map(of_subject) });
    }
  }

  snapshot(): QueueLogSnapshot {
    const seconds = [...this.#seconds].map(
      ([second, { same, of_subject }]) => [second, [...same], [...of_subject]] as const,
    );
    return { agents: this.#agents.snapshot(), seconds };
  }

  /** Takes the next line of the log. */
  read(line: string): Reading {
    const parsed = parseLine(line);
    if (parsed.kind !== 'entry') return parsed;
    // From here on there are only pseudonyms: neither an id nor the checkpoint is made from what is hidden.
    const entry = { ...parsed.entry, agent: this.#pseudonyms.agent(parsed.entry.agent) };
    const events: CloudEvent[] = [];
    const id = this.#identity(entry);
    const contact = contactOf(entry, this.#callback_keys, (text) => this.#pseudonyms.text(text));
    if (contact) events.push(this.#event(entry, id, contact.type, entry.call, contact.data));
    const report = this.#agents.take(entry);
    if (report) {
      const reason = report.reason === undefined ? {} : { reason: this.#pseudonyms.text(report.reason) };
      events.push(this.#event(entry, `${id}-agent`, 'agent.state', entry.agent, { ...report, ...reason }));
    }
    return { kind: 'events', event: entry.event, events };
  }

  #event(
    entry: QueueLogEntry,
    id: string,
    type: EventType,
    subject: string,
    data: Readonly<Record<string, unknown>>,
  ): CloudEvent {
    return {
      specversion: '1.0',
      id,
      source: this.#source,
      type: `${TYPE_PREFIX}${type}`,
      subject,
      time: timeOf(entry),
      sequence: String(next(this.#second(entry).of_subject, subject)).padStart(4, '0'),
      data: Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)),
    };
  }

  #identity(entry: QueueLogEntry): string {
    const { call, queue, agent, event } = entry;
    const head = createHash('sha256')
      .update([timeOf(entry), call, queue, agent, event].join('|'))
      .digest('base64url')
      .slice(0, 22);
    return `${head}-${next(this.#second(entry).same, head)}`;
  }

  #second({ epoch_s }: QueueLogEntry): Second {
    const key = String(epoch_s);
    let second = this.#seconds.get(key);
    if (!second) {
      second = { same: new Map(), of_subject: new Map() };
      this.#seconds.set(key, second);
      if (this.#seconds.size > SECONDS_KEPT) this.#seconds.delete(this.#seconds.keys().next().value!);
    }
    return second;
  }
}

/** How often the key was counted before. */
function next(counts: Map<string, number>, key: string): number {
  const count = counts.get(key) ?? 0;
  counts.set(key, count + 1);
  return count;
}

function timeOf({ epoch_s, fraction }: QueueLogEntry): string {
  return new Date(epoch_s * 1000).toISOString().replace('.000Z', fraction === '' ? 'Z' : `.${fraction}Z`);
}

interface Contact {
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The event of the call, or null for a line that is about an agent alone. Fields the contract does not list go to `extra`. */
function contactOf(
  entry: QueueLogEntry,
  callback_keys: ReadonlySet<string>,
  hide: (text: string) => string,
): Contact | null {
  const { event, queue, agent } = entry;
  const {
    position,
    original_position,
    wait_s,
    ring_s,
    talk_s,
    key = '',
    extension = '',
    context,
  } = entry.data;
  const left = { original_position, wait_s };
  const moved = (to_external: string, more: object): Contact => ({
    type: 'call.transferred',
    data: { from_queue: queue, to_external, ...left, ...more },
  });
  switch (event) {
    case 'ENTERQUEUE':
      return { type: 'call.queued', data: { queue, position } };
    case 'CONNECT':
      return { type: 'call.answered', data: { queue, agent, ring_s, wait_s } };
    case 'COMPLETEAGENT':
    case 'COMPLETECALLER': {
      const ended_by = event === 'COMPLETEAGENT' ? 'agent' : 'caller';
      return { type: 'call.completed', data: { queue, agent, talk_s, ended_by, ...left } };
    }
    case 'ABANDON':
      return { type: 'call.abandoned', data: { queue, position, ...left } };
    case 'EXITWITHTIMEOUT':
      return { type: 'call.timed_out', data: { queue, position, ...left } };
    case 'EXITEMPTY':
      return { type: 'call.timed_out', data: { queue, position, ...left, reason: 'empty' } };
    case 'EXITWITHKEY':
      if (callback_keys.has(key))
        return { type: 'call.callback_requested', data: { queue, position, ...left, key } };
      return moved(`key:${hide(key)}`, { position });
    case 'WITHDRAW':
      return moved('withdrawn', { position });
    case 'BLINDTRANSFER':
    case 'TRANSFER':
      return moved(hide(extension), { agent, talk_s, method: 'blind', context: context && hide(context) });
    case 'ATTENDEDTRANSFER':
      return moved('attended', { agent, talk_s, method: entry.data.method?.toLowerCase() });
    default:
      return null;
  }
}

/**
 * What crosses the socket (namespace `/live`) and the read API: one file for the server and the browser.
 *
 * A topic's state is `{ items: { [key]: item } }`. A delta's `changes` are JSON Patch operations (RFC 6902), of which
 * only `add`, `replace` and `remove` are used, with a path of `/items/<key>`, of a member inside the item (such as
 * `/items/<key>/today/counts/answered`; arrays are replaced whole) or of the whole document (``). Keys are escaped as RFC 6901 says (`~` as `~0`, `/` as `~1`).
 */
import type { AGENT_STATES } from './event-types.ts';
import type { MapItem } from './map.ts';
import type { BreachState, RequestsState } from './requests.ts';

export const TOPICS = ['queues', 'agents', 'requests', 'breaches', 'map', 'feeds', 'clock'] as const;
export type Topic = (typeof TOPICS)[number];
export const CITY_SCOPE = 'city';
/**
 * The item of topics `queues` and `agents` that is the whole city: each call once (in the interval of its first entry,
 * answered if any queue answered it), each agent once. The other items are the queues; a call that was in two queues is in both.
 */
export const CITY_KEY = 'city';
/** The only item of topic `clock`. */
export const CLOCK_KEY = 'server';

export type AgentStateName = (typeof AGENT_STATES)[number];
export type AgentCounts = Record<AgentStateName, number>;

/** Counts of the contacts of one queue over a span; every ratio is made from these when read. Waits are in seconds. */
export interface ContactCounts {
  /** Contacts that reached the system for this queue, queued or not. */
  offered: number;
  /** Contacts that entered the queue. */
  entered: number;
  answered: number;
  abandoned: number;
  /** Abandoned in less than 5 s; also part of `abandoned`. */
  short_abandons: number;
  timed_out: number;
  callbacks: number;
  /** Left the queue for another one, or for outside, before an answer. */
  moved: number;
  /** Answered and passed on, to another queue or outside. */
  transferred: number;
  completed: number;
  /** Calls that were 911's business. */
  misdirected: number;
  /** Still waiting. More than 0 makes an interval provisional. */
  waiting: number;
  /** Never ended by an event; ended by rule after the stated limit. */
  closed_by_rule: number;
  /** Answered by another queue than the one entered; also part of `answered`, and counted where the contact entered. */
  answered_elsewhere: number;
  answered_within: number;
  abandoned_within: number;
  completed_within: number;
  /** Left the queue within the threshold for any reason. */
  left_within: number;
  /** Answered with a known wait, and the sum of these waits. */
  wait_known: number;
  wait_sum_s: number;
  /**
   * Entered with an unknown wait (an end without its beginning), in all and by end: they are counted above, and left
   * out of every ratio, mean and percentile that asks how long they waited.
   */
  wait_unknown: number;
  abandoned_unknown: number;
  timed_out_unknown: number;
  completed_unknown: number;
  /** From answer to transfer, summed over `transferred`. */
  transfer_sum_s: number;
  /** Completed with a known handling time, and the sums. */
  handled: number;
  talk_sum_s: number;
  hold_sum_s: number;
  wrap_up_sum_s: number;
}

/** A computed figure. `value` is null where the ratio is over nothing: shown as a dash, never as 0 % or 100 %. */
export interface Figure {
  readonly value: number | null;
  /** Id and version of the definition, such as `service_level@1`. */
  readonly definition: string;
  /** The counts the figure was made from, by the names of its formula. */
  readonly counts: Readonly<Record<string, number>>;
}

export const METRIC_IDS = [
  'service_level',
  'service_level_offered',
  'service_level_asterisk',
  'service_level_asterisk2',
  'service_level_connect',
  'abandonment',
  'asa',
  'wait_p50',
  'wait_p90',
  'wait_p99',
  'aht',
  'occupancy',
] as const;
export type MetricId = (typeof METRIC_IDS)[number];
export type Metrics = Record<MetricId, Figure>;

/** Contacts expected, and between which they lie four times in five, both included. */
export interface Expected {
  readonly expected: number;
  readonly low: number;
  readonly high: number;
}
/** What the next hour asks of a queue. Made anew each quarter of an hour. */
export interface Outlook {
  /** When it was made. */
  readonly as_of: string;
  /** The hour it is about. */
  readonly from: string;
  readonly to: string;
  /**
   * Contacts expected to enter. Its counts: `low` and `high` of the 80 % interval; `error` (sum of deviations ÷ sum of contacts) and
   * `coverage` (share of hours inside their interval) of the same rule over `hours_tried` of the last 7 days.
   */
  readonly forecast: Figure;
  /** The same by 15-minute interval from `from` on. */
  readonly intervals: readonly Expected[];
  /** The hour that ended at `from`: what was expected at its beginning, and what came. null: nothing could be expected then. */
  readonly past: (Expected & { readonly entered: number }) | null;
  /**
   * Agents that the busiest quarter of the hour needs, by Erlang A; null while the handling time or the patience is not known. Its
   * counts: `contacts` of that quarter, `aht_s`, `patience_s`, `threshold_s`, `target`, `abandonment_target`, and `erlang_c`, what
   * Erlang C asks for. The city's is the sum of its telephone queues', and its counts are `queues` and `erlang_c`.
   */
  readonly required_agents: Figure;
  /**
   * Those beyond the ones that are at work now (available, busy, wrapping up); null while either is not known. The city's is the
   * sum of its telephone queues': one that has too many helps no other.
   */
  readonly agents_missing: Figure;
}

export type QueueKind = 'phone' | 'counter';

/** The live state of one queue. Times are RFC 3339 in UTC. */
export interface QueueState {
  /** Queue id. A counter's is `counter:<id>`. */
  readonly queue: string;
  readonly kind: QueueKind;
  readonly name: { readonly fr: string; readonly en: string };
  /** Borough code, or null for the city's own centre and for queues that are not in the reference data. */
  readonly borough: string | null;
  readonly threshold_s: number;
  readonly target: number;
  readonly abandonment_target: number;
  readonly waiting: number;
  readonly longest_wait_s: number;
  /** When the contact that has waited longest entered. */
  readonly oldest_at: string | null;
  /** Contacts being served now. */
  readonly in_service: number;
  readonly agents: AgentCounts;
  /** Since local midnight. */
  readonly today: { readonly counts: ContactCounts; readonly metrics: Metrics };
  /** The last 15 minutes that have ended plus the running interval. */
  readonly recent: { readonly counts: ContactCounts; readonly metrics: Metrics };
  /** Waiting at the end of each of the last 60 minutes, oldest first; null where the server knows nothing. */
  readonly waiting_curve: readonly (number | null)[];
  /** Time of the newest event of this queue. */
  readonly last_event_at: string | null;
  /** Whether the rule says that calls of this queue's borough are answered elsewhere now (outside office hours). */
  readonly open: boolean | null;
  /** null while less than two weeks of the queue's history are known. */
  readonly outlook: Outlook | null;
}

/** One item of topic `agents`: counts by state for one scope, never a person. */
export interface AgentsState {
  readonly queue: string;
  readonly agents: AgentCounts;
  /** Agents in a state for more than the limit of that state, which asks for a look. */
  readonly longest_in_state_s: Partial<Record<AgentStateName, number>>;
}

export type FeedStatus = 'live' | 'late' | 'silent';
/** One source of events. */
export interface FeedState {
  readonly source: string;
  readonly families: readonly string[];
  readonly last_event_at: string | null;
  readonly last_received_at: string;
  /** Received minus event time of the last event, s. */
  readonly lag_s: number;
  readonly events_today: number;
  readonly rejected_today: number;
  /** Seconds without an event after which the source is called silent, from its own usual rhythm. */
  readonly silent_after_s: number;
  readonly status: FeedStatus;
  /** Filling in the past rather than telling the present. */
  readonly backfill: boolean;
}

export interface ClockState {
  readonly now: string;
  readonly time_zone: string;
  /** The data comes from the simulated city. */
  readonly simulated: boolean;
  readonly database: 'up' | 'down';
  /** Progress of the history being filled in, 0–1; null when there is none. */
  readonly backfill: number | null;
}

export interface TopicItem {
  queues: QueueState;
  agents: AgentsState;
  /** By borough code; `city` is the whole city. */
  requests: RequestsState;
  /** Of the last 24 hours, the newest 500. */
  breaches: BreachState;
  /** Tiles that hold open requests with a place, and these one by one while the scope has few. */
  map: MapItem;
  feeds: FeedState;
  clock: ClockState;
}
export interface TopicState<T extends Topic = Topic> {
  readonly items: Readonly<Record<string, TopicItem[T]>>;
}

export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

export interface WatchRequest {
  readonly topic: Topic;
  readonly scope: string;
  /** The version the client holds; the answer is then only what is missing, when the server still knows. */
  readonly have?: number;
}
export type WatchAnswer =
  | { readonly version: number; readonly at: string; readonly state: TopicState }
  | {
      readonly version: number;
      readonly at: string;
      readonly from: number;
      readonly changes: readonly PatchOperation[];
    }
  | { readonly error: { readonly code: string; readonly message: string } };

/**
 * One step of a topic. `from` is the version it applies to; a client whose version is another one watches again.
 * Versions are integers that grow; they are not consecutive, and differ from server to server.
 */
export interface Delta {
  readonly topic: Topic;
  readonly scope: string;
  readonly from: number;
  readonly to: number;
  readonly at: string;
  readonly changes: readonly PatchOperation[];
}

export interface ServerToClient {
  delta: (delta: Delta) => void;
}
export interface ClientToServer {
  watch: (request: WatchRequest, answer: (answer: WatchAnswer) => void) => void;
  unwatch: (request: { topic: Topic; scope: string }, answer?: () => void) => void;
}

/** A row of `GET /api/v1/queues/{id}/intervals`. */
export interface IntervalRow extends ContactCounts {
  readonly queue: string;
  readonly from: string;
  readonly to: string;
  /** Contacts of this interval still wait: its figures will change. */
  readonly provisional: boolean;
  readonly metrics: Metrics;
}

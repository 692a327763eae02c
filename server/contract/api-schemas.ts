/** JSON Schemas of what the server answers, held to the shapes of the contract by the compiler. */

import {
  type ChannelsState,
  MAIL_METRIC_IDS,
  type MailCounts,
  type MailIntervalRow,
  type MailMetrics,
  type MailSpan,
  type MailState,
  type WebCounts,
  type WebState,
} from './channels.ts';
import { AGENT_STATES } from './event-types.ts';
import type { JsonSchema } from './json-schema.ts';
import {
  type AgentCounts,
  type AgentsState,
  type ClockState,
  type ContactCounts,
  type Delta,
  type Expected,
  type FeedState,
  type Figure,
  type IntervalRow,
  METRIC_IDS,
  type Metrics,
  type Outlook,
  type QueueState,
  TOPICS,
} from './live.ts';

/** An object with exactly the members of `T`: one that is forgotten, or too many, does not compile. */
export function shape<T>(
  properties: { readonly [K in keyof T]-?: JsonSchema },
  optional: readonly (keyof T & string)[] = [],
): JsonSchema {
  const required = Object.keys(properties).filter((name) => !(optional as readonly string[]).includes(name));
  return { type: 'object', properties, required };
}
export const refTo = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
export const text = (description?: string): JsonSchema => ({
  type: 'string',
  ...(description && { description }),
});
export const count = (description?: string): JsonSchema => ({
  type: 'integer',
  minimum: 0,
  ...(description && { description }),
});
export const seconds = (description: string): JsonSchema => ({
  type: 'number',
  minimum: 0,
  description: `${description}, s`,
});
export const flag = (description: string): JsonSchema => ({ type: 'boolean', description });
export const moment = (description?: string): JsonSchema => ({
  type: 'string',
  format: 'date-time',
  ...(description && { description }),
});
export const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
/** A list as the API answers it. */
export const pageOf = (items: JsonSchema): JsonSchema => ({
  type: 'object',
  required: ['items', 'next'],
  properties: {
    items: listOf(items),
    next: { type: ['string', 'null'], description: 'Address of the next page, null on the last' },
  },
});

const name: JsonSchema = {
  type: 'object',
  required: ['fr', 'en'],
  properties: { fr: { type: 'string' }, en: { type: 'string' } },
};

/** Counts are many and may become more: those that need a word have it, all are numbers. */
const described: { readonly [K in keyof ContactCounts]?: JsonSchema } = {
  offered: count('Contacts that reached the system for this queue, queued or not'),
  entered: count('Contacts that entered the queue'),
  answered: count(),
  abandoned: count(),
  short_abandons: count('Abandoned in less than 5 s; also part of `abandoned`'),
  timed_out: count(),
  moved: count('Left the queue for another one, or for outside, before an answer'),
  transferred: count('Answered and passed on'),
  completed: count(),
  misdirected: count("Calls that were 911's business"),
  waiting: count('Still waiting; more than 0 makes an interval provisional'),
  closed_by_rule: count('Never ended by an event; ended by rule after the stated limit'),
  answered_within: count('Answered within the threshold'),
  left_within: count('Left the queue within the threshold for any reason'),
  wait_known: count('Answered with a known wait'),
  wait_sum_s: seconds('Sum of these waits'),
};
const counts: JsonSchema = {
  type: 'object',
  description: 'Counts of contacts, from which every ratio is made; sums of times in seconds',
  properties: described,
  additionalProperties: { type: 'number', minimum: 0 },
};

const figure = shape<Figure>({
  value: { type: ['number', 'null'], description: 'null where the ratio is over nothing' },
  definition: text('Id and version of the definition, such as service_level@1'),
  counts: { type: 'object', additionalProperties: { type: 'number' } },
});
const metrics = shape<Metrics>(
  Object.fromEntries(METRIC_IDS.map((id) => [id, refTo('Figure')])) as Record<keyof Metrics, JsonSchema>,
);
const agentCounts = shape<AgentCounts>(
  Object.fromEntries(AGENT_STATES.map((state) => [state, count()])) as Record<keyof AgentCounts, JsonSchema>,
);
const span = shape<QueueState['today']>({ counts: refTo('ContactCounts'), metrics: refTo('Metrics') });

const expected = {
  expected: { type: 'number', minimum: 0, description: 'Contacts expected to enter' },
  low: count('Lower end of the 80 % interval'),
  high: count('Upper end of the 80 % interval'),
} as const;
const outlook = shape<Outlook>({
  as_of: moment('When it was made: each quarter of an hour'),
  from: moment('Begin of the hour it is about'),
  to: moment(),
  forecast: refTo('Figure'),
  intervals: { ...listOf(shape<Expected>(expected)), description: 'By 15-minute interval from `from` on' },
  past: orNull({
    ...shape<NonNullable<Outlook['past']>>({ ...expected, entered: count() }),
    description: 'The hour before `from`: what was expected at its beginning, and what came',
  }),
  required_agents: refTo('Figure'),
  agents_missing: refTo('Figure'),
});
const queueState = shape<QueueState>({
  queue: text('Queue id; of a counter `counter:<id>`'),
  kind: { enum: ['phone', 'counter'] },
  name,
  borough: { type: ['string', 'null'], description: "null for the city's own centre" },
  threshold_s: seconds('T of the service level'),
  target: { type: 'number', minimum: 0, maximum: 1 },
  abandonment_target: { type: 'number', minimum: 0, maximum: 1 },
  waiting: count('In the queue now'),
  longest_wait_s: seconds('Age of the contact that has waited longest'),
  oldest_at: orNull(moment()),
  in_service: count('Being served now'),
  agents: refTo('AgentCounts'),
  today: { ...span, description: 'Since local midnight' },
  recent: { ...span, description: 'The last 15 minutes that have ended and the running interval' },
  waiting_curve: listOf({ type: ['number', 'null'] }),
  last_event_at: orNull(moment()),
  open: { type: ['boolean', 'null'], description: 'Inside office hours' },
  outlook: orNull(refTo('Outlook')),
});
const agentsState = shape<AgentsState>({
  queue: text(),
  agents: refTo('AgentCounts'),
  longest_in_state_s: { type: 'object', additionalProperties: { type: 'number' } },
});
const feedState = shape<FeedState>({
  source: text(),
  families: listOf({ type: 'string' }),
  last_event_at: orNull(moment()),
  last_received_at: moment(),
  lag_s: { type: 'number', description: 'Received minus event time of the last event, s' },
  events_today: count(),
  rejected_today: count(),
  silent_after_s: seconds('Silence after which the source is called silent'),
  status: { enum: ['live', 'late', 'silent'] },
  backfill: flag('Filling in the past'),
});
const clockState = shape<ClockState>({
  now: moment(),
  time_zone: text('IANA time zone of the city'),
  simulated: flag('The data comes from the simulated city'),
  database: { enum: ['up', 'down'] },
  backfill: { type: ['number', 'null'], minimum: 0, maximum: 1 },
});
/** A row is the counts and these. */
const intervalOwn = shape<Omit<IntervalRow, keyof ContactCounts>>({
  queue: text(),
  from: moment('Begin of the 15 minutes'),
  to: moment('End of the 15 minutes'),
  provisional: flag('Contacts of this interval still wait: its figures will change'),
  metrics: refTo('Metrics'),
});
const delta = shape<Delta>({
  topic: { enum: [...TOPICS] },
  scope: text('city, a borough code, or a queue id'),
  from: { type: 'integer', description: 'The version it applies to' },
  to: { type: 'integer', description: 'The version it leads to' },
  at: moment(),
  changes: listOf(refTo('PatchOperation')),
});

/** Over HTTP: the day's metrics also beside the state, where a program that reads one figure looks first. */
const queueOwn: JsonSchema = {
  type: 'object',
  required: ['metrics'],
  properties: { metrics: { ...refTo('Metrics'), description: 'Those of `today`' } },
};

const days = (description: string): JsonSchema => ({
  type: 'number',
  minimum: 0,
  description: `${description}, business days`,
});
const mailCounts = shape<MailCounts>({
  received: count(),
  answered: count(),
  open: count('Not answered yet; more than 0 makes an interval provisional'),
  closed_by_rule: count('Not answered within the stated limit: no longer open'),
  answered_within: count('Answered within the threshold'),
  overdue: count('Not answered, open or closed by rule, for longer than the threshold'),
  wait_sum_days: days('Sum of the times from receipt to answer'),
});
const mailSpan = shape<MailSpan>({ counts: refTo('MailCounts'), metrics: refTo('MailMetrics') });
const mailState = shape<MailState>({
  threshold_days: days('T of the service level'),
  target: { type: 'number', minimum: 0, maximum: 1 },
  closing_days: { type: 'integer', description: 'Calendar days after which an item is closed by rule' },
  open: count('Received and not answered, whenever that was'),
  open_overdue: count('Of these, received more than T ago'),
  oldest_open_at: orNull(moment()),
  oldest_open_days: days('Age of the oldest open item'),
  today: { ...mailSpan, description: 'Items received since local midnight' },
  answered_today: { ...mailSpan, description: 'Items answered since local midnight' },
});
const mailIntervalOwn = shape<Omit<MailIntervalRow, keyof MailCounts>>({
  from: moment('Begin of the 15 minutes in which the items were received'),
  to: moment('End of the 15 minutes'),
  provisional: flag('Items of this interval are open: its figures will change'),
  metrics: refTo('MailMetrics'),
});
const webState = shape<WebState>({
  active_sessions: count('With an event in the last 30 minutes'),
  today: {
    ...shape<WebCounts>({
      page_views: count(),
      searches: count(),
      forms_started: count(),
      forms_submitted: count(),
      forms_abandoned: count(),
      errors: count(),
    }),
    description: 'Since local midnight',
  },
});

/** Schemas by name, for the components of OpenAPI and AsyncAPI. */
export const STATE_SCHEMAS = {
  ContactCounts: counts,
  Figure: figure,
  Metrics: metrics,
  AgentCounts: agentCounts,
  QueueAnswer: { allOf: [refTo('QueueState'), queueOwn] },
  MailCounts: mailCounts,
  MailMetrics: shape<MailMetrics>(
    Object.fromEntries(MAIL_METRIC_IDS.map((id) => [id, refTo('Figure')])) as Record<
      keyof MailMetrics,
      JsonSchema
    >,
  ),
  MailIntervalRow: { allOf: [refTo('MailCounts'), mailIntervalOwn] },
  ChannelsState: shape<ChannelsState>({ web: webState, mail: mailState }),
  Outlook: outlook,
  QueueState: queueState,
  AgentsState: agentsState,
  FeedState: feedState,
  ClockState: clockState,
  IntervalRow: { allOf: [refTo('ContactCounts'), intervalOwn] },
  Error: {
    type: 'object',
    required: ['error'],
    properties: { error: shape<{ code: string; message: string }>({ code: text(), message: text() }) },
  },
  PatchOperation: {
    type: 'object',
    description: 'JSON Patch (RFC 6902)',
    required: ['op', 'path'],
    properties: { op: { enum: ['add', 'replace', 'remove'] }, path: text('JSON Pointer'), value: {} },
  },
  Delta: delta,
} as const satisfies Record<string, JsonSchema>;

/**
 * Every event type the server accepts, in one table: validation, the JSON Schema page, OpenAPI, the columns of the
 * hypertables and the command line all read it. The names, subjects and fields are those of the outside contract.
 *
 * A field that is not listed here is kept in the column `extra`, never lost.
 */
import Type, { type Static, type TSchema } from 'typebox';

export const TYPE_PREFIX = 'org.vigie311.';

/** One family is one hypertable (`call_event`, `agent_event` …). */
export const FAMILIES = ['call', 'agent', 'counter', 'web', 'mail', 'request'] as const;
export type Family = (typeof FAMILIES)[number];

const id = (what: string) => Type.String({ minLength: 1, maxLength: 128, description: what });
const seconds = (what: string) =>
  Type.Number({ minimum: 0, maximum: 604_800, description: `${what}, seconds` });
const text = (what: string, maxLength: number) => Type.String({ maxLength, description: what });
const oneOf = <T extends string>(values: readonly T[], what: string) =>
  Type.Enum([...values], { description: what });

export const LINES = ['311', 'corporate', 'linked_city'] as const;
export const CALL_OUTCOMES = [
  'answered',
  'referred',
  'document_sent',
  'request_created',
  'misdirected_emergency',
] as const;
export const AGENT_STATES = ['available', 'busy', 'wrap_up', 'paused', 'offline'] as const;
export const REQUEST_NATURES = [
  'information',
  'request',
  'complaint',
  'comment',
  'suggestion',
  'permit',
] as const;
export const REQUEST_CHANNELS = [
  'phone',
  'counter',
  'web',
  'mail',
  'email',
  'mobile',
  'social',
  'internal',
] as const;
export const RESOLUTIONS = ['done', 'referred', 'no_action', 'duplicate', 'not_found'] as const;
export const MAIL_MEDIA = ['post', 'email'] as const;

/**
 * All fields an event's `data` may have, by name. A name means the same thing, with the same type, wherever it
 * stands; so a family's table has one column for it.
 */
export const FIELDS = {
  queue: id('Queue the contact is in'),
  line: oneOf(LINES, 'Line that was called'),
  borough: id("Two-letter code of the borough responsible (or the caller's)"),
  language: Type.String({ minLength: 2, maxLength: 35, description: 'BCP 47 language of the contact' }),
  position: Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Position in the queue, 1 = next' }),
  agent: id('Agent (a pseudonymous id, never a name)'),
  ring_s: seconds("Time the agent's telephone rang"),
  from_queue: id('Queue the call leaves'),
  to_queue: id('Queue the call goes to'),
  to_external: id('Place outside the network the call goes to, such as 911'),
  talk_s: seconds('Time talked'),
  hold_s: seconds('Time on hold while talking'),
  wrap_up_s: seconds('After-call work'),
  outcome: id('How the contact ended'),
  request: id('Service request that came of it'),
  service: id('Service it was about'),
  queues: Type.Array(id('Queue'), { maxItems: 200, description: 'Queues the agent serves' }),
  state: oneOf(AGENT_STATES, "The agent's state from this moment"),
  reason: text('Why', 500),
  counter: id('Service counter'),
  residence_borough: id("Borough of the visitor's residence"),
  path: text('Path of the page, without query', 500),
  results: Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'Number of results found' }),
  medium: oneOf(MAIL_MEDIA, 'Post or e-mail'),
  nature: oneOf(REQUEST_NATURES, 'Nature of the request'),
  channel: oneOf(REQUEST_CHANNELS, 'Channel it came by'),
  place_borough: id('Borough where the place is'),
  longitude: Type.Number({ minimum: -180, maximum: 180, description: 'WGS 84 longitude, degrees' }),
  latitude: Type.Number({ minimum: -90, maximum: 90, description: 'WGS 84 latitude, degrees' }),
  address: text('Address of the place', 500),
  description: text('What the citizen wrote; never shown on a wall or in a log', 4_000),
  due_at: Type.String({ format: 'date-time', description: 'Due date, RFC 3339 with offset' }),
  requesters: Type.Integer({
    minimum: 0,
    maximum: 2_147_483_647,
    description: 'Number of distinct requesters',
  }),
  unit: id('Responsible unit'),
  work_order: id('Work order'),
  text: text('Published text', 4_000),
  expected_at: Type.String({ format: 'date-time', description: 'Promised moment, RFC 3339 with offset' }),
  resolution: oneOf(RESOLUTIONS, 'How it was settled'),
  into: id('Request this one was merged into'),
  policy: Type.String({
    minLength: 1,
    maxLength: 128,
    pattern: '^[^@]+@[1-9][0-9]{0,5}$',
    description: 'Version of a deadline policy, such as travaux@2',
  }),
} as const satisfies Record<string, TSchema>;
export type FieldName = keyof typeof FIELDS;
export type EventData = { [K in FieldName]?: Static<(typeof FIELDS)[K]> };

export interface EventTypeSpec {
  readonly family: Family;
  /** What `subject` names: call, visit, session … */
  readonly subject: string;
  readonly required: readonly FieldName[];
  readonly optional: readonly FieldName[];
  /** A field narrowed for this type, such as the outcomes of a call. */
  readonly narrow?: Partial<Record<FieldName, TSchema>>;
  /** At least one of these must be there. */
  readonly anyOf?: readonly FieldName[];
}

const call = (
  required: FieldName[],
  optional: FieldName[] = [],
  more: Partial<EventTypeSpec> = {},
): EventTypeSpec => ({
  family: 'call',
  subject: 'call',
  required,
  optional,
  ...more,
});
const counter = (): EventTypeSpec => ({
  family: 'counter',
  subject: 'visit',
  required: ['counter'],
  optional: ['service', 'residence_borough', 'outcome', 'request'],
});
const web = (): EventTypeSpec => ({
  family: 'web',
  subject: 'web session',
  required: [],
  optional: ['path', 'service', 'results', 'request', 'borough'],
});
const mail = (): EventTypeSpec => ({
  family: 'mail',
  subject: 'mail item',
  required: ['medium'],
  optional: ['borough', 'service', 'request'],
});
const request = (required: FieldName[], optional: FieldName[] = []): EventTypeSpec => ({
  family: 'request',
  subject: 'request',
  required,
  optional,
});

export const EVENT_TYPES = {
  'call.offered': call(['queue'], ['line', 'borough', 'language']),
  'call.queued': call(['queue'], ['position', 'borough', 'line', 'language']),
  'call.answered': call(['queue', 'agent'], ['ring_s']),
  'call.abandoned': call(['queue'], ['position']),
  'call.timed_out': call(['queue']),
  'call.callback_requested': call(['queue']),
  'call.transferred': call(['from_queue'], ['to_queue', 'to_external'], {
    anyOf: ['to_queue', 'to_external'],
  }),
  'call.completed': call(
    ['queue', 'agent'],
    ['talk_s', 'hold_s', 'wrap_up_s', 'outcome', 'request', 'service'],
    { narrow: { outcome: oneOf(CALL_OUTCOMES, 'How the call ended') } },
  ),
  'agent.state': {
    family: 'agent',
    subject: 'agent',
    required: ['queues', 'state'],
    optional: ['reason'],
  },
  'counter.arrived': counter(),
  'counter.called': counter(),
  'counter.served': counter(),
  'counter.left': counter(),
  'web.page_viewed': web(),
  'web.search_made': web(),
  'web.form_started': web(),
  'web.form_submitted': web(),
  'web.form_abandoned': web(),
  'web.error': web(),
  'mail.received': mail(),
  'mail.opened': mail(),
  'mail.answered': mail(),
  'request.created': request(
    ['service', 'nature', 'channel'],
    ['borough', 'place_borough', 'longitude', 'latitude', 'address', 'description', 'due_at', 'requesters'],
  ),
  'request.transmitted': request(['unit'], ['borough']),
  'request.transferred': request(['unit'], ['borough']),
  'request.acknowledged': request([], ['unit', 'work_order']),
  'request.work_ordered': request([], ['unit', 'work_order']),
  'request.paused': request(['reason']),
  'request.resumed': request(['reason']),
  'request.status_published': request(['text'], ['expected_at']),
  'request.resolved': request(['resolution'], ['text']),
  'request.closed': request([], ['reason']),
  'request.reopened': request([], ['reason']),
  'request.cancelled': request([], ['reason']),
  'request.merged': request(['into']),
  // What is promised is deliberately changed: another service, borough, date or version of the policy.
  'request.revised': {
    ...request([], ['service', 'borough', 'due_at', 'policy', 'reason']),
    anyOf: ['service', 'borough', 'due_at', 'policy'],
  },
} as const satisfies Record<string, EventTypeSpec>;

/** An event type without its prefix, such as `call.answered`. */
export type EventType = keyof typeof EVENT_TYPES;
export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as EventType[];

/** The specification of a type, widened. */
export const eventTypeSpec = (type: EventType): EventTypeSpec => EVENT_TYPES[type];

/** The family of a type, which is what stands before its dot. */
export const familyOf = (type: EventType): Family => EVENT_TYPES[type].family;

/** JSON Schema of one type's `data`. Fields that are not listed are allowed: they go to `extra`. */
export function dataSchema(type: EventType): TSchema {
  const spec = eventTypeSpec(type);
  const properties: Record<string, TSchema> = {};
  for (const name of spec.required) properties[name] = spec.narrow?.[name] ?? FIELDS[name];
  for (const name of spec.optional) properties[name] = Type.Optional(spec.narrow?.[name] ?? FIELDS[name]);
  const object = Type.Object(properties, { additionalProperties: true });
  if (!spec.anyOf) return object;
  return { ...object, anyOf: spec.anyOf.map((name) => ({ required: [name] })) } as TSchema;
}

/** Names of the columns that a family's hypertable has besides the common ones, in a fixed order. */
export function familyFields(family: Family): FieldName[] {
  const names = new Set<FieldName>();
  for (const type of EVENT_TYPE_NAMES) {
    const spec = eventTypeSpec(type);
    if (spec.family !== family) continue;
    for (const name of [...spec.required, ...spec.optional]) names.add(name);
  }
  return [...names];
}

/**
 * One event as the server keeps it, after validation.
 * `time_us` is an integer: microseconds since 1970 in UTC, exact in a double until the year 2255.
 */
export interface EventRecord {
  /** 128 bits of SHA-256 over source, id and what of the time is finer than a microsecond, as a UUID's 32 hexadecimal digits. */
  readonly event_id: string;
  readonly time_us: number;
  readonly type: EventType;
  readonly source: string;
  readonly subject: string;
  /** CloudEvents extension `sequence`: orders events of one subject that have the same time. */
  readonly sequence: string | null;
  readonly data: EventData;
  readonly extra: Record<string, unknown> | null;
}

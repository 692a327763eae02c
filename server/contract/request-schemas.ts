/** JSON Schemas of requests as the server answers them, held to the shapes of the contract by the compiler. */
import { count, flag, listOf, moment, orNull, seconds, shape, text } from './api-schemas.ts';
import { DEADLINE_KINDS } from './catalogue.ts';
import { REQUEST_CHANNELS, REQUEST_NATURES, RESOLUTIONS } from './event-types.ts';
import type { JsonSchema } from './json-schema.ts';
import type { MapTileState } from './map.ts';
import {
  BACKLOG_CAUSES,
  type BreachState,
  DEADLINE_EVENT_KINDS,
  DEADLINE_STATES,
  type DeadlineView,
  type DueSoon,
  type LedgerSegment,
  type MapPoint,
  REQUEST_STATUSES,
  type RequestDetail,
  type RequestLink,
  type RequestRepeats,
  type RequestSummary,
  type RequestsState,
  SEGMENT_KINDS,
} from './requests.ts';

const textOrNull = (description?: string): JsonSchema => orNull(text(description));
const momentOrNull = (description?: string): JsonSchema => orNull(moment(description));

const dueSoon = shape<DueSoon>({
  id: text(),
  number: count(),
  service: textOrNull(),
  borough: textOrNull(),
  unit: textOrNull(),
  due_at: moment(),
});
const requestsState = shape<RequestsState>({
  scope: text('city or a borough code'),
  open: count('Open requests'),
  overdue: count('Open and past their settlement deadline'),
  due_today: count('Due until the end of the local day, without the overdue'),
  due_3_days: count('Due within three days after today'),
  paused: count('Paused'),
  untransmitted: count('Not yet with a unit'),
  without_due: count('Open without a due date: the clock stands, or nothing was promised'),
  received_today: count('Created since local midnight'),
  settled_today: count('Settled since local midnight'),
  nearest: { ...listOf(dueSoon), description: 'The nearest deadlines to come' },
});
export const breachShape: { readonly [K in keyof BreachState]-?: JsonSchema } = {
  id: text(),
  request: text('Id of the request'),
  number: count('Its number'),
  what: { enum: [...DEADLINE_EVENT_KINDS] },
  kind: { enum: [...DEADLINE_KINDS] },
  at: moment('The true moment'),
  recorded_at: moment('When it was recorded'),
  service: textOrNull(),
  borough: textOrNull(),
  unit: textOrNull(),
  reason: textOrNull('Of a withdrawal: why'),
};
const mapTile = shape<MapTileState>({
  tile: text('z/x/y'),
  version: count('Grows with each change; differs between servers'),
  n: count('Open requests with a place in it'),
  overdue: count('Of them, overdue'),
  new: count('Of them, created within 24 hours and not overdue'),
});
const mapPoint = shape<MapPoint>({
  number: count('Number of the request'),
  longitude: { type: 'number', description: 'Snapped' },
  latitude: { type: 'number', description: 'Snapped' },
  service: textOrNull(),
  borough: textOrNull(),
  status: { enum: [...REQUEST_STATUSES] },
  created_at: momentOrNull(),
  due_at: momentOrNull(),
  overdue: flag('Open and past its deadline'),
});
const summaryShape: { readonly [K in keyof RequestSummary]-?: JsonSchema } = {
  id: text(),
  number: count('A number of this server, by which maps name it'),
  status: { enum: [...REQUEST_STATUSES] },
  open: flag('Whether it is open'),
  service: textOrNull(),
  nature: orNull({ enum: [...REQUEST_NATURES] }),
  channel: orNull({ enum: [...REQUEST_CHANNELS] }),
  borough: textOrNull('Borough responsible'),
  place_borough: textOrNull('Borough where the place is'),
  unit: textOrNull('Responsible unit'),
  longitude: orNull({ type: 'number' }),
  latitude: orNull({ type: 'number' }),
  created_at: momentOrNull(),
  updated_at: moment('Time of its newest event'),
  due_at: momentOrNull('Settlement deadline; null: none, or its clock stands'),
  overdue: flag('Open and past its deadline'),
  settled_at: momentOrNull(),
  resolution: orNull({ enum: [...RESOLUTIONS] }),
  reopened: count('How often it was reopened'),
  requesters: count('Distinct requesters'),
  merged_into: textOrNull(),
  work_order: textOrNull(),
  published: orNull(
    shape<NonNullable<RequestSummary['published']>>({
      text: text(),
      at: moment(),
      expected_at: momentOrNull(),
    }),
  ),
};
const segment = shape<LedgerSegment>({
  kind: { enum: [...SEGMENT_KINDS] },
  from: moment(),
  to: moment(),
  seconds: seconds('Length'),
  note: textOrNull('Name of a holiday, reason of a pause'),
});
const deadline = shape<DeadlineView>({
  kind: { enum: [...DEADLINE_KINDS] },
  state: { enum: [...DEADLINE_STATES] },
  start: moment('When its clock began'),
  due_at: momentOrNull('null while the clock stands'),
  remaining_s: orNull({ type: 'number', description: 'Still to be counted, s; negative when late' }),
  warning_at: momentOrNull(),
  met_at: momentOrNull(),
  breached_at: momentOrNull(),
  policy: textOrNull('Version of the policy, such as travaux@2; null: a date that was given'),
  target: text('Such as 3 business_days, or date'),
  calendar: textOrNull(),
  ledger: { ...listOf(segment), description: 'From start to due_at (or now while it stands); sums exactly' },
});
const link = shape<RequestLink>({
  id: text(),
  number: count('Its number'),
  status: { enum: [...REQUEST_STATUSES] },
  open: flag('Whether it is open'),
  merged_into: textOrNull(),
  created_at: momentOrNull(),
  settled_at: momentOrNull(),
});
const repeats = shape<RequestRepeats>({
  definition: text('Id and version of the definition'),
  places: {
    enum: ['exact', 'snapped'],
    description: 'By the places themselves, or by the snapped ones for a reader who may not see those',
  },
  of: { ...orNull(link), description: 'The request, settled as done, that this one repeats' },
  by: { ...listOf(link), description: 'Later requests that repeat this one; at most 50' },
});

export const REQUEST_SCHEMAS = {
  RequestsState: requestsState,
  BreachState: shape<BreachState>(breachShape),
  MapItem: { oneOf: [mapTile, mapPoint] },
  RequestSummary: shape<RequestSummary>(summaryShape),
  RequestDetail: shape<RequestDetail>({
    ...summaryShape,
    address: textOrNull('Only to a reader that may see it'),
    description: textOrNull('Only to a reader that may see it'),
    merged_chain: {
      ...listOf(link),
      description: 'From merged_into on: what that was merged into, and so on; at most 20',
    },
    merged_here: {
      ...listOf(link),
      description: 'Merged into this one, directly or by way of another; at most 100',
    },
    repeats,
    deadlines: listOf(deadline),
    anomalies: listOf({ type: 'object' }),
    events: listOf({ type: 'object' }),
  }),
  BacklogCause: { enum: [...BACKLOG_CAUSES] },
} as const satisfies Record<string, JsonSchema>;

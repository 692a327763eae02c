/** JSON Schemas of the backlog, breaches, the hand-over and the audit, held to their shapes by the compiler. */
import { count, flag, listOf, moment, orNull, pageOf, refTo, shape, text } from './api-schemas.ts';
import {
  type AgeBand,
  BACKLOG_GROUPS,
  type BacklogAnswer,
  type BacklogFlow,
  type BacklogGroupRow,
  type BreachRow,
  DEADLINE_BANDS,
  type DeadlineBand,
  type DoctorAnswer,
  type DoctorFinding,
} from './backlog.ts';
import { HANDOVER_FATES, type HandoverAnswer, type HandoverRow, type HandoverTaken } from './handover.ts';
import type { JsonSchema } from './json-schema.ts';
import { breachShape } from './request-schemas.ts';

const figure = refTo('Figure');
const definition = text('Id and version of the definition, such as backlog@1');
const secondsOrNull = (description: string): JsonSchema =>
  orNull({ type: 'number', minimum: 0, description: `${description}, s` });

const flow: { readonly [K in keyof BacklogFlow]-?: JsonSchema } = {
  // Whole numbers of either sign: rows that were changed outside of the server are shown as they are.
  opening: { type: 'integer', description: 'Open when the period began' },
  received: { type: 'integer' },
  reopened: { type: 'integer' },
  transferred_in: { type: 'integer' },
  closed: { type: 'integer', description: 'Settled' },
  cancelled: { type: 'integer' },
  merged: { type: 'integer' },
  transferred_out: { type: 'integer' },
  closing: { type: 'integer', description: 'Open when it ended: the sum of the others with their signs' },
};
const group = shape<BacklogGroupRow>({
  key: orNull(text('Borough code, unit id or service id; null: not known')),
  ...flow,
  open: count('Open at as_of'),
  overdue: count('Of these past their deadline'),
  without_due: count('Of these without a due date'),
  on_time: figure,
  on_time_settled: figure,
});
const ageBand = shape<AgeBand>({
  from_days: count('Local days'),
  to_days: orNull(count('Included; null: and more')),
  open: count(),
});
const backlog = shape<BacklogAnswer>({
  scope: text('city, a borough code or the id of a unit'),
  as_of: moment(),
  from: moment('Beginning of the period'),
  to: moment('End of the period, itself not in it'),
  open: figure,
  flow: shape<BacklogAnswer['flow']>({ ...flow, definition }),
  ageing: shape<BacklogAnswer['ageing']>({
    definition,
    by_age: listOf(ageBand),
    age_unknown: count('When it was created is not known'),
    by_deadline: listOf(shape<DeadlineBand>({ band: { enum: [...DEADLINE_BANDS] }, open: count() })),
  }),
  on_time: figure,
  on_time_settled: figure,
  by_resolution: shape<BacklogAnswer['by_resolution']>({
    definition,
    counts: { type: 'object', additionalProperties: count() },
  }),
  settlement_p50: figure,
  settlement_p90: figure,
  by: orNull({ enum: [...BACKLOG_GROUPS] }),
  groups: listOf(group),
});

const handoverTaken = shape<HandoverTaken>({
  queue: text('Queue that answered, or in which the call ended'),
  fate: { enum: [...HANDOVER_FATES] },
  calls: count(),
});
const handoverRow = shape<HandoverRow>({
  queue: text('Queue whose hours ended'),
  borough: orNull(text()),
  closed_at: moment(),
  waiting: count('Calls in it then'),
  taken: { ...listOf(handoverTaken), description: 'The most first' },
  longest_wait_at_close_s: secondsOrNull('Longest wait at the closing itself'),
  ended: count('Calls whose wait has ended'),
  mean_wait_s: secondsOrNull('Of these the mean, from entering the queue that closed'),
  longest_wait_s: secondsOrNull('Of these the longest'),
});

const finding = shape<DoctorFinding>({
  code: { enum: ['backlog_differs', 'record_differs'] },
  where: text('Borough and unit, or the id of a request'),
  message: text(),
});

export const BACKLOG_SCHEMAS = {
  BacklogAnswer: backlog,
  BreachRow: shape<BreachRow>({
    ...breachShape,
    withdrawn_at: orNull(
      moment('Of a breach that late events showed did not happen: when that was recorded'),
    ),
  }),
  HandoverAnswer: {
    allOf: [
      pageOf(handoverRow),
      shape<Omit<HandoverAnswer, 'items' | 'next'>>({
        date: { type: 'string', format: 'date', description: 'Local date' },
        definition,
        waiting: count('Calls at all closings'),
        as_of: moment(),
      }),
    ],
  },
  DoctorAnswer: shape<DoctorAnswer>({
    as_of: moment(),
    healthy: flag('Nothing differs'),
    backlog: shape<DoctorAnswer['backlog']>({
      groups: count('Boroughs and units'),
      open: count('Open records'),
      differ: count('Groups whose steps do not sum to their open records'),
    }),
    records: shape<DoctorAnswer['records']>({
      looked_at: count(),
      of: count('All records'),
      differ: count('Records that are not what their own events say'),
      with_anomalies: count('Of those looked at, with events that do not fit in'),
    }),
    findings: listOf(finding),
    advice: listOf(text()),
  }),
} as const satisfies Record<string, JsonSchema>;

/** JSON Schemas of the metrics of requests, held to their shapes by the compiler. */
import { count, flag, moment, orNull, refTo, shape, text } from './api-schemas.ts';
import { BACKLOG_SCHEMAS } from './backlog-schemas.ts';
import type { JsonSchema } from './json-schema.ts';
import type { RateFigure, RequestMetricsAnswer } from './request-metrics.ts';

const share: JsonSchema = { type: 'number', minimum: 0, maximum: 1 };
const date = (description: string): JsonSchema => ({ type: 'string', format: 'date', description });
const rate = refTo('RateFigure');
const figure = refTo('Figure');
const { flow, by_resolution } = BACKLOG_SCHEMAS.BacklogAnswer.properties as Record<string, JsonSchema>;

export const REQUEST_METRICS_SCHEMAS = {
  RateFigure: shape<RateFigure>({
    value: orNull(share),
    definition: text('Id and version of the definition, such as reopened@1'),
    counts: { type: 'object', additionalProperties: { type: 'integer' } },
    of: count('What it is a share of'),
    interval: {
      ...orNull(shape<NonNullable<RateFigure['interval']>>({ low: share, high: share })),
      description: '95 % (Wilson); null of nothing',
    },
    small: flag('Of fewer than 20: to be shown with its count and never ranked'),
  }),
  RequestMetrics: shape<RequestMetricsAnswer>({
    begins_at: orNull(
      moment('The first settlement known in this scope: of a period before it there is no data'),
    ),
    scope: text('city, a borough code or the id of a unit'),
    from: date('First local date'),
    to: date('Last local date'),
    from_at: moment('First instant of the period'),
    to_at: moment('First instant after it'),
    as_of: moment('Of the figures of what is open: the end of the period, or now when it has not ended'),
    places: {
      enum: ['exact', 'snapped'],
      description: 'By which repeat is counted: the snapped ones for a reader who may not see the places',
    },
    provisional: flag('It has not ended, or settlements of it may still be reopened within their 30 days'),
    flow: flow!,
    by_resolution: by_resolution!,
    on_time: rate,
    on_time_settled: rate,
    transmission_on_time: rate,
    status_current: rate,
    reopened: rate,
    repeat: rate,
    settlement_p50: figure,
    settlement_p90: figure,
    settlement_business_p50: figure,
    settlement_business_p90: figure,
  }),
} as const satisfies Record<string, JsonSchema>;

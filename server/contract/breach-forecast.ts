/** `GET /api/v1/breaches/forecast`: the open requests expected to pass their deadline in the days to come. */
import { listOf, moment, orNull, refTo, shape, text } from './api-schemas.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Figure } from './live.ts';

/** The same rule, of a day of which the days to come have passed. */
export interface BreachTrialRow {
  /** Local date of its first day. */
  readonly date: string;
  readonly expected: number;
  readonly low: number;
  readonly high: number;
  /** What came of these. */
  readonly breached: number;
}
export interface BreachForecastAnswer {
  readonly scope: string;
  readonly as_of: string;
  /** Last local date of the seven, today being the first. */
  readonly to: string;
  /**
   * Requests expected to pass their deadline, with `low` and `high` of its 80 % interval, of `at_risk` open requests whose deadline comes in
   * these days; of `without_history` too little is known. `weeks_error` (errors ÷ breaches) and `weeks_coverage` (share of trials inside their interval)
   * are measured over `weeks_tried`.
   */
  readonly forecast: Figure;
  /** Where they are expected, the most first. */
  readonly items: readonly {
    readonly service: string;
    readonly at_risk: number;
    readonly expected: number;
  }[];
  readonly trials: readonly BreachTrialRow[];
  readonly next: null;
}

const number: JsonSchema = { type: 'number', minimum: 0 };
const whole: JsonSchema = { type: 'integer', minimum: 0 };
const date = (description: string): JsonSchema => ({ type: 'string', format: 'date', description });

export const BREACH_FORECAST_SCHEMAS = {
  BreachForecastAnswer: shape<BreachForecastAnswer>({
    scope: text('city, a borough code or the id of a unit'),
    as_of: moment(),
    to: date('Last local date of the seven, today being the first'),
    forecast: {
      ...refTo('Figure'),
      description:
        'With low and high of its 80 % interval, at_risk, without_history, weeks_tried and, measured over these, weeks_error and weeks_coverage',
    },
    items: listOf(
      shape<BreachForecastAnswer['items'][number]>({
        service: text('Id of the service'),
        at_risk: { ...whole, description: 'Open requests whose deadline comes in these days' },
        expected: number,
      }),
    ),
    trials: listOf(
      shape<BreachTrialRow>({
        date: date('First local date of the seven'),
        expected: number,
        low: whole,
        high: whole,
        breached: { ...whole, description: 'What came' },
      }),
    ),
    next: orNull({ type: 'string' }),
  }),
} as const satisfies Record<string, JsonSchema>;

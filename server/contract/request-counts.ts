/** `GET /api/v1/request-counts`, and `GET /api/v1/channels/web/forms`: counts by borough, and by service. */
import { count, listOf, moment, orNull, shape, text } from './api-schemas.ts';
import type { JsonSchema } from './json-schema.ts';

/** What passes the filters, and of this what is open, and overdue. */
export interface BoroughCounts {
  /** Code; null: not known. */
  readonly borough: string | null;
  readonly count: number;
  readonly open: number;
  readonly overdue: number;
}
export interface RequestCounts {
  readonly items: readonly BoroughCounts[];
  readonly next: null;
  readonly as_of: string;
}

/** Forms of one service that were about a scope. */
export interface FormCounts {
  /** Id; null: not said. */
  readonly service: string | null;
  readonly started: number;
  readonly submitted: number;
  readonly abandoned: number;
  readonly errors: number;
  /** Errors of which the site did not say whose borough they were about: the city's, whatever the scope. */
  readonly errors_unplaced: number;
}
export interface WebForms {
  readonly scope: string;
  /** Local dates, both in it. */
  readonly from: string;
  readonly to: string;
  /** Most given up first. */
  readonly items: readonly FormCounts[];
  readonly next: null;
  readonly as_of: string;
}

const nothing: JsonSchema = orNull({ type: 'string' });
const date: JsonSchema = { type: 'string', format: 'date' };

export const COUNT_SCHEMAS = {
  RequestCounts: shape<RequestCounts>({
    items: listOf(
      shape<BoroughCounts>({
        borough: orNull(text('Code of the borough responsible; null: not known')),
        count: count('All that pass the filters'),
        open: count('Of these, open'),
        overdue: count('Of these, open and past their settlement deadline'),
      }),
    ),
    next: nothing,
    as_of: moment(),
  }),
  WebForms: shape<WebForms>({
    scope: text('city or a borough code'),
    from: date,
    to: date,
    items: listOf(
      shape<FormCounts>({
        service: orNull(text('Id of the service; null: not said')),
        started: count(),
        submitted: count(),
        abandoned: count(),
        errors: count('Errors about this scope'),
        errors_unplaced: count("Errors that say of no borough; the whole city's, whatever the scope"),
      }),
    ),
    next: nothing,
    as_of: moment(),
  }),
} as const satisfies Record<string, JsonSchema>;

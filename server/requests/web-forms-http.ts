/** `GET /api/v1/channels/web/forms`: the forms of the web site that people began and gave up, and its errors, by service. */
import type { Request, Router } from 'express';
import type { WebForms } from '../contract/request-counts.ts';
import { addDays, localDate, localDay } from '../domain/office-hours.ts';
import { isoOf } from '../lib/clock.ts';
import { badParameter, queryDate, refuseOthers } from '../lib/http-query.ts';
import type { FormRow } from '../store/web-forms.ts';
import { type ReaderOptions, readerRouter } from './reader.ts';
import { scopeOf } from './scope.ts';

export interface FormsOptions extends ReaderOptions {
  readonly forms: (
    borough: string | null,
    span: { readonly from_us: number; readonly to_us: number },
  ) => Promise<readonly FormRow[]>;
  readonly time_zone: string;
}
/** Local days of a period that is not said, the present one included. */
const PERIOD_DAYS = 7;
const PERIOD_DAYS_MAX = 400;

export function webFormsRouter(options: FormsOptions): Router {
  return readerRouter(options, {
    '/api/v1/channels/web/forms': (req) => formsAnswer(req, options),
  });
}

async function formsAnswer(req: Request, { forms, clock, time_zone }: FormsOptions): Promise<WebForms> {
  refuseOthers(req, ['scope', 'from', 'to']);
  const scope = scopeOf(req);
  if (scope.kind === 'unit') throw badParameter('scope', 'must be city or a borough code');
  const now_us = clock.now_us();
  const to = queryDate(req, 'to') ?? localDate(now_us, time_zone);
  const from = queryDate(req, 'from') ?? addDays(to, 1 - PERIOD_DAYS);
  if (to < from) throw badParameter('to', 'must not be before from');
  if (addDays(from, PERIOD_DAYS_MAX) <= to)
    throw badParameter('from', `must be less than ${PERIOD_DAYS_MAX} days before to`);
  const span = { from_us: localDay(from, time_zone).from_us, to_us: localDay(to, time_zone).to_us };
  const items = await forms(scope.borough, span);
  return { scope: scope.name, from, to, items, next: null, as_of: isoOf(now_us) };
}

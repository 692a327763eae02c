/** `GET /api/v1/trends/{metric}`, as JSON or CSV. */
import { type Request, type RequestHandler, Router } from 'express';
import {
  TREND_INTERVALS,
  TREND_METRICS,
  type TrendAnswer,
  type TrendInterval,
  type TrendMetric,
} from '../contract/trends.ts';
import { addDays, localDate } from '../domain/office-hours.ts';
import type { Clock } from '../lib/clock.ts';
import { csvLine } from '../lib/csv.ts';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import { badParameter, queryChoice, queryDate, queryText, refuseOthers } from '../lib/http-query.ts';
import type { Logger } from '../lib/logger.ts';
import { addMonths, isMonth } from './months.ts';
import { isMonthTrend, type TrendOptions, type TrendQuestion, trend } from './trends.ts';

export interface TrendsRouterOptions extends TrendOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lets pass who may read; without it all may. */
  readonly gate?: RequestHandler;
  readonly isBorough: (code: string) => boolean;
}

const PATH = '/api/v1/trends/';
const DAYS = 31;
const DAYS_MAX = 400;
const MONTHS = 13;
const MONTHS_MAX = 120;

export function trendsRouter(options: TrendsRouterOptions): Router {
  const { clock, logger, gate } = options;
  const router = Router();
  const pass: RequestHandler = gate ?? ((_req, _res, next) => next());
  router.get(`${PATH}:metric`, pass, (req, res, next) => {
    const answer = async (): Promise<void> => {
      res.setHeader('cache-control', 'no-store');
      const now_us = clock.now_us();
      const found = await trend(options, questionOf(req, now_us, options), now_us);
      res.vary('Accept');
      const form = queryChoice(req, 'format', ['json', 'csv'] as const) ?? req.accepts(['json', 'csv']);
      if (form !== 'csv') return sendJson(res, 200, found);
      res.setHeader('content-type', 'text/csv; charset=utf-8; header=present');
      res.setHeader('content-disposition', `attachment; filename="${found.metric}-${found.scope}.csv"`);
      res.end(csvOf(found));
    };
    answer().catch(next);
  });
  router.use(errorHandler(logger));
  return router;
}

function questionOf(
  req: Request,
  now_us: number,
  { time_zone, isBorough }: Pick<TrendsRouterOptions, 'time_zone' | 'isBorough'>,
): TrendQuestion {
  refuseOthers(req, ['scope', 'interval', 'from', 'to', 'format']);
  const metric = metricOf(String(req.params.metric));
  const scope = (queryText(req, 'scope') ?? 'city').toUpperCase();
  if (scope !== 'CITY' && !isBorough(scope))
    throw badParameter('scope', 'must be city or the code of a borough');
  const interval = queryChoice(req, 'interval', TREND_INTERVALS) ?? 'month';
  if (interval === 'day' && isMonthTrend(metric))
    throw badParameter(
      'interval',
      `must be month for ${metric}: it says what became of the requests of a month`,
    );
  const span = spanOf(req, interval, localDate(now_us, time_zone));
  return { metric, scope: scope === 'CITY' ? 'city' : scope, interval, ...span };
}
function metricOf(text: string): TrendMetric {
  const metric = TREND_METRICS.find((each) => each === text);
  if (metric) return metric;
  const message = `There is no trend ${JSON.stringify(text.slice(0, 60))}; there are requests, ${TREND_METRICS.join(', ')}.`;
  throw new VigieError('unknown_metric', message, { status: 404 });
}

function spanOf(req: Request, interval: TrendInterval, today: string): { from: string; to: string } {
  if (interval === 'day') {
    const to = queryDate(req, 'to') ?? today;
    const from = queryDate(req, 'from') ?? addDays(to, 1 - DAYS);
    if (to < from) throw badParameter('to', 'must not be before from');
    if (addDays(from, DAYS_MAX) <= to)
      throw badParameter('from', `must be less than ${DAYS_MAX} days before to`);
    return { from, to };
  }
  const to = queryMonth(req, 'to') ?? today.slice(0, 7);
  const from = queryMonth(req, 'from') ?? addMonths(to, 1 - MONTHS);
  if (to < from) throw badParameter('to', 'must not be before from');
  if (addMonths(from, MONTHS_MAX) <= to)
    throw badParameter('from', `must be less than ${MONTHS_MAX} months before to`);
  return { from, to };
}
/** A month; of a date, that it lies in. */
function queryMonth(req: Request, name: string): string | undefined {
  const text = queryText(req, name);
  if (text === undefined) return undefined;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return queryDate(req, name)!.slice(0, 7);
  const year = Number(text.slice(0, 4));
  if (!isMonth(text) || year < 1970 || year > 9998)
    throw badParameter(name, 'must be a month, such as 2026-10');
  return text;
}

function csvOf({ metric, scope, unit, definition, items, last_year }: TrendAnswer): string {
  const head = [
    'metric',
    'scope',
    'at',
    'value',
    'unit',
    'of',
    'low',
    'high',
    'small',
    'data',
    'last_year_at',
    'last_year',
    'definition',
  ];
  const lines = items.map(({ at, value, of, low, high, small, data }, index) => {
    const before = last_year[index];
    return csvLine([
      ...[
        metric,
        scope,
        at,
        value,
        unit,
        of ?? null,
        low ?? null,
        high ?? null,
        small ?? false,
        data ?? null,
      ],
      ...[before?.at ?? null, before?.value ?? null, definition],
    ]);
  });
  return `\ufeff${csvLine(head)}${lines.join('')}`;
}

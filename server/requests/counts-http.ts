/** `GET /api/v1/request-counts`: how many requests pass the filters of a list, borough by borough. */
import type { Request, Router } from 'express';
import type { RequestCounts } from '../contract/request-counts.ts';
import { isoOf } from '../lib/clock.ts';
import { badParameter } from '../lib/http-query.ts';
import type { BoroughCount, RequestFilter } from '../store/request-query.ts';
import { listQuestion } from './query.ts';
import { type ReaderOptions, readerRouter } from './reader.ts';

export interface CountsOptions extends ReaderOptions {
  readonly counts: (filter: RequestFilter, now_us: number) => Promise<readonly BoroughCount[]>;
}
/** Of a page, not of a count. */
const NOT_COUNTED = ['sort', 'limit', 'cursor', 'total', 'lang'];

export function countsRouter(options: CountsOptions): Router {
  return readerRouter(options, {
    '/api/v1/request-counts': (req) => countsAnswer(req, options),
  });
}

async function countsAnswer(req: Request, { counts, clock }: CountsOptions): Promise<RequestCounts> {
  const now_us = clock.now_us();
  for (const name of NOT_COUNTED) if (name in req.query) throw badParameter(name, 'is for lists');
  const { filter } = listQuestion(req, now_us);
  // A count in a small box, by the true places, would tell a dwelling.
  if (filter.box) throw badParameter('box', 'is for lists');
  const rows = await counts(filter, now_us);
  return {
    items: rows.map(({ borough, n, open, overdue }) => ({ borough, count: n, open, overdue })),
    next: null,
    as_of: isoOf(now_us),
  };
}

/** Requests over HTTP: the list (JSON and CSV) and one whole record with its deadlines. Reads only; nothing here is cached. */
import type { Request, Response, Router } from 'express';
import type { RequestSummary } from '../contract/requests.ts';
import type { DeadlineRules } from '../domain/request-deadlines.ts';
import { isoOf } from '../lib/clock.ts';
import { type CsvValue, csvLine } from '../lib/csv.ts';
import { VigieError } from '../lib/errors.ts';
import { badParameter } from '../lib/http-query.ts';
import type { PageStart, RequestFilter, RequestListRow } from '../store/request-query.ts';
import type { CityKnowledge } from './doubts.ts';
import { type LinkSource, linksOf } from './links.ts';
import { type ListSource, PAGE_ROWS_MAX, pageFor, startAfter } from './pages.ts';
import { cursorText, type ListQuestion, listQuestion } from './query.ts';
import { type ReaderOptions, readerRouter } from './reader.ts';
import { detailOf, type SourcedEvent, summaryOf, type Viewer } from './view.ts';

export interface RequestWithEvents {
  readonly row: RequestListRow;
  /** In order. */
  readonly events: readonly SourcedEvent[];
}
/** What is asked of the store. */
export interface RequestsSource extends LinkSource {
  readonly list: ListSource;
  count(filter: RequestFilter, cap: number): Promise<{ readonly total: number; readonly capped: boolean }>;
  /** null: there is none. */
  byId(id: string): Promise<RequestWithEvents | null>;
  /** Names of sources of events by number. */
  sourceNames(ids: readonly number[]): Promise<ReadonlyMap<number, string>>;
}

export interface RequestsOptions extends ReaderOptions {
  readonly requests: RequestsSource;
  /** The city's promises as they are now. */
  readonly rules: () => DeadlineRules;
  /** What the city says of itself, now. */
  readonly city: CityKnowledge;
  /** Who may know the place itself, the address and what the citizen wrote; without it nobody. */
  readonly mayReadPlaces?: (req: Request) => boolean | Promise<boolean>;
}

/** Counted no further: beyond it a list says "more than". */
export const TOTAL_CAP = 10_000;
/** Most rows of a CSV file; its header says when there are more. */
export const CSV_ROWS_MAX = 250_000;
const PATH = '/api/v1/requests';

export function requestsRouter(options: RequestsOptions): Router {
  return readerRouter(options, {
    [PATH]: async (req, res) => {
      res.setHeader('vary', 'accept');
      if (req.accepts(['json', 'csv']) === 'csv') return sendCsv(req, res, options);
      return listAnswer(req, options);
    },
    [`${PATH}.csv`]: (req, res) => sendCsv(req, res, options),
    [`${PATH}/:id`]: (req) => detailAnswer(req, options),
  });
}

async function viewerOf(req: Request, { clock, mayReadPlaces }: RequestsOptions): Promise<Viewer> {
  return { now_us: clock.now_us(), sees_places: (await mayReadPlaces?.(req)) ?? false };
}

async function listAnswer(req: Request, options: RequestsOptions): Promise<object> {
  const viewer = await viewerOf(req, options);
  const question = listQuestion(req, viewer.now_us);
  const { order, limit, after } = question;
  const [rows, counted] = await Promise.all([
    // One more than is shown: it tells whether there is another page.
    pageFor(options.requests.list, question, limit + 1, after, viewer.sees_places),
    question.total ? countFor(question, TOTAL_CAP, viewer, options) : null,
  ]);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map((row) => summaryOf(row, viewer)),
    next: last ? nextAddress(req, cursorText(order, startAfter(last, order))) : null,
    total: counted?.total ?? null,
    total_is_capped: counted?.capped ?? false,
    as_of: isoOf(viewer.now_us),
  };
}

/** null where a count by the true places would tell what the rows do not. */
async function countFor(
  { filter }: ListQuestion,
  cap: number,
  viewer: Viewer,
  { requests }: RequestsOptions,
): Promise<{ readonly total: number; readonly capped: boolean } | null> {
  return filter.box && !viewer.sees_places ? null : requests.count(filter, cap);
}

/** The address that was asked, with another cursor. */
function nextAddress(req: Request, cursor: string): string {
  const query = new URLSearchParams(req.originalUrl.split('?', 2)[1] ?? '');
  query.set('cursor', cursor);
  return `${PATH}?${query}`;
}

const CSV_COLUMNS = {
  id: (row) => row.id,
  number: (row) => row.number,
  status: (row) => row.status,
  open: (row) => row.open,
  overdue: (row) => row.overdue,
  service: (row) => row.service,
  nature: (row) => row.nature,
  channel: (row) => row.channel,
  borough: (row) => row.borough,
  place_borough: (row) => row.place_borough,
  unit: (row) => row.unit,
  longitude: (row) => row.longitude,
  latitude: (row) => row.latitude,
  created_at: (row) => row.created_at,
  updated_at: (row) => row.updated_at,
  due_at: (row) => row.due_at,
  settled_at: (row) => row.settled_at,
  resolution: (row) => row.resolution,
  reopened: (row) => row.reopened,
  requesters: (row) => row.requesters,
  merged_into: (row) => row.merged_into,
  work_order: (row) => row.work_order,
  published_text: (row) => row.published?.text ?? null,
  published_at: (row) => row.published?.at ?? null,
  expected_at: (row) => row.published?.expected_at ?? null,
} as const satisfies Readonly<Record<string, (row: RequestSummary) => CsvValue>>;
const READERS = Object.values<(row: RequestSummary) => CsvValue>(CSV_COLUMNS);

/** Every row that passes, up to the cap, read and sent a page at a time: a slow reader is waited for. */
async function sendCsv(req: Request, res: Response, options: RequestsOptions): Promise<undefined> {
  const viewer = await viewerOf(req, options);
  const question = listQuestion(req, viewer.now_us);
  if (question.after !== null) throw badParameter('cursor', 'is for pages; a CSV file has all rows');
  const counted = await countFor(question, CSV_ROWS_MAX, viewer, options);
  res.status(200);
  res.setHeader('content-type', 'text/csv; charset=utf-8; header=present');
  res.setHeader('content-disposition', 'attachment; filename="requests.csv"');
  if (counted) {
    res.setHeader('vigie-rows', counted.total);
    res.setHeader('vigie-rows-capped', String(counted.capped));
  }
  try {
    res.write(csvLine(Object.keys(CSV_COLUMNS)));
    for await (const rows of csvPages(question, viewer, options)) {
      const text = rows.map((row) => csvLine(READERS.map((read) => read(summaryOf(row, viewer))))).join('');
      if (!res.write(text)) await drained(res);
      if (res.destroyed) return;
    }
    res.end();
  } catch (error) {
    // The status is sent: only a broken connection still tells the reader that the file is not whole.
    options.logger.error({ error }, 'a CSV file broke off');
    res.destroy();
  }
}

async function* csvPages(
  question: ListQuestion,
  viewer: Viewer,
  { requests }: RequestsOptions,
): AsyncGenerator<readonly RequestListRow[]> {
  let after: PageStart | null = null;
  for (let left = CSV_ROWS_MAX; left > 0; ) {
    const wanted = Math.min(left, PAGE_ROWS_MAX);
    const rows = await pageFor(requests.list, question, wanted, after, viewer.sees_places);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < wanted) return;
    after = startAfter(last, question.order);
    left -= rows.length;
  }
}

/** Until there is room again, or nobody reads any more. */
function drained(res: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done);
      res.off('close', done);
      resolve();
    };
    res.on('drain', done);
    res.on('close', done);
    if (res.destroyed) done();
  });
}

async function detailAnswer(req: Request, options: RequestsOptions): Promise<object> {
  const viewer = await viewerOf(req, options);
  const id = String(req.params.id);
  // No id holds a NUL, and no database text could.
  const found = id.includes('\0') ? null : await options.requests.byId(id);
  if (found === null) {
    const message = `There is no request ${JSON.stringify(id.slice(0, 100))}; ${PATH} lists them.`;
    throw new VigieError('unknown_request', message, { status: 404 });
  }
  const { row, events } = found;
  const ids = [...new Set(events.map(({ source_id }) => source_id))];
  const [sources, links] = await Promise.all([
    options.requests.sourceNames(ids),
    linksOf(row, options.requests, viewer),
  ]);
  const language = req.acceptsLanguages(['fr', 'en']) === 'en' ? 'en' : 'fr';
  const detail = detailOf(
    row,
    { rules: options.rules(), city: options.city, events, sources, language },
    viewer,
  );
  return { ...detail, ...links, as_of: isoOf(viewer.now_us) };
}

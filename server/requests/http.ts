/** Requests over HTTP: the list (JSON, CSV, XLSX) and one whole record with its deadlines. Reads only; nothing here is cached. */
import type { Request, Response, Router } from 'express';
import type { DeadlineRules } from '../domain/request-deadlines.ts';
import { isoOf } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import type { RequestFilter, RequestListRow } from '../store/request-query.ts';
import type { CityKnowledge } from './doubts.ts';
import { type NameOf, sendCsv, sendXlsx } from './export.ts';
import { type LinkSource, linksOf } from './links.ts';
import { type ListSource, pageFor, startAfter } from './pages.ts';
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
  /** IANA name: in a spreadsheet moments are what the city's clocks show. */
  readonly time_zone: string;
  readonly name: NameOf;
  /** Who may know the place itself, the address and what the citizen wrote; without it nobody. */
  readonly mayReadPlaces?: (req: Request) => boolean | Promise<boolean>;
}

/** Counted no further: beyond it a list says "more than". */
export const TOTAL_CAP = 10_000;
const PATH = '/api/v1/requests';

export function requestsRouter(options: RequestsOptions): Router {
  return readerRouter(options, {
    [PATH]: async (req, res) => {
      res.setHeader('vary', 'accept');
      const accepted = req.accepts(['json', 'csv', 'xlsx']);
      if (accepted === 'csv' || accepted === 'xlsx') return fileAnswer(req, res, options, accepted);
      return listAnswer(req, options);
    },
    [`${PATH}.csv`]: (req, res) => fileAnswer(req, res, options, 'csv'),
    [`${PATH}.xlsx`]: (req, res) => fileAnswer(req, res, options, 'xlsx'),
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

async function fileAnswer(
  req: Request,
  res: Response,
  options: RequestsOptions,
  form: 'csv' | 'xlsx',
): Promise<undefined> {
  const { requests, logger, time_zone, name } = options;
  const send = form === 'csv' ? sendCsv : sendXlsx;
  return send(req, res, await viewerOf(req, options), {
    ...{ list: requests.list, logger, time_zone, name },
    count: (question, rows_max, viewer) => countFor(question, rows_max, viewer, options),
  });
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

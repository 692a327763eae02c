/** Requests as files: every row that passes, up to a cap, read and sent a page at a time; a slow reader is waited for. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { BilingualName } from '../contract/reference.ts';
import type { RequestSummary } from '../contract/requests.ts';
import { zoneDays } from '../domain/zone-days.ts';
import { type CsvValue, csvLine } from '../lib/csv.ts';
import { messageOf } from '../lib/errors.ts';
import { badParameter, queryChoice } from '../lib/http-query.ts';
import type { Logger } from '../lib/logger.ts';
import { type XlsxColumn, type XlsxValue, xlsxStream } from '../lib/xlsx.ts';
import type { PageStart, RequestListRow } from '../store/request-query.ts';
import { type ListSource, PAGE_ROWS_MAX, pageFor, startAfter } from './pages.ts';
import { type ListQuestion, listQuestion } from './query.ts';
import { summaryOf, type Viewer } from './view.ts';

/** Most rows of a file; its header says when there are more. */
export const EXPORT_ROWS_MAX = 250_000;

/** What the city calls things; an id where it has no name. */
export type NameOf = (kind: 'service' | 'borough' | 'unit', id: string) => BilingualName | undefined;
export interface ExportOptions {
  readonly list: ListSource;
  readonly logger: Logger;
  readonly time_zone: string;
  readonly name: NameOf;
  /** null: a count would tell what the rows do not. */
  readonly count: (
    question: ListQuestion,
    rows_max: number,
    viewer: Viewer,
  ) => Promise<{ readonly total: number; readonly capped: boolean } | null>;
}

interface Column {
  readonly id: string;
  readonly title: BilingualName;
  /** In characters of a spreadsheet. */
  readonly width: number;
  readonly read: (row: RequestSummary) => CsvValue;
  /** What a spreadsheet shows of it; the value itself without. */
  readonly as?: 'moment' | 'service' | 'borough' | 'unit';
}
const column = (
  id: string,
  fr: string,
  en: string,
  width: number,
  read: Column['read'],
  as?: Column['as'],
): Column => ({ id, title: { fr, en }, width, read, ...(as && { as }) });

const COLUMNS: readonly Column[] = [
  column('id', 'Numéro', 'Number', 22, (row) => row.id),
  column('number', 'Rang', 'Rank', 10, (row) => row.number),
  column('status', 'Statut', 'Status', 14, (row) => row.status),
  column('open', 'Ouverte', 'Open', 9, (row) => row.open),
  column('overdue', 'En retard', 'Overdue', 9, (row) => row.overdue),
  column('service', 'Service', 'Service', 32, (row) => row.service, 'service'),
  column('nature', 'Nature', 'Nature', 12, (row) => row.nature),
  column('channel', 'Canal', 'Channel', 10, (row) => row.channel),
  column('borough', 'Arrondissement', 'Borough', 26, (row) => row.borough, 'borough'),
  column(
    'place_borough',
    'Arrondissement du lieu',
    'Borough of the place',
    26,
    (row) => row.place_borough,
    'borough',
  ),
  column('unit', 'Unité', 'Unit', 26, (row) => row.unit, 'unit'),
  column('longitude', 'Longitude', 'Longitude', 12, (row) => row.longitude),
  column('latitude', 'Latitude', 'Latitude', 12, (row) => row.latitude),
  column('created_at', 'Créée', 'Created', 17, (row) => row.created_at, 'moment'),
  column('updated_at', 'Modifiée', 'Changed', 17, (row) => row.updated_at, 'moment'),
  column('due_at', 'Échéance', 'Due', 17, (row) => row.due_at, 'moment'),
  column('settled_at', 'Réglée', 'Settled', 17, (row) => row.settled_at, 'moment'),
  column('resolution', 'Résultat', 'Outcome', 12, (row) => row.resolution),
  column('reopened', 'Réouvertures', 'Reopenings', 12, (row) => row.reopened),
  column('requesters', 'Demandeurs', 'Requesters', 12, (row) => row.requesters),
  column('merged_into', 'Fusionnée dans', 'Merged into', 22, (row) => row.merged_into),
  column('work_order', 'Bon de travail', 'Work order', 18, (row) => row.work_order),
  column('published_text', 'État publié', 'Published status', 50, (row) => row.published?.text ?? null),
  column('published_at', 'Publié', 'Published', 17, (row) => row.published?.at ?? null, 'moment'),
  column('expected_at', 'Attendue', 'Expected', 17, (row) => row.published?.expected_at ?? null, 'moment'),
];

/** Reads the question, and says in the answer's head what comes. */
async function begun(
  req: Request,
  res: Response,
  viewer: Viewer,
  { count }: ExportOptions,
  file: { readonly type: string; readonly name: string },
): Promise<ListQuestion> {
  const question = listQuestion(req, viewer.now_us);
  if (question.after !== null) throw badParameter('cursor', 'is for pages; a file has all rows');
  const counted = await count(question, EXPORT_ROWS_MAX, viewer);
  res.status(200);
  res.setHeader('content-type', file.type);
  res.setHeader('content-disposition', `attachment; filename="${file.name}"`);
  if (counted) {
    res.setHeader('vigie-rows', counted.total);
    res.setHeader('vigie-rows-capped', String(counted.capped));
  }
  return question;
}
/** The status is sent: only a broken connection still tells the reader that the file is not whole. */
async function sent(res: Response, { logger }: ExportOptions, body: Readable): Promise<undefined> {
  try {
    await pipeline(body, res);
  } catch (error) {
    if (res.writableEnded || res.closed) return;
    logger.error({ error: messageOf(error) }, 'a file of requests broke off');
    res.destroy();
  }
}

export async function sendCsv(
  req: Request,
  res: Response,
  viewer: Viewer,
  options: ExportOptions,
): Promise<undefined> {
  const file = { type: 'text/csv; charset=utf-8; header=present', name: 'requests.csv' };
  const question = await begun(req, res, viewer, options, file);
  async function* text(): AsyncGenerator<string> {
    yield csvLine(COLUMNS.map(({ id }) => id));
    for await (const rows of pages(question, viewer, options))
      yield rows.map((row) => csvLine(COLUMNS.map(({ read }) => read(row)))).join('');
  }
  return sent(res, options, Readable.from(text()));
}

/** Titles and the city's names in the reader's language; moments as the city's clocks show them. */
export async function sendXlsx(
  req: Request,
  res: Response,
  viewer: Viewer,
  options: ExportOptions,
): Promise<undefined> {
  const asked = queryChoice(req, 'lang', ['fr', 'en'] as const);
  const language = asked ?? (req.acceptsLanguages('fr', 'en') === 'en' ? 'en' : 'fr');
  const name = language === 'fr' ? 'Demandes' : 'Requests';
  const file = {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    name: `${name.toLowerCase()}.xlsx`,
  };
  const question = await begun(req, res, viewer, options, file);
  const zone = zoneDays(options.time_zone);
  const shown = ({ read, as }: Column, row: RequestSummary): XlsxValue => {
    const value = read(row);
    if (as === undefined || typeof value !== 'string') return value;
    if (as === 'moment') return new Date(zone.wallClock_us(Date.parse(value) * 1000) / 1000);
    return options.name(as, value)?.[language] ?? value;
  };
  async function* rows(): AsyncGenerator<XlsxValue[]> {
    for await (const page of pages(question, viewer, options))
      for (const row of page) yield COLUMNS.map((each) => shown(each, row));
  }
  const columns = COLUMNS.map(
    ({ title, width, as }): XlsxColumn => ({
      title: title[language],
      width,
      ...(as === 'moment' && { format: 'yyyy-mm-dd hh:mm' }),
    }),
  );
  const stream = xlsxStream(name, columns, rows());
  return sent(res, options, Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]));
}

async function* pages(
  question: ListQuestion,
  viewer: Viewer,
  { list }: ExportOptions,
): AsyncGenerator<readonly RequestSummary[]> {
  let after: PageStart | null = null;
  for (let left = EXPORT_ROWS_MAX; left > 0; ) {
    const wanted = Math.min(left, PAGE_ROWS_MAX);
    const rows: readonly RequestListRow[] = await pageFor(list, question, wanted, after, viewer.sees_places);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => summaryOf(row, viewer));
    if (rows.length < wanted) return;
    after = startAfter(last, question.order);
    left -= rows.length;
  }
}

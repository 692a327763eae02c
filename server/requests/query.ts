/** What a reader asks the list of requests for, from the query of the address. */
import type { Request } from 'express';
import { REQUEST_CHANNELS, REQUEST_NATURES } from '../contract/event-types.ts';
import { REQUEST_STATUSES, type RequestStatus } from '../contract/requests.ts';
import type { Box } from '../domain/place.ts';
import {
  badParameter,
  queryChoice,
  queryFlag,
  queryInstant,
  queryInteger,
  queryList,
  queryText,
  refuseOthers,
} from '../lib/http-query.ts';
import type { PageStart, RequestFilter, RequestOrder, RequestSort } from '../store/request-query.ts';
import { PAGE_ROWS_MAX } from './pages.ts';

const LIST_ROWS = 100;
const IDS_MAX = 1_000;
const SORTS = ['due_at', 'created_at', 'updated_at'] as const satisfies readonly RequestSort[];

export interface ListQuestion {
  readonly filter: RequestFilter;
  readonly order: RequestOrder;
  readonly limit: number;
  readonly after: PageStart | null;
  /** Whether to count what passes, which may take longer than the page itself. */
  readonly total: boolean;
}

export const LIST_PARAMETERS = [
  'borough',
  'service',
  'unit',
  'status',
  'channel',
  'nature',
  'open',
  'overdue',
  'due_from',
  'due_before',
  'created_from',
  'created_to',
  'updated_from',
  'updated_to',
  'box',
  'ids',
  'numbers',
  'sort',
  'limit',
  'cursor',
  'total',
  // Of a spreadsheet's titles.
  'lang',
] as const;

/** @throws VigieError 400 that says what to write instead. */
export function listQuestion(req: Request, now_us: number): ListQuestion {
  refuseOthers(req, LIST_PARAMETERS);
  const order = orderOf(req);
  return {
    filter: filterOf(req, now_us),
    order,
    limit: queryInteger(req, 'limit', 1, PAGE_ROWS_MAX) ?? LIST_ROWS,
    after: cursorOf(queryText(req, 'cursor'), order),
    total: queryFlag(req, 'total') ?? false,
  };
}

function filterOf(req: Request, now_us: number): RequestFilter {
  const overdue = queryFlag(req, 'overdue');
  const open = queryFlag(req, 'open');
  if (overdue && open === false)
    throw badParameter('overdue', 'is only what is open: leave open out, or ask for one of both');
  const borough = queryText(req, 'borough')?.toUpperCase();
  return defined({
    borough,
    service: queryText(req, 'service'),
    unit: queryText(req, 'unit'),
    statuses: queryList(req, 'status', REQUEST_STATUSES.length)?.map(statusOf),
    channel: queryChoice(req, 'channel', REQUEST_CHANNELS),
    nature: queryChoice(req, 'nature', REQUEST_NATURES),
    open,
    overdue: overdue === undefined ? undefined : { is: overdue, at_us: now_us },
    ...span(req, 'due', 'before'),
    ...span(req, 'created', 'to'),
    ...span(req, 'updated', 'to'),
    box: boxOf(queryText(req, 'box')),
    ids: queryList(req, 'ids', IDS_MAX),
    numbers: queryList(req, 'numbers', IDS_MAX)?.map(numberOf),
  });
}

type Undefinable<T> = { readonly [K in keyof T]: T[K] | undefined };
/** Without the members that are undefined. */
const defined = (filter: Undefinable<RequestFilter>): RequestFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as RequestFilter;

function span(req: Request, what: 'due' | 'created' | 'updated', end: 'before' | 'to') {
  const from_us = queryInstant(req, `${what}_from`);
  const to_us = queryInstant(req, `${what}_${end}`);
  if (from_us !== undefined && to_us !== undefined && to_us < from_us)
    throw badParameter(`${what}_${end}`, `must not be before ${what}_from`);
  return { [`${what}_from_us`]: from_us, [`${what}_${end}_us`]: to_us };
}

function statusOf(text: string): RequestStatus {
  const status = REQUEST_STATUSES.find((candidate) => candidate === text);
  if (status === undefined)
    throw badParameter('status', `must be some of ${REQUEST_STATUSES.join(', ')}, with commas between them`);
  return status;
}

function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw badParameter('numbers', 'must be whole numbers, with commas between them');
  return Number(text);
}

function boxOf(text: string | undefined): Box | undefined {
  if (text === undefined) return undefined;
  const parts = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [west, south, east, north] = parts as [number, number, number, number];
  const fits =
    parts.length === 4 &&
    parts.every(Number.isFinite) &&
    Math.abs(west) <= 180 &&
    Math.abs(east) <= 180 &&
    Math.abs(south) <= 90 &&
    Math.abs(north) <= 90;
  if (!fits || west > east || south > north)
    throw badParameter('box', 'must be west,south,east,north in degrees, such as -73.60,45.50,-73.55,45.53');
  return { west, south, east, north };
}

function orderOf(req: Request): RequestOrder {
  const text = queryText(req, 'sort') ?? 'due_at';
  const descending = text.startsWith('-');
  const sort = SORTS.find((candidate) => candidate === (descending ? text.slice(1) : text));
  if (sort === undefined)
    throw badParameter('sort', `must be one of ${SORTS.join(', ')}, with - before it for the highest first`);
  return { sort, descending };
}

export const sortText = ({ sort, descending }: RequestOrder): string => (descending ? `-${sort}` : sort);

/** A cursor is opaque to clients: the order it belongs to, and the row after which the page begins. */
export const cursorText = (order: RequestOrder, { at_us, number }: PageStart): string =>
  Buffer.from(JSON.stringify([sortText(order), at_us, number])).toString('base64url');

function cursorOf(text: string | undefined, order: RequestOrder): PageStart | null {
  if (text === undefined) return null;
  const unusable = badParameter(
    'cursor',
    'is none of this list: follow the address in "next", or begin without one',
  );
  const parts = partsOf(text);
  if (parts === null) throw unusable;
  const [sort, at_us, number] = parts;
  if (sort !== sortText(order)) throw badParameter('cursor', `belongs to sort=${String(sort).slice(0, 20)}`);
  if (!Number.isSafeInteger(number) || !(at_us === null || Number.isSafeInteger(at_us))) throw unusable;
  return { at_us: at_us as number | null, number: number as number };
}
function partsOf(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return Array.isArray(value) && value.length === 3 ? value : null;
  } catch {
    return null;
  }
}

/** What the list of a borough shows: as its address says it, and as the server is asked for it. */
import { REQUEST_CHANNELS } from '#contract/event-types.ts';
import { REQUEST_STATUSES } from '#contract/requests.ts';
import { dateStart, dayStart } from './days.ts';

export const SORTS = ['due_at', '-due_at', 'created_at', '-created_at', 'updated_at', '-updated_at'] as const;
export type Sort = (typeof SORTS)[number];
export const STATUS_CHOICES = ['open', 'settled', 'all', ...REQUEST_STATUSES] as const;
export type StatusChoice = (typeof STATUS_CHOICES)[number];
/** By day, so that a link says tomorrow what it says today. */
export const DUE_CHOICES = ['overdue', 'today', '3_days', 'week'] as const;
export type DueChoice = (typeof DUE_CHOICES)[number];
export type Channel = (typeof REQUEST_CHANNELS)[number];

export interface ListFilter {
  readonly service: string | null;
  readonly unit: string | null;
  /** null: what is open, or anything where numbers are asked for. */
  readonly status: StatusChoice | null;
  readonly channel: Channel | null;
  readonly due: DueChoice | null;
  /** Local date, `YYYY-MM-DD`. */
  readonly due_before: string | null;
  /** Numbers of requests, with commas between them. */
  readonly id: string | null;
  readonly sort: Sort;
  /** Where the page begins; null: the first one. */
  readonly after: string | null;
}
export const NO_FILTER: ListFilter = {
  service: null,
  unit: null,
  status: null,
  channel: null,
  due: null,
  due_before: null,
  id: null,
  sort: 'due_at',
  after: null,
};
/** Days after today that "due in 3 days" has. */
const SOON_DAYS = 3;
/** Days of "due in 7 days", today included. */
const WEEK_DAYS = 7;

function oneOf<T extends string>(choices: readonly T[], text: string | null): T | null {
  return choices.find((choice) => choice === text) ?? null;
}

/** What an address asks for. What it cannot mean is left out. */
export function readFilter(query: URLSearchParams): ListFilter {
  const text = (name: keyof ListFilter): string | null => query.get(name)?.trim() || null;
  const date = text('due_before');
  return {
    service: text('service'),
    unit: text('unit'),
    status: oneOf(STATUS_CHOICES, text('status')),
    channel: oneOf(REQUEST_CHANNELS, text('channel')),
    due: oneOf(DUE_CHOICES, text('due')),
    due_before: date !== null && dateStart(date, 'UTC') !== null ? date : null,
    id: text('id'),
    sort: oneOf(SORTS, text('sort')) ?? NO_FILTER.sort,
    after: text('after'),
  };
}

/** The same as a query, without what is as it would be anyway; empty when nothing is asked. */
export function filterQuery(filter: Partial<ListFilter>): string {
  const query = new URLSearchParams();
  for (const name of Object.keys(NO_FILTER) as (keyof ListFilter)[]) {
    const value = filter[name];
    if (value != null && value !== NO_FILTER[name]) query.set(name, value);
  }
  return query.size === 0 ? '' : `?${query}`;
}

/** Whether something is asked beside order and page. */
export const isFiltered = (filter: ListFilter): boolean =>
  filterQuery({ ...filter, sort: NO_FILTER.sort, after: null }) !== '';

/** The parameters of `GET /api/v1/requests`, without page and order. The same all day long. */
export function apiFilter(
  filter: ListFilter,
  borough: string,
  now_ms: number,
  time_zone: string,
): URLSearchParams {
  const query = new URLSearchParams({ borough });
  const instant = (ms: number): string => new Date(ms).toISOString();
  /** Just after today, or some days later: what is due at a midnight is due on the day that ends then. */
  const after = (days: number): number => dayStart(now_ms, 1 + days, time_zone) + 1;
  for (const name of ['service', 'unit', 'channel'] as const) {
    if (filter[name] !== null) query.set(name, filter[name]);
  }
  if (filter.id !== null) {
    const ids = filter.id.split(/[\s,;]+/).filter((id) => id !== '');
    query.set('ids', ids.join(','));
  }
  const status = filter.status ?? (filter.id === null ? 'open' : 'all');
  if (status === 'open' || status === 'settled') query.set('open', String(status === 'open'));
  else if (status !== 'all') query.set('status', status);
  const ends_ms: number[] = [];
  // What is due can only be open.
  if (filter.due !== null) query.set('open', 'true');
  if (filter.due === 'overdue') query.set('overdue', 'true');
  if (filter.due === 'today' || filter.due === 'week') {
    query.set('overdue', 'false');
    ends_ms.push(after(filter.due === 'today' ? 0 : WEEK_DAYS - 1));
  }
  if (filter.due === '3_days') {
    query.set('due_from', instant(after(0)));
    ends_ms.push(after(SOON_DAYS));
  }
  const date_ms = filter.due_before === null ? null : dateStart(filter.due_before, time_zone);
  if (date_ms !== null) ends_ms.push(date_ms + 1);
  if (ends_ms.length > 0) query.set('due_before', instant(Math.min(...ends_ms)));
  return query;
}

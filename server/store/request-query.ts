/**
 * Requests as lists show them: by filters, in one of three orders, a page at a time. A page goes on behind the last row of the page
 * before (never by counting rows), so what comes and goes between two pages neither repeats a row nor hides one that stayed.
 */
import Type from 'typebox';
import { REQUEST_CHANNELS, REQUEST_NATURES, RESOLUTIONS } from '../contract/event-types.ts';
import { isOpenStatus, REQUEST_STATUSES, type RequestStatus } from '../contract/requests.ts';
import type { Box } from '../domain/place.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { decodeHistory, type StoredRequestEvent } from './request-history.ts';
import { loadSql, many, one, plannedEachTime, zeroOrOne } from './sql.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const TextOrNull = orNull(Type.String());
const MicrosOrNull = orNull(Type.Integer());
/** The columns of a request that lists show. */
export const REQUEST_COLUMNS = {
  number: Type.Integer(),
  id: Type.String(),
  status: Type.Enum([...REQUEST_STATUSES]),
  open: Type.Boolean(),
  service: TextOrNull,
  nature: orNull(Type.Enum([...REQUEST_NATURES])),
  channel: orNull(Type.Enum([...REQUEST_CHANNELS])),
  borough: TextOrNull,
  place_borough: TextOrNull,
  unit: TextOrNull,
  longitude: orNull(Type.Number()),
  latitude: orNull(Type.Number()),
  created_us: MicrosOrNull,
  updated_us: Type.Integer(),
  due_us: MicrosOrNull,
  settled_us: MicrosOrNull,
  resolution: orNull(Type.Enum([...RESOLUTIONS])),
  reopened: Type.Integer(),
  requesters: Type.Integer(),
  merged_into: TextOrNull,
  work_order: TextOrNull,
  published: orNull(Type.Object({ text: Type.String(), at: Type.String(), expected_at: TextOrNull })),
};
const Row = Type.Object(REQUEST_COLUMNS);
const Told = Type.Object({
  address: Type.Optional(Type.String()),
  description: Type.Optional(Type.String()),
});
const WithCreation = Type.Object({ ...REQUEST_COLUMNS, creation: orNull(Told) });
const WithHistory = Type.Object({ ...REQUEST_COLUMNS, history: Type.String() });
const BoroughCount = Type.Object({
  borough: TextOrNull,
  n: Type.Integer(),
  open: Type.Integer(),
  overdue: Type.Integer(),
});
export type BoroughCount = Type.Static<typeof BoroughCount>;
const page = plannedEachTime(many(Row));
const sql = loadSql(import.meta.url, {
  by_borough: plannedEachTime(many(BoroughCount)),
  due_at_asc: page,
  due_at_desc: page,
  due_at_none: page,
  created_at_asc: page,
  created_at_desc: page,
  created_at_none: page,
  updated_at_asc: page,
  updated_at_desc: page,
  count_to: plannedEachTime(one(Type.Object({ n: Type.Integer() }))),
  newest: plannedEachTime(many(WithCreation)),
  with_history: zeroOrOne(WithHistory),
  source_names: many(Type.Object({ id: Type.Integer(), name: Type.String() })),
});

/** A request as a list has it. Its place is the exact one. */
export type RequestListRow = Type.Static<typeof Row>;
/** With what not every reader may see. */
export interface RequestCreationRow extends RequestListRow {
  readonly address: string | null;
  readonly description: string | null;
}

export const REQUEST_SORTS = ['due_at', 'created_at', 'updated_at'] as const;
export type RequestSort = (typeof REQUEST_SORTS)[number];
export interface RequestOrder {
  readonly sort: RequestSort;
  readonly descending: boolean;
}

/** What is missing lets everything pass. Spans include their beginning and not their end. */
export interface RequestFilter {
  /** Borough responsible. */
  readonly borough?: string;
  readonly service?: string;
  /** Any of these. */
  readonly services?: readonly string[];
  readonly unit?: string;
  /** Any of these. */
  readonly statuses?: readonly RequestStatus[];
  readonly channel?: string;
  readonly nature?: string;
  readonly open?: boolean;
  /** Open and past its settlement deadline at an instant (which leaves `open` nothing to say), or not. */
  readonly overdue?: { readonly is: boolean; readonly at_us: number };
  readonly due_from_us?: number;
  readonly due_before_us?: number;
  readonly created_from_us?: number;
  readonly created_to_us?: number;
  readonly updated_from_us?: number;
  readonly updated_to_us?: number;
  /** Borders included. */
  readonly box?: Box;
  readonly ids?: readonly string[];
  readonly numbers?: readonly number[];
}

/** After which row a page begins: its value of the order (µs; null: it has none) and its number. */
export interface PageStart {
  readonly at_us: number | null;
  readonly number: number;
}

const textOf = (time_us: number | undefined): string | null =>
  time_us === undefined ? null : rfc3339Of(time_us);
const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);

function parametersOf(filter: RequestFilter): Readonly<Record<string, unknown>> {
  const { overdue, box } = filter;
  return {
    borough: filter.borough ?? null,
    service: filter.service ?? null,
    services: filter.services ?? null,
    unit: filter.unit ?? null,
    statuses: filter.statuses ?? null,
    channel: filter.channel ?? null,
    nature: filter.nature ?? null,
    // Said openly, so that the indexes of what is open are used.
    open: overdue?.is ? true : (filter.open ?? null),
    not_overdue_at: overdue && !overdue.is ? rfc3339Of(overdue.at_us) : null,
    due_from: textOf(filter.due_from_us),
    due_before: textOf(dueBefore(filter)),
    created_from: textOf(filter.created_from_us),
    created_to: textOf(filter.created_to_us),
    updated_from: textOf(filter.updated_from_us),
    updated_to: textOf(filter.updated_to_us),
    west: box?.west ?? null,
    south: box?.south ?? null,
    east: box?.east ?? null,
    north: box?.north ?? null,
    ids: filter.ids ?? null,
    numbers: filter.numbers ?? null,
  };
}

/** Before all that was ever told. */
const NEVER_US = Number.NEGATIVE_INFINITY;
const FIRST_NUMBER = 0;
const LAST_NUMBER = Number.MAX_SAFE_INTEGER;
const START = {
  asc: { at: '-infinity', number: FIRST_NUMBER },
  desc: { at: 'infinity', number: LAST_NUMBER },
} as const;

/** What follows from a filter, said openly: the planner knows statistics of columns, but not how they hang together. */
function narrowed(filter: RequestFilter): RequestFilter {
  const { statuses, created_from_us, updated_from_us } = filter;
  const opens = new Set(statuses?.map(isOpenStatus));
  const [open = filter.open] = opens.size === 1 && filter.open === undefined ? opens : [];
  // Nothing was changed before it was created.
  const from_us = Math.max(created_from_us ?? NEVER_US, updated_from_us ?? NEVER_US);
  return {
    ...filter,
    ...(open !== undefined && { open }),
    ...(Number.isFinite(from_us) && { updated_from_us: from_us }),
  };
}

/** Indexes hold what is open, or what is not: a question that does not say which is asked of both. */
const isOpenSaid = ({ open, overdue }: RequestFilter): boolean => open !== undefined || overdue?.is === true;

/** The rows after `after` in an order, at most `rows_max`; those without a value come last in both directions. */
export async function listRequests(
  db: Database,
  filter: RequestFilter,
  order: RequestOrder,
  rows_max: number,
  after: PageStart | null = null,
): Promise<RequestListRow[]> {
  const wanted = narrowed(filter);
  if (isOpenSaid(wanted)) return pageOf(db, wanted, order, rows_max, after);
  const [open, rest] = await Promise.all(
    [true, false].map((is_open) => pageOf(db, { ...wanted, open: is_open }, order, rows_max, after)),
  );
  return [...(open ?? []), ...(rest ?? [])].sort(inOrder(order)).slice(0, rows_max);
}

const ORDER_COLUMN = { due_at: 'due_us', created_at: 'created_us', updated_at: 'updated_us' } as const;
/** In the order of the blocks. */
function inOrder({ sort, descending }: RequestOrder): (a: RequestListRow, b: RequestListRow) => number {
  const column = ORDER_COLUMN[sort];
  return (a, b) => {
    const a_us = a[column];
    const b_us = b[column];
    if (a_us === null || b_us === null)
      return Number(a_us === null) - Number(b_us === null) || a.number - b.number;
    const ascending = a_us - b_us || a.number - b.number;
    return descending ? -ascending : ascending;
  };
}

async function pageOf(
  db: Database,
  filter: RequestFilter,
  order: RequestOrder,
  rows_max: number,
  after: PageStart | null,
): Promise<RequestListRow[]> {
  const { sort, descending } = order;
  const parameters = parametersOf(filter);
  const rows: RequestListRow[] = [];
  if (after?.at_us !== null) {
    const block = sql[`${sort}_${descending ? 'desc' : 'asc'}`];
    const start = startOf(filter, order, after);
    // What the start says is not said again: the planner would take it for two conditions, and expect too few rows.
    const said = SAID_BY_START[`${sort}_${descending ? 'desc' : 'asc'}`];
    rows.push(...(await block(db, { ...parameters, ...(said && { [said]: null }), ...start, rows_max })));
  }
  if (sort === 'updated_at' || rows.length === rows_max) return rows;
  const number = after?.at_us === null ? after.number : FIRST_NUMBER;
  const without = await sql[`${sort}_none`](db, { ...parameters, number, rows_max: rows_max - rows.length });
  return [...rows, ...without];
}

/** Behind which row a page begins: the one before it, or where the first that can pass stands: no need to walk past all that cannot. */
function startOf(filter: RequestFilter, { sort, descending }: RequestOrder, after: PageStart | null) {
  const [from_us, to_us] = boundsOf(filter, sort);
  const bound_us = descending ? to_us : from_us;
  if (after?.at_us != null && !(descending ? bound_us < after.at_us : bound_us > after.at_us))
    return { at: rfc3339Of(after.at_us), number: after.number };
  if (!Number.isFinite(bound_us)) return descending ? START.desc : START.asc;
  // Before the first number of that instant: what is at the bound itself passes a beginning, and not an end.
  return { at: rfc3339Of(bound_us), number: FIRST_NUMBER };
}

const SAID_BY_START: Readonly<Record<string, string>> = {
  due_at_desc: 'due_before',
  created_at_asc: 'created_from',
  created_at_desc: 'created_to',
  updated_at_asc: 'updated_from',
  updated_at_desc: 'updated_to',
};

/** Between which values of its order all that passes lies, the end excluded. */
function boundsOf(filter: RequestFilter, sort: RequestSort): readonly [number, number] {
  const { created_from_us = NEVER_US, due_from_us = NEVER_US, overdue, open } = filter;
  const { updated_from_us = created_from_us } = filter;
  const end = (time_us: number | undefined): number => time_us ?? Number.POSITIVE_INFINITY;
  if (sort === 'created_at')
    return [created_from_us, end(earlier(filter.created_to_us, filter.updated_to_us))];
  if (sort === 'updated_at') return [updated_from_us, end(filter.updated_to_us)];
  // Nothing is due before it was created, nor what is open and not overdue before now.
  const now_us = open && overdue && !overdue.is ? overdue.at_us : NEVER_US;
  return [Math.max(created_from_us, due_from_us, now_us), end(dueBefore(filter))];
}

/** What is due at this very moment is overdue. */
const dueBefore = ({ overdue, due_before_us }: RequestFilter): number | undefined =>
  earlier(due_before_us, overdue?.is ? overdue.at_us + 1 : undefined);

/** How many pass, counted no further than `cap`. */
export async function countRequests(
  db: Database,
  filter: RequestFilter,
  cap: number,
): Promise<{ readonly total: number; readonly capped: boolean }> {
  const wanted = narrowed(filter);
  const halves = isOpenSaid(wanted) ? [wanted] : [true, false].map((open) => ({ ...wanted, open }));
  const counts = await Promise.all(
    halves.map((half) => sql.count_to(db, { ...parametersOf(half), rows_max: cap + 1 })),
  );
  const n = counts.reduce((sum, count) => sum + count.n, 0);
  return { total: Math.min(n, cap), capped: n > cap };
}

/** All that pass, by the borough responsible. */
export function requestsByBorough(
  db: Database,
  filter: RequestFilter,
  now_us: number,
): Promise<BoroughCount[]> {
  return sql.by_borough(db, { ...parametersOf(narrowed(filter)), now: rfc3339Of(now_us) });
}

/** The newest by creation first, then by number, from the place `skip` on. Those whose creation is not known are not among them. */
export async function newestRequests(
  db: Database,
  filter: RequestFilter,
  rows_max: number,
  skip = 0,
): Promise<RequestCreationRow[]> {
  const rows = await sql.newest(db, { ...parametersOf(narrowed(filter)), rows_max, skip });
  return rows.map(withCreation);
}
function withCreation({ creation, ...row }: Type.Static<typeof WithCreation>): RequestCreationRow {
  return { ...row, address: creation?.address ?? null, description: creation?.description ?? null };
}

/** A request with its events in order; null: there is none. */
export async function requestById(
  db: Database,
  id: string,
): Promise<{ readonly row: RequestListRow; readonly events: readonly StoredRequestEvent[] } | null> {
  const found = await sql.with_history(db, { id });
  if (found === null) return null;
  const { history, ...row } = found;
  return { row, events: decodeHistory(history) };
}

/** Names of the sources of events by number. */
export async function sourceNames(db: Database, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await sql.source_names(db, { ids });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

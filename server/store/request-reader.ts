/** Reading requests back for the live state: pictures of the open ones, of those a batch changed, and what was told of deadlines. */
import Type from 'typebox';
import { DEADLINE_KINDS } from '../contract/catalogue.ts';
import { type BreachState, breachId, DEADLINE_EVENT_KINDS, REQUEST_STATUSES } from '../contract/requests.ts';
import { isoOf } from '../lib/clock.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import type { RequestPicture } from './requests.types.ts';
import { loadSql, many } from './sql.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const TextOrNull = orNull(Type.String());
const Picture = Type.Object({
  number: Type.Integer(),
  revision: Type.Integer(),
  id: Type.String(),
  status: Type.Enum([...REQUEST_STATUSES]),
  open: Type.Boolean(),
  service: TextOrNull,
  borough: TextOrNull,
  unit: TextOrNull,
  longitude: orNull(Type.Number()),
  latitude: orNull(Type.Number()),
  created_us: orNull(Type.Integer()),
  due_us: orNull(Type.Integer()),
  settled_us: orNull(Type.Integer()),
});
/** A row of `deadline_event`. */
export const TOLD_COLUMNS = {
  number: Type.Integer(),
  request_id: Type.String(),
  kind: Type.Enum([...DEADLINE_KINDS]),
  what: Type.Enum([...DEADLINE_EVENT_KINDS]),
  turn: Type.Integer(),
  service: TextOrNull,
  borough: TextOrNull,
  unit: TextOrNull,
  reason: TextOrNull,
  at_us: Type.Integer(),
  recorded_us: Type.Integer(),
};
const ToldRow = Type.Object(TOLD_COLUMNS);
const sql = loadSql(import.meta.url, {
  pictures_of: many(Picture),
  open_pictures: many(Picture),
  recent_pictures: many(Picture),
  told_in: many(ToldRow),
  told_since: many(ToldRow),
  told_between: many(ToldRow),
});

const PAGE_ROWS = 5_000;

export function picturesOf(db: Database, ids: readonly string[]): Promise<RequestPicture[]> {
  return sql.pictures_of(db, { ids });
}

/** All open requests by number, a page at a time. */
export async function* openPictures(db: Database): AsyncGenerator<RequestPicture[]> {
  for (let after = 0; ; ) {
    const page = await sql.open_pictures(db, { after, rows_max: PAGE_ROWS });
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    after = last.number;
  }
}

/** Requests that are not open and changed since an instant. */
export function recentPictures(db: Database, since_us: number): Promise<RequestPicture[]> {
  return sql.recent_pictures(db, { since: rfc3339Of(since_us) });
}

const breachOf = (row: Type.Static<typeof ToldRow>): BreachState => {
  const { number, request_id, kind, what, turn, service, borough, unit, reason, at_us, recorded_us } = row;
  return {
    id: breachId(number, kind, what, at_us, turn),
    request: request_id,
    number,
    what,
    kind,
    at: isoOf(at_us),
    recorded_at: isoOf(recorded_us),
    service,
    borough,
    unit,
    reason,
  };
};

/** What one transaction told of deadlines, all of which lies between two instants. */
export async function toldIn(
  db: Database,
  batch: number,
  from_us: number,
  to_us: number,
): Promise<BreachState[]> {
  const rows = await sql.told_in(db, { batch, from: rfc3339Of(from_us), to: rfc3339Of(to_us) });
  return rows.map(breachOf);
}

/** Breaches (and their withdrawals) that happened since an instant, the newest first, at most `rows_max`. */
export async function toldSince(db: Database, since_us: number, rows_max: number): Promise<BreachState[]> {
  return (await sql.told_since(db, { since: rfc3339Of(since_us), rows_max })).map(breachOf);
}
/** The same after an instant and up to another one. */
export async function toldBetween(
  db: Database,
  after_us: number,
  to_us: number,
  rows_max: number,
): Promise<BreachState[]> {
  const after = rfc3339Of(after_us);
  return (await sql.told_between(db, { after, to: rfc3339Of(to_us), rows_max })).map(breachOf);
}

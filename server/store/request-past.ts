/** Records with the events that tell what they were at an earlier instant: for the map of the past and for replays. */
import Type from 'typebox';
import type { RequestEvent } from '../domain/request.ts';
import { VigieError } from '../lib/errors.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { decodeHistory } from './request-history.ts';
import { loadSql, many, plannedEachTime } from './sql.ts';

const History = Type.Object({
  number: Type.Integer(),
  id: Type.String(),
  history: Type.String(),
});
const sql = loadSql(import.meta.url, {
  changed_since: plannedEachTime(many(Type.Object({ number: Type.Integer(), fresh: Type.Boolean() }))),
  histories: many(History),
  histories_of: many(History),
});

/** About what a month of a large city changes; some 20 s of work. */
const CHANGES_MAX = 250_000;
/** Read at a time, so that nobody else waits long for the embedded database. */
const PAGE_ROWS = 500;

export interface ChangedRequest {
  readonly number: number;
  readonly id: string;
  /** In order; of those before an instant empty where it was not known then. */
  readonly events: readonly RequestEvent[];
}

/** @throws VigieError 400 when more has changed since than can be taken back */
export async function* changesSince(db: Database, as_of_us: number): AsyncGenerator<ChangedRequest[]> {
  const as_of = rfc3339Of(as_of_us);
  const changed = await sql.changed_since(db, { as_of, as_of_us, rows_max: CHANGES_MAX + 1 });
  if (changed.length > CHANGES_MAX) {
    const message = `More than ${CHANGES_MAX} requests have changed since ${as_of}: ask for a later moment.`;
    throw new VigieError('too_far_back', message, { status: 400 });
  }
  yield changed.flatMap(({ number, fresh }) => (fresh ? { number, id: '', events: [] } : []));
  const known = changed.flatMap(({ number, fresh }) => (fresh ? [] : number));
  for (let at = 0; at < known.length; at += PAGE_ROWS) {
    const rows = await sql.histories(db, { numbers: known.slice(at, at + PAGE_ROWS) });
    yield rows.map(({ number, id, history }) => ({
      number,
      id,
      events: decodeHistory(history).filter(({ time_us }) => time_us < as_of_us),
    }));
  }
}

/** All events of some requests, by id. */
export async function eventsOfRequests(db: Database, ids: readonly string[]): Promise<ChangedRequest[]> {
  const found: ChangedRequest[] = [];
  for (let at = 0; at < ids.length; at += PAGE_ROWS) {
    const rows = await sql.histories_of(db, { ids: ids.slice(at, at + PAGE_ROWS) });
    for (const { number, id, history } of rows) found.push({ number, id, events: decodeHistory(history) });
  }
  return found;
}

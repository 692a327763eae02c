/**
 * Records of requests, their steps and what is told of them as parameters of statements: one binary array a column, for `unnest`.
 * Of 4,000 records as one JSON text, writing and reading it was half of what they cost.
 */

import { isOpenStatus } from '../contract/requests.ts';
import type { KeptPromises } from '../domain/request-deadlines.ts';
import type { BacklogMove, FoldedRequest } from '../domain/request-state.ts';
import { isoOf } from '../lib/clock.ts';
import { type BinaryWriter, storableJson } from './copy-format.ts';
import type { RequestPicture } from './requests.types.ts';
import type { Telling, Told } from './told.ts';

/** A record as it is to be written. */
export interface RequestRow {
  readonly id: string;
  readonly revision: number;
  readonly folded: FoldedRequest;
  /** Its history; null: as it was. */
  readonly history: string | null;
  /** The history is what follows the one that is there. */
  readonly appended: boolean;
  readonly due_us: number | null;
  readonly kept: KeptPromises;
  readonly next_us: number | null;
  readonly told: readonly Told[];
}
/** A step of a request. `n` is negative too where a step into the backlog is taken back. */
export type MoveRow = Pick<BacklogMove, 'at_us' | 'cause' | 'borough' | 'unit' | 'across'> & {
  readonly request: number;
  readonly n: number;
};
export type TellingRow = Telling & { readonly picture: RequestPicture; readonly reason: string | null };

interface Column<Row> {
  /** OID of the element's type. */
  readonly oid: number;
  readonly isNull: (row: Row) => boolean;
  readonly write: (writer: BinaryWriter, row: Row) => void;
}
type Columns<Row> = Readonly<Record<string, Column<Row>>>;

const of =
  <Value>(oid: number, write: (writer: BinaryWriter, value: Value) => void) =>
  <Row>(read: (row: Row) => Value | null): Column<Row> => ({
    oid,
    isNull: (row) => read(row) === null,
    write: (writer, row) => {
      const value = read(row);
      if (value === null) writer.null();
      else write(writer, value);
    },
  });
const bool = of<boolean>(16, (writer, value) => writer.boolField(value));
const int8 = of<number>(20, (writer, value) => writer.int8Field(value));
const int4 = of<number>(23, (writer, value) => writer.int4Field(value));
const text = of<string>(25, (writer, value) => writer.textField(value));
const json = of<unknown>(114, (writer, value) => writer.textField(storableJson(value)));
const float8 = of<number>(701, (writer, value) => writer.float8Field(value));
const instant = of<number>(1184, (writer, value) => writer.timeField(value));

const REQUEST: Columns<RequestRow> = {
  id: text(({ id }) => id),
  revision: int4(({ revision }) => revision),
  status: text(({ folded }) => folded.status),
  open: bool(({ folded }) => isOpenStatus(folded.status)),
  service: text(({ folded }) => folded.service),
  nature: text(({ folded }) => folded.nature ?? null),
  channel: text(({ folded }) => folded.channel ?? null),
  borough: text(({ folded }) => folded.borough),
  place_borough: text(({ folded }) => folded.place_borough),
  unit: text(({ folded }) => folded.unit),
  longitude: float8(({ folded }) => folded.longitude),
  latitude: float8(({ folded }) => folded.latitude),
  created_at: instant(({ folded }) => folded.created_us),
  updated_at: instant(({ folded }) => folded.updated_us),
  due_at: instant(({ due_us }) => due_us),
  settled_at: instant(({ folded }) => folded.settled_us),
  resolution: text(({ folded }) => folded.resolution ?? null),
  reopened: int4(({ folded }) => folded.reopened),
  requesters: int8(({ folded }) => folded.requesters),
  merged_into: text(({ folded }) => folded.merged_into),
  work_order: text(({ folded }) => folded.work_order),
  published: json(({ folded: { published } }) => {
    if (published === null) return null;
    return { text: published.text, at: isoOf(published.at_us), expected_at: published.expected_at };
  }),
  transmission_kept: bool(({ kept }) => kept.transmission),
  status_promised: bool(({ kept }) => kept.status_promised),
  status_stale_at: instant(({ kept }) => kept.status_stale_us),
  next_at: instant(({ next_us }) => next_us),
  told: json(({ told }) => told),
  history: text(({ history }) => history),
};
const CHANGED: Columns<RequestRow> = { ...REQUEST, appended: bool(({ appended }) => appended) };
const MOVE: Columns<MoveRow> = {
  ts: instant(({ at_us }) => at_us),
  request: int8(({ request }) => request),
  cause: text(({ cause }) => cause),
  n: int4(({ n }) => n),
  borough: text(({ borough }) => borough),
  unit: text(({ unit }) => unit),
  across: bool(({ across }) => across),
};
const TELLING: Columns<TellingRow> = {
  ts: instant(({ at_us }) => at_us),
  request: int8(({ picture }) => picture.number),
  kind: text(({ kind }) => kind),
  what: text(({ what }) => what),
  turn: int4(({ turn }) => turn),
  request_id: text(({ picture }) => picture.id),
  service: text(({ picture }) => picture.service),
  borough: text(({ picture }) => picture.borough),
  unit: text(({ picture }) => picture.unit),
  reason: text(({ reason }) => reason),
};

function arraysOf<Row>(
  writer: BinaryWriter,
  columns: Columns<Row>,
  rows: readonly Row[],
): Record<string, Buffer> {
  const arrays: Record<string, Buffer> = {};
  for (const [name, { oid, isNull, write }] of Object.entries(columns)) {
    writer.length = 0; // what a refused row may have left
    // A column without any value is an empty array: unnest fills it with NULL.
    const filled = rows.every(isNull) ? [] : rows;
    writer.arrayHeader(oid, filled.length);
    for (const row of filled) write(writer, row);
    arrays[name] = writer.take();
  }
  return arrays;
}

/** The parameters of `make_requests`. */
export const requestArrays = (writer: BinaryWriter, rows: readonly RequestRow[]): Record<string, Buffer> =>
  arraysOf(writer, REQUEST, rows);
/** The parameters of `change_requests`. */
export const changedArrays = (writer: BinaryWriter, rows: readonly RequestRow[]): Record<string, Buffer> =>
  arraysOf(writer, CHANGED, rows);
/** The parameters of `insert_moves`. */
export const moveArrays = (writer: BinaryWriter, rows: readonly MoveRow[]): Record<string, Buffer> =>
  arraysOf(writer, MOVE, rows);
/** The parameters of `insert_deadline_events` that come from its rows. */
export const tellingArrays = (writer: BinaryWriter, rows: readonly TellingRow[]): Record<string, Buffer> =>
  arraysOf(writer, TELLING, rows);

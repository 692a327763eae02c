/** How the fields of the contract become columns: one description for both ways in and for the way out. */
import {
  EVENT_TYPE_NAMES,
  type EventRecord,
  type EventType,
  type Family,
  type FieldName,
  familyFields,
} from '../contract/event-types.ts';
import type { BinaryWriter } from './copy-format.ts';
import { instantOf, textOfInstant } from './instants.ts';

export type ColumnKind = 'text' | 'int4' | 'int8' | 'float8' | 'instant' | 'text_array';

/** Fields that are not text. */
const KINDS: Partial<Record<FieldName, ColumnKind>> = {
  position: 'int4',
  ring_s: 'float8',
  talk_s: 'float8',
  hold_s: 'float8',
  wrap_up_s: 'float8',
  queues: 'text_array',
  results: 'int8',
  requesters: 'int8',
  longitude: 'float8',
  latitude: 'float8',
  due_at: 'instant',
  expected_at: 'instant',
};
const OIDS = { text: 25, int4: 23, int8: 20, float8: 701, instant: 1184, text_array: 25 } as const;
const UUID_OID = 2950;
const JSONB_OID = 3802;

export interface FieldColumn {
  readonly name: FieldName;
  readonly kind: ColumnKind;
}
const columnsOf = (family: Family): readonly FieldColumn[] =>
  familyFields(family).map((name) => ({ name, kind: KINDS[name] ?? 'text' }));
/** The columns of each family's own fields, in the order of its table. */
export const FAMILY_COLUMNS: Readonly<Record<Family, readonly FieldColumn[]>> = {
  call: columnsOf('call'),
  agent: columnsOf('agent'),
  counter: columnsOf('counter'),
  web: columnsOf('web'),
  mail: columnsOf('mail'),
  request: columnsOf('request'),
};

/** The name after the dot, by type: the family is the table. */
const SHORT_TYPES = Object.fromEntries(
  EVENT_TYPE_NAMES.map((type) => [type, type.slice(type.indexOf('.') + 1)]),
) as Readonly<Record<EventType, string>>;

/** What a row needs besides the event. */
export type SourceIds = ReadonlyMap<string, number>;

function idOfSource(sources: SourceIds, name: string): number {
  const id = sources.get(name);
  if (id === undefined) throw new RangeError(`the source ${name} has no number`);
  return id;
}

function writeField(writer: BinaryWriter, kind: ColumnKind, value: unknown): void {
  if (value === undefined || value === null) writer.null();
  else if (kind === 'text') writer.textField(value as string);
  else if (kind === 'float8') writer.float8Field(value as number);
  else if (kind === 'int4') writer.int4Field(value as number);
  else if (kind === 'int8') writer.int8Field(value as number);
  else if (kind === 'instant') writer.timeField(instantOf(value as string));
  else writer.textArrayField(value as string[]);
}

/** Writes one row for `COPY`, in the order of the block `copy_<family>`. */
export function writeRow(
  writer: BinaryWriter,
  columns: readonly FieldColumn[],
  event: EventRecord,
  batch: number,
  sources: SourceIds,
): void {
  writer.int16(columns.length + 8);
  writer.timeField(event.time_us);
  writer.uuidField(event.event_id);
  writer.int8Field(batch);
  writer.int4Field(idOfSource(sources, event.source));
  writer.textField(SHORT_TYPES[event.type]);
  writer.textField(event.subject);
  if (event.sequence === null) writer.null();
  else writer.textField(event.sequence);
  const { data } = event;
  for (const { name, kind } of columns) writeField(writer, kind, data[name]);
  if (event.extra === null) writer.null();
  else writer.jsonbField(event.extra);
}

type Rows = readonly EventRecord[];

function columnOf(
  writer: BinaryWriter,
  oid: number,
  rows: Rows,
  write: (event: EventRecord) => void,
): Buffer {
  writer.length = 0; // what a refused row may have left
  writer.arrayHeader(oid, rows.length);
  for (const event of rows) write(event);
  return writer.take();
}

/** A field's column as an array value. A column without any value is an empty array: unnest fills it with NULL. */
function fieldColumn(writer: BinaryWriter, { name, kind }: FieldColumn, rows: Rows): Buffer {
  if (!rows.some((event) => event.data[name] !== undefined))
    return columnOf(writer, OIDS[kind], [], () => {});
  if (kind !== 'text_array') {
    return columnOf(writer, OIDS[kind], rows, (event) => writeField(writer, kind, event.data[name]));
  }
  return columnOf(writer, OIDS.text, rows, (event) => {
    const value = event.data[name] as readonly string[] | undefined;
    if (value === undefined) writer.null();
    else writer.textField(arrayText(value));
  });
}

/** What events are known again by: the parameters of the block `missing_<family>` that come from them. */
export const identitiesOf = (writer: BinaryWriter, rows: Rows): Record<'ts' | 'event_id', Buffer> => ({
  ts: columnOf(writer, OIDS.instant, rows, (event) => writer.timeField(event.time_us)),
  event_id: columnOf(writer, UUID_OID, rows, (event) => writer.uuidField(event.event_id)),
});

/** The parameters of the block `insert_<family>` that come from the events. */
export function arraysOf(
  writer: BinaryWriter,
  columns: readonly FieldColumn[],
  rows: Rows,
  sources: SourceIds,
): Record<string, Buffer> {
  const arrays: Record<string, Buffer> = {
    ...identitiesOf(writer, rows),
    source_id: columnOf(writer, OIDS.int4, rows, (event) =>
      writer.int4Field(idOfSource(sources, event.source)),
    ),
    type: columnOf(writer, OIDS.text, rows, (event) => writer.textField(SHORT_TYPES[event.type])),
    subject: columnOf(writer, OIDS.text, rows, (event) => writer.textField(event.subject)),
    sequence: columnOf(
      writer,
      OIDS.text,
      rows.some((event) => event.sequence !== null) ? rows : [],
      (event) => (event.sequence === null ? writer.null() : writer.textField(event.sequence)),
    ),
    extra: columnOf(writer, JSONB_OID, rows.some((event) => event.extra !== null) ? rows : [], (event) =>
      event.extra === null ? writer.null() : writer.jsonbField(event.extra),
    ),
  };
  for (const column of columns) arrays[column.name] = fieldColumn(writer, column, rows);
  return arrays;
}

/** `{"a","b"}`, as PostgreSQL writes an array in text. */
export function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** The items of an array of text in PostgreSQL's text form. */
export function itemsOfArrayText(text: string): string[] {
  const items: string[] = [];
  for (const [, quoted, plain] of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs)) {
    items.push(quoted === undefined ? (plain as string) : quoted.replaceAll(/\\(.)/gs, '$1'));
  }
  return items;
}

/** A row as the database sends it in text: the columns of a `read_` block, in its order. */
export type TextRow = readonly (string | null)[];

function valueOfField(kind: ColumnKind, text: string): unknown {
  if (kind === 'text') return text;
  if (kind === 'instant') return textOfInstant(text);
  if (kind === 'text_array') return itemsOfArrayText(text);
  return Number(text);
}

/** Makes the event again from its row. `time_us` is that of the first column, which the caller has parsed. */
export function eventOfRow(
  family: Family,
  columns: readonly FieldColumn[],
  row: TextRow,
  time_us: number,
  source: string,
): EventRecord {
  const data: Record<string, unknown> = {};
  for (let i = 0; i < columns.length; i += 1) {
    const text = row[i + 6];
    const column = columns[i] as FieldColumn;
    if (text !== null && text !== undefined) data[column.name] = valueOfField(column.kind, text);
  }
  const extra = row[columns.length + 6];
  return {
    event_id: (row[1] as string).replaceAll('-', ''),
    time_us,
    type: `${family}.${row[3]}` as EventType,
    source,
    subject: row[4] as string,
    sequence: row[5] ?? null,
    data,
    extra: extra === null || extra === undefined ? null : JSON.parse(extra),
  };
}

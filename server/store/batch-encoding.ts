/** A batch as the steps of a COPY transaction, and its rejected events as arrays. */
import type { EventRecord, Family } from '../contract/event-types.ts';
import { type BinaryWriter, COPY_HEADER, COPY_TRAILER } from './copy-format.ts';
import type { CopyStep } from './copy-transaction.ts';
import { FAMILY_COLUMNS, type SourceIds, writeRow } from './event-columns.ts';
import type { RejectedEvent } from './events.types.ts';
import { spansOf } from './spans.ts';

const PAYLOAD_MAX = 16_384;
const TIME_OID = 1184;
const TEXT_OID = 25;

function step(writer: BinaryWriter, text: string, rows: () => void): CopyStep {
  writer.length = 0; // what a refused row may have left
  writer.bytes(COPY_HEADER);
  rows();
  writer.bytes(COPY_TRAILER);
  return { text, bytes: writer.take() };
}

/** Rows of one family. */
export function eventStep(
  writer: BinaryWriter,
  text: string,
  family: Family,
  rows: readonly EventRecord[],
  batch: number,
  sources: SourceIds,
): CopyStep {
  const columns = FAMILY_COLUMNS[family];
  return step(writer, text, () => {
    for (const event of rows) writeRow(writer, columns, event, batch, sources);
  });
}

const REJECTED_TEXTS = ['source', 'id', 'type', 'code', 'message', 'payload'] as const;

function rejectedText(event: RejectedEvent, name: (typeof REJECTED_TEXTS)[number]): string | null {
  return name === 'payload' ? event.payload.slice(0, PAYLOAD_MAX) : event[name];
}
function writeText(writer: BinaryWriter, text: string | null): void {
  if (text === null) writer.null();
  else writer.textField(text);
}

export function rejectedStep(
  writer: BinaryWriter,
  text: string,
  rejected: readonly RejectedEvent[],
): CopyStep {
  return step(writer, text, () => {
    for (const event of rejected) {
      writer.int16(7);
      writer.timeField(event.received_us);
      for (const name of REJECTED_TEXTS) writeText(writer, rejectedText(event, name));
    }
  });
}

/** Number of rejected events by source; those without a source under the empty name. */
export function countBySource(rejected: readonly RejectedEvent[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { source } of rejected) counts.set(source ?? '', (counts.get(source ?? '') ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** The parameters of the block `insert_rejected` that come from the events. */
export function rejectedValues(
  writer: BinaryWriter,
  rejected: readonly RejectedEvent[],
): Record<string, Buffer | string> {
  writer.length = 0;
  writer.arrayHeader(TIME_OID, rejected.length);
  for (const event of rejected) writer.timeField(event.received_us);
  const values: Record<string, Buffer | string> = { received_at: writer.take() };
  for (const name of REJECTED_TEXTS) {
    writer.arrayHeader(TEXT_OID, rejected.length);
    for (const event of rejected) writeText(writer, rejectedText(event, name));
    values[name] = writer.take();
  }
  return { ...values, rejected: JSON.stringify(countBySource(rejected)) };
}

/** The newest time of each source's events, µs, by the source's number. */
export function newestBySource(rows: readonly EventRecord[], sources: SourceIds): Record<string, number> {
  const newest = new Map<string, number>();
  for (const { source, time_us } of rows)
    if (time_us > (newest.get(source) ?? Number.NEGATIVE_INFINITY)) newest.set(source, time_us);
  return Object.fromEntries(Array.from(newest, ([source, time_us]) => [sources.get(source), time_us]));
}

export interface BatchNote {
  readonly number: number;
  readonly server_id: string;
  readonly received_us: number;
  readonly sources: SourceIds;
  readonly groups: readonly { readonly family: Family; readonly rows: readonly EventRecord[] }[];
  readonly rejected: readonly RejectedEvent[];
}

function timeArray(writer: BinaryWriter, times_us: readonly number[]): void {
  const start = writer.length;
  writer.int32(0);
  writer.arrayHeader(TIME_OID, times_us.length);
  for (const time of times_us) writer.timeField(time);
  writer.int32At(start, writer.length - start - 4);
}

/** The rows of event_batch. */
export function batchNoteStep(writer: BinaryWriter, text: string, note: BatchNote): CopyStep {
  const row = (family: string, n: number, times_us: readonly number[]): void => {
    const spans = spansOf(times_us);
    writer.int16(9);
    writer.int8Field(note.number);
    writer.textField(family);
    writer.uuidField(note.server_id);
    writer.timeField(note.received_us);
    writer.int4Field(n);
    timeArray(writer, spans.from);
    timeArray(writer, spans.to);
  };
  return step(writer, text, () => {
    for (const { family, rows } of note.groups) {
      row(
        family,
        rows.length,
        rows.map((event) => event.time_us),
      );
      writer.null();
      writer.jsonbField(newestBySource(rows, note.sources));
    }
    if (note.rejected.length === 0) return;
    row('rejected', note.rejected.length, []);
    writer.jsonbField(countBySource(note.rejected));
    writer.null();
  });
}

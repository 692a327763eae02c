/**
 * The events of a request as its record keeps them: one array an event, in the order in which they are folded. A city has millions of
 * records, so they are short: times count from the first event, and an id keeps the first 64 of its 128 bits, which tell the events of
 * one request apart and keep their order.
 */
import type { EventData, EventRecord } from '../contract/event-types.ts';
import { type RequestEvent, type RequestEventType, requestEvent } from '../domain/request.ts';
import { TYPE_RANK } from '../domain/subject.ts';
import { storableJson } from './copy-format.ts';
import type { SourceIds } from './event-columns.ts';

/** An event with the number of its source, which is what is stored. */
export interface StoredRequestEvent extends RequestEvent {
  readonly source_id: number;
  readonly extra: Record<string, unknown> | null;
}

/**
 * `[µs, type without its family, id, source, data, sequence, fields that the type does not name]`. The µs of the first entry are since
 * 1970, those of the others since the first. What is empty at the end is left out.
 */
type HistoryEntry = readonly [
  time_us: number,
  type: string,
  id: string,
  source: number,
  data?: EventData,
  sequence?: string,
  extra?: Record<string, unknown>,
];

const PREFIX = 'request.';
const ID_DIGITS = 16;
const NO_DATA: EventData = {};

/** An id in the form in which histories keep it. */
export const historyId = (event_id: string): string => event_id.slice(0, ID_DIGITS);

export function storedEvent(event: EventRecord, sources: SourceIds): StoredRequestEvent | null {
  const taken = requestEvent(event);
  const source_id = sources.get(event.source);
  if (taken === null) return null;
  if (source_id === undefined) throw new RangeError(`the source ${event.source} has no number`);
  return { ...taken, event_id: historyId(event.event_id), source_id, extra: event.extra };
}

function entryOf(event: StoredRequestEvent, since_us: number): HistoryEntry {
  const { event_id, source_id, data, sequence, extra } = event;
  const time_us = event.time_us - since_us;
  const type = event.type.slice(PREFIX.length);
  if (extra !== null) return [time_us, type, event_id, source_id, data, sequence, extra];
  if (sequence !== '') return [time_us, type, event_id, source_id, data, sequence];
  if (Object.keys(data).length > 0) return [time_us, type, event_id, source_id, data];
  return [time_us, type, event_id, source_id];
}

/**
 * The JSON of a history, or of what it is continued by.
 * @param from the first so many events are written already, and left out
 */
export function encodeHistory(events: readonly StoredRequestEvent[], from = 0): string {
  const first_us = events[0]?.time_us ?? 0;
  return storableJson(
    events.slice(from).map((event, index) => entryOf(event, from + index === 0 ? 0 : first_us)),
  );
}

export function decodeHistory(json: string): StoredRequestEvent[] {
  const entries: readonly HistoryEntry[] = JSON.parse(json);
  const first_us = entries[0]?.[0] ?? 0;
  return entries.map((entry, index) => {
    const [time_us, short, event_id, source_id, data = NO_DATA, sequence = '', extra = null] = entry;
    const type = `${PREFIX}${short}` as RequestEventType;
    const at_us = index === 0 ? first_us : first_us + time_us;
    return { time_us: at_us, type, rank: TYPE_RANK[type], sequence, event_id, source_id, data, extra };
  });
}

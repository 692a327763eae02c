/** The events of a request as its record keeps them: one array an event, in the order in which they are folded. */
import type { EventData, EventRecord } from '../contract/event-types.ts';
import { type RequestEvent, type RequestEventType, requestEvent } from '../domain/request.ts';
import { TYPE_RANK } from '../domain/subject.ts';
import type { SourceIds } from './event-columns.ts';

/** An event with the number of its source, which is what is stored. */
export interface StoredRequestEvent extends RequestEvent {
  readonly source_id: number;
  readonly extra: Record<string, unknown> | null;
}

/** `[time µs, type without its family, sequence, event id, source, data, fields that the type does not name]` */
export type HistoryEntry = readonly [
  number,
  string,
  string,
  string,
  number,
  EventData,
  (Record<string, unknown> | null)?,
];

const PREFIX = 'request.';

export function storedEvent(event: EventRecord, sources: SourceIds): StoredRequestEvent | null {
  const taken = requestEvent(event);
  const source_id = sources.get(event.source);
  if (taken === null) return null;
  if (source_id === undefined) throw new RangeError(`the source ${event.source} has no number`);
  return { ...taken, source_id, extra: event.extra };
}

export const encodeHistory = (events: readonly StoredRequestEvent[]): HistoryEntry[] =>
  events.map(({ time_us, type, sequence, event_id, source_id, data, extra }) => {
    const entry = [time_us, type.slice(PREFIX.length), sequence, event_id, source_id, data] as const;
    return extra === null ? entry : [...entry, extra];
  });

export const decodeHistory = (entries: readonly HistoryEntry[]): StoredRequestEvent[] =>
  entries.map(([time_us, short, sequence, event_id, source_id, data, extra = null]) => {
    const type = `${PREFIX}${short}` as RequestEventType;
    return { time_us, type, rank: TYPE_RANK[type], sequence, event_id, source_id, data, extra };
  });

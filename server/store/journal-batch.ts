/** A batch as a record of the journal: JSON, since it is read once in a blue moon and must be readable by a later version. */
import type { Batch } from './events.types.ts';

export const encodeBatch = (batch: Batch): Uint8Array => Buffer.from(JSON.stringify(batch));

export function decodeBatch(record: Uint8Array): Batch {
  const text = Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString('utf8');
  const batch: Batch = JSON.parse(text);
  // Records of the first version have their ids with dashes.
  return {
    ...batch,
    events: batch.events.map((event) => ({ ...event, event_id: event.event_id.replaceAll('-', '') })),
  };
}

/** A batch as a record of the journal: JSON, since it is read once in a blue moon and must be readable by a later version. */
import type { Batch } from './events.types.ts';

/** A batch, when it was received, and the number it was given; records of earlier versions do not say. */
type Recorded = Batch & { readonly received_us?: number; readonly number?: number };

export const encodeBatch = (batch: Batch, received_us: number, number: number): Uint8Array =>
  Buffer.from(JSON.stringify({ ...batch, received_us, number } satisfies Recorded));

export function decodeBatch(record: Uint8Array): Recorded {
  const text = Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString('utf8');
  const batch: Recorded = JSON.parse(text);
  // Records of the first version have their ids with dashes.
  return {
    ...batch,
    events: batch.events.map((event) => ({ ...event, event_id: event.event_id.replaceAll('-', '') })),
  };
}

/** A batch as a record of the journal: JSON, since it is read once in a blue moon and must be readable by a later version. */
import type { Batch } from './events.types.ts';

export const encodeBatch = (batch: Batch): Uint8Array => Buffer.from(JSON.stringify(batch));

export function decodeBatch(record: Uint8Array): Batch {
  return JSON.parse(Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString('utf8'));
}

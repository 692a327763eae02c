/** Who an event is: the same source, id and time are the same event, however often it is sent. */
import { hash } from 'node:crypto';

/**
 * The first 128 bits of SHA-256 over source, id and what of the time is finer than a microsecond, as a UUID. The time
 * itself is not in it: the store's unique index has it as its first column. NUL cannot be in any of the parts.
 */
export function eventId(source: string, id: string, finer: string): string {
  const hex = hash('sha256', `${source}\0${id}\0${finer}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

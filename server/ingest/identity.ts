/** Who an event is: the same source, id and time are the same event, however often it is sent. */
import { hash } from 'node:crypto';

/**
 * The first 128 bits of SHA-256 over source, id and what of the time is finer than a microsecond, as the 32 hexadecimal
 * digits of a UUID. The time itself is not in it: the store's unique index has it as its first column. NUL cannot be in
 * any of the parts. Without the dashes of a UUID: putting them in and out again cost more than the hash of one event
 * in two (0.78 µs with, 0.44 µs without them).
 */
export const eventId = (source: string, id: string, finer: string): string =>
  hash('sha256', `${source}\0${id}\0${finer}`, 'hex').slice(0, 32);

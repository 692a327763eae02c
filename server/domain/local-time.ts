/** Wall-clock times without an offset, read in a time zone: one hour of autumn comes twice, one of spring never. */
import { Temporal } from 'temporal-polyfill';

/** What a wall-clock time means. All are µs since 1970, UTC. */
export interface LocalReading {
  readonly first_us: number;
  /** The same hour again, after the clocks were put back; otherwise null. */
  readonly second_us: number | null;
  /** The clocks passed over it: `first_us` is then the time moved on by what they were put forward, as `Temporal` does. */
  readonly skipped: boolean;
}

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
/** Ten years of days and some hours; a Map of that many is some hundred kilobytes. */
const SPANS_KEPT = 10_000;

/**
 * @param wall_us the wall-clock time as if it were UTC, µs: `2026-01-16T15:51` is what that instant is in UTC.
 */
export type ReadLocal = (wall_us: number) => LocalReading;

/**
 * Offsets change on few days of a year, and there in one hour, and `Temporal` takes some 20 µs for one reading: a day, or else an
 * hour, whose beginning and end have one and the same offset is read from a table.
 */
export function localReader(time_zone: string): ReadLocal {
  const days = steadyOffsets(DAY_US, time_zone);
  const hours = steadyOffsets(HOUR_US, time_zone);
  return (wall_us) => {
    const offset_us = days(wall_us) ?? hours(wall_us);
    if (offset_us === null) return readExactly(wall_us, time_zone);
    return { first_us: wall_us - offset_us, second_us: null, skipped: false };
  };
}

/** The offset of the whole wall-clock day or hour in which a time lies, or null when it has not one alone. */
function steadyOffsets(length_us: number, time_zone: string): (wall_us: number) => number | null {
  const offsets = new Map<number, number | null>();
  return (wall_us) => {
    const span = Math.floor(wall_us / length_us);
    let offset_us = offsets.get(span);
    if (offset_us === undefined) {
      if (offsets.size >= SPANS_KEPT) offsets.clear();
      offset_us = steadyOffset(span * length_us, length_us, time_zone);
      offsets.set(span, offset_us);
    }
    return offset_us;
  };
}

function steadyOffset(begin_us: number, length_us: number, time_zone: string): number | null {
  const end_us = begin_us + length_us - 1;
  const begin = readExactly(begin_us, time_zone);
  const end = readExactly(end_us, time_zone);
  const plain = begin.second_us === null && end.second_us === null && !begin.skipped && !end.skipped;
  return plain && begin_us - begin.first_us === end_us - end.first_us ? begin_us - begin.first_us : null;
}

function readExactly(wall_us: number, time_zone: string): LocalReading {
  const wall_ms = Math.floor(wall_us / 1000);
  const finer_us = wall_us - wall_ms * 1000;
  const plain = Temporal.Instant.fromEpochMilliseconds(wall_ms).toZonedDateTimeISO('UTC').toPlainDateTime();
  const earlier = plain.toZonedDateTime(time_zone, { disambiguation: 'earlier' });
  const later = plain.toZonedDateTime(time_zone, { disambiguation: 'later' });
  const us = (zoned: Temporal.ZonedDateTime): number => zoned.epochMilliseconds * 1000 + finer_us;
  const skipped = !earlier.toPlainDateTime().equals(plain);
  if (skipped) return { first_us: us(later), second_us: null, skipped };
  const twice = earlier.epochMilliseconds !== later.epochMilliseconds;
  return { first_us: us(earlier), second_us: twice ? us(later) : null, skipped };
}

/** Local midnights, by the rules of the time zone: a local day has 23, 24 or 25 hours. */
import { Temporal } from 'temporal-polyfill';

const zoned = (time_us: number, time_zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(time_us / 1000)).toZonedDateTimeISO(time_zone);

export interface LocalDay {
  /** First instant of the local day, µs. */
  readonly start_us: number;
  /** First instant of the next one, µs. */
  readonly end_us: number;
  /** Where the live window begins: yesterday at noon, µs. It holds every contact that midnight cut in two. */
  readonly window_start_us: number;
}

/** The local day that an instant lies in. */
export function localDay(time_us: number, time_zone: string): LocalDay {
  const start = zoned(time_us, time_zone).startOfDay();
  const noon = start.subtract({ days: 1 }).withPlainTime({ hour: 12 });
  return {
    start_us: start.epochMilliseconds * 1000,
    end_us: start.add({ days: 1 }).startOfDay().epochMilliseconds * 1000,
    window_start_us: noon.epochMilliseconds * 1000,
  };
}

/** A local day and the days after it, as deadlines are told apart by them. */
export interface DayBounds {
  readonly start_us: number;
  readonly end_us: number;
  /** Where the third day after it ends. */
  readonly soon_end_us: number;
}
/** One of the three days after today may have 23 or 25 hours. */
export function dayBounds(now_us: number, time_zone: string): DayBounds {
  const { start_us, end_us } = localDay(now_us, time_zone);
  let soon_end_us = end_us;
  for (let day = 0; day < 3; day += 1) soon_end_us = localDay(soon_end_us, time_zone).end_us;
  return { start_us, end_us, soon_end_us };
}

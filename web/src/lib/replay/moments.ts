/** Moments as a field of date and time writes them: in the city's zone, whatever the browser's is. */
const MINUTE_MS = 60_000;

/** `YYYY-MM-DDTHH:MM`. */
export function localMoment(at_ms: number, time_zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    hourCycle: 'h23',
    timeZone: time_zone,
  } as Intl.DateTimeFormatOptions).formatToParts(at_ms);
  const of = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/** The instant of a local moment, ms; of one that there is twice the first, of one that there is not the one after the gap; null: it is none. */
export function instantOf(local: string, time_zone: string): number | null {
  const wanted_ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(local) ? Date.parse(`${local}:00Z`) : Number.NaN;
  if (Number.isNaN(wanted_ms)) return null;
  // By the zone's distance before and after: a change of clocks lies between them at most once.
  const distances = [-1, 1].map((days) => {
    const near_ms = wanted_ms + days * 24 * 60 * MINUTE_MS;
    return Date.parse(`${localMoment(near_ms, time_zone)}:00Z`) - Math.floor(near_ms / MINUTE_MS) * MINUTE_MS;
  });
  const found = distances
    .map((distance_ms) => wanted_ms - distance_ms)
    .filter((at_ms) => localMoment(at_ms, time_zone) === local);
  return found.length > 0 ? Math.min(...found) : wanted_ms - Math.min(...distances);
}

/** Local days of the city, whatever zone the browser is in. A local day can have 23 or 25 hours. */
const DAY_MS = 86_400_000;

interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Local time of day, ms. */
  readonly into_ms: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function formatIn(time_zone: string): Intl.DateTimeFormat {
  const known = formats.get(time_zone);
  if (known) return known;
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  const made = new Intl.DateTimeFormat('en-CA', {
    ...numeric,
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' },
    timeZone: time_zone,
  });
  formats.set(time_zone, made);
  return made;
}
function localTime(at_ms: number, time_zone: string): LocalTime {
  const parts = formatIn(time_zone).formatToParts(at_ms);
  const of = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value);
  const into_s = of('hour') * 3_600 + of('minute') * 60 + of('second');
  const into_ms = into_s * 1_000 + (((at_ms % 1_000) + 1_000) % 1_000);
  return { year: of('year'), month: of('month'), day: of('day'), into_ms };
}

/** The first instant of a local date, ms since 1970. Its parts may run over: 32 January is 1 February. */
function startOf(year: number, month: number, day: number, time_zone: string): number {
  const wanted_ms = Date.UTC(year, month - 1, day);
  // The zone's distance at a first guess, then at what that gives: a change of clocks lies between them at most once.
  let at_ms = wanted_ms;
  for (let round = 0; round < 2; round += 1) {
    const local = localTime(at_ms, time_zone);
    at_ms += wanted_ms - (Date.UTC(local.year, local.month - 1, local.day) + local.into_ms);
  }
  return at_ms;
}

/** The first instant of the local day that lies `days` after the one of an instant. */
export function dayStart(at_ms: number, days: number, time_zone: string): number {
  const { year, month, day } = localTime(at_ms, time_zone);
  return startOf(year, month, day + days, time_zone);
}

/** The first instant of a local date `YYYY-MM-DD`; null: it is none. */
export function dateStart(date: string, time_zone: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null;
  const at_ms = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(at_ms) || new Date(at_ms).toISOString().slice(0, 10) !== date) return null;
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  return startOf(year, month, day, time_zone);
}

/** The local date of an instant, `YYYY-MM-DD`. */
export function dateOf(at_ms: number, time_zone: string): string {
  const { year, month, day } = localTime(at_ms, time_zone);
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

/** The local date `days` after another. */
export const dateAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

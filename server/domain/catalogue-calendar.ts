/** What cannot be meant in a calendar that somebody wrote. */
import type { CalendarDefinition } from '../contract/catalogue.ts';
import type { OpeningRange } from '../contract/reference.ts';
import type { Fault } from './catalogue-shape.ts';
import { addDays, minutesOf } from './zone-days.ts';

/** Whether a text is a date that there is: `2026-02-29` is none. */
export const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
  addDays(text, 0) === text;

const DAY_MIN = 1440;
const WEEK_MIN = 7 * DAY_MIN;

interface Span {
  readonly path: string;
  readonly text: string;
  /** Minutes since Monday, 00:00; the end may lie in the next week. */
  readonly from: number;
  readonly to: number;
}

function minutes(clock: string): number | null {
  try {
    return minutesOf(clock);
  } catch {
    return null;
  }
}

function rangeFault({ from, to }: OpeningRange): string | null {
  for (const clock of [from, to]) {
    if (minutes(clock) === null) return `"${clock}" is not a time of day from 00:00 to 24:00`;
  }
  if (from === '24:00') return 'begins at 24:00: that is 00:00 of the next day';
  if (from === to) return `begins and ends at ${from}: write 00:00 to 24:00 for all the day`;
  if (to === '23:59') return 'ends at 23:59, which loses a minute every night: write 24:00';
  return null;
}

function spanOf(weekday: number, range: OpeningRange, path: string): Span {
  const start = (weekday - 1) * DAY_MIN;
  const [from, to] = [minutesOf(range.from), minutesOf(range.to)];
  const text = `${range.from}–${range.to}`;
  return { path, text, from: start + from, to: start + to + (to > from ? 0 : DAY_MIN) };
}

/** Faults of a calendar, with paths from the calendar on. */
export function calendarFaults(calendar: CalendarDefinition): readonly Fault[] {
  const { weekly, holidays, closed, open } = calendar;
  const faults: Fault[] = [];
  const tell = (path: string, message: string): void => {
    faults.push({ path, message });
  };
  for (const date of Object.keys(closed)) {
    if (!isDate(date)) tell(`/closed/${date}`, `"${date}" is no date, such as 2026-12-24`);
  }
  open.forEach((date, at) => {
    if (!isDate(date)) tell(`/open/${at}`, `"${date}" is no date, such as 2026-12-24`);
    else if (Object.hasOwn(closed, date)) tell(`/open/${at}`, `${date} is both closed and open; keep one`);
  });
  if (weekly === null) {
    if (holidays || open.length > 0 || Object.keys(closed).length > 0)
      tell(
        '/weekly',
        'null is 24/7, without closed days: leave holidays false and the dates empty, or give ranges',
      );
    return faults;
  }
  const spans: Span[] = [];
  for (const [weekday, ranges = []] of Object.entries(weekly)) {
    if (!/^[1-7]$/.test(weekday)) {
      tell(`/weekly/${weekday}`, `"${weekday}" is no weekday: 1 (Monday) to 7 (Sunday)`);
      continue;
    }
    for (const [at, range] of ranges.entries()) {
      const path = `/weekly/${weekday}/${at}`;
      const fault = rangeFault(range);
      if (fault === null) spans.push(spanOf(Number(weekday), range, path));
      else tell(path, fault);
    }
  }
  if (spans.length === 0 && faults.length === 0)
    tell('/weekly', 'has no opening range: nothing counted on it would ever be due. 24/7 is null');
  for (const { path, message } of overlaps(spans)) tell(path, message);
  return faults;
}

/** Ranges that share time, also over midnight and from Sunday to Monday. */
function overlaps(spans: readonly Span[]): Fault[] {
  const sorted = [...spans].sort((a, b) => a.from - b.from);
  const first = sorted[0];
  if (!first || sorted.length < 2) return [];
  const next = [...sorted.slice(1), { ...first, from: first.from + WEEK_MIN }];
  return sorted.flatMap((span, at) =>
    span.to > next[at]!.from
      ? [{ path: next[at]!.path, message: `begins before ${span.text} has ended` }]
      : [],
  );
}

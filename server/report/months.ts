/** Local months: those a report stands beside, and their spans. */

import type { ReportPeriod } from '../contract/report.ts';
import { addDays, localDay } from '../domain/office-hours.ts';

/** `yyyy-mm` */
export type Month = string;
/** Whole local months, both included. */
export interface Months {
  readonly from: Month;
  readonly to: Month;
}
export interface MonthSpan extends Months {
  readonly from_us: number;
  /** Exclusive. */
  readonly to_us: number;
}

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/;
export const isMonth = (text: string): boolean => MONTH.test(text);

/** The month before or after another. */
export function addMonths(month: Month, months: number): Month {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const count = year * 12 + number - 1 + months;
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`;
}
export const firstDay = (month: Month): string => `${month}-01`;
export const lastDay = (month: Month): string => addDays(firstDay(addMonths(month, 1)), -1);

export const spanOf = ({ from, to }: Months, time_zone: string): MonthSpan => ({
  from,
  to,
  from_us: localDay(firstDay(from), time_zone).from_us,
  to_us: localDay(lastDay(to), time_zone).to_us,
});

/** The months that a period of a report of a month has. */
export function periodOf(month: Month, period: ReportPeriod): Months {
  if (period === 'year') return { from: `${month.slice(0, 4)}-01`, to: month };
  const at = addMonths(month, { month: 0, previous: -1, last_year: -12 }[period]);
  return { from: at, to: at };
}
export function* monthsIn({ from, to }: Months): Generator<Month> {
  for (let month = from; month <= to; month = addMonths(month, 1)) yield month;
}

/** Its local days, with the first instant of each. */
export function daysOf({ from, to }: Months, time_zone: string): { date: string; from_us: number }[] {
  const days: { date: string; from_us: number }[] = [];
  const last = lastDay(to);
  for (let date = firstDay(from); date <= last; date = addDays(date, 1))
    days.push({ date, from_us: localDay(date, time_zone).from_us });
  return days;
}

/** When work is done: on working days, by day. */
import type { CityCalendar } from './calendar.ts';
import { HOUR_US, wholeMs } from './events.ts';
import type { Random } from './random.ts';

const OPENS_H = 7.5;
const CLOSES_H = 16.5;

/**
 * The instant itself when people are at work then, otherwise a moment of the next working day's opening hours, nearer
 * to their begin.
 */
export function officeMoment(calendar: CityCalendar, at_us: number, random: Random): number {
  const number = calendar.numberAt(at_us);
  const day = calendar.day(number);
  const hour = (at_us - day.from_us) / HOUR_US;
  const early = hour < OPENS_H;
  if (calendar.isWorkday(number) && !early && hour < CLOSES_H) return wholeMs(at_us);
  const next = calendar.workdayFrom(early ? number : number + 1);
  const share = random.uniform() ** 1.5;
  return wholeMs(next.from_us + (OPENS_H + (CLOSES_H - OPENS_H) * share) * HOUR_US);
}

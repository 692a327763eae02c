/**
 * Holidays of Québec, computed by rule: statutory days (Act respecting labour standards, National Holiday Act, Holidays
 * Act of Canada for 1 July) and the days a city adds by choice.
 *
 * Dates are local calendar dates, `YYYY-MM-DD`.
 */
import type { BilingualName } from '../contract/reference.ts';

/** Tells the holiday of a local date, or null on an ordinary day. */
export interface HolidayCalendar {
  nameOf(date: string): BilingualName | null;
}

export interface HolidayChoices {
  /** The law leaves the employer one of the two; a city may close on both. */
  readonly easter: readonly ('good_friday' | 'easter_monday')[];
  /** Days of the city's own every year, as `MM-DD`. */
  readonly yearly: Readonly<Record<string, BilingualName>>;
  /** One-off days, as `YYYY-MM-DD`. */
  readonly once: Readonly<Record<string, BilingualName>>;
}

/** What Montréal's offices do: closed on both Easter days, on 2 January and on 26 December. */
export const CITY_CHOICES: HolidayChoices = {
  easter: ['good_friday', 'easter_monday'],
  yearly: {
    '01-02': { fr: 'Lendemain du jour de l’An', en: 'Day after New Year’s Day' },
    '12-26': { fr: 'Lendemain de Noël', en: 'Boxing Day' },
  },
  once: {},
};

const DAY_MS = 86_400_000;
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
/** ISO weekday of a date, 1 = Monday … 7 = Sunday. */
const weekdayOf = (ms: number): number => ((Math.floor(ms / DAY_MS) + 3) % 7) + 1;

/** Easter Sunday of a Gregorian year, ms at midnight UTC of its date (the anonymous algorithm of Meeus, Jones and Butcher). */
export function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  const day = (h + l - 7 * m + 33 * month + 19) % 32;
  return Date.UTC(year, month - 1, day);
}

/** The n-th (1-based) weekday of a month, ms. */
function nthWeekday(year: number, month: number, weekday: number, n: number): number {
  const first = Date.UTC(year, month - 1, 1);
  return first + (((weekday - weekdayOf(first) + 7) % 7) + 7 * (n - 1)) * DAY_MS;
}

/** All holidays of a year by date. A statutory name wins over the city's own. */
export function holidaysOf(year: number, choices: HolidayChoices = CITY_CHOICES): Map<string, BilingualName> {
  const days = new Map<string, BilingualName>();
  for (const [date, name] of Object.entries(choices.once))
    if (date.startsWith(`${year}-`)) days.set(date, name);
  for (const [day, name] of Object.entries(choices.yearly)) days.set(`${year}-${day}`, name);
  const put = (ms: number, fr: string, en: string) => days.set(dateOf(ms), { fr, en });
  put(Date.UTC(year, 0, 1), 'Jour de l’An', 'New Year’s Day');
  const easter = easterSunday(year);
  if (choices.easter.includes('good_friday')) put(easter - 2 * DAY_MS, 'Vendredi saint', 'Good Friday');
  if (choices.easter.includes('easter_monday')) put(easter + DAY_MS, 'Lundi de Pâques', 'Easter Monday');
  // The Monday before 25 May.
  const may24 = Date.UTC(year, 4, 24);
  put(may24 - (weekdayOf(may24) - 1) * DAY_MS, 'Journée nationale des patriotes', 'National Patriots’ Day');
  putNational(put, year);
  putCanadaDay(put, year);
  put(nthWeekday(year, 9, 1, 1), 'Fête du Travail', 'Labour Day');
  put(nthWeekday(year, 10, 1, 2), 'Action de grâce', 'Thanksgiving');
  put(Date.UTC(year, 11, 25), 'Noël', 'Christmas Day');
  return days;
}

type Put = (ms: number, fr: string, en: string) => void;

/** 24 June stays a holiday; on a Sunday, those who do not work on Sundays have 25 June too (National Holiday Act, s. 5). */
function putNational(put: Put, year: number): void {
  const day = Date.UTC(year, 5, 24);
  put(day, 'Fête nationale du Québec', 'Québec’s National Holiday');
  if (weekdayOf(day) === 7) {
    put(day + DAY_MS, 'Fête nationale du Québec (reportée)', 'Québec’s National Holiday (observed)');
  }
}

/** 1 July, or 2 July when 1 July is a Sunday (Holidays Act, s. 2). */
function putCanadaDay(put: Put, year: number): void {
  const day = Date.UTC(year, 6, 1);
  put(weekdayOf(day) === 7 ? day + DAY_MS : day, 'Fête du Canada', 'Canada Day');
}

/** A calendar that computes each year once. */
export function quebecHolidays(choices: HolidayChoices = CITY_CHOICES): HolidayCalendar {
  const years = new Map<string, Map<string, BilingualName>>();
  return {
    nameOf(date) {
      const year = date.slice(0, 4);
      let days = years.get(year);
      if (!days) {
        days = holidaysOf(Number(year), choices);
        years.set(year, days);
      }
      return days.get(date) ?? null;
    },
  };
}

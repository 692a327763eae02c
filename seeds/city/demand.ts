/** How many contacts to expect, by quarter hour of a day: by the hour, weekday, season, holiday and weather. */

import type { Line } from '../../server/domain/routing.ts';
import { BOROUGHS, LINKED_CITIES, SERVICES, type Service } from '../reference/index.ts';
import type { LocalDay } from './calendar.ts';
import type { Random } from './random.ts';
import { Weighted } from './random.ts';
import { type Weather, weatherDemand } from './weather.ts';

/** What a city of Montréal's size receives in a year (size 1). */
export const YEARLY = {
  calls: 1_100_000,
  visits: 200_000,
  web_sessions: 380_000,
  /** Requests that come neither by call, counter, web form nor mail. */
  direct_requests: 158_000,
  mails: 75_000,
} as const;

/** Relative demand by hour of the day. Calls: two humps around lunch, a quiet night that never is silent. */
const CALL_HOURS = [
  0.3, 0.2, 0.14, 0.1, 0.12, 0.3, 0.9, 2.8, 7.2, 9.8, 10.2, 9.6, 7.9, 8.7, 9.1, 8.6, 6.9, 4.2, 3.1, 2.5, 2,
  1.6, 1, 0.5,
];
const WEEKEND_CALL_HOURS = [
  0.8, 0.6, 0.4, 0.3, 0.3, 0.5, 1, 2.2, 4.4, 6.6, 7.6, 7.6, 7, 6.6, 6.4, 6.2, 6, 5.6, 5, 4.4, 3.8, 3, 2.2,
  1.4,
];
const WEB_HOURS = [
  0.9, 0.5, 0.3, 0.3, 0.3, 0.7, 1.8, 3.6, 5.6, 6.8, 7.2, 6.8, 6.6, 6.6, 6.4, 6.2, 5.8, 5.4, 5.2, 5.4, 5.6, 5,
  3.6, 2,
];
const OFFICE_HOURS = [
  0, 0, 0, 0, 0, 0, 0.2, 1.5, 7, 10, 11, 10, 8, 10, 11, 10, 6, 2, 0.6, 0.3, 0.2, 0.1, 0, 0,
];
/** Monday first. */
const CALL_DAYS = [1.32, 1.22, 1.17, 1.14, 1.06, 0.42, 0.36];
const WEB_DAYS = [1.18, 1.14, 1.1, 1.06, 0.98, 0.74, 0.8];
const OFFICE_DAYS = [1.5, 1.42, 1.38, 1.36, 1.24, 0.06, 0.04];

export type Profile = 'call' | 'web' | 'office';
const PROFILES: Record<Profile, { hours: number[]; weekend: number[]; days: number[]; holiday: number }> = {
  call: { hours: CALL_HOURS, weekend: WEEKEND_CALL_HOURS, days: CALL_DAYS, holiday: 0.34 },
  web: { hours: WEB_HOURS, weekend: WEB_HOURS, days: WEB_DAYS, holiday: 0.65 },
  office: { hours: OFFICE_HOURS, weekend: OFFICE_HOURS, days: OFFICE_DAYS, holiday: 0.05 },
};
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/**
 * What holidays and weather change over an ordinary year, divided out so that a year's total is the size it says;
 * measured over ten seeds and held by a test within 5 %.
 */
const YEAR_CORRECTION: Record<Profile, number> = { call: 1.035, web: 1.045, office: 1.0 };

/** Moving days around 1 July, property taxes in February and March, snow in winter: ± 9 % over the year. */
const seasonal = (season: number): number =>
  1 + 0.06 * Math.cos(2 * Math.PI * (season - 0.08)) + 0.04 * Math.cos(4 * Math.PI * (season - 0.5));

/** Expected number on a day of something that happens `yearly` times; the weather is left out when null (a plan). */
export function expectedOnDay(
  profile: Profile,
  yearly: number,
  day: LocalDay,
  weather: Weather | null,
): number {
  const { days, holiday } = PROFILES[profile];
  const weekday = (days[day.weekday - 1]! / sum(days)) * 7;
  const usual = (yearly / 365.25) * weekday * seasonal(day.season) * (day.holiday ? holiday : 1);
  return (usual * (weather ? weatherDemand(weather) : 1)) / YEAR_CORRECTION[profile];
}

/** Share of a day's contacts in each of its quarter hours; sums to 1 on a day of 24 hours. */
export function quarterShares(profile: Profile, day: LocalDay): Float64Array {
  const { hours, weekend } = PROFILES[profile];
  const table = day.weekday > 5 || day.holiday ? weekend : hours;
  const total = sum(table) * 4;
  return Float64Array.from(day.quarters, (minute) => table[Math.floor(minute / 60)]! / total);
}

const QUARTER_US = 900_000_000;

/** Instants of a Poisson process whose mean in a quarter hour is `mean × shares`, in order, whole milliseconds. */
export function arrivals(random: Random, day: LocalDay, mean: number, shares: Float64Array): number[] {
  const instants: number[] = [];
  for (let quarter = 0; quarter < shares.length; quarter++) {
    const expected = mean * shares[quarter]!;
    const count = expected > 0 ? random.poisson(expected) : 0;
    const from_us = day.from_us + quarter * QUARTER_US;
    const first = instants.length;
    for (let i = 0; i < count; i++) {
      instants.push(from_us + Math.floor(random.uniform() * 900_000) * 1000);
    }
    if (count > 1) sortFrom(instants, first);
  }
  return instants;
}

/** Sorts the tail of an array in place: the few arrivals of one quarter hour. */
function sortFrom(values: number[], first: number): void {
  for (let i = first + 1; i < values.length; i++) {
    const value = values[i]!;
    let place = i;
    for (; place > first && values[place - 1]! > value; place--) values[place] = values[place - 1]!;
    values[place] = value;
  }
}

/** Callers who dial one line from one place. */
export interface CallerGroup {
  readonly name: string;
  readonly line: Line;
  readonly borough: string | null;
  /** Share of all calls. */
  readonly share: number;
}

const populationOf = (places: readonly { population: number }[]): number =>
  sum(places.map((p) => p.population));
const CORPORATE_SHARE = 0.08;
const LINKED_SHARE = 0.05;

export const CALLER_GROUPS: readonly CallerGroup[] = [
  ...BOROUGHS.map(({ code, population }) => ({
    name: code,
    line: '311' as const,
    borough: code,
    share: ((1 - CORPORATE_SHARE - LINKED_SHARE) * population) / populationOf(BOROUGHS),
  })),
  { name: 'corporate', line: 'corporate', borough: null, share: CORPORATE_SHARE },
  ...LINKED_CITIES.map(({ code, population }) => ({
    name: code,
    line: 'linked_city' as const,
    borough: code,
    share: (LINKED_SHARE * population) / populationOf(LINKED_CITIES),
  })),
];

export const BOROUGH_BY_POPULATION = new Weighted(BOROUGHS, ({ population }) => population);

const WEATHER_PULL = 12;

/** The services asked for on a day, in proportion: season and weather decide. */
export function servicesOn(
  day: LocalDay,
  weather: Weather,
  natures?: readonly Service['nature'][],
): Weighted<Service> {
  const asked = natures ? SERVICES.filter(({ nature }) => natures.includes(nature)) : SERVICES;
  return new Weighted(asked, ({ weight, months, weather: kind }) => {
    const in_season = !months || months.includes(day.month);
    const pull = kind ? 0.3 + WEATHER_PULL * weather[kind] : 1;
    // Out of season a few still ask.
    return weight * pull * (in_season ? 1 : 0.02);
  });
}

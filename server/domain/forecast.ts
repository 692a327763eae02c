/**
 * Contacts expected in the next 15-minute intervals, from those of the same weekday and time of day in the weeks before,
 * scaled by how the present day runs. Beside it: an 80 % interval, and how wrong the same rule was on the days just past.
 *
 * The rule is the one that call centres' own planners begin with (the mean of like intervals, "seasonal naive" averaged over
 * weeks, with an intraday update); see R. Ibrahim, H. Ye, P. L'Ecuyer and H. Shen, "Modeling and forecasting call center
 * arrivals: a literature survey and a case study", 2016, sections 3 and 5.
 */
import { addDays, isoWeekday } from './office-hours.ts';

/** Contacts that entered by interval (see interval.ts); an interval that is missing had none. */
export type Counts = ReadonlyMap<number, number>;

/** Where an interval lies in local time. */
export interface Slot {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** Minutes since midnight on the clock of the wall, so that 9:00 is 9:00 on both sides of a clock change. */
  readonly minute: number;
}
export interface ForecastRule {
  /** Local place of an interval. */
  readonly slotOf: (interval: number) => Slot;
  /** The interval at a local place; null for a time that the spring change leaves out. */
  readonly intervalAt: (slot: Slot) => number | null;
  readonly isHoliday: (date: string) => boolean;
}

export interface Forecast {
  readonly expected: number;
  /** Four times in five the count lies between these, both included. */
  readonly low: number;
  readonly high: number;
}
export interface ForecastError {
  /** Sum of |expected − count| ÷ sum of counts, over the intervals tried; null when nothing came. */
  readonly wape: number | null;
  /** Share of counts inside their 80 % interval. */
  readonly coverage: number | null;
  readonly intervals: number;
}
export interface QueueForecast {
  /** One an interval asked for, in order. */
  readonly intervals: readonly Forecast[];
  /** All of them together. */
  readonly total: Forecast;
  readonly error: ForecastError;
}

const WEEKS = 8;
/** With fewer like days before it, nothing is foretold. */
const LIKE_DAYS_MIN = 2;
/** Intervals of the present that tell how the day runs: two hours. */
const PRESENT = 8;
/** Contacts that must differ before the present outweighs the weeks before. */
const PRESENT_WEIGHT = 20;
const PRESENT_RANGE = [0.5, 2] as const;
/** Days on which the rule is tried. */
export const TRIAL_DAYS = 7;
const INTERVALS_A_DAY = 96;
/** How far back it looks, intervals: the like days of the first day it is tried on, and a clock change. */
export const HISTORY_INTERVALS = (TRIAL_DAYS + 7 * WEEKS + 1) * INTERVALS_A_DAY;
const QUANTILES = [0.1, 0.9] as const;

class Forecaster {
  readonly #counts: Counts;
  readonly #rule: ForecastRule;
  /** First interval of which anything is known: before it no count is not a count of none. */
  readonly #first: number;
  readonly #base = new Map<number, number | null>();

  constructor(counts: Counts, rule: ForecastRule) {
    this.#counts = counts;
    this.#rule = rule;
    let first = Number.POSITIVE_INFINITY;
    for (const interval of counts.keys()) if (interval < first) first = interval;
    this.#first = first;
  }

  count(interval: number): number {
    return this.#counts.get(interval) ?? 0;
  }

  /** Mean of the like intervals before, without the largest and the smallest of five or more; null when there are too few. */
  base(interval: number): number | null {
    let base = this.#base.get(interval);
    if (base === undefined) {
      base = meanOf(this.#like(interval));
      this.#base.set(interval, base);
    }
    return base;
  }

  #like(interval: number): number[] {
    const { date, minute } = this.#rule.slotOf(interval);
    const { isHoliday, intervalAt } = this.#rule;
    // A holiday is like a Sunday.
    const start = isHoliday(date) && isoWeekday(date) !== 7 ? addDays(date, 7 - isoWeekday(date)) : date;
    const found: number[] = [];
    for (let week = 1; week <= WEEKS; week += 1) {
      const day = addDays(start, -7 * week);
      if (isHoliday(day) && !isHoliday(date)) continue;
      const like = intervalAt({ date: day, minute });
      if (like !== null && like >= this.#first) found.push(this.count(like));
    }
    return found;
  }

  /** How the two hours before `now` ran against their base, drawn to 1 while they are few. */
  level(now: number): number {
    let seen = PRESENT_WEIGHT;
    let expected = PRESENT_WEIGHT;
    for (let interval = now - PRESENT; interval < now; interval += 1) {
      const base = this.base(interval);
      if (base === null) continue;
      seen += this.count(interval);
      expected += base;
    }
    return Math.min(PRESENT_RANGE[1], Math.max(PRESENT_RANGE[0], seen / expected));
  }

  /** What is expected in `interval`, asked at the beginning of `now`; null with too little history. */
  expected(interval: number, now: number): number | null {
    const base = this.base(interval);
    return base === null ? null : base * this.level(now);
  }
}

function meanOf(counts: readonly number[]): number | null {
  if (counts.length < LIKE_DAYS_MIN) return null;
  const sorted = counts.toSorted((a, b) => a - b);
  const kept = sorted.length >= 5 ? sorted.slice(1, -1) : sorted;
  return kept.reduce((sum, count) => sum + count, 0) / kept.length;
}

/**
 * The forecast of `intervals`, asked at the beginning of interval `now`, whose counts before it are complete; null with too little
 * history.
 */
export function forecastOf(
  counts: Counts,
  intervals: readonly number[],
  now: number,
  rule: ForecastRule,
): QueueForecast | null {
  const forecaster = new Forecaster(counts, rule);
  const expected = intervals.map((interval) => forecaster.expected(interval, now));
  if (expected.some((value) => value === null)) return null;
  const trials: { readonly expected: number; readonly count: number }[] = [];
  for (let interval = now - TRIAL_DAYS * INTERVALS_A_DAY; interval < now; interval += 1) {
    // Asked half an hour before, as the middle of the next hour is.
    const tried = forecaster.expected(interval, interval - 2);
    const count = forecaster.count(interval);
    // Where an office is closed, a forecast of none is right by itself: it would flatter the figures.
    if (tried !== null && (tried > 0 || count > 0)) trials.push({ expected: tried, count });
  }
  const dispersion = dispersionOf(trials);
  const sum = expected.reduce<number>((all, value) => all + (value ?? 0), 0);
  return {
    intervals: expected.map((value) => spread(value ?? 0, dispersion)),
    total: spread(sum, dispersion),
    error: errorOf(trials, dispersion),
  };
}

type Trials = readonly { readonly expected: number; readonly count: number }[];

/** Variance ÷ mean of what came around what was expected; at least that of chance alone (Poisson), 1. */
function dispersionOf(trials: Trials): number {
  let squares = 0;
  let sum = 0;
  for (const { expected, count } of trials) {
    squares += (count - expected) ** 2;
    sum += expected;
  }
  return sum > 0 ? Math.max(1, squares / sum) : 1;
}

function spread(expected: number, dispersion: number): Forecast {
  const [low, high] = QUANTILES.map((q) => quantile(expected, dispersion, q)) as [number, number];
  return { expected, low, high };
}

function errorOf(trials: Trials, dispersion: number): ForecastError {
  let wrong = 0;
  let sum = 0;
  let inside = 0;
  const spreads = new Map<number, Forecast>();
  for (const { expected, count } of trials) {
    wrong += Math.abs(expected - count);
    sum += count;
    let tried = spreads.get(expected);
    if (!tried) {
      tried = spread(expected, dispersion);
      spreads.set(expected, tried);
    }
    if (count >= tried.low && count <= tried.high) inside += 1;
  }
  return {
    wape: sum > 0 ? wrong / sum : null,
    coverage: trials.length > 0 ? inside / trials.length : null,
    intervals: trials.length,
  };
}

/** From here on a count's distribution is as good as normal. */
const NORMAL_FROM = 200;
const Z_90 = 1.2815515655446004;

/** Quantile of a count with this mean and variance ÷ mean: Poisson, or negative binomial when it varies more. */
export function quantile(mean: number, dispersion: number, q: number): number {
  if (mean <= 0) return 0;
  if (mean >= NORMAL_FROM) {
    const z = q < 0.5 ? -Z_90 : Z_90;
    return Math.max(0, Math.round(mean + z * Math.sqrt(mean * dispersion)));
  }
  const poisson = dispersion < 1.001;
  const size = poisson ? 0 : mean / (dispersion - 1);
  const p = 1 - 1 / dispersion;
  let probability = poisson ? Math.exp(-mean) : dispersion ** -size;
  let sum = probability;
  let count = 0;
  const limit = 20 * NORMAL_FROM;
  while (sum < q && count < limit) {
    count += 1;
    probability *= poisson ? mean / count : (p * (size + count - 1)) / count;
    sum += probability;
  }
  return count;
}

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
/** How wrong the same rule was on the days just past. */
export interface ForecastError {
  /** Sum of |expected − count| ÷ sum of counts, over the trials; null when nothing came. */
  readonly wape: number | null;
  /** Share of counts inside their 80 % interval. */
  readonly coverage: number | null;
  readonly trials: number;
}
export interface QueueForecast {
  /** One an interval asked for, in order. */
  readonly intervals: readonly Forecast[];
  /** The error of single intervals. */
  readonly error: ForecastError;
  /** All of them together, and the error of such sums: errors of neighbours are alike and do not cancel out. */
  readonly total: Forecast;
  readonly total_error: ForecastError;
  /** The same for as many intervals just past, as it would have been asked at their beginning, and what came. */
  readonly past: (Forecast & { readonly entered: number }) | null;
}

const WEEKS = 8;
/** With fewer like days before it, nothing is foretold. */
const LIKE_DAYS_MIN = 2;
/** Like counts from which on one can be told to be unlike the others, and how many of its deviations off it then is. */
const OUTLIERS_FROM = 4;
const OUTLIER_DEVIATIONS = 4;
/** Neighbours that differ by more than this factor (and a contact) are the edge of a day, which is not to be smoothed. */
const EDGE = 2;
/**
 * Intervals of the present that tell how the day runs, how much each counts against the one after it, and how many contacts
 * must differ before the present outweighs the weeks before. Twelve hours of which the last three count most made the
 * hours of the simulated city 12 % less wrong than two hours did (test/seeds/forecast.test.ts).
 */
const PRESENT = 48;
const PRESENT_FADE = 0.95;
const PRESENT_WEIGHT = 40;
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
  readonly #days = new Map<string, readonly string[]>();
  readonly #means = new Map<number, Mean | null>();
  readonly #bases = new Map<number, Mean | null>();
  readonly #levels = new Map<number, number>();

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

  /**
   * Mean of the like intervals before; null when there are fewer than `like_days_min`. The quarters beside it count as much,
   * unless the day begins or ends there.
   */
  base(interval: number, like_days_min = 1): number | null {
    let base = this.#bases.get(interval);
    if (base === undefined) {
      base = this.#smooth(interval);
      this.#bases.set(interval, base);
    }
    return base === null || base.days < like_days_min ? null : base.value;
  }

  #smooth(interval: number): Mean | null {
    const own = this.#mean(interval);
    const before = this.#mean(interval - 1);
    const after = this.#mean(interval + 1);
    if (own === null || before === null || after === null) return own;
    const [low, high] =
      before.value < after.value ? [before.value, after.value] : [after.value, before.value];
    if (high > EDGE * low + 1) return own;
    return { value: (own.value + before.value + after.value) / 3, days: own.days };
  }

  #mean(interval: number): Mean | null {
    let mean = this.#means.get(interval);
    if (mean === undefined) {
      mean = meanOf(this.#like(interval));
      this.#means.set(interval, mean);
    }
    return mean;
  }

  #like(interval: number): number[] {
    const { date, minute } = this.#rule.slotOf(interval);
    const found: number[] = [];
    for (const day of this.#likeDays(date)) {
      const like = this.#rule.intervalAt({ date: day, minute });
      if (like !== null && like >= this.#first) found.push(this.count(like));
    }
    return found;
  }

  /** The same weekdays of the weeks before; a holiday is like a Sunday. */
  #likeDays(date: string): readonly string[] {
    let days = this.#days.get(date);
    if (days === undefined) {
      const { isHoliday } = this.#rule;
      const holiday = isHoliday(date);
      const start = holiday && isoWeekday(date) !== 7 ? addDays(date, 7 - isoWeekday(date)) : date;
      const weeks = Array.from({ length: WEEKS }, (_, week) => addDays(start, -7 * (week + 1)));
      days = weeks.filter((day) => holiday || !isHoliday(day));
      this.#days.set(date, days);
    }
    return days;
  }

  /** How the hours before `now` ran against their base, drawn to 1 while they are few. */
  level(now: number): number {
    let level = this.#levels.get(now);
    if (level === undefined) {
      level = this.#levelAt(now);
      this.#levels.set(now, level);
    }
    return level;
  }

  #levelAt(now: number): number {
    let seen = PRESENT_WEIGHT;
    let expected = PRESENT_WEIGHT;
    let weight = 1;
    for (let interval = now - 1; interval >= now - PRESENT; interval -= 1) {
      const base = this.base(interval);
      if (base !== null) {
        seen += weight * this.count(interval);
        expected += weight * base;
      }
      weight *= PRESENT_FADE;
    }
    return Math.min(PRESENT_RANGE[1], Math.max(PRESENT_RANGE[0], seen / expected));
  }

  /** What is expected in `interval`, asked at the beginning of `now`; null with too little history. */
  expected(interval: number, now: number, like_days_min = 1): number | null {
    const base = this.base(interval, like_days_min);
    return base === null ? null : base * this.level(now);
  }

  /** What was expected of the intervals from `from` to before `end`, asked at the first of them, and what came. */
  trial(from: number, end: number): Trial | null {
    let expected = 0;
    let count = 0;
    for (let interval = from; interval < end; interval += 1) {
      const value = this.expected(interval, from);
      if (value === null) return null;
      expected += value;
      count += this.count(interval);
    }
    return { expected, count };
  }
}

interface Mean {
  readonly value: number;
  readonly days: number;
}
interface Trial {
  readonly expected: number;
  readonly count: number;
}

/** The mean without those that chance cannot explain: a day of storm, an outage, a holiday nobody noted. */
function meanOf(counts: readonly number[]): Mean | null {
  if (counts.length === 0) return null;
  const sorted = counts.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  const limit = OUTLIER_DEVIATIONS * Math.sqrt(Math.max(1, median));
  const kept =
    sorted.length < OUTLIERS_FROM ? sorted : sorted.filter((count) => Math.abs(count - median) <= limit);
  const of = kept.length > 0 ? kept : sorted;
  return { value: of.reduce((sum, count) => sum + count, 0) / of.length, days: counts.length };
}

/**
 * The forecast of `ahead` intervals from `now` on, asked at its beginning, when the counts before it are complete; null with too
 * little history.
 */
export function forecastOf(
  counts: Counts,
  ahead: number,
  now: number,
  rule: ForecastRule,
): QueueForecast | null {
  const forecaster = new Forecaster(counts, rule);
  const expected: number[] = [];
  for (let interval = now; interval < now + ahead; interval += 1) {
    const value = forecaster.expected(interval, now, LIKE_DAYS_MIN);
    if (value === null) return null;
    expected.push(value);
  }
  const singles: Trial[] = [];
  const sums: Trial[] = [];
  for (let interval = now - TRIAL_DAYS * INTERVALS_A_DAY; interval < now; interval += 1) {
    // A single one is asked half of them before, as the middle of those ahead is.
    const single = forecaster.expected(interval, interval - Math.floor(ahead / 2));
    if (single !== null) keep(singles, { expected: single, count: forecaster.count(interval) });
    const sum = interval + ahead <= now ? forecaster.trial(interval, interval + ahead) : null;
    if (sum !== null) keep(sums, sum);
  }
  const dispersion = dispersionOf(singles);
  const total_dispersion = dispersionOf(sums);
  const past = forecaster.trial(now - ahead, now);
  return {
    intervals: expected.map((value) => spread(value, dispersion)),
    error: errorOf(singles, dispersion),
    total: spread(
      expected.reduce((all, value) => all + value, 0),
      total_dispersion,
    ),
    total_error: errorOf(sums, total_dispersion),
    past: past && { ...spread(past.expected, total_dispersion), entered: past.count },
  };
}

type Trials = readonly Trial[];

/** Where an office is closed, a forecast of none is right by itself: it would flatter the figures. */
function keep(trials: Trial[], trial: Trial): void {
  if (trial.expected > 0 || trial.count > 0) trials.push(trial);
}

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
    trials: trials.length,
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

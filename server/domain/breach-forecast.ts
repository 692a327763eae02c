/**
 * How many open requests will pass their deadline: from how long requests of their service and borough have taken, as a life table says it
 * (S. J. Cutler and F. Ederer, Journal of Chronic Diseases 8, 1958), so that what is still open counts for as long as it was watched.
 *
 * Times lie in logarithmic bins: bin 0 is under a minute, bin k from 1.1^(k−1) to 1.1^k minutes.
 */
const FIRST_S = 60;
const RATIO = 1.1;
const LAST_S = 10 * 366 * 86_400;

/** Lower borders of the bins 1 … n, s, ascending. SQL is given the same. */
export const LIFE_BORDERS_S: readonly number[] = (() => {
  const borders: number[] = [];
  for (let border = FIRST_S; border < LAST_S; border *= RATIO) borders.push(Math.round(border));
  return borders;
})();

/** Requests of one service whose time ended, or is not over yet, in a bin. */
export interface LifeRow {
  readonly service: string;
  readonly borough: string | null;
  readonly bin: number;
  readonly settled: number;
  readonly open: number;
}
/** From fewer requests nothing is foretold. */
const KNOWN_MIN = 20;

/** Share that is still open after a time, of those that were open at an earlier one. */
export class LifeTable {
  /** Of all: how many reached the bin, and the share that did without being settled. */
  readonly #reached: number[] = [];
  readonly #open: number[] = [];

  constructor(rows: Iterable<Pick<LifeRow, 'bin' | 'settled' | 'open'>>) {
    const bins = LIFE_BORDERS_S.map(() => ({ settled: 0, open: 0 }));
    bins.push({ settled: 0, open: 0 });
    let reached = 0;
    for (const { bin, settled, open } of rows) {
      bins[bin]!.settled += settled;
      bins[bin]!.open += open;
      reached += settled + open;
    }
    let share = 1;
    for (const { settled, open } of bins) {
      this.#reached.push(reached);
      this.#open.push(share);
      // Who is no longer watched was so for half of the bin.
      const watched = reached - open / 2;
      if (settled > 0) share *= 1 - settled / watched;
      reached -= settled + open;
    }
    this.#open.push(share);
  }

  /** null: too few requests were open for so long. */
  stillOpen(age_s: number, later_s: number): number | null {
    if (this.#reached[lifeBinOf(age_s)]! < KNOWN_MIN) return null;
    const now = this.#openAt(age_s);
    return now === 0 ? null : this.#openAt(later_s) / now;
  }

  /** Within a bin as many go in each second of it. */
  #openAt(at_s: number): number {
    const bin = lifeBinOf(at_s);
    const low_s = bin === 0 ? 0 : LIFE_BORDERS_S[bin - 1]!;
    const high_s = LIFE_BORDERS_S[bin];
    const [from, to] = [this.#open[bin]!, this.#open[bin + 1]!];
    if (high_s === undefined) return from;
    return from + ((to - from) * (at_s - low_s)) / (high_s - low_s);
  }
}

/** Number of borders at or below a time. */
export function lifeBinOf(at_s: number): number {
  let low = 0;
  let high = LIFE_BORDERS_S.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (LIFE_BORDERS_S[middle]! <= at_s) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** An open request that is not overdue and whose deadline comes in the span. */
export interface AtRisk {
  readonly service: string | null;
  readonly borough: string | null;
  readonly age_s: number;
  readonly left_s: number;
}

/** Life tables by service and borough; where a borough's own knows too little, the city's of that service. */
export class LifeTables {
  readonly #own = new Map<string, LifeTable>();
  readonly #city = new Map<string, LifeTable>();

  constructor(rows: readonly LifeRow[]) {
    for (const [service, all] of Map.groupBy(rows, (row) => row.service)) {
      this.#city.set(service, new LifeTable(all));
      for (const [borough, own] of Map.groupBy(all, (row) => row.borough)) {
        if (borough !== null) this.#own.set(keyOf(service, borough), new LifeTable(own));
      }
    }
  }

  /** The chance that it passes its deadline; null: not enough is known. */
  chance({ service, borough, age_s, left_s }: AtRisk): number | null {
    if (service === null) return null;
    const own = borough === null ? undefined : this.#own.get(keyOf(service, borough));
    return (
      own?.stillOpen(age_s, age_s + left_s) ??
      this.#city.get(service)?.stillOpen(age_s, age_s + left_s) ??
      null
    );
  }
}
const keyOf = (service: string, borough: string): string => `${borough} ${service}`;

/** Of the standard normal: 80 % lie within as much on either side. */
const Z_80 = 1.2815515655446004;

export interface BreachForecast {
  /** Of those whose chance is known. */
  readonly expected: number;
  /** Of the number that will come, as far as each goes its own way. */
  readonly variance: number;
  /** 80 %. */
  readonly low: number;
  readonly high: number;
  readonly at_risk: number;
  readonly without_history: number;
}
/**
 * The number expected, and where 80 of 100 such weeks would lie.
 * @param dispersion how much more weeks have varied than if each request went its own way
 */
export function forecastOf(chances: readonly (number | null)[], dispersion = 1): BreachForecast {
  const known = chances.filter((chance) => chance !== null);
  const expected = known.reduce((sum, chance) => sum + chance, 0);
  const variance = known.reduce((sum, chance) => sum + chance * (1 - chance), 0);
  const reach = Z_80 * Math.sqrt(variance * dispersion);
  return {
    expected,
    variance,
    low: Math.max(0, Math.floor(expected - reach)),
    high: Math.min(known.length, Math.ceil(expected + reach)),
    at_risk: chances.length,
    without_history: chances.length - known.length,
  };
}

/** What was foretold, and what came of those it was foretold of. */
export interface BreachTrial extends BreachForecast {
  readonly breached: number;
}
/**
 * The mean of squared errors ÷ variances (McCullagh and Nelder, Generalized Linear Models, 1989, section 4.5): a snowstorm delays all at
 * once. At least 1.
 */
export function dispersionOf(
  trials: readonly Pick<BreachTrial, 'breached' | 'expected' | 'variance'>[],
): number {
  const tried = trials.filter(({ variance }) => variance > 0);
  if (tried.length === 0) return 1;
  const sum = tried.reduce(
    (all, { breached, expected, variance }) => all + (breached - expected) ** 2 / variance,
    0,
  );
  return Math.max(1, sum / tried.length);
}
/** Errors together ÷ what came; null where nothing did. */
export function trialError(trials: readonly BreachTrial[]): number | null {
  const came = trials.reduce((sum, { breached }) => sum + breached, 0);
  const missed = trials.reduce((sum, { breached, expected }) => sum + Math.abs(breached - expected), 0);
  return came === 0 ? null : missed / came;
}

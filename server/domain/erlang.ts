/**
 * How many agents a load needs. Erlang C: callers wait for ever. Erlang A (M/M/n+M, Palm 1957): each gives up after a
 * patience of its own, exponential with a measured mean, which is what callers do.
 *
 * Sources: A. K. Erlang 1917 (B by its recursion); F. Baccelli and G. Hébuterne, "On queues with impatient customers", 1981,
 * whose density of the virtual wait is integrated here; A. Mandelbaum and S. Zeltyn, "Service engineering in action: the
 * Palm/Erlang-A queue", 2007.
 */

/** One queue over a span in which its load is taken as constant. */
export interface Load {
  /** Contacts a second. */
  readonly rate_per_s: number;
  /** Mean handling time, s: talk, hold and wrap-up. */
  readonly aht_s: number;
  /** T, s. */
  readonly threshold_s: number;
}
export interface Outlook {
  /** Answered within T ÷ (answered + abandoned after T): `service_level` v1. */
  readonly service_level: number;
  /** Abandoned ÷ offered. */
  readonly abandonment: number;
}

/** More than any city's centre has; a load beyond it has no answer. */
export const AGENTS_MAX = 10_000;

/** 1 ÷ (probability that all of `agents` are busy, in a system without a queue); Infinity where that is beyond a double. */
function inverseErlangB(agents: number, erlangs: number): number {
  let inverse = 1;
  for (let n = 1; n <= agents; n += 1) inverse = 1 + (n / erlangs) * inverse;
  return inverse;
}

/** Erlang C: probability that a contact waits no longer than T. 0 when the load is not less than the agents can do. */
export function erlangC(agents: number, { rate_per_s, aht_s, threshold_s }: Load): number {
  const erlangs = rate_per_s * aht_s;
  if (erlangs <= 0) return 1;
  if (agents <= erlangs) return 0;
  const waits = agents / (erlangs + (agents - erlangs) * inverseErlangB(agents, erlangs));
  return 1 - waits * Math.exp((-(agents - erlangs) * threshold_s) / aht_s);
}

/** Simpson's rule. */
function integral(f: (x: number) => number, from: number, to: number, panels: number): number {
  if (to <= from) return 0;
  const step = (to - from) / panels;
  let sum = f(from) + f(to);
  for (let i = 1; i < panels; i += 1) sum += (i % 2 === 0 ? 2 : 4) * f(from + i * step);
  return (sum * step) / 3;
}
const PANELS = 1_000;
/** e⁻⁴⁰ of the largest value adds nothing any more. */
const NEGLIGIBLE = 40;

/**
 * Erlang A.
 * @param patience_s mean time after which a caller who is not answered gives up, s.
 */
export function erlangA(agents: number, load: Load, patience_s: number): Outlook {
  const { rate_per_s, aht_s, threshold_s } = load;
  if (rate_per_s <= 0 || aht_s <= 0) return { service_level: 1, abandonment: 0 };
  if (agents < 1) return { service_level: 0, abandonment: 1 };
  const service_per_s = agents / aht_s;
  const leaves_per_s = 1 / patience_s;
  // The virtual wait has density v(x) = λ π exp(h(x)), with π the probability of n − 1 busy agents.
  const h = (x: number): number =>
    (rate_per_s / leaves_per_s) * -Math.expm1(-leaves_per_s * x) - service_per_s * x;
  const peak_s = rate_per_s > service_per_s ? Math.log(rate_per_s / service_per_s) / leaves_per_s : 0;
  const peak = h(peak_s);
  let width_s = 1 / service_per_s;
  while (h(peak_s + width_s) - peak > -NEGLIGIBLE) width_s *= 2;
  const end_s = peak_s + width_s;
  const v = (x: number): number => Math.exp(h(x) - peak);
  const stays = (x: number): number => Math.exp(-leaves_per_s * x);
  const over = (f: (x: number) => number, from: number, to: number): number =>
    from < peak_s && peak_s < to
      ? integral(f, from, peak_s, PANELS) + integral(f, peak_s, to, PANELS)
      : integral(f, from, to, PANELS);
  const all = over(v, 0, end_s);
  const idle = inverseErlangB(agents - 1, rate_per_s * aht_s) * Math.exp(-peak);
  const scale = rate_per_s / (idle + rate_per_s * all);
  const at_once = 1 - scale * all;
  const t = Math.min(threshold_s, end_s);
  const answered_within = at_once + scale * over((x) => v(x) * stays(x), 0, t);
  const answered = at_once + scale * over((x) => v(x) * stays(x), 0, end_s);
  const abandoned_after = scale * over((x) => v(x) * (stays(t) - stays(x)), t, end_s);
  return {
    service_level: Math.min(1, answered_within / (answered + abandoned_after)),
    abandonment: Math.max(0, 1 - answered),
  };
}

/** The least number for which `reaches` holds, which it does for every larger one; null when AGENTS_MAX do not. */
function least(reaches: (agents: number) => boolean): number | null {
  let low = 0;
  let high = 1;
  while (!reaches(high)) {
    low = high;
    if (high === AGENTS_MAX) return null;
    high = Math.min(AGENTS_MAX, high * 2);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (reaches(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Agents that reach the target service level when nobody gives up; 0 without a load. */
export function requiredErlangC(load: Load, target: number): number | null {
  if (load.rate_per_s <= 0 || load.aht_s <= 0) return 0;
  return least((agents) => erlangC(agents, load) >= target);
}

/** Agents that reach the target service level and keep the abandonment within its own; 0 without a load. */
export function requiredErlangA(
  load: Load,
  patience_s: number,
  target: number,
  abandonment_target: number,
): number | null {
  if (load.rate_per_s <= 0 || load.aht_s <= 0) return 0;
  return least((agents) => {
    const outlook = erlangA(agents, load, patience_s);
    return outlook.service_level >= target && outlook.abandonment <= abandonment_target;
  });
}

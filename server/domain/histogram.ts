/**
 * Histograms of waits in logarithmic bins, from which percentiles are read without keeping the waits.
 *
 * Bin 0 is [0, 0.1 s); bin k is [0.1 × 1.1^(k−1), 0.1 × 1.1^k); the last one is open. So a percentile is wrong by at
 * most one bin, that is by at most 10 %. The borders are a table, in ms, that SQL is given too: both sides compare with the same
 * numbers and no logarithm decides.
 */
export const BIN_RATIO = 1.1;
const FIRST_BORDER_MS = 100;
const LAST_BORDER_MS = 4 * 3_600_000;

/** Lower borders of the bins 1 … n, ms, ascending. */
export const BIN_BORDERS_MS: readonly number[] = (() => {
  const borders: number[] = [];
  for (let border = FIRST_BORDER_MS; border < LAST_BORDER_MS; border *= BIN_RATIO)
    borders.push(Math.round(border));
  borders.push(LAST_BORDER_MS);
  return borders;
})();
export const BIN_COUNT = BIN_BORDERS_MS.length + 1;

/** Bin of a wait: the number of borders at or below it. */
export function binOf(wait_ms: number): number {
  let low = 0;
  let high = BIN_BORDERS_MS.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (BIN_BORDERS_MS[middle]! <= wait_ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The wait that a share `q` (0–1) of the contacts did not exceed, s, by nearest rank and read in the middle of its bin
 * (geometric); null when there are none. The open last bin answers its lower border.
 */
export function quantile_s(bins: ArrayLike<number>, q: number): number | null {
  let total = 0;
  for (let bin = 0; bin < bins.length; bin += 1) total += bins[bin]!;
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(q * total));
  let seen = 0;
  for (let bin = 0; bin < bins.length; bin += 1) {
    seen += bins[bin]!;
    if (seen >= rank) return middle_s(bin);
  }
  return null;
}

/** What the waits of a histogram add up to, s, each taken as the middle of its bin. */
export function sum_s(bins: ArrayLike<number>): number {
  let sum = 0;
  for (let bin = 0; bin < bins.length; bin += 1) sum += bins[bin]! * middle_s(bin);
  return sum;
}

function middle_s(bin: number): number {
  if (bin === 0) return 0;
  const low = BIN_BORDERS_MS[bin - 1]!;
  const high = BIN_BORDERS_MS[bin] ?? low;
  return Math.round(Math.sqrt(low * high)) / 1000;
}

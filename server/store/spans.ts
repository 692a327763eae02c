/** The spans of time in which a batch's events lie: few, tight, and covering every one of them. */

const GAP_US = 3_600_000_000;
const SPANS_MAX = 16;

export interface Spans {
  /** First instants, µs since 1970. */
  readonly from: readonly number[];
  /** Last instants, inclusive. */
  readonly to: readonly number[];
}

/** Cuts where nothing happened for an hour, at most at the 15 widest such gaps. */
export function spansOf(times_us: readonly number[]): Spans {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const time of times_us) {
    if (time < least) least = time;
    if (time > greatest) greatest = time;
  }
  if (times_us.length === 0) return { from: [], to: [] };
  if (greatest - least <= GAP_US) return { from: [least], to: [greatest] };
  const sorted = Float64Array.from(times_us).sort();
  const gap = (i: number): number => (sorted[i] as number) - (sorted[i - 1] as number);
  const cuts: number[] = [];
  for (let i = 1; i < sorted.length; i += 1) if (gap(i) > GAP_US) cuts.push(i);
  const kept = cuts
    .sort((a, b) => gap(b) - gap(a))
    .slice(0, SPANS_MAX - 1)
    .sort((a, b) => a - b);
  return {
    from: [0, ...kept].map((i) => sorted[i] as number),
    to: [...kept, sorted.length].map((i) => sorted[i - 1] as number),
  };
}

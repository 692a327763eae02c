/** One line of `npm run bench`. */
export interface BenchRow {
  readonly name: string;
  /** What was measured, most often a ratio to something measured in the same run. */
  readonly value: number;
  /** The most it may be, or the least when `at_least`. */
  readonly limit: number;
  readonly at_least?: boolean;
  /** `ratio`, `ms`, `bytes` … */
  readonly unit: string;
  readonly passed: boolean;
  /** What it was measured with: sizes, numbers, versions. */
  readonly configuration: string;
}

export const atMost = (
  name: string,
  value: number,
  limit: number,
  unit: string,
  configuration: string,
): BenchRow => ({
  name,
  value,
  limit,
  unit,
  passed: value <= limit,
  configuration,
});

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
export type Bench = () => Promise<BenchRow[]>;

/** A row judged against its limit. */
export function row(
  name: string,
  value: number,
  bound: 'at_least' | 'at_most',
  limit: number,
  unit: string,
  configuration: string,
): BenchRow {
  if (bound === 'at_most') return atMost(name, value, limit, unit, configuration);
  return { name, value, limit, at_least: true, unit, passed: value >= limit, configuration };
}

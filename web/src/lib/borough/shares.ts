/** Shares side by side, each with the counts it was made from and how sure it is. */
import type { BacklogAnswer } from '#contract/backlog.ts';
import type { Figure, QueueState } from '#contract/live.ts';
import type { RateFigure } from '#contract/request-metrics.ts';

/** Two-sided 95 %. */
const Z = 1.959964;

export interface Interval {
  readonly low: number;
  readonly high: number;
}
export interface Share {
  readonly part: number;
  readonly whole: number;
  /** 95 %; null over nothing. */
  readonly interval: Interval | null;
}

/**
 * The 95 % interval of a share; null over nothing. It stays within 0–1 and holds for small counts and shares near the ends.
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 */
export function wilson(part: number, whole: number): Interval | null {
  if (whole === 0) return null;
  const share = part / whole;
  const weight = (Z * Z) / whole;
  const middle = (share + weight / 2) / (1 + weight);
  const reach = (Z / (1 + weight)) * Math.sqrt((share * (1 - share)) / whole + weight / (4 * whole));
  return { low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}
const shareOf = (part: number, whole: number): Share => ({ part, whole, interval: wilson(part, whole) });

const count = ({ counts }: Figure, ...names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);

export const rateShare = ({ value, of, interval }: RateFigure): Share => ({
  part: Math.round((value ?? 0) * of),
  whole: of,
  interval,
});
export const onTimeShare = (figure: Figure): Share =>
  shareOf(count(figure, 'settled_on_time'), count(figure, 'settled_on_time', 'settled_late', 'open_overdue'));
export const overdueShare = ({ open }: Pick<BacklogAnswer, 'open'>): Share =>
  shareOf(count(open, 'overdue'), count(open, 'open'));
export function callShares({ today }: Pick<QueueState, 'today'>): { level: Share; abandoned: Share } {
  const { service_level, abandonment } = today.metrics;
  return {
    level: shareOf(
      count(service_level, 'answered_within'),
      count(service_level, 'answered', 'abandoned_after'),
    ),
    abandoned: shareOf(count(abandonment, 'abandoned'), count(abandonment, 'offered')),
  };
}

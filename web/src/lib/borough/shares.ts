/** Shares side by side, each with the counts it was made from and how sure it is. */
import type { BacklogAnswer } from '#contract/backlog.ts';
import type { Figure, QueueState } from '#contract/live.ts';

/** A share over fewer is shown with its count and never compared. */
export const COMPARED_MIN = 20;
/** Two-sided 95 %. */
const Z = 1.959964;

export interface Share {
  readonly part: number;
  readonly whole: number;
}
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95 % interval of a share; null over nothing. It stays within 0–1 and holds for small counts and shares near the ends.
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
 */
export function wilson({ part, whole }: Share): Interval | null {
  if (whole === 0) return null;
  const share = part / whole;
  const weight = (Z * Z) / whole;
  const middle = (share + weight / 2) / (1 + weight);
  const reach = (Z / (1 + weight)) * Math.sqrt((share * (1 - share)) / whole + weight / (4 * whole));
  return { low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) };
}

const count = ({ counts }: Figure, ...names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);

export const onTimeShare = (figure: Figure): Share => ({
  part: count(figure, 'settled_on_time'),
  whole: count(figure, 'settled_on_time', 'settled_late', 'open_overdue'),
});
export const overdueShare = ({ open }: Pick<BacklogAnswer, 'open'>): Share => ({
  part: count(open, 'overdue'),
  whole: count(open, 'open'),
});
export function callShares({ today }: Pick<QueueState, 'today'>): { level: Share; abandoned: Share } {
  const { service_level, abandonment } = today.metrics;
  return {
    level: {
      part: count(service_level, 'answered_within'),
      whole: count(service_level, 'answered', 'abandoned_after'),
    },
    abandoned: { part: count(abandonment, 'abandoned'), whole: count(abandonment, 'offered') },
  };
}

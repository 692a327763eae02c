/** The same period a year before, as far as the records reach. */
import type { BacklogAnswer } from '#contract/backlog.ts';
import type { RequestMetrics } from '#contract/request-metrics.ts';

/** The same date a year before; of 29 February the 28th. */
export function yearBefore(date: string): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const last = new Date(Date.UTC(year - 1, month, 0)).getUTCDate();
  return new Date(Date.UTC(year - 1, month - 1, Math.min(day, last))).toISOString().slice(0, 10);
}

/** How much of a period is known, by the first settlement that is. */
export type Reach = 'none' | 'part' | 'whole';
export function reachOf(from_ms: number, to_ms: number, begins_ms: number | null): Reach {
  if (begins_ms === null || begins_ms >= to_ms) return 'none';
  return begins_ms > from_ms ? 'part' : 'whole';
}

/** Nothing is shown of what the records do not reach. */
export interface LastYear {
  readonly reach: Reach;
  readonly backlog: BacklogAnswer | null;
  readonly metrics: RequestMetrics | null;
  readonly as_of: string;
}

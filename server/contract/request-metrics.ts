/** `GET /api/v1/trends/requests`: the metrics of requests in one scope and period. */
import type { BacklogAnswer, BacklogFlow } from './backlog.ts';
import type { Figure } from './live.ts';

/** Of fewer than so many a rate is shown with its count and never ranked. */
export const SMALL_NUMBER = 20;

/** A share of a count. */
export interface RateFigure extends Figure {
  /** What it is a share of. */
  readonly of: number;
  /** 95 % (Wilson); null of nothing. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** Of fewer than 20. */
  readonly small: boolean;
}

/** Figures of what is open are those of `as_of`, all others those of the period as it is known now. */
export interface RequestMetrics {
  readonly scope: string;
  /** Local dates, both in it. */
  readonly from: string;
  readonly to: string;
  /** Its first instant, and that of the day after it. */
  readonly from_at: string;
  readonly to_at: string;
  /** The end of the period, or now when it has not ended. */
  readonly as_of: string;
  /** By which `repeat` is counted: the snapped ones for a reader who may not see the places themselves. */
  readonly places: 'exact' | 'snapped';
  /** It has not ended, or settlements of it may still be reopened within their 30 days. */
  readonly provisional: boolean;
  readonly flow: BacklogFlow & { readonly definition: string };
  readonly by_resolution: BacklogAnswer['by_resolution'];
  readonly on_time: RateFigure;
  readonly on_time_settled: RateFigure;
  readonly transmission_on_time: RateFigure;
  readonly status_current: RateFigure;
  readonly reopened: RateFigure;
  readonly repeat: RateFigure;
  /** Seconds by the clock. */
  readonly settlement_p50: Figure;
  readonly settlement_p90: Figure;
  /** Business days. */
  readonly settlement_business_p50: Figure;
  readonly settlement_business_p90: Figure;
}

export interface RequestMetricsAnswer extends RequestMetrics {
  /** The first settlement that is known in this scope: of a period before it there is no data. null: there is none yet. */
  readonly begins_at: string | null;
}

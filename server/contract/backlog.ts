/** The backlog of a scope as `GET /api/v1/backlog` answers it, its breaches and what `GET /api/v1/doctor` finds. */
import type { Figure } from './live.ts';
import type { BacklogCause, BreachState } from './requests.ts';

export const BACKLOG_GROUPS = ['borough', 'unit', 'service'] as const;
export type BacklogGroup = (typeof BACKLOG_GROUPS)[number];

/**
 * A period: `opening + received + reopened + transferred_in − closed − cancelled − merged − transferred_out = closing`, exactly. Transfers
 * are those into and out of what the row is about: for the city there are none.
 */
export interface BacklogFlow extends Readonly<Record<BacklogCause, number>> {
  readonly opening: number;
  readonly closing: number;
}

export interface BacklogGroupRow extends BacklogFlow {
  /** Borough code, unit id or service id; null: not known. */
  readonly key: string | null;
  /** At `as_of`, as the rest. */
  readonly open: number;
  readonly overdue: number;
  /** Their clock stands, or nothing was promised. */
  readonly without_due: number;
  readonly on_time: Figure;
  readonly on_time_settled: Figure;
}

/** Age in local days, both ends included; `to_days` null: and more. */
export interface AgeBand {
  readonly from_days: number;
  readonly to_days: number | null;
  readonly open: number;
}
export const DEADLINE_BANDS = [
  'overdue_over_30_days',
  'overdue_8_to_30_days',
  'overdue_to_7_days',
  'due_today',
  'due_in_3_days',
  'due_later',
  'without_due',
] as const;
export interface DeadlineBand {
  readonly band: (typeof DEADLINE_BANDS)[number];
  readonly open: number;
}

export interface BacklogAnswer {
  readonly scope: string;
  readonly as_of: string;
  /** The period of the flow and of what was settled: from `from` on, before `to`. */
  readonly from: string;
  readonly to: string;
  readonly open: Figure;
  readonly flow: BacklogFlow & { readonly definition: string };
  readonly ageing: {
    readonly definition: string;
    readonly by_age: readonly AgeBand[];
    /** Open, but when it was created is not known. */
    readonly age_unknown: number;
    readonly by_deadline: readonly DeadlineBand[];
  };
  readonly on_time: Figure;
  readonly on_time_settled: Figure;
  /** Settled in the period, each outcome apart. */
  readonly by_resolution: { readonly definition: string; readonly counts: Readonly<Record<string, number>> };
  readonly settlement_p50: Figure;
  readonly settlement_p90: Figure;
  readonly by: BacklogGroup | null;
  /** Empty unless `by` was asked. */
  readonly groups: readonly BacklogGroupRow[];
}

/** A row of `GET /api/v1/breaches`. */
export interface BreachRow extends BreachState {
  /** Of a breach that late events showed did not happen: when that was recorded. */
  readonly withdrawn_at: string | null;
}

/** One disagreement of the store with itself. */
export interface DoctorFinding {
  readonly code: 'backlog_differs' | 'record_differs';
  /** Borough and unit, or the id of a request. */
  readonly where: string;
  readonly message: string;
}
export interface DoctorAnswer {
  readonly as_of: string;
  readonly healthy: boolean;
  /** Sums of the steps in the backlog beside the open records, by borough and unit. */
  readonly backlog: { readonly groups: number; readonly open: number; readonly differ: number };
  /** Records beside the fold of their own events. */
  readonly records: {
    readonly looked_at: number;
    readonly of: number;
    readonly differ: number;
    /** Of those looked at, with events that do not fit in. */
    readonly with_anomalies: number;
  };
  /** At most 50. */
  readonly findings: readonly DoctorFinding[];
  readonly advice: readonly string[];
}

/** A service request as the API, the socket and the screens show it. Times are RFC 3339 in UTC; `_s` are seconds. */
import type { DeadlineKind } from './catalogue.ts';
import type { EventData, REQUEST_CHANNELS, REQUEST_NATURES, RESOLUTIONS } from './event-types.ts';

/**
 * Where a request stands. The first six are open. `received` is not yet transmitted; `reopened` was settled before and is open again,
 * until it is acknowledged or work is ordered anew.
 */
export const REQUEST_STATUSES = [
  'received',
  'transmitted',
  'acknowledged',
  'work_ordered',
  'paused',
  'reopened',
  'resolved',
  'closed',
  'cancelled',
  'merged',
] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];
export const OPEN_STATUSES = [
  'received',
  'transmitted',
  'acknowledged',
  'work_ordered',
  'paused',
  'reopened',
] as const satisfies readonly RequestStatus[];
export const isOpenStatus = (status: RequestStatus): boolean =>
  (OPEN_STATUSES as readonly RequestStatus[]).includes(status);

export const SEGMENT_KINDS = ['counted', 'closed', 'holiday', 'paused', 'settled'] as const;
/**
 * One stretch of a deadline's way. `counted`: the clock runs. `closed`: outside the calendar's hours. `holiday`: a closed day with a name.
 * `paused`: open time in which the clock was stopped. `settled`: the request was settled, until it was reopened.
 */
export interface LedgerSegment {
  readonly kind: (typeof SEGMENT_KINDS)[number];
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  /** Of a holiday: its name. Of a pause: its reason. */
  readonly note: string | null;
}

/** `running`; `stopped` (paused, or settled and not met); `met` in time or late; `ended` without being met (cancelled, merged …). */
export const DEADLINE_STATES = ['running', 'stopped', 'met', 'ended'] as const;
/** A deadline and how it explains itself. */
export interface DeadlineView {
  readonly kind: DeadlineKind;
  readonly state: (typeof DEADLINE_STATES)[number];
  /** When its clock began. */
  readonly start: string;
  /** null while the clock stands. */
  readonly due_at: string | null;
  /** Time still to be counted, s; negative when it is late; null when it has ended. */
  readonly remaining_s: number | null;
  readonly warning_at: string | null;
  readonly met_at: string | null;
  /** When it was broken; null when it was not. */
  readonly breached_at: string | null;
  /** What it is counted by, such as `travaux@2` and `3 business_days` on a calendar; null where the source of the event gave the date. */
  readonly policy: string | null;
  readonly target: string;
  readonly calendar: string | null;
  /** From `start` to `due_at` (or to now while it stands); the seconds sum to exactly that time. */
  readonly ledger: readonly LedgerSegment[];
}

/** A row of `GET /api/v1/requests`. */
export interface RequestSummary {
  readonly id: string;
  /** A number of this server's own, by which the map names it. */
  readonly number: number;
  readonly status: RequestStatus;
  readonly open: boolean;
  readonly service: string | null;
  readonly nature: (typeof REQUEST_NATURES)[number] | null;
  readonly channel: (typeof REQUEST_CHANNELS)[number] | null;
  /** Borough responsible. */
  readonly borough: string | null;
  readonly place_borough: string | null;
  readonly unit: string | null;
  /** Snapped, so that no dwelling can be told, unless the reader may see the place itself. */
  readonly longitude: number | null;
  readonly latitude: number | null;
  readonly created_at: string | null;
  readonly updated_at: string;
  /** The settlement deadline; null: none, or its clock stands. */
  readonly due_at: string | null;
  readonly overdue: boolean;
  readonly settled_at: string | null;
  readonly resolution: (typeof RESOLUTIONS)[number] | null;
  readonly reopened: number;
  readonly requesters: number;
  readonly merged_into: string | null;
  readonly work_order: string | null;
  /** The last published status. */
  readonly published: {
    readonly text: string;
    readonly at: string;
    readonly expected_at: string | null;
  } | null;
}

/** What does not fit in a request's events, or with what the city says of itself: told, never a reason to lose them. */
export interface Anomaly {
  readonly code:
    | 'no_creation'
    | 'before_creation'
    | 'not_possible'
    | 'merged_into_itself'
    | 'unknown_service'
    | 'unknown_borough'
    | 'outside_territory';
  readonly at: string;
  readonly type: string;
  readonly message: string;
}

/** Another request, in short. */
export interface RequestLink {
  readonly id: string;
  readonly number: number;
  readonly status: RequestStatus;
  readonly open: boolean;
  readonly merged_into: string | null;
  readonly created_at: string | null;
  readonly settled_at: string | null;
}
/** What comes again after it was said to be done (`repeat` of the definitions). */
export interface RequestRepeats {
  readonly definition: string;
  /** By the places themselves, or by the snapped ones for a reader who may not see those. */
  readonly places: 'exact' | 'snapped';
  /** The request, settled as done, that this one repeats; the one settled last. */
  readonly of: RequestLink | null;
  /** Later requests that repeat this one, in the order of their creation; at most 50. */
  readonly by: readonly RequestLink[];
}

/** `GET /api/v1/requests/{id}`. */
export interface RequestDetail extends RequestSummary {
  /** From `merged_into` on: what that was merged into, and so on, at most 20; without what is not known here. */
  readonly merged_chain: readonly RequestLink[];
  /** Merged into this one, directly or by way of another; at most 100. */
  readonly merged_here: readonly RequestLink[];
  readonly repeats: RequestRepeats;
  /** Only to a reader that may see it. */
  readonly address: string | null;
  readonly description: string | null;
  readonly deadlines: readonly DeadlineView[];
  readonly anomalies: readonly Anomaly[];
  /** In the order of their times. */
  readonly events: readonly {
    readonly at: string;
    readonly type: string;
    readonly source: string;
    readonly id: string;
    readonly data: EventData;
  }[];
}

/** `breach`, `warning`, or the `withdrawal` of a breach that late events show did not happen. */
export const DEADLINE_EVENT_KINDS = ['breach', 'warning', 'withdrawal'] as const;
/** An item of topic `breaches` and a row of `GET /api/v1/breaches`. */
export interface BreachState {
  readonly id: string;
  readonly request: string;
  readonly number: number;
  readonly what: (typeof DEADLINE_EVENT_KINDS)[number];
  readonly kind: DeadlineKind;
  /** The true moment, also when the server was down then. */
  readonly at: string;
  readonly recorded_at: string;
  readonly service: string | null;
  readonly borough: string | null;
  readonly unit: string | null;
  /** Of a withdrawal: why. */
  readonly reason: string | null;
}

/** An open request that is due soon. */
export interface DueSoon {
  readonly id: string;
  readonly number: number;
  readonly service: string | null;
  readonly borough: string | null;
  readonly unit: string | null;
  readonly due_at: string;
}
/** An item of topic `requests`: one scope, the city or a borough. Days are local. */
export interface RequestsState {
  readonly scope: string;
  readonly open: number;
  readonly overdue: number;
  /** Until the end of the day, without the overdue. */
  readonly due_today: number;
  /** Within three days after today. */
  readonly due_3_days: number;
  readonly paused: number;
  /** Not yet with a unit. */
  readonly untransmitted: number;
  /** Their clock stands, or nothing was promised. */
  readonly without_due: number;
  readonly received_today: number;
  readonly settled_today: number;
  /** The nearest deadlines to come, at most ten. */
  readonly nearest: readonly DueSoon[];
}

/** The id of a `BreachState`. @param turn how often its moment was told or withdrawn before */
export const breachId = (
  number: number,
  kind: DeadlineKind,
  what: (typeof DEADLINE_EVENT_KINDS)[number],
  at_us: number,
  turn: number,
): string => `${number}-${kind}-${what}-${at_us}-${turn}`;

/** A point of topic `map`: an open request with a place, keyed by its number. */
export interface MapPoint {
  readonly number: number;
  readonly longitude: number;
  readonly latitude: number;
  readonly service: string | null;
  readonly borough: string | null;
  readonly status: RequestStatus;
  readonly created_at: string | null;
  readonly due_at: string | null;
  readonly overdue: boolean;
}

/** What becomes of a backlog: `opening + received + reopened + transferred_in − closed − cancelled − merged − transferred_out = closing`. */
export const BACKLOG_CAUSES = [
  'received',
  'reopened',
  'transferred_in',
  'closed',
  'cancelled',
  'merged',
  'transferred_out',
] as const;
export type BacklogCause = (typeof BACKLOG_CAUSES)[number];

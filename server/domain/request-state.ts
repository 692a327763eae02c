/** What a folded request is: its standing, and what its deadlines and the backlog are made of. */
import type { EventData, EventType } from '../contract/event-types.ts';
import type { Anomaly, BacklogCause, RequestStatus } from '../contract/requests.ts';
import type { Stop } from './deadline.ts';
import type { Ordered } from './subject.ts';

export type RequestEventType = Extract<EventType, `request.${string}`>;
export interface RequestEvent extends Ordered {
  readonly type: RequestEventType;
  readonly data: EventData;
}

/** A step into or out of the backlog of a borough and unit. */
export interface BacklogMove {
  readonly at_us: number;
  readonly cause: BacklogCause;
  /** 1 in, −1 out. */
  readonly n: 1 | -1;
  readonly borough: string | null;
  readonly unit: string | null;
  /** Of a transfer: from one borough to another, not only from unit to unit. */
  readonly across: boolean;
}
/** What the settlement deadline is counted by from a moment on: the service's policy, another one, or a date that was given. */
export interface Promise {
  readonly at_us: number;
  readonly service: string | null;
  /** `id@version`, or null: the one in force at the creation. */
  readonly policy: string | null;
  readonly due_us: number | null;
}
/** Something that began while the request was open. */
export interface Begun {
  readonly at_us: number;
  /** How often it had been reopened by then: what began is over, at the latest, where `settlements[spell]` begins. */
  readonly spell: number;
}
/** A round of work: from its beginning (transmission, reopening) to the first sign that somebody has taken it up. */
export interface Round extends Begun {
  met_us: number | null;
}
export interface Published {
  readonly text: string;
  readonly at_us: number;
  readonly expected_at: string | null;
}

export interface FoldedRequest {
  status: RequestStatus;
  service: string | null;
  nature: EventData['nature'] | null;
  channel: EventData['channel'] | null;
  borough: string | null;
  place_borough: string | null;
  unit: string | null;
  longitude: number | null;
  latitude: number | null;
  address: string | null;
  description: string | null;
  /** null: its creation is not known. */
  created_us: number | null;
  updated_us: number;
  settled_us: number | null;
  resolution: EventData['resolution'] | null;
  reopened: number;
  requesters: number;
  merged_into: string | null;
  work_order: string | null;
  published: Published | null;
  /** When it was first transmitted, or taken up or settled without that. */
  transmitted_us: number | null;
  /** Cancelled or merged. */
  ended_us: number | null;
  readonly pauses: Stop[];
  readonly settlements: Stop[];
  readonly rounds: Round[];
  /** When a status was published; one of a settled request tells, but promises nothing more. */
  readonly publications: Begun[];
  readonly reopenings: number[];
  readonly promises: Promise[];
  readonly moves: BacklogMove[];
  readonly anomalies: Anomaly[];
}

export const emptyRequest = (): FoldedRequest => ({
  status: 'received',
  service: null,
  nature: null,
  channel: null,
  borough: null,
  place_borough: null,
  unit: null,
  longitude: null,
  latitude: null,
  address: null,
  description: null,
  created_us: null,
  updated_us: 0,
  settled_us: null,
  resolution: null,
  reopened: 0,
  requesters: 1,
  merged_into: null,
  work_order: null,
  published: null,
  transmitted_us: null,
  ended_us: null,
  pauses: [],
  settlements: [],
  rounds: [],
  publications: [],
  reopenings: [],
  promises: [],
  moves: [],
  anomalies: [],
});

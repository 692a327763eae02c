/** What the batcher hands to the store, and what comes back. */
import type { EventRecord } from '../contract/event-types.ts';
import type { Projected } from './requests.types.ts';

/** An event that was refused, kept for `vigie doctor` and the data-health screen. */
export interface RejectedEvent {
  readonly received_us: number;
  readonly source: string | null;
  readonly id: string | null;
  readonly type: string | null;
  readonly code: string;
  readonly message: string;
  /** What came, cut at 16 KiB. */
  readonly payload: string;
}

export interface Batch {
  readonly events: readonly EventRecord[];
  readonly rejected: readonly RejectedEvent[];
}

/** Why the store itself refused an event. */
export interface StoreRefusal {
  readonly code: string;
  readonly message: string;
}
/** What became of an event: true when it is new, false for a duplicate (of the store's or of this batch's), or why it was refused. */
export type Outcome = boolean | StoreRefusal;

export interface BatchResult {
  /** One entry an event, in order. */
  readonly fresh: readonly Outcome[];
  /** Number of the committed batch. */
  readonly batch: number;
  /** When it was received, as its note says: what is made of it now and after a restart is the same. */
  readonly received_us: number;
  /** Rejected events by source, those included that the store refused; no source is the empty name. */
  readonly rejected: Readonly<Record<string, number>>;
  /** What the batch did to the records of requests; missing: nothing. */
  readonly projected?: Projected;
}

/** The committed batches, in an order in which nothing can be missed. */
export interface CommittedBatch {
  readonly batch: number;
  readonly received_us: number;
  readonly events: readonly EventRecord[];
  /** Rejected events by source, for the feeds topic. */
  readonly rejected: Readonly<Record<string, number>>;
  /** What it did to the records of requests; missing: nothing. */
  readonly projected?: Projected;
}

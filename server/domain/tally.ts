/**
 * What one contact adds to the counts of its queue's interval. Counts are sums of these; a contact that changes takes its
 * old tally back and adds its new one, so a figure never depends on the order of arrival.
 */
import type { ContactCounts } from '../contract/live.ts';
import type { Leg, LegOutcome } from './contact.ts';
import { BIN_COUNT, binOf } from './histogram.ts';

/** A leg, or a whole call as the city sees it, reduced to what is counted. Times in µs, durations in ms. */
export interface Tally {
  readonly started_us: number;
  /** null: only offered. */
  readonly entered_us: number | null;
  readonly waiting: boolean;
  readonly closed: boolean;
  readonly outcome: LegOutcome | null;
  readonly left_us: number | null;
  readonly wait_known: boolean;
  readonly wait_ms: number | null;
  readonly elsewhere: boolean;
  readonly completed: boolean;
  readonly transferred: boolean;
  readonly transfer_ms: number;
  readonly misdirected: boolean;
  /** null: not told. */
  readonly talk_ms: number | null;
  readonly hold_ms: number | null;
  readonly wrap_up_ms: number | null;
}

/** Abandoned sooner than this is a short abandon. */
export const SHORT_ABANDON_MS = 5_000;

/** Counts in a fixed order. Those of `SUMS` are in ms inside and in seconds outside: whole numbers add up exactly. */
const NAMES = [
  'offered',
  'entered',
  'answered',
  'abandoned',
  'short_abandons',
  'timed_out',
  'callbacks',
  'moved',
  'transferred',
  'completed',
  'misdirected',
  'waiting',
  'closed_by_rule',
  'answered_elsewhere',
  'answered_within',
  'abandoned_within',
  'completed_within',
  'left_within',
  'wait_known',
  'wait_sum_s',
  'wait_unknown',
  'abandoned_unknown',
  'timed_out_unknown',
  'completed_unknown',
  'transfer_sum_s',
  'handled',
  'talk_sum_s',
  'hold_sum_s',
  'wrap_up_sum_s',
] as const satisfies readonly (keyof ContactCounts)[];
export const COUNT_NAMES: readonly (keyof ContactCounts)[] = NAMES;
type CountName = (typeof NAMES)[number];
const AT = Object.fromEntries(NAMES.map((name, index) => [name, index])) as Record<CountName, number>;
const IN_MS: ReadonlySet<keyof ContactCounts> = new Set<CountName>([
  'wait_sum_s',
  'transfer_sum_s',
  'talk_sum_s',
  'hold_sum_s',
  'wrap_up_sum_s',
]);

const OUTCOME_AT: Record<LegOutcome, number> = {
  answered: AT.answered,
  abandoned: AT.abandoned,
  timed_out: AT.timed_out,
  callback: AT.callbacks,
  moved: AT.moved,
};

/** The counts, waits and agents' time of one queue in one interval, or of several added up. */
export class Cell {
  readonly counts = new Float64Array(NAMES.length);
  bins: Float64Array | null = null;
  /** Agents' time talking, holding and wrapping up, and available, µs. */
  handling_us = 0;
  available_us = 0;

  /** Adds a tally, or takes it back with `sign` −1. `threshold_ms` is the T of its queue. */
  add(tally: Tally, threshold_ms: number, sign: 1 | -1): void {
    const { counts } = this;
    counts[AT.offered]! += sign;
    if (tally.misdirected) counts[AT.misdirected]! += sign;
    if (tally.entered_us === null) return;
    counts[AT.entered]! += sign;
    if (tally.waiting) counts[AT.waiting]! += sign;
    if (tally.closed) counts[AT.closed_by_rule]! += sign;
    if (tally.elsewhere) counts[AT.answered_elsewhere]! += sign;
    if (!tally.wait_known) counts[AT.wait_unknown]! += sign;
    if (tally.outcome !== null) this.#addLeaving(tally, tally.outcome, threshold_ms, sign);
    if (tally.transferred) {
      counts[AT.transferred]! += sign;
      counts[AT.transfer_sum_s]! += sign * tally.transfer_ms;
    }
    if (tally.completed) this.#addCompleted(tally, threshold_ms, sign);
  }

  #addLeaving(tally: Tally, outcome: LegOutcome, threshold_ms: number, sign: 1 | -1): void {
    const { counts } = this;
    counts[OUTCOME_AT[outcome]]! += sign;
    const { wait_ms } = tally;
    if (wait_ms === null) {
      if (outcome === 'abandoned') counts[AT.abandoned_unknown]! += sign;
      if (outcome === 'timed_out') counts[AT.timed_out_unknown]! += sign;
      return;
    }
    this.bins ??= new Float64Array(BIN_COUNT);
    this.bins[binOf(wait_ms)]! += sign;
    if (outcome === 'answered') {
      counts[AT.wait_known]! += sign;
      counts[AT.wait_sum_s]! += sign * wait_ms;
    }
    if (outcome === 'abandoned' && wait_ms < SHORT_ABANDON_MS) counts[AT.short_abandons]! += sign;
    if (wait_ms > threshold_ms) return;
    counts[AT.left_within]! += sign;
    if (outcome === 'answered') counts[AT.answered_within]! += sign;
    if (outcome === 'abandoned') counts[AT.abandoned_within]! += sign;
  }

  #addCompleted(tally: Tally, threshold_ms: number, sign: 1 | -1): void {
    const { counts } = this;
    counts[AT.completed]! += sign;
    if (tally.wait_ms === null) counts[AT.completed_unknown]! += sign;
    else if (tally.wait_ms <= threshold_ms) counts[AT.completed_within]! += sign;
    if (tally.talk_ms === null && tally.hold_ms === null && tally.wrap_up_ms === null) return;
    counts[AT.handled]! += sign;
    counts[AT.talk_sum_s]! += sign * (tally.talk_ms ?? 0);
    counts[AT.hold_sum_s]! += sign * (tally.hold_ms ?? 0);
    counts[AT.wrap_up_sum_s]! += sign * (tally.wrap_up_ms ?? 0);
  }

  /** Adds another cell to this one. */
  merge(other: Cell): void {
    for (let at = 0; at < this.counts.length; at += 1) this.counts[at]! += other.counts[at]!;
    this.handling_us += other.handling_us;
    this.available_us += other.available_us;
    if (!other.bins) return;
    this.bins ??= new Float64Array(BIN_COUNT);
    for (let bin = 0; bin < BIN_COUNT; bin += 1) this.bins[bin]! += other.bins[bin]!;
  }

  /** The counts as they are shown: sums in seconds, exact to the millisecond. */
  toCounts(): ContactCounts {
    return Object.fromEntries(
      NAMES.map((name, at) => [name, IN_MS.has(name) ? this.counts[at]! / 1000 : this.counts[at]!]),
    ) as unknown as ContactCounts;
  }

  get isEmpty(): boolean {
    return this.handling_us === 0 && this.available_us === 0 && this.counts.every((count) => count === 0);
  }
}

export const emptyCounts = (): ContactCounts => new Cell().toCounts();

/** Time from the answer to the transfer. */
export const transferTime_ms = (leg: Leg): number => Math.round((leg.ended_us! - leg.left_us!) / 1000);

/** One leg as its queue counts it. */
export function legTally(leg: Leg): Tally {
  return {
    started_us: leg.started_us,
    entered_us: leg.entered_us,
    waiting: leg.status === 'waiting' && leg.closed_us === null,
    closed: leg.closed_us !== null,
    outcome: leg.outcome,
    left_us: leg.left_us,
    wait_known: leg.wait_known,
    wait_ms: leg.wait_ms,
    elsewhere: leg.answered_queue !== null && leg.answered_queue !== leg.queue,
    completed: leg.completed,
    transferred: leg.transferred,
    transfer_ms: leg.transferred ? transferTime_ms(leg) : 0,
    misdirected: leg.misdirected,
    talk_ms: leg.talk_ms,
    hold_ms: leg.hold_ms,
    wrap_up_ms: leg.wrap_up_ms,
  };
}

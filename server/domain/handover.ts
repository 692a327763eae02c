/**
 * The hand-over (RULES: routing): when a queue's hours end, what was waiting in it then, who took it, how long it waited. Pure: legs of
 * calls and closings in, figures out.
 */
import type { HandoverFate, HandoverRow } from '../contract/handover.ts';
import type { Leg } from './contact.ts';

/** A queue whose hours end at an instant. */
export interface Closing {
  readonly queue: string;
  readonly at_us: number;
}

/** One call that was waiting. */
export interface HandedOver {
  /** Queue that answered, or in which it ended. */
  readonly taken_by: string;
  readonly fate: HandoverFate;
  /** From entering the queue that closed to the closing, µs. */
  readonly waited_before_us: number;
  /** From the closing to the answer or the end, µs; null while it waits or when that is unknown. */
  readonly waited_after_us: number | null;
}

const isWaitingAt = (leg: Leg, { queue, at_us }: Closing): boolean =>
  leg.queue === queue &&
  leg.entered_us !== null &&
  leg.entered_us < at_us &&
  (leg.left_us ?? leg.closed_us ?? Number.POSITIVE_INFINITY) >= at_us;

const byEntry = (a: Leg, b: Leg): number => (a.entered_us ?? a.started_us) - (b.entered_us ?? b.started_us);

/**
 * A call at a closing, from its legs; null: it was not waiting there. One that was moved is followed to the queue that answered it, or
 * that it ended in.
 */
export function handedOver(legs: readonly Leg[], closing: Closing): HandedOver | null {
  const first = legs.find((leg) => isWaitingAt(leg, closing));
  if (first === undefined) return null;
  const way = legs.filter((leg) => leg.entered_us !== null).sort(byEntry);
  let last = first;
  for (const leg of way.slice(way.indexOf(first) + 1)) {
    if (last.outcome !== 'moved') break;
    last = leg;
  }
  const waited_before_us = closing.at_us - (first.entered_us ?? closing.at_us);
  return {
    taken_by: last.answered_queue ?? last.queue,
    fate: fateOf(last),
    waited_before_us,
    waited_after_us: last.left_us === null || last.outcome === 'moved' ? null : last.left_us - closing.at_us,
  };
}

function fateOf({ outcome, closed_us }: Leg): HandoverFate {
  if (outcome === 'moved') return 'unknown';
  if (outcome !== null) return outcome;
  return closed_us === null ? 'waiting' : 'unknown';
}

export type Handover = Closing & Omit<HandoverRow, 'borough' | 'closed_at'>;

/** The hand-over of one closing. @param calls the legs of each call */
export function handoverOf(closing: Closing, calls: Iterable<readonly Leg[]>): Handover {
  const taken = new Map<string, { queue: string; fate: HandoverFate; calls: number }>();
  const before: number[] = [];
  const whole: number[] = [];
  for (const legs of calls) {
    const call = handedOver(legs, closing);
    if (call === null) continue;
    before.push(call.waited_before_us);
    if (call.waited_after_us !== null) whole.push(call.waited_before_us + call.waited_after_us);
    const key = `${call.fate} ${call.taken_by}`;
    const known = taken.get(key);
    if (known) known.calls += 1;
    else taken.set(key, { queue: call.taken_by, fate: call.fate, calls: 1 });
  }
  const longest_s = (waits: readonly number[]): number | null =>
    waits.length === 0 ? null : Math.max(...waits) / 1_000_000;
  const sum_us = whole.reduce((sum, wait) => sum + wait, 0);
  return {
    ...closing,
    waiting: before.length,
    taken: [...taken.values()].sort((a, b) => b.calls - a.calls || (a.queue < b.queue ? -1 : 1)),
    longest_wait_at_close_s: longest_s(before),
    ended: whole.length,
    mean_wait_s: whole.length === 0 ? null : sum_us / whole.length / 1_000_000,
    longest_wait_s: longest_s(whole),
  };
}

/**
 * Deadlines: a clock that runs on a calendar and stands while a request is paused or settled (RULES: deadlines). Everything is
 * computed from the clock's beginning, so a pause told late, or a calendar that is edited, changes all that follows from it.
 */
import type { Target } from '../contract/catalogue.ts';
import type { BilingualName } from '../contract/reference.ts';
import type { SEGMENT_KINDS } from '../contract/requests.ts';
import type { CalendarOptions, CountingCalendar } from './calendar.ts';
import { append, type Stretch } from './counted-time.ts';

/** A stretch in which the clock stands; `to_us` null: still standing. One that ends before it begins is none. */
export interface Stop {
  readonly from_us: number;
  readonly to_us: number | null;
  readonly kind: 'paused' | 'settled';
  readonly note: string | null;
}

/** Stops may overlap (`settled` wins over `paused` for labels), may be in any order and may begin before the start. */
export interface Clock {
  readonly calendar: CountingCalendar;
  readonly start_us: number;
  readonly amount_us: number;
  readonly stops: readonly Stop[];
}

/** One stretch of a deadline's way. */
export interface Segment {
  readonly kind: (typeof SEGMENT_KINDS)[number];
  readonly from_us: number;
  readonly to_us: number;
  /** Of a holiday: its name. Of a pause or a settlement: its reason. */
  readonly note: BilingualName | string | null;
}

const UNIT_US: Readonly<Record<Target['unit'], number>> = {
  minutes: 60_000_000,
  hours: 3_600_000_000,
  business_days: 86_400_000_000,
};

/** Amount of a target, µs: minutes, hours, or business days of 86,400 s. */
export const targetAmount_us = ({ amount, unit }: Target): number => Math.round(amount * UNIT_US[unit]);

/** The measure in which a target's calendar is to be compiled. */
export const measureOf = ({ unit }: Target): CalendarOptions['measure'] =>
  unit === 'business_days' ? 'days' : 'hours';

interface Standing {
  readonly from_us: number;
  /** Infinity: still standing. */
  readonly to_us: number;
}

const byBeginning = (a: { from_us: number }, b: { from_us: number }): number => a.from_us - b.from_us;

/** The stops after the start, overlapping and adjoining ones joined, in order. */
function standings({ start_us, stops }: Clock): readonly Standing[] {
  const joined: Standing[] = [];
  if (stops.length === 0) return joined;
  for (const stop of [...stops].sort(byBeginning)) {
    const from_us = Math.max(start_us, stop.from_us);
    const to_us = stop.to_us ?? Number.POSITIVE_INFINITY;
    if (to_us <= from_us) continue;
    const last = joined.at(-1);
    if (last && from_us <= last.to_us)
      joined[joined.length - 1] = { from_us: last.from_us, to_us: Math.max(last.to_us, to_us) };
    else joined.push({ from_us, to_us });
  }
  return joined;
}

/**
 * The moment at which `share` of the amount has been counted. null while a stop that stands keeps it open, or when the calendar never
 * gets there. A deadline that falls exactly where a stop begins is reached before it.
 */
export function dueAt(clock: Clock, share = 1): number | null {
  const { calendar } = clock;
  let at_us = clock.start_us;
  let left_us = Math.round(clock.amount_us * share);
  for (const { from_us, to_us } of standings(clock)) {
    const counted_us = calendar.counted_us(at_us, from_us);
    if (counted_us >= left_us) break;
    if (to_us === Number.POSITIVE_INFINITY) return null;
    left_us -= counted_us;
    at_us = to_us;
  }
  return calendar.after_us(at_us, left_us);
}

/** Counted so far at an instant, µs: calendar time less stopped time. It goes on past the amount. */
export function countedUntil(clock: Clock, at_us: number): number {
  const { calendar } = clock;
  let counted_us = calendar.counted_us(clock.start_us, at_us);
  for (const { from_us, to_us } of standings(clock))
    counted_us -= calendar.counted_us(from_us, Math.min(to_us, at_us));
  return counted_us;
}

/** What a stretch of the calendar is under a stop. Closed and holiday time inside a pause is not paused: the clock stood anyway. */
function labelled({ kind, note }: Stretch, stop: Stop | undefined): Pick<Segment, 'kind' | 'note'> {
  if (stop?.kind === 'settled') return { kind: 'settled', note: stop.note };
  if (stop && kind === 'counted') return { kind: 'paused', note: stop.note };
  return { kind, note };
}

/** Every segment from the start to `to_us`, in order and adjoining: they sum to exactly that time. Of two alike stops the first names. */
export function ledger(clock: Clock, to_us: number): readonly Segment[] {
  const end = (stop: Stop): number => stop.to_us ?? Number.POSITIVE_INFINITY;
  // Settled ones first: they win.
  const stops = [...clock.stops].sort(
    (a, b) => Number(b.kind === 'settled') - Number(a.kind === 'settled') || byBeginning(a, b),
  );
  const cuts = stops.flatMap((stop) => (end(stop) > stop.from_us ? [stop.from_us, end(stop)] : []));
  const segments: Segment[] = [];
  for (const stretch of clock.calendar.stretches(clock.start_us, to_us)) {
    const inside = cuts.filter((cut) => cut > stretch.from_us && cut < stretch.to_us);
    const edges = [stretch.from_us, ...inside.sort((a, b) => a - b), stretch.to_us];
    for (let index = 1; index < edges.length; index += 1) {
      const from_us = edges[index - 1]!;
      const stop = stops.find((each) => each.from_us <= from_us && from_us < end(each));
      append(segments, { ...labelled(stretch, stop), from_us, to_us: edges[index]! });
    }
  }
  return segments;
}

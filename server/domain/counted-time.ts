/**
 * Time cut into stretches in which a clock counts, is closed, or has a holiday: a year is laid out once, with sums before each
 * stretch, so that a question costs two searches. One mechanism for deadlines, business days and office hours.
 */
import type { BilingualName, OpeningRange } from '../contract/reference.ts';
import { dateOf, minutesOf, newYear, type ZoneDays } from './zone-days.ts';

/** How long a calendar is searched for time that counts, years: one that opens for less in ten years never opens. */
export const SEARCH_YEARS = 10;

/** A span of instants `[from_us, to_us)` that a local day opens, or would open but for the holiday it names. */
export interface Span {
  readonly from_us: number;
  readonly to_us: number;
  /** Name of the holiday; null: the span counts. */
  readonly holiday: BilingualName | null;
}

/** The instants of a range that begins on a local day. One that spring skips wholly ends before it begins, and is none. */
export function spanOf(
  zone: ZoneDays,
  day: number,
  { from, to }: OpeningRange,
  holiday: BilingualName | null,
): Span {
  const begins = minutesOf(from);
  const ends = minutesOf(to);
  return {
    from_us: zone.instant_us(day, begins),
    to_us: zone.instant_us(ends > begins ? day : day + 1, ends),
    holiday,
  };
}

/** `counted`: the clock runs. `holiday`: it would, on another day. `closed`: neither. */
export type StretchKind = 'counted' | 'closed' | 'holiday';

export interface Stretch {
  readonly kind: StretchKind;
  readonly from_us: number;
  readonly to_us: number;
  readonly note: BilingualName | null;
}

/** A year: where each stretch begins (one more than there are: the last is where the next year begins), and the time counted before. */
interface Year {
  readonly starts: Float64Array;
  readonly before: Float64Array;
  readonly labels: readonly Pick<Stretch, 'kind' | 'note'>[];
}

/** A stretch of any kind, of a calendar or of a ledger. */
export interface Labelled {
  readonly kind: string;
  readonly from_us: number;
  readonly to_us: number;
  readonly note: BilingualName | string | null;
}

function sameNote(a: Labelled['note'], b: Labelled['note']): boolean {
  if (a === b) return true;
  return typeof a === 'object' && typeof b === 'object' && a?.fr === b?.fr && a?.en === b?.en;
}

/** Adds a stretch at the end of adjoining ones; one of the same kind and note continues the last. Empty ones vanish. */
export function append<T extends Labelled>(stretches: T[], next: T): void {
  if (next.to_us <= next.from_us) return;
  const last = stretches.at(-1);
  if (last && last.kind === next.kind && sameNote(last.note, next.note))
    stretches[stretches.length - 1] = { ...last, to_us: next.to_us };
  else stretches.push(next);
}

/** Lays [from_us, to_us) out. What counts comes first; of two holidays that overlap, the one that began first names the time. */
function layOut(spans: readonly Span[], from_us: number, to_us: number): Stretch[] {
  const sorted = [...spans].sort((a, b) => a.from_us - b.from_us);
  const holidays = sorted.filter(({ holiday }) => holiday !== null);
  const stretches: Stretch[] = [];
  let at_us = from_us;
  const fillUntil = (end_us: number) => {
    for (const span of holidays) {
      if (span.to_us <= at_us || span.from_us >= end_us) continue;
      const begins_us = Math.max(span.from_us, at_us);
      const ends_us = Math.min(span.to_us, end_us);
      append(stretches, { kind: 'closed', from_us: at_us, to_us: begins_us, note: null });
      append(stretches, { kind: 'holiday', from_us: begins_us, to_us: ends_us, note: span.holiday });
      at_us = ends_us;
    }
    append(stretches, { kind: 'closed', from_us: at_us, to_us: end_us, note: null });
    at_us = Math.max(at_us, end_us);
  };
  for (const span of sorted) {
    if (span.holiday !== null || span.to_us <= at_us) continue;
    fillUntil(Math.min(Math.max(span.from_us, at_us), to_us));
    const ends_us = Math.min(span.to_us, to_us);
    append(stretches, { kind: 'counted', from_us: at_us, to_us: ends_us, note: null });
    at_us = Math.max(at_us, ends_us);
  }
  fillUntil(to_us);
  return stretches;
}

/** Index of the last stretch that begins at or before an instant inside the year. */
function indexIn(sorted: Float64Array, at: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= at) low = middle;
    else high = middle;
  }
  return low;
}

/** Index of the stretch in which the sum reaches `target` (> 0, and reached in this year): the earliest such. */
function indexReaching(before: Float64Array, target: number): number {
  let low = 0;
  let high = before.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (before[middle]! < target) low = middle;
    else high = middle;
  }
  return low;
}

/** Counted time from the beginning of a year to an instant in it, µs. */
function countedIn({ starts, before }: Year, at_us: number): number {
  const index = indexIn(starts, at_us);
  // A stretch that does not count adds nothing.
  return before[index + 1] === before[index] ? before[index]! : before[index]! + (at_us - starts[index]!);
}

const totalOf = ({ before }: Year): number => before[before.length - 1]!;

/** Counts on what each local day opens. Each year is laid out when it is first asked for. */
export class CountedTime {
  readonly #zone: ZoneDays;
  readonly #spansOf: (day: number, date: string) => readonly Span[];
  readonly #years = new Map<number, Year>();

  /** `spansOf`: the spans that begin on a local day; each ends at the latest at the end of the day after. */
  constructor(zone: ZoneDays, spansOf: (day: number, date: string) => readonly Span[]) {
    this.#zone = zone;
    this.#spansOf = spansOf;
  }

  /** Counted time between two instants, µs; 0 when the second is not after the first. */
  counted_us(from_us: number, to_us: number): number {
    if (to_us <= from_us) return 0;
    const first = this.#yearOf(from_us);
    const last = this.#yearOf(to_us);
    let sum_us = countedIn(this.#year(last), to_us) - countedIn(this.#year(first), from_us);
    for (let year = first; year < last; year += 1) sum_us += totalOf(this.#year(year));
    return sum_us;
  }

  /** The earliest instant at which `amount_us` have been counted; null when that is not so within {@link SEARCH_YEARS}. */
  after_us(from_us: number, amount_us: number): number | null {
    if (amount_us <= 0) return from_us;
    const first = this.#yearOf(from_us);
    let target_us = amount_us + countedIn(this.#year(first), from_us);
    for (let number = first; number <= first + SEARCH_YEARS; number += 1) {
      const year = this.#year(number);
      const total_us = totalOf(year);
      if (target_us <= total_us) {
        const index = indexReaching(year.before, target_us);
        return year.starts[index]! + (target_us - year.before[index]!);
      }
      target_us -= total_us;
    }
    return null;
  }

  /** All stretches between two instants, in order and adjoining. */
  stretches(from_us: number, to_us: number): readonly Stretch[] {
    const found: Stretch[] = [];
    if (to_us <= from_us) return found;
    const last = this.#yearOf(to_us);
    for (let number = this.#yearOf(from_us); number <= last; number += 1) {
      const { starts, labels } = this.#year(number);
      let index = indexIn(starts, Math.max(from_us, starts[0]!));
      for (; index < labels.length && starts[index]! < to_us; index += 1)
        append(found, {
          kind: labels[index]!.kind,
          from_us: Math.max(from_us, starts[index]!),
          to_us: Math.min(to_us, starts[index + 1]!),
          note: labels[index]!.note,
        });
    }
    return found;
  }

  countsAt(at_us: number): boolean {
    return this.#stretchAt(at_us).kind === 'counted';
  }

  /** The first instant from `at_us` on that counts; null when none does within {@link SEARCH_YEARS}. */
  next_us(at_us: number): number | null {
    const counted_us = this.after_us(at_us, 1);
    return counted_us === null ? null : counted_us - 1;
  }

  /** The first instant from `at_us` on that does not count; null when all do within {@link SEARCH_YEARS}. */
  until_us(at_us: number): number | null {
    let until_us = at_us;
    // No more than one stretch a year can count before one that does not.
    for (let stretch = 0; stretch <= SEARCH_YEARS; stretch += 1) {
      const { kind, to_us } = this.#stretchAt(until_us);
      if (kind !== 'counted') return until_us;
      until_us = to_us;
    }
    return null;
  }

  #stretchAt(at_us: number): { readonly kind: StretchKind; readonly to_us: number } {
    const { starts, labels } = this.#year(this.#yearOf(at_us));
    const index = indexIn(starts, at_us);
    return { kind: labels[index]!.kind, to_us: starts[index + 1]! };
  }

  #yearOf(at_us: number): number {
    const guess = new Date(at_us / 1000).getUTCFullYear();
    // Not a time: the loops over years would never end.
    if (Number.isNaN(guess)) throw new RangeError(`${at_us} is no instant`);
    const { starts } = this.#year(guess);
    if (at_us < starts[0]!) return guess - 1;
    return at_us < starts[starts.length - 1]! ? guess : guess + 1;
  }

  #year(number: number): Year {
    const known = this.#years.get(number);
    if (known) return known;
    const begin = newYear(number);
    const end = newYear(number + 1);
    const spans: Span[] = [];
    // From the last day of the year before: its ranges may pass midnight.
    for (let day = begin - 1; day < end; day += 1)
      for (const span of this.#spansOf(day, dateOf(day))) if (span.to_us > span.from_us) spans.push(span);
    const stretches = layOut(spans, this.#zone.start_us(begin), this.#zone.start_us(end));
    const before = [0];
    for (const { kind, from_us, to_us } of stretches)
      before.push(before.at(-1)! + (kind === 'counted' ? to_us - from_us : 0));
    const year: Year = {
      starts: Float64Array.from([...stretches.map(({ from_us }) => from_us), stretches.at(-1)!.to_us]),
      before: Float64Array.from(before),
      labels: stretches.map(({ kind, note }) => ({ kind, note })),
    };
    this.#years.set(number, year);
    return year;
  }
}

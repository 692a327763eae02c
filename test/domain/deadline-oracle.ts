/**
 * Deadlines the slow way, to hold the fast one against: every minute is looked at on its own, on the clock on the wall that `Intl`
 * shows. Written apart from `server/domain`, of which it takes types only. Everything is in whole minutes since 1970 in UTC.
 */
import type { CalendarDefinition } from '../../server/contract/catalogue.ts';
import type { OpeningRange } from '../../server/contract/reference.ts';

const DAY_MIN = 1440;

export interface OracleStop {
  readonly from_min: number;
  /** null: still standing. */
  readonly to_min: number | null;
  readonly kind: 'paused' | 'settled';
  readonly note: string | null;
}

export interface OracleCase {
  readonly definition: CalendarDefinition;
  readonly time_zone: string;
  /** The French name of a date's holiday, or null. */
  readonly holidayOf: (date: string) => string | null;
  readonly measure: 'hours' | 'days';
  readonly start_min: number;
  readonly amount_min: number;
  readonly warning_min: number;
  readonly stops: readonly OracleStop[];
  /** The ledger goes until here. */
  readonly until_min: number;
  /** A deadline is not looked for beyond this. */
  readonly horizon_min: number;
}

export interface OracleAnswer {
  /** null: not before the horizon. */
  readonly due_min: number | null;
  readonly warned_min: number | null;
  /** Counted from the start to `until_min`, minutes. */
  readonly counted_min: number;
  readonly segments: readonly OracleSegment[];
}
export interface OracleSegment {
  readonly kind: string;
  readonly note: string | null;
  readonly from_min: number;
  readonly to_min: number;
}

interface Minutes {
  readonly dates: Int32Array;
  readonly walls: Int16Array;
}

/** What the clock on the wall of a zone shows in each minute. */
class Wall {
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, Minutes>();
  readonly #firsts = new Map<number, Int32Array>();

  constructor(time_zone: string) {
    this.#format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: time_zone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
  }

  /** Number of the local date of a minute. */
  date(minute: number): number {
    return this.#day(Math.floor(minute / DAY_MIN)).dates[minute % DAY_MIN]!;
  }

  /** The first minute in which the wall shows each time of a date; the last is the next date's first. */
  firsts(date: number): Int32Array {
    let firsts = this.#firsts.get(date);
    if (firsts) return firsts;
    firsts = new Int32Array(DAY_MIN + 1).fill(-1);
    let first = -1;
    for (let minute = (date - 1) * DAY_MIN; minute < (date + 2) * DAY_MIN; minute += 1) {
      const { dates, walls } = this.#day(Math.floor(minute / DAY_MIN));
      if (dates[minute % DAY_MIN] !== date) continue;
      if (first < 0) first = minute;
      const wall = walls[minute % DAY_MIN]!;
      if (firsts[wall]! < 0) firsts[wall] = minute;
      firsts[DAY_MIN] = minute + 1;
    }
    // A time the wall never shows: as if the clock had not been put forward.
    for (let wall = 0; wall < DAY_MIN; wall += 1) if (firsts[wall]! < 0) firsts[wall] = first + wall;
    this.#firsts.set(date, firsts);
    return firsts;
  }

  #day(utc_day: number): Minutes {
    let day = this.#days.get(utc_day);
    if (day) return day;
    day = { dates: new Int32Array(DAY_MIN), walls: new Int16Array(DAY_MIN) };
    for (let minute = 0; minute < DAY_MIN; minute += 1) {
      // 2026-03-08 03:15
      const text = this.#format.format((utc_day * DAY_MIN + minute) * 60_000);
      day.dates[minute] = Date.parse(text.slice(0, 10)) / 86_400_000;
      day.walls[minute] = Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16));
    }
    this.#days.set(utc_day, day);
    return day;
  }
}

const walls = new Map<string, Wall>();
function wallOf(time_zone: string): Wall {
  const wall = walls.get(time_zone) ?? new Wall(time_zone);
  walls.set(time_zone, wall);
  return wall;
}

const clockMinutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

/** First and last minute (exclusive) of a range that begins on a date. */
function minutesOfRange(wall: Wall, date: number, { from, to }: OpeningRange): readonly [number, number] {
  const begins = clockMinutes(from);
  const ends = clockMinutes(to);
  return [
    wall.firsts(date)[begins]!,
    ends > begins ? wall.firsts(date)[ends]! : wall.firsts(date + 1)[ends]!,
  ];
}

/** Each minute from the start to the horizon: `true` counts, a name is a holiday, `false` closed. */
function paint(test: OracleCase): (boolean | string)[] {
  const { definition, start_min, horizon_min } = test;
  const wall = wallOf(test.time_zone);
  const minutes: (boolean | string)[] = new Array(horizon_min - start_min).fill(definition.weekly === null);
  if (definition.weekly === null) return minutes;
  const holidays: { name: string; from: number; to: number }[] = [];
  const open: typeof holidays = [];
  for (let date = wall.date(start_min) - 1; date <= wall.date(horizon_min); date += 1) {
    const day = new Date(date * 86_400_000);
    const text = day.toISOString().slice(0, 10);
    const ranges = definition.weekly[(day.getUTCDay() || 7) as 1] ?? [];
    const own = definition.closed[text]?.fr;
    const name = own ?? (definition.holidays ? test.holidayOf(text) : null);
    const closed = name !== null && !definition.open.includes(text);
    const whole = [wall.firsts(date)[0]!, wall.firsts(date)[DAY_MIN]!] as const;
    const first = ranges.length > 0 ? [whole] : [];
    const spans = test.measure === 'days' ? first : ranges.map((range) => minutesOfRange(wall, date, range));
    for (const [from, to] of spans) (closed ? holidays : open).push({ name: name ?? '', from, to });
  }
  holidays.sort((a, b) => a.from - b.from);
  for (const { name, from, to } of holidays)
    for (let minute = Math.max(from, start_min); minute < Math.min(to, horizon_min); minute += 1)
      if (minutes[minute - start_min] === false) minutes[minute - start_min] = name;
  for (const { from, to } of open)
    for (let minute = Math.max(from, start_min); minute < Math.min(to, horizon_min); minute += 1)
      minutes[minute - start_min] = true;
  return minutes;
}

function stopAt(stops: readonly OracleStop[], minute: number): OracleStop | null {
  let best: OracleStop | null = null;
  for (const stop of stops) {
    if (minute < stop.from_min || (stop.to_min !== null && minute >= stop.to_min)) continue;
    if (best === null) best = stop;
    else if (best.kind === stop.kind ? stop.from_min < best.from_min : stop.kind === 'settled') best = stop;
  }
  return best;
}

function labelOf(painted: boolean | string, stop: OracleStop | null): { kind: string; note: string | null } {
  if (stop?.kind === 'settled') return { kind: 'settled', note: stop.note };
  if (typeof painted === 'string') return { kind: 'holiday', note: painted };
  if (!painted) return { kind: 'closed', note: null };
  return stop ? { kind: 'paused', note: stop.note } : { kind: 'counted', note: null };
}

/** Walks from the start, one minute at a time. */
export function askOracle(test: OracleCase): OracleAnswer {
  const { start_min, until_min, horizon_min } = test;
  const minutes = paint(test);
  const segments: { kind: string; note: string | null; from_min: number; to_min: number }[] = [];
  let counted = 0;
  let counted_min = 0;
  let due_min = test.amount_min === 0 ? start_min : null;
  let warned_min = test.warning_min === 0 ? start_min : null;
  for (let minute = start_min; minute < horizon_min; minute += 1) {
    if (minute >= until_min && due_min !== null) break;
    const { kind, note } = labelOf(minutes[minute - start_min]!, stopAt(test.stops, minute));
    if (kind === 'counted') {
      counted += 1;
      if (counted === test.warning_min) warned_min = minute + 1;
      if (counted === test.amount_min) due_min = minute + 1;
    }
    if (minute >= until_min) continue;
    counted_min = counted;
    const last = segments.at(-1);
    if (last?.kind === kind && last.note === note) last.to_min = minute + 1;
    else segments.push({ kind, note, from_min: minute, to_min: minute + 1 });
  }
  return { due_min, warned_min, counted_min, segments };
}

/**
 * Deadlines against the minute-by-minute oracle, over random calendars, pauses and reopenings. `VIGIE_ORACLE_CASES` sets how many
 * cases are tried; each is made from its number alone, so that a difference can be looked at again.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CalendarDefinition } from '../../server/contract/catalogue.ts';
import type { BilingualName, OpeningRange, WeeklyHours } from '../../server/contract/reference.ts';
import { compileCalendar } from '../../server/domain/calendar.ts';
import { type Clock, countedUntil, dueAt, ledger, type Stop } from '../../server/domain/deadline.ts';
import { type HolidayCalendar, quebecHolidays } from '../../server/domain/holidays.ts';
import { askOracle, type OracleAnswer, type OracleCase } from './deadline-oracle.ts';
import { us } from './history.ts';
import { uniform } from './random.ts';

const CASES = Number(process.env.VIGIE_ORACLE_CASES ?? 400);
const MINUTE_US = 60_000_000;
const DAY_MIN = 1440;
const WARNING_SHARE = 0.75;

const holidays: HolidayCalendar = quebecHolidays();
/** Half of the cases are Montréal's; the others change by half an hour, or at midnight, so that a day lacks its first hour. */
const ZONES = ['America/Toronto', 'America/Toronto', 'Australia/Lord_Howe', 'America/Santiago'] as const;
/** Around which time passes: both clock changes of each zone, and days with many holidays. */
const ANCHORS: Readonly<Record<(typeof ZONES)[number], readonly string[]>> = {
  'America/Toronto': ['2026-03-08', '2026-11-01', '2026-12-29', '2026-04-05', '2029-06-28'],
  'Australia/Lord_Howe': ['2026-04-05', '2026-10-04'],
  'America/Santiago': ['2026-04-05', '2026-09-06'],
};

type Random = ReturnType<typeof uniform>;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!;
const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const dateAfter = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

/** Any range; often an office's, one that ends at 24:00, or the small hours in which clocks change. */
function randomRange(random: Random): OpeningRange {
  const how = random();
  if (how < 0.25)
    return pick(random, [
      { from: '08:30', to: '12:00' },
      { from: '13:00', to: '17:00' },
    ] as const);
  if (how < 0.4) return { from: clock(below(random, DAY_MIN)), to: '24:00' };
  if (how < 0.6) return { from: clock(below(random, 200)), to: clock(below(random, 240)) };
  return { from: clock(below(random, DAY_MIN + 1)), to: clock(below(random, DAY_MIN + 1)) };
}

function randomWeek(random: Random): WeeklyHours {
  const week: Partial<Record<1 | 2 | 3 | 4 | 5 | 6 | 7, OpeningRange[]>> = {};
  for (const weekday of [1, 2, 3, 4, 5, 6, 7] as const)
    if (random() < 0.75) week[weekday] = Array.from({ length: below(random, 4) }, () => randomRange(random));
  return week;
}

function randomCalendar(random: Random, anchor: string): CalendarDefinition {
  const closed: Record<string, BilingualName> = {};
  for (let dates = below(random, 4); dates > 0; dates -= 1) {
    const name = pick(random, ['Tempête', 'Inventaire', 'Déménagement']);
    closed[dateAfter(anchor, below(random, 24) - 10)] = { fr: name, en: `${name} (en)` };
  }
  const open = Array.from({ length: below(random, 4) }, () => dateAfter(anchor, below(random, 24) - 10));
  return {
    id: 'random',
    name: { fr: 'Au hasard', en: 'Random' },
    weekly: randomWeek(random),
    holidays: random() < 0.7,
    closed,
    open: open.filter((date) => !(date in closed)),
  };
}

function randomCase(number: number): OracleCase {
  const random = uniform(number);
  const time_zone = pick(random, ZONES);
  const anchor = pick(random, ANCHORS[time_zone]);
  const start_min = Date.parse(anchor) / 60_000 + below(random, 9 * DAY_MIN) - 7 * DAY_MIN;
  const measure = random() < 0.7 ? 'hours' : 'days';
  const quarters = below(random, measure === 'hours' ? 700 : 1500);
  const stops = Array.from({ length: below(random, 5) }, () => {
    const from_min = start_min + below(random, 9 * DAY_MIN) - DAY_MIN;
    return {
      from_min,
      to_min: random() < 0.08 ? null : from_min + below(random, 3 * DAY_MIN),
      kind: random() < 0.3 ? ('settled' as const) : ('paused' as const),
      note: pick(random, ['pièces', 'météo', null]),
    };
  });
  return {
    definition: randomCalendar(random, anchor),
    time_zone,
    holidayOf: (date) => holidays.nameOf(date)?.fr ?? null,
    measure,
    start_min,
    amount_min: 4 * quarters,
    warning_min: 3 * quarters,
    stops,
    until_min: start_min + below(random, 12 * DAY_MIN),
    horizon_min: start_min + 16 * DAY_MIN,
  };
}

/** What the domain says, in the oracle's terms: whole minutes, and null beyond the horizon. */
function askDomain(test: OracleCase): OracleAnswer {
  const { definition, time_zone, measure } = test;
  const clock: Clock = {
    calendar: compileCalendar(definition, { time_zone, holidays, measure }),
    start_us: test.start_min * MINUTE_US,
    amount_us: test.amount_min * MINUTE_US,
    stops: test.stops.map(({ from_min, to_min, kind, note }) => ({
      from_us: from_min * MINUTE_US,
      to_us: to_min === null ? null : to_min * MINUTE_US,
      kind,
      note,
    })),
  };
  const until_us = test.until_min * MINUTE_US;
  const inSight = (at_us: number | null): number | null =>
    at_us === null || at_us > test.horizon_min * MINUTE_US ? null : at_us / MINUTE_US;
  return {
    due_min: inSight(dueAt(clock)),
    warned_min: inSight(dueAt(clock, WARNING_SHARE)),
    counted_min: countedUntil(clock, until_us) / MINUTE_US,
    segments: ledger(clock, until_us).map(({ kind, from_us, to_us, note }) => ({
      kind,
      note: note !== null && typeof note === 'object' ? note.fr : note,
      from_min: from_us / MINUTE_US,
      to_min: to_us / MINUTE_US,
    })),
  };
}

describe('deadlines and the minute-by-minute oracle', () => {
  it(`agree on deadline, warning, counted time and ledger in ${CASES} random cases`, {
    timeout: 600_000,
  }, () => {
    const seen = { due: 0, open: 0, kinds: new Set<string>() };
    for (let number = 1; number <= CASES; number += 1) {
      const test = randomCase(number);
      const expected = askOracle(test);
      const actual = askDomain(test);
      if (JSON.stringify(actual) !== JSON.stringify(expected))
        expect({ number, test, answer: actual }).toEqual({ number, test, answer: expected });
      if (expected.due_min === null) seen.open += 1;
      else seen.due += 1;
      for (const { kind } of expected.segments) seen.kinds.add(kind);
    }
    // The cases are worth something: most deadlines are met with in sight, and every kind of segment occurs.
    expect(seen.due).toBeGreaterThan(CASES / 3);
    expect(seen.open).toBeGreaterThan(CASES / 20);
    expect([...seen.kinds].sort()).toEqual(['closed', 'counted', 'holiday', 'paused', 'settled']);
  });
});

describe('deadlines to the microsecond', () => {
  const week = [1, 2, 3, 4, 5].map((weekday) => [weekday, [{ from: '08:30', to: '16:30' }]]);
  const definition: CalendarDefinition = {
    id: 'office',
    name: { fr: 'Bureaux', en: 'Offices' },
    weekly: Object.fromEntries(week) as WeeklyHours,
    holidays: true,
    closed: {},
    open: [],
  };
  const compiled = (['hours', 'days'] as const).map((measure) =>
    compileCalendar(definition, { time_zone: 'America/Toronto', holidays, measure }),
  );
  const calendar = fc.constantFrom(...compiled);
  const instant = fc.integer({ min: us('2025-12-01T00:00:00Z'), max: us('2027-02-01T00:00:00Z') });
  const amount = fc.integer({ min: 1, max: 30 * 86_400_000_000 });
  const stop: fc.Arbitrary<Stop> = fc
    .tuple(instant, fc.option(fc.integer({ min: 0, max: 20 * 86_400_000_000 }), { freq: 8 }), fc.boolean())
    .map(([from_us, length_us, paused]) => ({
      from_us,
      to_us: length_us === null ? null : from_us + length_us,
      kind: paused ? 'paused' : 'settled',
      note: null,
    }));
  const stops = fc.array(stop, { maxLength: 5 });

  it('the moment found is the first at which the amount has been counted', () => {
    fc.assert(
      fc.property(calendar, instant, amount, (counting, from_us, amount_us) => {
        const after_us = counting.after_us(from_us, amount_us)!;
        expect(counting.counted_us(from_us, after_us)).toBe(amount_us);
        expect(counting.counted_us(from_us, after_us - 1)).toBe(amount_us - 1);
      }),
    );
  });

  it('counted time adds up exactly, wherever it is cut, and is what the counted stretches sum to', () => {
    fc.assert(
      fc.property(calendar, instant, instant, instant, (counting, ...some) => {
        const [a, b, c] = some.sort((x, y) => x - y) as [number, number, number];
        const whole_us = counting.counted_us(a, c);
        expect(counting.counted_us(a, b) + counting.counted_us(b, c)).toBe(whole_us);
        const counted = counting.stretches(a, c).filter(({ kind }) => kind === 'counted');
        expect(counted.reduce((sum, { from_us, to_us }) => sum + to_us - from_us, 0)).toBe(whole_us);
      }),
    );
  });

  it('a due date is the first instant at which the whole amount has been counted outside all stops', () => {
    fc.assert(
      fc.property(calendar, instant, amount, stops, (counting, start_us, amount_us, some) => {
        const clock: Clock = { calendar: counting, start_us, amount_us, stops: some };
        const due_us = dueAt(clock);
        if (due_us === null) {
          expect(some.some(({ to_us }) => to_us === null)).toBe(true);
          expect(countedUntil(clock, us('2030-01-01T00:00:00Z'))).toBeLessThan(amount_us);
        } else {
          expect(countedUntil(clock, due_us)).toBe(amount_us);
          expect(countedUntil(clock, due_us - 1)).toBe(amount_us - 1);
        }
      }),
    );
  });

  it('a ledger covers its time without a gap, and its counted segments sum to the counted time', () => {
    fc.assert(
      fc.property(calendar, instant, instant, stops, (counting, a, b, some) => {
        const clock: Clock = { calendar: counting, start_us: Math.min(a, b), amount_us: 1, stops: some };
        const to_us = Math.max(a, b);
        const segments = ledger(clock, to_us);
        let at_us = clock.start_us;
        let counted_us = 0;
        for (const segment of segments) {
          expect(segment.from_us).toBe(at_us);
          expect(segment.to_us).toBeGreaterThan(at_us);
          if (segment.kind === 'counted') counted_us += segment.to_us - segment.from_us;
          at_us = segment.to_us;
        }
        expect(at_us).toBe(to_us);
        expect(counted_us).toBe(countedUntil(clock, to_us));
      }),
    );
  });
});

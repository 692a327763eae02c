import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localReader } from '../../server/domain/local-time.ts';

const read = localReader('America/Toronto');
const wall = (text: string): number => Date.parse(`${text}Z`) * 1000;
const utc = (us: number | null): string | null => (us === null ? null : new Date(us / 1000).toISOString());

describe('a wall-clock time', () => {
  it.each([
    ['2026-01-16T15:51:17', '2026-01-16T20:51:17.000Z'],
    ['2026-06-26T11:02:45', '2026-06-26T15:02:45.000Z'],
    ['2026-11-01T00:59:59', '2026-11-01T04:59:59.000Z'],
    ['2026-11-01T02:00:00', '2026-11-01T07:00:00.000Z'],
    ['2026-03-08T01:59:59', '2026-03-08T06:59:59.000Z'],
    ['2026-03-08T03:00:00', '2026-03-08T07:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    const { first_us, second_us, skipped } = read(wall(text));
    expect([utc(first_us), second_us, skipped]).toEqual([expected, null, false]);
  });

  it('of the hour that comes twice has both its instants', () => {
    for (const [text, first, second] of [
      ['2026-11-01T01:00:00', '2026-11-01T05:00:00.000Z', '2026-11-01T06:00:00.000Z'],
      ['2026-11-01T01:59:59', '2026-11-01T05:59:59.000Z', '2026-11-01T06:59:59.000Z'],
    ] as const) {
      const reading = read(wall(text));
      expect([utc(reading.first_us), utc(reading.second_us)]).toEqual([first, second]);
    }
  });

  it('of the hour that never is moves on with the clocks', () => {
    expect(read(wall('2026-03-08T02:30:00'))).toEqual({
      first_us: wall('2026-03-08T07:30:00'),
      second_us: null,
      skipped: true,
    });
  });

  it('keeps its microseconds', () => {
    const us = wall('2026-11-01T01:30:00') + 123_456;
    expect(read(us).first_us).toBe(wall('2026-11-01T05:30:00') + 123_456);
    expect(read(us).second_us).toBe(wall('2026-11-01T06:30:00') + 123_456);
  });

  it('is what the clock on the wall then shows, in every zone', () => {
    const zones = ['America/Toronto', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
    const readers = new Map(zones.map((zone) => [zone, localReader(zone)]));
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: wall('2015-01-01T00:00:00') / 1e6, max: wall('2035-01-01T00:00:00') / 1e6 }),
        (zone, wall_s) => {
          const reading = readers.get(zone)!(wall_s * 1e6);
          const shown = (us: number): string =>
            new Date(us / 1000).toLocaleString('sv-SE', { timeZone: zone }).replace(' ', 'T');
          const asked = new Date(wall_s * 1000).toISOString().slice(0, 19);
          if (reading.skipped) expect(shown(reading.first_us) > asked).toBe(true);
          else expect(shown(reading.first_us)).toBe(asked);
          if (reading.second_us !== null) expect(shown(reading.second_us)).toBe(asked);
        },
      ),
      { numRuns: 300 },
    );
  });
});

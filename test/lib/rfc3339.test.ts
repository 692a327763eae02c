import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantFault, parseInstant } from '../../server/lib/rfc3339.ts';

describe('moments in RFC 3339', () => {
  it('equal what Date makes of them, for every millisecond and offset', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0100-01-02'), max: new Date('9998-12-31'), noInvalidDate: true }),
        fc.integer({ min: -23 * 60, max: 23 * 60 }),
        (date, offset_min) => {
          const local = new Date(date.getTime() + offset_min * 60_000).toISOString().slice(0, -1);
          const minutes = Math.abs(offset_min);
          const two = (value: number): string => String(value).padStart(2, '0');
          const offset = `${offset_min < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
          expect(parseInstant(local + offset)).toEqual({ time_us: date.getTime() * 1000, finer: '' });
        },
      ),
    );
  });

  it('are exact to the microsecond; what is finer is kept apart, without its zeros', () => {
    const second_us = Date.parse('2026-11-23T10:00:00Z') * 1000;
    expect(parseInstant('2026-11-23T10:00:00.000001Z')).toEqual({ time_us: second_us + 1, finer: '' });
    expect(parseInstant('2026-11-23T10:00:00.1Z')).toEqual({ time_us: second_us + 100_000, finer: '' });
    expect(parseInstant('2026-11-23T10:00:00.123456789000Z')).toEqual({
      time_us: second_us + 123_456,
      finer: '789',
    });
    expect(parseInstant('2026-11-23t05:00:00-05:00')).toEqual({ time_us: second_us, finer: '' });
  });

  it('a leap second is the last of a UTC day, and another moment than the second after it', () => {
    const midnight_us = Date.parse('2017-01-01T00:00:00Z') * 1000;
    expect(parseInstant('2016-12-31T23:59:60Z')).toEqual({ time_us: midnight_us, finer: 'leap' });
    expect(parseInstant('2016-12-31T18:59:60-05:00')).toEqual({ time_us: midnight_us, finer: 'leap' });
    expect(parseInstant('2016-12-31T12:59:60Z')).toBeUndefined();
  });

  it.each([
    ['2026-02-29T00:00:00Z', 'does not exist'],
    ['2026-02-30T00:00:00Z', 'does not exist'],
    ['2026-04-31T00:00:00Z', 'does not exist'],
    ['2026-13-01T00:00:00Z', 'does not exist'],
    ['2026-01-01T24:00:00Z', 'does not exist'],
    ['2026-01-01T00:00:00+24:00', 'does not exist'],
    ['2026-01-01T00:00:00', 'no offset'],
    ['2026-01-01 00:00:00Z', 'write a T'],
    ['2026-01-01T12:00:60Z', 'leap second'],
    ['2026-01-01T00:00:00.Z', 'not RFC 3339'],
    ['2026-01-01T00:00Z', 'not RFC 3339'],
    ['23/11/2026', 'not RFC 3339'],
    ['', 'not RFC 3339'],
    ['2026-01-01T00:00:00Zjunk', 'not RFC 3339'],
    ['２０26-01-01T00:00:00Z', 'not RFC 3339'],
  ])('%s is refused with its reason', (text, reason) => {
    expect(parseInstant(text)).toBeUndefined();
    expect(instantFault(text)).toContain(reason);
  });

  it('29 February exists in leap years', () => {
    expect(parseInstant('2024-02-29T00:00:00Z')).toBeDefined();
    expect(parseInstant('2000-02-29T00:00:00Z')).toBeDefined();
    expect(parseInstant('2100-02-29T00:00:00Z')).toBeUndefined();
  });

  it('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => void [parseInstant(text), instantFault(text)]),
    );
  });
});

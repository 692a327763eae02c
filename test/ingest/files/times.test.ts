import { describe, expect, it } from 'vitest';
import { FileTimes, rfc3339 } from '../../../server/ingest/files/times.ts';

const us = (text: string): number => Date.parse(text) * 1000;
const times = (): FileTimes => new FileTimes('America/Toronto');
const created = (text: string): string | undefined => {
  const time_us = times().created(text);
  return time_us === undefined ? undefined : rfc3339(time_us);
};
const all = (texts: readonly string[]): string[] => {
  const file = times();
  return texts.map((text) => rfc3339(file.created(text)!).slice(11, 16));
};

describe('a time in a file', () => {
  it.each([
    ['2026-01-16T15:51:17', '2026-01-16T20:51:17.000Z'],
    ['2026-01-16 15:51:17.25', '2026-01-16T20:51:17.250Z'],
    ['2026-01-16 15:51:17.123456', '2026-01-16T20:51:17.123456Z'],
    ['2026-01-16T15:51', '2026-01-16T20:51:00.000Z'],
    ['2026-07-16', '2026-07-16T04:00:00.000Z'],
    ['06/26/2018 10:58:54 AM', '2018-06-26T14:58:54.000Z'],
    ['06/26/2018 12:00:00 AM', '2018-06-26T04:00:00.000Z'],
    ['6/26/2018 12:05 pm', '2018-06-26T16:05:00.000Z'],
    ['06/26/2018 13:05:00', '2018-06-26T17:05:00.000Z'],
    ['2012-05-23T15:55:28-04:00', '2012-05-23T19:55:28.000Z'],
    ['2012-05-23T15:55:28Z', '2012-05-23T15:55:28.000Z'],
    ['2012-05-23 15:55:28+0000', '2012-05-23T15:55:28.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(created(text)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2026-02-30T10:00:00',
    '2026-13-01T10:00:00',
    '2026-01-16T24:00:00',
    '2026-01-16T15:51:1',
    '26/06/2018 10:00:00 AM',
    '06/26/2018 13:00:00 PM',
    '0026-01-16T15:51:17',
    '2026-01-16T15:51:17 -',
  ])('%j is none', (text) => {
    expect(created(text)).toBeUndefined();
  });
});

describe('the hour that comes twice', () => {
  const T = (time: string): string => `2026-11-01T${time}`;

  it('is its first where nothing says otherwise', () => {
    expect(all([T('01:30:00')])).toEqual(['05:30']);
  });

  it('is its second from where a file that only goes up goes back inside it', () => {
    expect(all([T('00:50:00'), T('01:40:00'), T('01:10:00'), T('01:50:00'), T('02:10:00')])).toEqual([
      '04:50',
      '05:40',
      '06:10',
      '06:50',
      '07:10',
    ]);
  });

  it('is its first in a file whose order says nothing', () => {
    expect(all(['2026-12-01T10:00:00', T('00:50:00'), T('01:40:00'), T('01:10:00')]).slice(2)).toEqual([
      '05:40',
      '05:10',
    ]);
  });

  it('is its second for a step that would else lie before the creation', () => {
    const file = times();
    expect(rfc3339(file.later(T('01:10:00'), us('2026-11-01T05:40:00Z'))!.time_us)).toBe(
      '2026-11-01T06:10:00.000Z',
    );
    expect(rfc3339(file.later(T('01:50:00'), us('2026-11-01T05:40:00Z'))!.time_us)).toBe(
      '2026-11-01T05:50:00.000Z',
    );
  });
});

describe('a time that never was', () => {
  it('moves on with the clocks', () => {
    expect(created('2026-03-08T02:30:00')).toBe('2026-03-08T07:30:00.000Z');
  });
});

describe('a step before the creation', () => {
  it('is taken at the creation, and marked', () => {
    const created_us = us('2026-06-01T12:00:00Z');
    expect(times().later('2026-05-31T12:00:00', created_us)).toEqual({
      time_us: created_us,
      before_creation: true,
    });
    expect(times().later('2026-06-01T08:00:00', created_us)).toEqual({
      time_us: created_us,
      before_creation: false,
    });
  });
});

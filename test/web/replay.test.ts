import { describe, expect, it } from 'vitest';
import { readAsk, serverQuery, withAsk } from '../../web/src/lib/map/ask.ts';
import { instantOf, localMoment } from '../../web/src/lib/replay/moments.ts';

const ZONE = 'America/Toronto';
const HOUR_MS = 3_600_000;

describe('a moment of the city in a field', () => {
  it('is the instant that it names, whatever zone the browser has, over both changes of the clocks', () => {
    for (const change of ['2026-03-08T07:00:00Z', '2026-11-01T06:00:00Z']) {
      for (let hour = -48; hour <= 48; hour += 1) {
        const at_ms = Date.parse(change) + hour * HOUR_MS;
        const local = localMoment(at_ms, ZONE);
        const found = instantOf(local, ZONE) ?? Number.NaN;
        expect(localMoment(found, ZONE)).toBe(local);
        // One hour of the autumn is there twice: then the first.
        expect([0, HOUR_MS]).toContain(at_ms - found);
        if (at_ms !== found) expect(local).toBe('2026-11-01T01:00');
      }
    }
  });
  it('that the spring leaves out is one beside the gap, and what is none is none', () => {
    const gap_ms = Date.parse('2026-03-08T07:00:00Z');
    expect(Math.abs((instantOf('2026-03-08T02:30', ZONE) ?? 0) - gap_ms)).toBeLessThanOrEqual(HOUR_MS);
    expect(instantOf('yesterday', ZONE)).toBeNull();
  });
});

describe('what the map shows', () => {
  it('is in its address and comes back from it, beside all else that is there', () => {
    const asked = {
      filter: { service: ['nid-de-poule'], borough: ['VM'], age: ['0', '5'], due: ['overdue'] },
      at: '2026-11-20T15:00:00Z',
      heat: true,
      camera: { longitude: -73.6, latitude: 45.5, zoom: 12.25 },
    } as const;
    const url = withAsk(new URL('http://city/carte?lang=en&due=later'), asked);
    expect(url.searchParams.get('lang')).toBe('en');
    expect(readAsk(url.searchParams)).toEqual(asked);
    expect(serverQuery(asked)).toBe(
      'service=nid-de-poule&borough=VM&age=0,5&due=overdue&as_of=2026-11-20T15:00:00Z',
    );
  });
  it('is everything of now where the address asks for nothing that can be', () => {
    const read = readAsk(
      new URL('http://city/carte?age=9&due=never&at=monday&heat=yes&view=1,2').searchParams,
    );
    expect(serverQuery(read)).toBe('');
    expect([read.heat, read.camera]).toEqual([false, null]);
  });
});

import { describe, expect, it } from 'vitest';
import { spread } from '../../web/src/lib/charts/series.ts';
import { addressOf, questionOf, requestOf } from '../../web/src/lib/trends/question.ts';

const at = (query: string) => questionOf({ searchParams: new URLSearchParams(query) });

describe('the address of a trend', () => {
  it('says all that is not usual, and comes back the same', () => {
    for (const query of ['', '?metric=calls&interval=day&span=92', '?metric=on_time&scope=VM&span=25'])
      expect(addressOf(at(query.slice(1)))).toBe(query);
  });
  it('that says what there is not shows what is usual', () => {
    expect(at('metric=happiness&span=3&interval=year')).toEqual({
      metric: 'service_level',
      scope: 'city',
      interval: 'month',
      span: 13,
    });
    expect(at('metric=on_time&interval=day').interval).toBe('month');
  });
  it('asks for as many days or months as it shows, the present one last', () => {
    expect(requestOf(at('metric=calls&interval=day&span=7'), '2026-03-02')).toBe(
      '/api/v1/trends/calls?scope=city&interval=day&from=2026-02-24&to=2026-03-02',
    );
    expect(requestOf(at('span=13'), '2026-03-31')).toBe(
      '/api/v1/trends/service_level?scope=city&interval=month&from=2025-03&to=2026-03',
    );
  });
});

describe('labels at the ends of lines', () => {
  it('stand a line apart, in their order, inside of the chart', () => {
    expect(spread([50, 52, 51], 16, 0, 200)).toEqual([50, 82, 66]);
    expect(spread([190, 195, 199], 16, 0, 200)).toEqual([168, 184, 200]);
    expect(spread([-5], 16, 8, 200)).toEqual([8]);
  });
});

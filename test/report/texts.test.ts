/** What sentences claim, and how figures are written: without a database. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportContent } from '../../server/contract/report.ts';
import { countsDiffer, differenceOf } from '../../server/domain/rates.ts';
import { canonicalJson } from '../../server/report/canonical.ts';
import { share } from '../../server/report/cells.ts';
import { chartSvg, ticksTo } from '../../server/report/charts.ts';
import { countChange, shareChange } from '../../server/report/compare.ts';
import { differences } from '../../server/report/errata.ts';
import { intervalText, monthsText, timeText, valueText } from '../../server/report/format.ts';
import { addMonths, daysOf, periodOf } from '../../server/report/months.ts';

const plain = (text: string | null): string | null => text?.replaceAll('\u00a0', ' ') ?? null;

describe('a change', () => {
  it('of counts is told as one only where chance does not explain it', () => {
    expect(plain(countChange(1_100, 1_000, '2025-10', 'fr'))).toBe('10,0 % de plus qu’en octobre 2025');
    expect(plain(countChange(1_020, 1_000, '2025-10', 'en'))).toBe(
      'about as many as in October 2025 (1,000); the difference may be chance',
    );
    expect(plain(countChange(5, 0, '2025-10', 'en'))).toBe('none in October 2025');
  });
  it('of shares is told only where the interval of the difference leaves 0 out, and of fewer than 20 never', () => {
    expect(plain(shareChange(share(800, 1_000), share(700, 1_000), '2025-10', 'en'))).toBe(
      '10.0 points more than in October 2025 (70.0%)',
    );
    expect(plain(shareChange(share(71, 100), share(70, 100), '2025-10', 'fr'))).toContain('hasard');
    expect(shareChange(share(19, 19), share(10, 100), '2025-10', 'fr')).toBeNull();
  });
  it('never has an interval that leaves its own value out', () => {
    const counted = fc
      .integer({ min: 1, max: 5_000 })
      .chain((whole) => fc.record({ whole: fc.constant(whole), part: fc.integer({ min: 0, max: whole }) }));
    fc.assert(
      fc.property(counted, counted, (a, b) => {
        const { value, low, high } = differenceOf(a, b)!;
        expect(low).toBeLessThanOrEqual(value + 1e-12);
        expect(high).toBeGreaterThanOrEqual(value - 1e-12);
        expect([low >= -1 - 1e-12, high <= 1 + 1e-12]).toEqual([true, true]);
      }),
    );
    // Newcombe's own example: 56/70 and 48/80 differ by 0.2, from 0.0524 to 0.3339.
    const { low, high } = differenceOf({ part: 56, whole: 70 }, { part: 48, whole: 80 })!;
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.0524', '0.3339']);
    expect([countsDiffer(100, 100), countsDiffer(100, 130), countsDiffer(0, 3), countsDiffer(0, 4)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});

describe('a figure', () => {
  it('is written as Québec writes it, and as its English readers do', () => {
    expect(plain(valueText(0.7342, 'share', 'fr'))).toBe('73,4 %');
    expect(plain(valueText(0.7342, 'share', 'en'))).toBe('73.4%');
    expect(plain(valueText(12_345, 'count', 'fr'))).toBe('12 345');
    expect(valueText(null, 'share', 'fr')).toBe('—');
    expect(plain(intervalText(share(19, 22), 'fr'))).toBe('66,7–95,3 %');
    expect([45, 100, 7_200, 260_000].map((seconds) => plain(timeText(seconds, 'fr')))).toEqual([
      '45 s',
      '1 min 40 s',
      '2,0 h',
      '3,0 j',
    ]);
    expect(plain(monthsText({ from: '2026-01', to: '2026-10' }, 'fr'))).toBe('janvier–octobre 2026');
  });
});

describe('months', () => {
  it('pass the new year both ways', () => {
    expect([addMonths('2026-01', -1), addMonths('2025-12', 1), addMonths('2026-03', -12)]).toEqual([
      '2025-12',
      '2026-01',
      '2025-03',
    ]);
    expect(periodOf('2026-01', 'year')).toEqual({ from: '2026-01', to: '2026-01' });
  });
  it('have local days, one of them an hour longer', () => {
    const days = daysOf({ from: '2025-11', to: '2025-11' }, 'America/Toronto');
    expect(days).toHaveLength(30);
    expect((days[2]!.from_us - days[1]!.from_us) / 3_600_000_000).toBe(25);
  });
});

it('canonical JSON does not depend on the order in which members were made', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string().filter((name) => !/^\d+$/.test(name)),
        fc.jsonValue(),
      ),
      (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      },
    ),
  );
  expect(canonicalJson({ b: undefined, a: [1, 'é'] })).toBe('{"a":[1,"é"]}');
});

describe('a chart', () => {
  const chart = { kind: 'lines', table: 't', columns: ['n'] } as const;
  const table = (values: readonly (number | null)[]) => ({
    id: 't',
    title: { fr: 'T', en: 'T' },
    head: { fr: 'J', en: 'D' },
    columns: [{ id: 'n', label: { fr: '<n>', en: '<n>' } }],
    rows: values.map((value, index) => ({
      id: `2026-10-${String(index + 1).padStart(2, '0')}`,
      label: { fr: '', en: '' },
      cells: [{ value }],
    })),
  });
  it('begins at zero, and shows a gap as a gap', () => {
    const svg = chartSvg(chart, [table([5, 6, null, 7])], 'fr');
    expect(svg.match(/class="line" d="([^"]+)"/)![1]!.match(/M/g)).toHaveLength(2);
    expect(svg).toContain('>0<');
    expect(svg).toContain('&lt;n&gt;');
    expect(chartSvg(chart, [table([null, null])], 'fr')).toBe('');
  });
  it('has about four round steps up to its top', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (top) => {
        const ticks = ticksTo(top);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(top);
        expect(ticks.length).toBeLessThanOrEqual(6);
      }),
    );
  });
});

it('errata are what differs, and what came into or went out of the first ten of an order is none', () => {
  const content = (rows: readonly { id: string; value: number }[], id = 'backlog') =>
    ({
      sections: [
        {
          id: 'requests',
          tables: [
            {
              id,
              title: { fr: '', en: '' },
              columns: [{ id: 'month', label: { fr: '', en: '' } }],
              rows: rows.map((row) => ({
                id: row.id,
                label: { fr: '', en: '' },
                cells: [{ value: row.value }],
              })),
            },
          ],
        },
      ],
    }) as unknown as ReportContent;
  const before = [
    { id: 'a', value: 1 },
    { id: 'b', value: 2 },
  ];
  const after = [
    { id: 'b', value: 3 },
    { id: 'c', value: 4 },
  ];
  const found = differences(content(before), content(after)).map(({ row, sealed, now }) => [
    row,
    sealed?.value,
    now?.value,
  ]);
  expect(found).toEqual([
    ['a', 1, undefined],
    ['b', 2, 3],
    ['c', undefined, 4],
  ]);
  expect(
    differences(content(before, 'most_asked'), content(after, 'most_asked')).map(({ row }) => row),
  ).toEqual(['b']);
});

import { describe, expect, it } from 'vitest';
import type { BreachState } from '../../server/contract/requests.ts';
import { breachRows } from '../../web/src/lib/wall/breaches.ts';

const breach = (number: number, at: string, more: Partial<BreachState> = {}): BreachState => ({
  id: `${number}-settlement-breach-1-0`,
  request: `R${number}`,
  number,
  what: 'breach',
  kind: 'settlement',
  at,
  recorded_at: at,
  service: 'pothole',
  borough: 'VM',
  unit: null,
  reason: null,
  ...more,
});

describe('the strip of breaches', () => {
  it('has the newest first, and no more than there is room for', () => {
    const rows = breachRows(
      [
        breach(1, '2026-03-02T10:00:00Z'),
        breach(2, '2026-03-02T12:00:00Z'),
        breach(3, '2026-03-02T11:00:00Z'),
      ],
      2,
    );
    expect(rows.map(({ request }) => request)).toEqual(['R2', 'R3']);
  });
  it('has a withdrawn breach once, as withdrawn, and no warning', () => {
    const at = '2026-03-02T10:00:00Z';
    const rows = breachRows(
      [
        breach(1, at),
        breach(1, at, {
          id: '1-settlement-withdrawal-1-1',
          what: 'withdrawal',
          recorded_at: '2026-03-02T11:00:00Z',
        }),
        breach(2, at, { what: 'warning' }),
      ],
      5,
    );
    expect(rows.map(({ request, withdrawn }) => [request, withdrawn])).toEqual([['R1', true]]);
  });
});

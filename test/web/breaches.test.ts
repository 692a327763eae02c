import { describe, expect, it } from 'vitest';
import type { BreachState } from '../../server/contract/requests.ts';
import { BreachNews, breachRows } from '../../web/src/lib/wall/breaches.ts';

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

const withdrawal = (number: number, at: string): BreachState =>
  breach(number, at, {
    id: `${number}-settlement-withdrawal-1-1`,
    what: 'withdrawal',
    recorded_at: '2026-03-02T11:00:00Z',
  });

describe('the strip of breaches', () => {
  it('has the newest first', () => {
    const rows = breachRows([
      breach(1, '2026-03-02T10:00:00Z'),
      breach(2, '2026-03-02T12:00:00Z'),
      breach(3, '2026-03-02T11:00:00Z'),
    ]);
    expect(rows.map(({ request }) => request)).toEqual(['R2', 'R3', 'R1']);
  });
  it('has a withdrawn breach once, as withdrawn, and no warning', () => {
    const at = '2026-03-02T10:00:00Z';
    const rows = breachRows([breach(1, at), withdrawal(1, at), breach(2, at, { what: 'warning' })]);
    expect(rows.map(({ request, withdrawn }) => [request, withdrawn])).toEqual([['R1', true]]);
  });
  it('has a breach that came back as standing, in whatever order it is told', () => {
    const at = '2026-03-02T10:00:00Z';
    const recorded_at = '2026-03-02T11:00:00Z';
    const again = breach(1, at, { id: '1-settlement-breach-1-2', recorded_at });
    for (const items of [
      [breach(1, at), withdrawal(1, at), again],
      [again, withdrawal(1, at), breach(1, at)],
    ]) {
      expect(breachRows(items).map(({ withdrawn }) => withdrawn)).toEqual([false]);
    }
  });
});

describe('what is new on the strip', () => {
  const at = '2026-03-02T10:00:00Z';
  const requests = (news: BreachNews, items: readonly BreachState[]): string[] =>
    news.take(breachRows(items)).map(({ request }) => request);

  it('is nothing of what was there when the screen was opened, and each breach once', () => {
    const news = new BreachNews();
    expect(requests(news, [breach(1, at)])).toEqual([]);
    expect(requests(news, [breach(1, at), breach(2, at)])).toEqual(['R2']);
    expect(requests(news, [breach(1, at), breach(2, at)])).toEqual([]);
  });
  it('is the first breach of a day that had none', () => {
    const news = new BreachNews();
    expect(requests(news, [])).toEqual([]);
    expect(requests(news, [breach(1, at)])).toEqual(['R1']);
  });
  it('is one that happened earlier and is told late, and its withdrawal', () => {
    const news = new BreachNews();
    const later = breach(2, '2026-03-02T12:00:00Z');
    requests(news, [later]);
    expect(requests(news, [later, breach(1, at)])).toEqual(['R1']);
    expect(requests(news, [later, breach(1, at), withdrawal(1, at)])).toEqual(['R1']);
  });
});

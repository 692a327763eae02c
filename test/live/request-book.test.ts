import { describe, expect, it } from 'vitest';
import { emptyCounts, RequestBook } from '../../server/live/request-book.ts';
import type { RequestPicture } from '../../server/store/requests.types.ts';
import { uniform } from '../domain/random.ts';

const DAY = { start_us: 1_000, end_us: 2_000, soon_end_us: 60_000 };
const NOW_US = 1_400;

function picture(number: number, revision: number, random: () => number): RequestPicture {
  const open = random() < 0.6;
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  return {
    number,
    revision,
    id: `R${number}`,
    status: open ? pick(['received', 'transmitted', 'paused'] as const) : 'resolved',
    open,
    service: pick([null, 'a', 'b']),
    borough: pick([null, 'VM', 'PM', 'LA']),
    unit: null,
    longitude: null,
    latitude: null,
    created_us: pick([null, 500, 1_200, 1_900]),
    due_us: pick([null, 300, 1_400, 1_700, 2_000, 50_000, 70_000]),
    settled_us: open ? null : pick([400, 1_100]),
  };
}

/** The same by looking at every picture. */
function countOf(pictures: readonly RequestPicture[]) {
  const counts = emptyCounts();
  const today = (at_us: number | null) => at_us !== null && at_us >= DAY.start_us && at_us < DAY.end_us;
  for (const { open, status, created_us, due_us, settled_us } of pictures) {
    counts.received_today += Number(today(created_us));
    counts.settled_today += Number(!open && today(settled_us));
    if (!open) continue;
    counts.open += 1;
    counts.paused += Number(status === 'paused');
    counts.untransmitted += Number(status === 'received');
    counts.without_due += Number(due_us === null);
    counts.overdue += Number(due_us !== null && due_us <= NOW_US);
    counts.due_today += Number(due_us !== null && due_us > NOW_US && due_us <= DAY.end_us);
    counts.due_3_days += Number(due_us !== null && due_us > DAY.end_us && due_us <= DAY.soon_end_us);
  }
  return counts;
}

describe('the book of open requests', () => {
  it('counts what its newest pictures say, in whatever order they came', () => {
    const random = uniform(7);
    const book = new RequestBook();
    const newest = new Map<number, RequestPicture>();
    for (let step = 0; step < 20_000; step += 1) {
      const number = 1 + Math.floor(random() * 3_000);
      const seen = picture(number, 1 + Math.floor(random() * 20), random);
      book.put(seen, DAY.start_us);
      if ((newest.get(number)?.revision ?? 0) < seen.revision) newest.set(number, seen);
      if (step === 10_000) book.forget(DAY.start_us);
    }
    const all = [...newest.values()];
    const counted = book.count(DAY, NOW_US, 5);
    expect(counted.city.counts).toEqual(countOf(all));
    for (const code of ['VM', 'PM', 'LA']) {
      const own = all.filter(({ borough }) => borough === code);
      expect(counted.boroughs.get(code)?.counts).toEqual(countOf(own));
    }
    const due = all
      .filter(({ open, due_us }) => open && due_us !== null && due_us > NOW_US)
      .map(({ due_us }) => due_us!)
      .sort((a, b) => a - b);
    expect(counted.city.nearest.map(({ due_us }) => due_us)).toEqual(due.slice(0, 5));
  });

  it('is not brought back by an older picture of what was let go', () => {
    const book = new RequestBook();
    const random = uniform(1);
    const base = { ...picture(1, 1, random), created_us: 100, due_us: null };
    book.put({ ...base, revision: 3, open: false, status: 'resolved', settled_us: 200 }, DAY.start_us);
    expect(book.put({ ...base, revision: 2, open: true, status: 'received' }, DAY.start_us)).toBe(false);
    expect(book.count(DAY, NOW_US, 5).city.counts.open).toBe(0);
  });
});

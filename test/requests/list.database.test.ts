/** Lists of requests from the database beside the same filters and orders written in JavaScript. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventData } from '../../server/contract/event-types.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { pageFor, startAfter } from '../../server/requests/pages.ts';
import {
  countRequests,
  listRequests,
  newestRequests,
  type PageStart,
  REQUEST_SORTS,
  type RequestFilter,
  type RequestListRow,
  type RequestOrder,
} from '../../server/store/request-query.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';
import { requestServer } from './server.ts';
import { created, eventOf, rulesOf, us } from './support.ts';

const NOW_US = us('2026-03-16T15:00:00Z');
const HOUR_US = 3_600_000_000;
const N = 90;
let test: TestDatabase;
let all: RequestListRow[];
let write: ReturnType<typeof requestServer>['store']['write'];

/** A number from 0 on, the same each time. */
const draw = (index: number, of: number, salt: number): number => (index * 7_919 + salt * 104_729) % of;

beforeAll(async () => {
  test = await testDatabase();
  const clock = new ManualClock(NOW_US);
  const { store } = requestServer({ db: test.db, clock, rules: () => rulesOf() });
  write = store.write.bind(store);
  const events = Array.from({ length: N }, (_, index) => {
    const id = `L${index}`;
    // Some at the same instant, so that the number decides.
    const at_us = NOW_US - draw(index, 40, 1) * 8 * HOUR_US;
    const placed =
      index % 3 === 0 ? {} : { longitude: -73.6 + index / 2_000, latitude: 45.5 + index / 3_000 };
    const data: EventData = {
      service: ['pothole', 'leak', 'question'][draw(index, 3, 2)]!,
      channel: (['phone', 'web', 'mobile'] as const)[draw(index, 3, 3)]!,
      nature: (['request', 'complaint'] as const)[draw(index, 2, 4)]!,
      borough: ['VM', 'RO', 'PM'][draw(index, 3, 5)]!,
      address: `Rue ${index}`,
      ...placed,
    };
    const life = [created(id, at_us, data)];
    if (index % 2 === 0)
      life.push(eventOf(id, 'transmitted', at_us + HOUR_US / 60, { unit: `works-${index % 4}` }));
    if (index % 5 === 0) life.push(eventOf(id, 'paused', at_us + HOUR_US, { reason: 'parts' }));
    if (index % 7 === 0) life.push(eventOf(id, 'resolved', at_us + 2 * HOUR_US, { resolution: 'done' }));
    // Its creation is not known.
    return index % 11 === 0 ? life.slice(1) : life;
  }).flat();
  await write({ events, rejected: [] });
  all = await listRequests(test.db, {}, { sort: 'updated_at', descending: false }, 1_000);
});
afterAll(() => test.close());

const orders: RequestOrder[] = REQUEST_SORTS.flatMap((sort) =>
  [false, true].map((descending) => ({ sort, descending })),
);
const sortValue = (row: RequestListRow, order: RequestOrder): number | null => startAfter(row, order).at_us;

function sorted(rows: readonly RequestListRow[], order: RequestOrder): string[] {
  const sign = order.descending ? -1 : 1;
  return [...rows]
    .sort((a, b) => {
      const [x, y] = [sortValue(a, order), sortValue(b, order)];
      if (x === null || y === null) return Number(x === null) - Number(y === null) || a.number - b.number;
      return sign * (x - y || a.number - b.number);
    })
    .map(({ id }) => id);
}

const isOverdue = ({ open, due_us }: RequestListRow): boolean => open && due_us !== null && due_us <= NOW_US;
const day = (days: number): number => NOW_US - days * 24 * HOUR_US;
const box = { west: -73.6, south: 45.5, east: -73.58, north: 45.515 };
const FILTERS: readonly [string, RequestFilter, (row: RequestListRow) => boolean][] = [
  ['no filter', {}, () => true],
  ['borough', { borough: 'VM' }, ({ borough }) => borough === 'VM'],
  ['service', { service: 'leak' }, ({ service }) => service === 'leak'],
  [
    'services',
    { services: ['leak', 'question'] },
    ({ service }) => service === 'leak' || service === 'question',
  ],
  ['unit', { unit: 'works-2' }, ({ unit }) => unit === 'works-2'],
  ['a status', { statuses: ['paused'] }, ({ status }) => status === 'paused'],
  [
    'statuses, open or not',
    { statuses: ['resolved', 'received'] },
    ({ status }) => /resolved|received/.test(status),
  ],
  ['channel', { channel: 'web' }, ({ channel }) => channel === 'web'],
  ['nature', { nature: 'complaint' }, ({ nature }) => nature === 'complaint'],
  ['open', { open: true }, ({ open }) => open],
  ['not open', { open: false }, ({ open }) => !open],
  ['overdue', { overdue: { is: true, at_us: NOW_US } }, isOverdue],
  ['not overdue', { overdue: { is: false, at_us: NOW_US } }, (row) => !isOverdue(row)],
  [
    'open and not overdue',
    { open: true, overdue: { is: false, at_us: NOW_US } },
    (row) => row.open && !isOverdue(row),
  ],
  ['due before', { due_before_us: day(2) }, ({ due_us }) => due_us !== null && due_us < day(2)],
  ['due from', { due_from_us: day(2) }, ({ due_us }) => due_us !== null && due_us >= day(2)],
  [
    'open and due from, before',
    { open: true, due_from_us: day(1), due_before_us: day(3) },
    ({ open, due_us: at }) => open && at !== null && at >= day(1) && at < day(3),
  ],
  [
    'overdue and due before',
    { overdue: { is: true, at_us: NOW_US }, due_before_us: day(3) },
    (row) => isOverdue(row) && row.due_us! < day(3),
  ],
  [
    'created',
    { created_from_us: day(9), created_to_us: day(4) },
    ({ created_us: at }) => at !== null && at >= day(9) && at < day(4),
  ],
  [
    'updated',
    { updated_from_us: day(9), updated_to_us: day(4) },
    ({ updated_us: at }) => at >= day(9) && at < day(4),
  ],
  [
    'created and changed',
    { created_from_us: day(9), updated_from_us: day(12) },
    ({ created_us: at }) => at !== null && at >= day(9),
  ],
  [
    'box',
    { box },
    ({ longitude: x, latitude: y }) =>
      x !== null && y !== null && x >= box.west && x <= box.east && y >= box.south && y <= box.north,
  ],
  ['ids', { ids: ['L3', 'L4', 'none'] }, ({ id }) => id === 'L3' || id === 'L4'],
  ['numbers', { numbers: [1, 2, 999] }, ({ number }) => number === 1 || number === 2],
  [
    'several',
    { borough: 'VM', open: true, channel: 'phone', statuses: ['received', 'transmitted'] },
    (row) => row.borough === 'VM' && row.channel === 'phone' && /received|transmitted/.test(row.status),
  ],
];

describe('a list of requests', () => {
  it.each(FILTERS)(
    'by %s has in every order what the filter lets pass, and as many are counted',
    async (_name, filter, fits) => {
      const expected = all.filter(fits);
      for (const order of orders) {
        const rows = await listRequests(test.db, filter, order, 1_000);
        expect([order, rows.map(({ id }) => id)]).toEqual([order, sorted(expected, order)]);
      }
      expect(await countRequests(test.db, filter, 1_000)).toEqual({ total: expected.length, capped: false });
      const newest = expected.filter(({ created_us }) => created_us !== null);
      const order = { sort: 'created_at', descending: true } as const;
      expect((await newestRequests(test.db, filter, 1_000)).map(({ id }) => id)).toEqual(
        sorted(newest, order),
      );
    },
  );

  it.each(orders)('in pages of 7 is the same list: %j', async (order) => {
    for (const filter of [{}, { borough: 'VM' }, { open: true, overdue: { is: false, at_us: NOW_US } }]) {
      const seen: string[] = [];
      let after: PageStart | null = null;
      for (;;) {
        const rows: RequestListRow[] = await listRequests(test.db, filter, order, 7, after);
        seen.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (rows.length < 7 || last === undefined) break;
        after = startAfter(last, order);
      }
      const whole = await listRequests(test.db, filter, order, 1_000);
      expect(seen).toEqual(whole.map(({ id }) => id));
    }
  });

  it('counts no further than it is asked', async () => {
    expect(await countRequests(test.db, {}, 10)).toEqual({ total: 10, capped: true });
  });

  it('has addresses only where they are asked for, from the creation', async () => {
    const [row] = await newestRequests(test.db, { ids: ['L1'] }, 1);
    expect(row).toMatchObject({ id: 'L1', address: 'Rue 1', description: null });
  });

  it('finds a box by snapped places for who may not know the true ones, whatever the box', async () => {
    const list = (
      ...question: Parameters<typeof listRequests> extends [unknown, ...infer Rest] ? Rest : never
    ) => listRequests(test.db, ...question);
    const order = { sort: 'created_at', descending: false } as const;
    const place = all.find(({ longitude }) => longitude !== null)!;
    // A box so small that only the true place is in it.
    const tiny = {
      west: place.longitude! - 1e-5,
      east: place.longitude! + 1e-5,
      south: place.latitude! - 1e-5,
      north: place.latitude! + 1e-5,
    };
    const question = { filter: { box: tiny }, order };
    expect((await pageFor(list, question, 10, null, true)).map(({ id }) => id)).toEqual([place.id]);
    expect(await pageFor(list, question, 10, null, false)).toEqual([]);
  });
});

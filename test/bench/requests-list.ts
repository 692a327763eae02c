/**
 * How long a page of the list of requests takes with a million of them open: by each filter, by what people combine, in every order, and
 * the page after; and their backlog. Only on a TimescaleDB server: nobody keeps a million requests embedded.
 */

import { startAfter } from '../../server/requests/pages.ts';
import type { Database } from '../../server/store/database.ts';
import {
  listRequests,
  REQUEST_SORTS,
  type RequestFilter,
  type RequestOrder,
} from '../../server/store/request-query.ts';
import { loadSql, none } from '../../server/store/sql.ts';
import { uniform } from '../domain/random.ts';
import { testDatabase } from '../setup/database.ts';
import { backlogRows } from './backlog.ts';
import { atMost, type BenchRow } from './types.ts';

const sql = loadSql(import.meta.url, { fill: none, fill_moves: none });
const OPEN = 1_000_000;
const OPEN_SHARE = 0.8;
const ROWS = OPEN / OPEN_SHARE;
const FILL_ROWS = 50_000;
const PAGE_ROWS = 100;
const DRAWS = 5;
const LIMIT_MS = 50;

const NOW_US = Date.parse('2026-11-25T00:00:00Z') * 1000;
const DAY_US = 86_400_000_000;
const BOROUGHS = ['VM', 'RO', 'CN', 'PM', 'AC', 'SO', 'LN', 'VD', 'PR', 'CL'];
const UNITS = ['works', 'parks', 'waste', 'roads', 'permits', 'water', 'animals', 'lights', 'trees'];

type Random = () => number;
const oneOf = <T>(values: readonly T[], random: Random): T => values[Math.floor(random() * values.length)]!;
const borough = (random: Random): RequestFilter => ({ borough: oneOf(BOROUGHS, random) });
const service = (random: Random): RequestFilter => ({
  service: `service-${Math.floor(150 * random() ** 2)}`,
});
const unit = (random: Random): RequestFilter => ({
  unit: `${oneOf(BOROUGHS, random)}-${oneOf(UNITS, random)}`,
});
const overdue = { overdue: { is: true, at_us: NOW_US } };
const box = (random: Random): RequestFilter => {
  const west = -73.85 + 0.3 * random();
  const south = 45.45 + 0.2 * random();
  return { box: { west, south, east: west + 0.02, north: south + 0.015 } };
};
const lately = (random: Random, days: number): number => NOW_US - Math.ceil(days * random()) * DAY_US;

type Question = (random: Random) => RequestFilter;
const SINGLE: Readonly<Record<string, Question>> = {
  'no filter': () => ({}),
  open: () => ({ open: true }),
  borough,
  service,
  unit,
  status: (random) => ({
    statuses: [oneOf(['received', 'paused', 'reopened', 'resolved', 'merged'] as const, random)],
  }),
  channel: (random) => ({ channel: oneOf(['phone', 'web', 'social', 'mail'], random) }),
  nature: (random) => ({ nature: oneOf(['request', 'complaint', 'permit'], random) }),
  overdue: () => overdue,
  'not overdue': () => ({ overdue: { is: false, at_us: NOW_US } }),
  'due before': (random) => ({ open: true, due_before_us: NOW_US + Math.ceil(5 * random()) * DAY_US }),
  'created from': (random) => ({ created_from_us: lately(random, 30) }),
  'updated from': (random) => ({ updated_from_us: lately(random, 3) }),
  box,
  ids: (random) => ({ ids: Array.from({ length: 50 }, () => `bench-${Math.ceil(ROWS * random())}`) }),
};
/** What a screen asks when a person narrows it down: always of what is open. */
const COMBINED: Readonly<Record<string, Question>> = {
  'borough, open': (random) => ({ ...borough(random), open: true }),
  'borough, overdue': (random) => ({ ...borough(random), ...overdue }),
  'borough, service': (random) => ({ ...borough(random), ...service(random), open: true }),
  'borough, status': (random) => ({ ...borough(random), statuses: ['paused'] }),
  'borough, channel': (random) => ({ ...borough(random), channel: 'web', open: true }),
  'borough, box': (random) => ({ ...borough(random), ...box(random), open: true }),
  'unit, open': (random) => ({ ...unit(random), open: true }),
  'unit, overdue': (random) => ({ ...unit(random), ...overdue }),
  'unit, status': (random) => ({ ...unit(random), statuses: ['paused'] }),
  'service, overdue': (random) => ({ ...service(random), ...overdue }),
  'service, created from': (random) => ({
    ...service(random),
    open: true,
    created_from_us: lately(random, 30),
  }),
};

async function fill(db: Database): Promise<void> {
  for (let first = 1; first <= ROWS; first += FILL_ROWS)
    await sql.fill(db, { first, last: first + FILL_ROWS - 1, rows: ROWS, open_share: OPEN_SHARE });
  await sql.fill_moves(db);
  await db.query('vacuum analyze request');
  await db.query('vacuum analyze backlog_move');
}

const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;

/** Times of the first page and of the one after it, ms. */
async function timed(db: Database, filter: RequestFilter, order: RequestOrder): Promise<number[]> {
  const began = performance.now();
  const rows = await listRequests(db, filter, order, PAGE_ROWS + 1);
  const first_ms = performance.now() - began;
  const last = rows[PAGE_ROWS - 1];
  if (rows.length <= PAGE_ROWS || last === undefined) return [first_ms];
  const again = performance.now();
  await listRequests(db, filter, order, PAGE_ROWS + 1, startAfter(last, order));
  return [first_ms, performance.now() - again];
}

async function measured(db: Database, questions: Readonly<Record<string, Question>>) {
  const random = uniform(311);
  const all: number[] = [];
  let worst = { name: '', ms: 0 };
  for (const [name, question] of Object.entries(questions)) {
    const times: number[] = [];
    for (const sort of REQUEST_SORTS)
      for (const descending of [false, true])
        for (let draw = 0; draw < DRAWS; draw += 1)
          times.push(...(await timed(db, question(random), { sort, descending })));
    all.push(...times);
    const ms = p95(times);
    if (process.env.VIGIE_BENCH_EACH)
      console.log(`         ${name}: p95 ${ms.toFixed(1)} ms of ${times.length}`);
    if (ms > worst.ms) worst = { name, ms };
  }
  return { all, worst };
}

export async function benchLists(): Promise<BenchRow[]> {
  if (!process.env.DATABASE_URL) {
    console.log('         only on a TimescaleDB server: set DATABASE_URL');
    return [];
  }
  const test = await testDatabase();
  try {
    await fill(test.db);
    const rows: BenchRow[] = [];
    for (const [name, questions] of [
      ['each filter', SINGLE],
      ['combinations', COMBINED],
    ] as const) {
      const { all, worst } = await measured(test.db, questions);
      const configuration = `${worst.name}; all ${all.length} pages of ${PAGE_ROWS} together p95 ${p95(all).toFixed(0)} ms; ${OPEN} open of ${ROWS}, every order, first and second page`;
      rows.push(
        atMost(`list of requests by ${name}, p95 of the slowest`, worst.ms, LIMIT_MS, 'ms', configuration),
      );
    }
    return [...rows, ...(await backlogRows(test.db, NOW_US))];
  } finally {
    await test.close();
  }
}

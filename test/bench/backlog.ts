/** How long the backlog of a scope takes with a million requests open, and what counting them in memory costs the main loop. */
import type { BacklogGroup } from '../../server/contract/backlog.ts';
import { RequestBook } from '../../server/live/request-book.ts';
import { bordersAt } from '../../server/requests/backlog.ts';
import {
  backlogFlow,
  backlogSince,
  type StoreScope,
  settledIn,
  settlementTimes,
} from '../../server/store/backlog.ts';
import type { Database } from '../../server/store/database.ts';
import { openPictures } from '../../server/store/request-reader.ts';
import { atMost, type BenchRow, median } from './types.ts';

const TIME_ZONE = 'America/Toronto';
const DAY_US = 86_400_000_000;
const PERIOD_DAYS = 30;
const TIMES = 7;
const LIMIT_MS = 100;
const LOOP_LIMIT_MS = 50;
const SCOPES: readonly [StoreScope, StoreScope, StoreScope] = [
  { borough: null, unit: null },
  { borough: 'VM', unit: null },
  { borough: null, unit: 'VM-works' },
];
const GROUPS = [null, 'borough', 'unit'] as const;

interface Asked {
  readonly scope: StoreScope;
  readonly by: BacklogGroup | null;
  readonly at_us: number;
  readonly is_now: boolean;
}
/** As `GET /api/v1/backlog` puts its questions. @returns ms, and of that of counting in memory */
async function asked(db: Database, book: RequestBook, { scope, by, at_us, is_now }: Asked) {
  const span = { scope, from_us: at_us - PERIOD_DAYS * DAY_US, to_us: at_us };
  const question = { scope, by, ...bordersAt(at_us, TIME_ZONE) };
  const began_ms = performance.now();
  await Promise.all([
    backlogFlow(db, { ...span, by }),
    is_now ? null : backlogSince(db, { ...question, as_of_us: at_us }),
    settledIn(db, { ...span, by }),
    settlementTimes(db, span),
  ]);
  const read_ms = performance.now();
  book.standing(question);
  const end_ms = performance.now();
  return { answer_ms: end_ms - began_ms, memory_ms: end_ms - read_ms };
}

export async function backlogRows(db: Database, now_us: number): Promise<BenchRow[]> {
  const book = new RequestBook();
  for await (const page of openPictures(db)) for (const picture of page) book.put(picture, now_us);
  const now: Awaited<ReturnType<typeof asked>>[] = [];
  for (const scope of SCOPES)
    for (const by of GROUPS)
      for (let time = 0; time < TIMES; time += 1)
        now.push(await asked(db, book, { scope, by, at_us: now_us, is_now: true }));
  const past = { scope: SCOPES[0], by: null, at_us: now_us - 90 * DAY_US, is_now: false };
  const earlier = [await asked(db, book, past), await asked(db, book, past), await asked(db, book, past)];
  const answers = now.map(({ answer_ms }) => answer_ms);
  const memory = now.map(({ memory_ms }) => memory_ms);
  const earlier_ms = median(earlier.map(({ answer_ms }) => answer_ms));
  const scopes = `${book.size} open; the city, a borough and a unit, whole, by borough and by unit, ${PERIOD_DAYS} days`;
  return [
    atMost(
      'backlog now, median',
      median(answers),
      LIMIT_MS,
      'ms',
      `${scopes}; the slowest ${Math.max(...answers).toFixed(0)} ms; of the city 90 days ago ${earlier_ms.toFixed(0)} ms`,
    ),
    atMost(
      'backlog now, of that the main loop',
      median(memory),
      LOOP_LIMIT_MS,
      'ms',
      `${scopes}; the slowest ${Math.max(...memory).toFixed(0)} ms`,
    ),
  ];
}

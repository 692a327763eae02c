/**
 * What the records of requests cost: `write()` of the same request events with and without them, so that their difference is the
 * projecting and the smaller one the storing; and how many requests' deadlines one core counts in a second.
 */
import { randomUUID } from 'node:crypto';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { type FoldedRequest, foldRequest, requestEvent } from '../../server/domain/request.ts';
import { deadlinesOf } from '../../server/domain/request-deadlines.ts';
import type { Database } from '../../server/store/database.ts';
import { EventStore } from '../../server/store/events.ts';
import { RequestRecords } from '../../server/store/requests.ts';
import { uniform } from '../domain/random.ts';
import { created, eventOf, rulesOf } from '../requests/support.ts';
import { testDatabase, testLogger } from '../setup/database.ts';
import { type BenchRow, median, row } from './types.ts';

const BATCH_ROWS = 4_000;
const DAYS = 14;
const DAY_US = 86_400_000_000;
const BOROUGHS = ['VM', 'RPP', 'VSE', 'LAS', 'PM'];

/** The life of a request, five to eight events over some days. */
function lifeOf(id: string, start_us: number, random: () => number): EventRecord[] {
  const borough = BOROUGHS[Math.floor(random() * BOROUGHS.length)]!;
  let at_us = start_us;
  const later = (hours: number): number => {
    at_us += Math.round(random() * hours * 3_600_000_000) + 1;
    return at_us;
  };
  const place = { longitude: -73.6 + random() / 10, latitude: 45.5 + random() / 10 };
  const description = 'Nid-de-poule devant le 1234, rue Fabre; il grandit à chaque pluie.';
  const unit = `${borough}-works`;
  const events = [
    created(id, at_us, { borough, ...place, address: '1234, rue Fabre', description, requesters: 1 }),
    eventOf(id, 'transmitted', later(0.2), { unit }),
    eventOf(id, 'acknowledged', later(12)),
  ];
  if (random() < 0.3)
    events.push(
      eventOf(id, 'paused', later(24), { reason: 'pièces' }),
      eventOf(id, 'resumed', later(48), { reason: 'pièces' }),
    );
  events.push(eventOf(id, 'work_ordered', later(24), { work_order: `W-${id}` }));
  if (random() < 0.8) events.push(eventOf(id, 'resolved', later(96), { resolution: 'done' }));
  if (random() < 0.5) events.push(eventOf(id, 'closed', later(24)));
  return events;
}

/** In the order of their times, as they come from day to day: a batch has one event of most of its requests. */
export function livesOf(requests: number, round: number): EventRecord[] {
  const random = uniform(31_100 + round);
  const from_us = Date.parse('2026-03-02T12:00:00Z') * 1000;
  const lives = Array.from({ length: requests }, (_, index) =>
    lifeOf(`B${round}-${index}`, from_us + Math.round(random() * DAYS * DAY_US), random),
  );
  return lives.flat().sort((a, b) => a.time_us - b.time_us);
}

/** As many batches at once as the batcher has. */
const IN_FLIGHT = 2;

/** The next batch when one is done. @returns s */
async function writeAll(store: EventStore, events: readonly EventRecord[]): Promise<number> {
  const began = performance.now();
  let at = 0;
  const worker = async (): Promise<void> => {
    while (at < events.length) {
      const batch = events.slice(at, at + BATCH_ROWS);
      at += BATCH_ROWS;
      await store.write({ events: batch, rejected: [] });
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return (performance.now() - began) / 1000;
}

async function projecting(db: Database): Promise<BenchRow> {
  const native = db.kind === 'native';
  const requests = native ? 10_000 : 4_000;
  const rules = rulesOf();
  const common = { server_id: randomUUID(), logger: testLogger };
  const bare = new EventStore(db, common);
  const kept = new EventStore(db, {
    ...common,
    records: (sources) => new RequestRecords({ rules: () => rules, sources: () => sources.ids }),
  });
  const rounds: { bare_s: number; kept_s: number }[] = [];
  let count = 0;
  for (let round = 0; round < 6; round += 1) {
    const events = livesOf(requests, round);
    count = events.length;
    await db.query('truncate request, request_event, backlog_move, deadline_event');
    const bare_s = await writeAll(bare, events);
    await db.query('truncate request, request_event, backlog_move, deadline_event');
    const kept_s = await writeAll(kept, events);
    if (round > 0) rounds.push({ bare_s, kept_s });
  }
  const bare_s = median(rounds.map((round) => round.bare_s));
  const kept_s = median(rounds.map((round) => round.kept_s));
  return row(
    'requests: projecting against storing',
    median(rounds.map((round) => round.kept_s / round.bare_s - 1)),
    'at_most',
    2,
    '× storing',
    `${count} events of ${requests} requests in the order of their times, ${BATCH_ROWS} a batch, median of ${rounds.length}; ${(count / bare_s).toFixed(0)} events/s stored alone, ${(count / kept_s).toFixed(0)} with their records`,
  );
}

/** One core for a while. @returns times a second, the median of five */
function speedOf(work: () => unknown): number {
  const once = (for_ms: number): number => {
    const until = performance.now() + for_ms;
    let count = 0;
    for (; performance.now() < until; count += 50) for (let n = 0; n < 50; n += 1) work();
    return (count * 1000) / for_ms;
  };
  once(500);
  return median([0, 1, 2, 3, 4].map(() => once(500)));
}

function counting(): BenchRow[] {
  const rules = rulesOf();
  const random = uniform(311);
  const folded: FoldedRequest[] = [];
  for (let n = 0; folded.length < 500; n += 1) {
    const start_us = Date.parse('2026-03-02T12:00:00Z') * 1000 + Math.round(random() * 200 * DAY_US);
    const events = lifeOf(`D${n}`, start_us, random).flatMap((event) => requestEvent(event) ?? []);
    const request = foldRequest(`D${n}`, events);
    if (request.pauses.length > 0) folded.push(request);
  }
  const at = { request: 0, kinds: 0 };
  const requests_per_s = speedOf(() => {
    at.request = (at.request + 1) % folded.length;
    at.kinds += deadlinesOf(folded[at.request]!, rules).length;
  });
  const office = rules.calendar('office', 'days')!;
  const moments_per_s = speedOf(() => {
    at.request = (at.request + 1) % folded.length;
    return office.after_us(folded[at.request]!.created_us!, 5 * DAY_US);
  });
  const kinds = folded.reduce((sum, request) => sum + deadlinesOf(request, rules).length, 0) / folded.length;
  const configuration = `one core, 500 requests with a pause, ${kinds.toFixed(1)} deadlines each with its warning, median of 5`;
  return [
    row(
      'requests: deadlines counted',
      requests_per_s * kinds,
      'at_least',
      100_000,
      'deadlines/s',
      configuration,
    ),
    row(
      'requests: requests of which all deadlines are counted',
      requests_per_s,
      'at_least',
      25_000,
      'requests/s',
      configuration,
    ),
    row(
      'requests: moments found on a calendar',
      moments_per_s,
      'at_least',
      100_000,
      'moments/s',
      'one core, five business days from 500 instants',
    ),
  ];
}

export async function benchRequests(): Promise<BenchRow[]> {
  const { db, close } = await testDatabase();
  try {
    return [await projecting(db), ...counting()];
  } finally {
    await close();
  }
}

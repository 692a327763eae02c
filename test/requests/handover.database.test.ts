/** The hand-over of a hand-made day, from stored events over HTTP. */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKLOG_SCHEMAS } from '../../server/contract/backlog-schemas.ts';
import type { HandoverAnswer } from '../../server/contract/handover.ts';
import { type QueueConfig, unknownQueue } from '../../server/contract/reference.ts';
import { CLOSING_LIMITS } from '../../server/domain/contact.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { handoverRouter } from '../../server/requests/handover-http.ts';
import { EventStore } from '../../server/store/events.ts';
import { callsAtClosings } from '../../server/store/handover.ts';
import { event } from '../domain/history.ts';
import { holidays, week, ZONE } from '../domain/offices.ts';
import { type TestDatabase, testDatabase, testLogger } from '../setup/database.ts';

const clock = new ManualClock('2026-11-24T15:00:00Z');
const office = (borough: string, ranges: string): QueueConfig => ({
  ...unknownQueue(borough, 'phone'),
  borough,
  hours: [{ season: null, weekly: week('1-5', ranges) }],
  centre: 'centre',
});
const queues: QueueConfig[] = [
  office('VM', '08:30-16:30'),
  office('RO', '08:30-12:00 13:00-17:00'),
  { ...office('PM', '08:30-16:30'), handed_over: true },
  unknownQueue('centre', 'phone'),
  unknownQueue('counter:VM', 'counter'),
];
const time = (clock_time: string): string => `2026-11-23T${clock_time}-05:00`;
const day = [
  // Waits in VM, is taken by the centre three minutes after the closing.
  event('call.queued', 'a', time('16:28:00'), { queue: 'VM' }),
  event('call.transferred', 'a', time('16:30:00'), { from_queue: 'VM', to_queue: 'centre' }),
  event('call.queued', 'a', time('16:30:00'), { queue: 'centre' }),
  event('call.answered', 'a', time('16:33:00'), { queue: 'centre', agent: 'ada' }),
  event('call.completed', 'a', time('16:40:00'), { queue: 'centre', agent: 'ada', talk_s: 420 }),
  // Gives up.
  event('call.queued', 'b', time('16:29:00'), { queue: 'VM' }),
  event('call.abandoned', 'b', time('16:31:00'), { queue: 'VM' }),
  // Was answered in time, and one that came too late.
  event('call.queued', 'c', time('16:20:00'), { queue: 'VM' }),
  event('call.answered', 'c', time('16:21:00'), { queue: 'VM', agent: 'bob' }),
  event('call.queued', 'd', time('16:31:00'), { queue: 'VM' }),
  // At noon in RO; the same hour the day before is another day's.
  event('call.queued', 'e', time('11:59:00'), { queue: 'RO' }),
  event('call.answered', 'e', time('12:01:00'), { queue: 'centre', agent: 'ada' }),
  event('call.queued', 'f', '2026-11-20T16:29:00-05:00', { queue: 'VM' }),
];

let test: TestDatabase;
const server = http.createServer();
let base = '';
beforeAll(async () => {
  test = await testDatabase();
  const store = new EventStore(test.db, { server_id: randomUUID(), logger: testLogger, clock });
  await store.write({ events: day, rejected: [] });
  const app = express();
  app.use(
    handoverRouter({
      queues,
      holidays,
      time_zone: ZONE,
      clock,
      logger: testLogger,
      calls: (closings, as_of_us) => callsAtClosings(test.db, closings, as_of_us, CLOSING_LIMITS),
    }),
  );
  server.on('request', app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/handover`;
});
afterAll(async () => {
  server.close();
  await test.close();
});
const get = async (query: string) => {
  const answer = await fetch(base + query);
  return { status: answer.status, body: (await answer.json()) as HandoverAnswer };
};

describe('the hand-over of a day', () => {
  it('has each closing of each office with its own hours, what waited, who took it and how long it waited', async () => {
    const { body } = await get('?date=2026-11-23');
    expect(body).toMatchObject({ date: '2026-11-23', definition: 'handover@1', waiting: 3, next: null });
    const nothing = {
      waiting: 0,
      taken: [],
      ended: 0,
      longest_wait_at_close_s: null,
      mean_wait_s: null,
      longest_wait_s: null,
    };
    expect(body.items).toEqual([
      {
        queue: 'RO',
        borough: 'RO',
        closed_at: '2026-11-23T17:00:00.000Z',
        waiting: 1,
        taken: [{ queue: 'centre', fate: 'answered', calls: 1 }],
        longest_wait_at_close_s: 60,
        ended: 1,
        mean_wait_s: 120,
        longest_wait_s: 120,
      },
      {
        queue: 'VM',
        borough: 'VM',
        closed_at: '2026-11-23T21:30:00.000Z',
        waiting: 2,
        taken: [
          { queue: 'VM', fate: 'abandoned', calls: 1 },
          { queue: 'centre', fate: 'answered', calls: 1 },
        ],
        longest_wait_at_close_s: 120,
        ended: 2,
        mean_wait_s: 210,
        longest_wait_s: 300,
      },
      { queue: 'RO', borough: 'RO', closed_at: '2026-11-23T22:00:00.000Z', ...nothing },
    ]);
  });

  it('answers what its page says', async () => {
    const [page, own] = BACKLOG_SCHEMAS.HandoverAnswer.allOf;
    const { body } = await get('?date=2026-11-23');
    expect([...Compile(page!).Errors(body), ...Compile(own!).Errors(body)]).toEqual([]);
  });

  it('is of one borough where one is asked, of today where no date is, and of no closing to come', async () => {
    expect((await get('?date=2026-11-23&borough=ro')).body.items.map(({ queue }) => queue)).toEqual([
      'RO',
      'RO',
    ]);
    // It is ten in the morning.
    expect((await get('')).body).toMatchObject({ date: '2026-11-24', items: [], waiting: 0 });
    expect((await get('?date=2026-11-22')).body.items).toEqual([]);
  });

  it.each(['date=yesterday', 'date=2026-02-30', 'borough=ZZ', 'day=2026-11-23'])(
    'refuses %s',
    async (query) => {
      expect((await get(`?${query}`)).status).toBe(400);
    },
  );
});

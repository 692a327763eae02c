/** The forecast of breaches, over HTTP, against a small city reckoned by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BreachForecastAnswer } from '../../server/contract/breach-forecast.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { TEST_KEY, type TestServer, testServer } from '../setup/server.ts';

const NOW_MS = Date.parse('2026-06-15T12:00:00-04:00');
/** First instant of the first of the four weeks that are tried. */
const FIRST_MS = Date.parse('2026-05-18T00:00:00-04:00');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const clock = new ManualClock(NOW_MS * 1000);
let server: TestServer;
beforeAll(async () => {
  server = await testServer({}, { clock });
});
afterAll(() => server?.close());

async function asked(scope: string): Promise<BreachForecastAnswer> {
  const answer = await fetch(`${server.url}/api/v1/breaches/forecast?scope=${scope}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as BreachForecastAnswer;
}
let count = 0;
function eventOf(type: string, subject: string, time_ms: number, data: object): object {
  count += 1;
  const time = new Date(time_ms).toISOString();
  return {
    ...{ specversion: '1.0', source: 'urn:test:forecast', id: String(count) },
    ...{ type: `org.vigie311.request.${type}`, subject, time, data },
  };
}
/** @param lasted_ms null: it is open */
function request(id: string, created_ms: number, due_ms: number, lasted_ms: number | null, borough = 'VM') {
  const data = { service: 'nid-de-poule', nature: 'request', channel: 'phone', borough };
  const created = eventOf('created', id, created_ms, { ...data, due_at: new Date(due_ms).toISOString() });
  if (lasted_ms === null) return [created];
  return [created, eventOf('resolved', id, created_ms + lasted_ms, { resolution: 'done' })];
}
const many = (n: number, of: (index: number) => object[]): object[] =>
  Array.from({ length: n }, (_, index) => of(index)).flat();

const LONG_AGO_MS = NOW_MS - 100 * DAY_MS;
const TRIED_MS = FIRST_MS - 2 * HOUR_MS;
const EVENTS = [
  // Known before the weeks that are tried: a quarter took longer than two days.
  ...many(30, (n) => request(`fast-${n}`, LONG_AGO_MS, LONG_AGO_MS + 2 * DAY_MS, DAY_MS)),
  ...many(10, (n) => request(`slow-${n}`, LONG_AGO_MS, LONG_AGO_MS + 2 * DAY_MS, 20 * DAY_MS)),
  // Of 20 that were due in the first week, 8 were late.
  ...many(12, (n) => request(`kept-${n}`, TRIED_MS, FIRST_MS + 2 * DAY_MS, DAY_MS)),
  ...many(8, (n) => request(`late-${n}`, TRIED_MS, FIRST_MS + 2 * DAY_MS, 7 * DAY_MS)),
  // Open: due in three days; after the week; overdue; with its clock at a stand.
  ...many(10, (n) => request(`open-${n}`, NOW_MS - HOUR_MS, NOW_MS + 3 * DAY_MS, null)),
  ...request('later', NOW_MS - HOUR_MS, NOW_MS + 8 * DAY_MS, null),
  ...request('overdue', NOW_MS - 9 * DAY_MS, NOW_MS - DAY_MS, null),
  ...request('paused', NOW_MS - 2 * HOUR_MS, NOW_MS + 3 * DAY_MS, null),
  eventOf('paused', 'paused', NOW_MS - HOUR_MS, { reason: 'weather' }),
  ...request('elsewhere', NOW_MS - HOUR_MS, NOW_MS + 3 * DAY_MS, null, 'LS'),
];

describe('the forecast of breaches', () => {
  it('of a server that knows nothing is zero of nothing, and tells no error', async () => {
    const { forecast, items, trials, to } = await asked('VM');
    expect(forecast).toEqual({
      value: 0,
      definition: 'breach_forecast@1',
      counts: { low: 0, high: 0, at_risk: 0, without_history: 0, weeks_tried: 0 },
    });
    expect([items, trials, to]).toEqual([[], [], '2026-06-21']);
  });

  it('is what the settlement times of the service and borough say, beside what they said before', async () => {
    const sent = await fetch(`${server.url}/api/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${TEST_KEY}`,
        'content-type': 'application/cloudevents-batch+json',
      },
      body: JSON.stringify(EVENTS),
    });
    expect(await sent.json()).toEqual({ accepted: EVENTS.length, duplicates: 0, rejected: [] });
    clock.advance_s(660);
    const { forecast, items, trials } = await asked('VM');
    // Of 61 that were seen for longer than a day 42 took a day; 8 took a week, 10 took 20 days and one is open for the ninth day.
    expect(items).toEqual([{ service: 'nid-de-poule', at_risk: 10, expected: 3.1 }]);
    // A quarter of 20 was foretold and 8 came: 3 ÷ 8. The deviation is √(20 × 0.25 × 0.75): 2.5 on either side of 5.
    expect(trials).toEqual([{ date: '2026-05-18', expected: 5, low: 2, high: 8, breached: 8 }]);
    // Its square error was 2.4 times its variance: so far more than 1.28 × √2.14 lie on either side of 3.1.
    expect(forecast).toEqual({
      value: 3.1,
      definition: 'breach_forecast@1',
      counts: {
        low: 0,
        high: 7,
        at_risk: 10,
        without_history: 0,
        weeks_tried: 1,
        weeks_error: 0.375,
        weeks_coverage: 1,
      },
    });
  });

  it('of a borough without a past comes from the city; that of the city from each of them', async () => {
    const { forecast } = await asked('LS');
    expect([forecast.value, forecast.counts.at_risk]).toEqual([0.3, 1]);
    const city = await asked('city');
    expect([city.forecast.value, city.forecast.counts.at_risk]).toEqual([3.4, 11]);
  });

  it('refuses what it does not know', async () => {
    const answer = await fetch(`${server.url}/api/v1/breaches/forecast?scope=VM&days=3`);
    expect(answer.status).toBe(400);
  });
});

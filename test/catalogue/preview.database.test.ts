/** What a change of the catalogue would do, asked over HTTP before it is made. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CalendarDefinition, Catalogue } from '../../server/contract/catalogue.ts';
import { TEST_KEY, type TestServer, testServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
}, 120_000);
afterAll(() => server?.close());

const preview = (said: object, key: string | null = TEST_KEY) =>
  fetch(`${server.url}/api/v1/catalogue/preview`, {
    method: 'POST',
    body: JSON.stringify(said),
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
  });
const stored = async () =>
  (await (await fetch(`${server.url}/api/v1/catalogue`)).json()) as Catalogue & { revision: number };
const offices = async (): Promise<CalendarDefinition> => {
  const { calendars } = await stored();
  return calendars.find(({ id }) => id === 'bureaux')!;
};

it('says what is changed and what becomes of open requests, and stores nothing', async () => {
  const before = await stored();
  const calendar = { ...(await offices()), closed: { '2030-01-07': { fr: 'Fermé', en: 'Closed' } } };
  const answer = await preview({ calendars: [calendar] });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    calendars: { added: [], changed: ['bureaux'], unchanged: 0 },
    impact: { looked_at: 0, all: true, due_changed: 0, newly_overdue: 0, no_longer_overdue: 0 },
    revision: before.revision,
  });
  expect(await stored()).toEqual(before);
});

it('refuses what could not be saved, with the same faults', async () => {
  const calendar = { ...(await offices()), closed: { '2030-02-30': { fr: 'Fermé', en: 'Closed' } } };
  const body = JSON.stringify({ calendars: [calendar] });
  const headers = { authorization: `Bearer ${TEST_KEY}` };
  const saved = await fetch(`${server.url}/api/v1/catalogue`, { method: 'PUT', body, headers });
  const seen = await preview({ calendars: [calendar] });
  expect([seen.status, await seen.json()]).toEqual([400, await saved.json()]);
});

it('is for those who may change it', async () => {
  expect((await preview({}, null)).status).toBe(401);
  expect((await preview({}, 'another')).status).toBe(403);
});

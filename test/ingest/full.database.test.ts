/** A server with little room: what it cannot take it refuses whole, and what it takes it stores. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, BATCH, type IngestServer, queuedEvent, STREAM, startIngest } from './server.ts';

let server: IngestServer;
beforeAll(async () => {
  server = await startIngest({ max_rows: 10, max_pending_rows: 20, max_in_flight: 1 });
}, 120_000);
afterAll(() => server?.close());

async function storedLike(subject: string): Promise<number> {
  const { rows } = await server.database.db.query<{ n: number }>(
    'select count(*)::integer as n from call_event where subject like $1',
    [subject],
  );
  return rows[0]?.n ?? -1;
}
const batch = (name: string): string =>
  JSON.stringify(Array.from({ length: 10 }, (_, index) => queuedEvent(`${name}-${index}`)));

it('more than fits is refused with 429 and Retry-After; accepted and stored are the same', async () => {
  const answers: Answer[] = await Promise.all(
    Array.from({ length: 60 }, (_, index) => server.post(batch(`full${index}`), BATCH)),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const { headers, body } of refused) {
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(body.error?.code).toBe('server_full');
  }
  const taken = answers.filter(({ status }) => status === 200);
  expect(taken.length + refused.length).toBe(60);
  expect(await storedLike('call-full%')).toBe(taken.reduce((sum, { body }) => sum + body.accepted, 0));
});

it('streams wait for room instead of failing', async () => {
  const streams = await Promise.all(
    Array.from({ length: 6 }, (_, stream) => {
      const rows = Array.from({ length: 2_000 }, (_row, index) => queuedEvent(`wait${stream}-${index}`));
      return server.post(rows.map((row) => JSON.stringify(row)).join('\n'), STREAM);
    }),
  );
  expect(streams.map(({ status, body }) => [status, body.accepted])).toEqual(
    Array.from({ length: 6 }, () => [200, 2_000]),
  );
  expect(await storedLike('call-wait%')).toBe(12_000);
});

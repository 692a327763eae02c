import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Compile } from 'typebox/compile';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApiPage } from '../../server/contract/openapi.ts';
import type { QueueConfig } from '../../server/contract/reference.ts';
import { unknownQueue } from '../../server/contract/reference.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { logger } from '../../server/lib/logger.ts';
import { readRouter } from '../../server/live/http.ts';
import { LiveState } from '../../server/live/state.ts';
import { event } from '../domain/history.ts';

const clock = new ManualClock('2026-11-23T20:00:00Z');
const queues: QueueConfig[] = [unknownQueue('centre', 'phone'), unknownQueue('counter:VM', 'counter')];
const events = [
  event('web.page_viewed', 'w', '2026-11-23T19:50:00Z', { path: '/' }),
  event('mail.received', 'a', '2026-11-23T14:00:00Z', { medium: 'post' }),
  event('mail.received', 'b', '2026-11-23T14:05:00Z', { medium: 'email' }),
  event('mail.answered', 'b', '2026-11-23T20:05:00Z', { medium: 'email' }),
];
const server = http.createServer();
let base = '';

beforeAll(async () => {
  const state = new LiveState({ queues, time_zone: 'America/Toronto', clock });
  const intervals = async (queue: string, from_us: number, to_us: number) =>
    state.intervals(queue, from_us, to_us);
  const app = express();
  state.apply({ batch: 1, received_us: clock.now_us(), events, rejected: {} });
  const channels = {
    state: () => state.channels(),
    mailIntervals: async (from_us: number, to_us: number) =>
      state.mail.intervals(from_us, to_us, clock.now_us()),
  };
  app.use(readRouter({ state, intervals, channels, clock, logger, time_zone: 'America/Toronto' }));
  server.on('request', app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
});
afterAll(() => server.close());

/** The schema of an answer, its references replaced by what they refer to. */
function schemaOf(path: string): object {
  const page = openApiPage('1.0.0') as unknown as {
    paths: Record<
      string,
      { get: { responses: { 200: { content: { 'application/json': { schema: object } } } } } }
    >;
    components: { schemas: Record<string, object> };
  };
  const resolved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolved);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...rest } = value as { $ref?: string };
    const target = $ref ? resolved(page.components.schemas[$ref.split('/').at(-1)!]) : {};
    return {
      ...(target as object),
      ...Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, resolved(v)])),
    };
  };
  return resolved(page.paths[path]!.get.responses[200].content['application/json'].schema) as object;
}

const get = async (path: string) => {
  const answer = await fetch(base + path);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe('the read api', () => {
  it('lists the queues, with the city beside the list', async () => {
    const { status, body } = await get('/queues');
    expect(status).toBe(200);
    expect((body.items as { queue: string }[]).map(({ queue }) => queue)).toEqual(['centre', 'counter:VM']);
    expect(body).toMatchObject({ next: null, as_of: '2026-11-23T20:00:00.000Z', city: { queue: 'city' } });
  });

  it('finds a counter by its own name, and says what is not there', async () => {
    expect((await get('/queues/VM')).body.queue).toBe('counter:VM');
    expect(await get('/queues/none')).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_queue' } },
    });
  });

  it('takes the present local day for intervals, and refuses what is no span', async () => {
    const { body } = await get('/queues/centre/intervals');
    expect(body).toMatchObject({
      from: '2026-11-23T05:00:00.000Z',
      to: '2026-11-24T05:00:00.000Z',
      items: [],
    });
    for (const query of [
      'from=yesterday',
      'from=2026-11-23',
      'to=2020-01-01T00:00:00Z&from=2021-01-01T00:00:00Z',
    ]) {
      expect(await get(`/queues/centre/intervals?${query}`)).toMatchObject({ status: 400 });
    }
    expect(
      (await get('/queues/centre/intervals?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z')).status,
    ).toBe(400);
  });

  it('tells of web and mail, and of the mail of an interval in business days', async () => {
    const { body } = await get('/channels');
    expect(body).toMatchObject({
      web: { active_sessions: 1, today: { page_views: 1 } },
      mail: {
        open: 1,
        open_overdue: 0,
        oldest_open_at: '2026-11-23T14:00:00.000Z',
        oldest_open_days: 0.25,
        today: { counts: { received: 2, answered: 1, answered_within: 1, wait_sum_days: 0.25 } },
        answered_today: { metrics: { mail_service_level: { value: 1, definition: 'mail_service_level@1' } } },
      },
    });
    const rows = (await get('/channels/mail/intervals')).body;
    expect(rows.items).toMatchObject([
      { from: '2026-11-23T14:00:00.000Z', received: 2, open: 1, provisional: true },
    ]);
  });

  it.each([
    ['/queues', '/api/v1/queues'],
    ['/queues/centre', '/api/v1/queues/{id}'],
    ['/queues/centre/intervals', '/api/v1/queues/{id}/intervals'],
    ['/channels', '/api/v1/channels'],
    ['/channels/mail/intervals', '/api/v1/channels/mail/intervals'],
    ['/feeds', '/api/v1/feeds'],
  ])('%s answers what its page says', async (address, path) => {
    const { body } = await get(address);
    expect(Compile(schemaOf(path)).Errors(body)).toEqual([]);
  });

  it('gives every definition', async () => {
    const { body } = await get('/definitions');
    expect((body.items as unknown[]).length).toBeGreaterThan(10);
  });
});

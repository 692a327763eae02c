import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueConfig } from '../../server/contract/reference.ts';
import { unknownQueue } from '../../server/contract/reference.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { logger } from '../../server/lib/logger.ts';
import { readRouter } from '../../server/live/http.ts';
import { LiveState } from '../../server/live/state.ts';

const clock = new ManualClock('2026-11-23T20:00:00Z');
const queues: QueueConfig[] = [unknownQueue('centre', 'phone'), unknownQueue('counter:VM', 'counter')];
const server = http.createServer();
let base = '';

beforeAll(async () => {
  const state = new LiveState({ queues, time_zone: 'America/Toronto', clock });
  const intervals = async (queue: string, from_us: number, to_us: number) =>
    state.intervals(queue, from_us, to_us);
  const app = express();
  app.use(readRouter({ state, intervals, clock, logger, time_zone: 'America/Toronto' }));
  server.on('request', app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`;
});
afterAll(() => server.close());

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

  it('gives every definition', async () => {
    const { body } = await get('/definitions');
    expect((body.items as unknown[]).length).toBeGreaterThan(10);
  });
});

/** The simulated city at a chosen time: a server of its own whose clock is set, with the two weeks before that moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import type { QueueState, WatchAnswer } from '../../server/contract/live.ts';
import { startServerProcess } from '../bench/server-process.ts';

export interface Scene {
  readonly url: string;
  remove(): Promise<void>;
}

/** Local times of the default seed's city; `storm` is its worst thunderstorm on a working day. `empty`: a server that never heard of an event. */
export const SCENES = {
  noon: '2026-10-20T11:50:00-04:00',
  night: '2026-10-20T02:40:00-04:00',
  storm: '2026-06-25T14:20:00-04:00',
  empty: null,
} as const;
export type SceneName = keyof typeof SCENES;

const CLOCK = new URL('./set-clock.mjs', import.meta.url).href;
const FILLED_WITHIN_MS = 480_000;
const FORECAST_WITHIN_MS = 60_000;
/** Part of the thirteen months that is there when the two weeks are: the past beyond is not waited for. */
const TWO_WEEKS = 14 / 400;

/** The environment of a Node program whose clock is set to an instant, and runs `speed` times as fast. */
export const clockAt = (at: string, speed = 1): Record<string, string> => ({
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import ${CLOCK}`,
  CLOCK_REAL_MS: String(Date.now()),
  CLOCK_SHOWN_MS: String(Date.parse(at)),
  CLOCK_SPEED: String(speed),
});

export async function startScene(name: SceneName): Promise<Scene> {
  // Only the embedded database has the clock that is set.
  delete process.env.DATABASE_URL;
  const at = SCENES[name];
  const server = await startServerProcess({
    VIGIE_LOG_LEVEL: 'info',
    ...(at === null
      ? { VIGIE_DEMO: '0' }
      : {
          VIGIE_DEMO: '1',
          ...clockAt(at),
        }),
  });
  const url = `http://127.0.0.1:${server.port}`;
  const scene = { url, remove: () => server.remove() };
  if (at === null) return scene;
  try {
    await filled(url);
    await forecast(url);
  } catch (error) {
    await scene.remove();
    throw error;
  }
  return scene;
}

/** Waits until the two weeks are in. */
async function filled(url: string): Promise<void> {
  const socket = io(`${url}/live`, { transports: ['websocket'] });
  const until_ms = Date.now() + FILLED_WITHIN_MS;
  try {
    while ((await backfillOf(socket)) < TWO_WEEKS) {
      if (Date.now() > until_ms) throw new Error('the city was not there in time');
      await sleep(1_000);
    }
  } finally {
    socket.close();
  }
}

/** The first forecasts follow the aggregates of the past, which are made between two batches of it. */
async function forecast(url: string): Promise<void> {
  const until_ms = Date.now() + FORECAST_WITHIN_MS;
  while (Date.now() < until_ms) {
    const queue = (await (await fetch(`${url}/api/v1/queues/centre`)).json()) as QueueState;
    if (queue.outlook?.forecast) return;
    await sleep(1_000);
  }
  console.log('The forecast has not come: the pictures are taken without it.');
}

async function backfillOf(socket: Socket): Promise<number> {
  const answer = (await socket.emitWithAck('watch', { topic: 'clock', scope: 'city' })) as WatchAnswer;
  const clock = 'state' in answer ? Object.values(answer.state.items)[0] : undefined;
  return clock && 'backfill' in clock && typeof clock.backfill === 'number' ? clock.backfill : 0;
}

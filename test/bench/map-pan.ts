/**
 * The map of 100,000 open requests while it is panned, in a real browser: how long the page works on each frame, and how far apart frames are.
 * The second says mostly how fast the machine draws; without a graphics card that is its processor, so only the first has a limit.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { chromium, type Page } from 'playwright-core';
import { GROUND } from '../../seeds/reference/ground.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { logger } from '../../server/lib/logger.ts';
import { mapRouter } from '../../server/map/http.ts';
import { LiveMap } from '../../server/map/live-map.ts';
import { ensureBuilt } from '../browser/server.ts';
import { uniform } from '../domain/random.ts';
import { samplePoint } from '../map/support.ts';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { atMost, type BenchRow } from './types.ts';

const POINTS = 100_000;
/** 30 frames a second. */
const FRAME_MS = 1_000 / 30;
const SIZE = { width: 1920, height: 1080 };
const VIEWS = [
  ['whole city', ''],
  ['a borough', '?view=45.5200,-73.6000,12.5'],
  ['streets', '?view=45.5200,-73.6000,14.5'],
  ['whole city, heat', '?heat=1'],
] as const;

interface Frames {
  /** Of the page's own work in each frame, ms, sorted. */
  readonly work: readonly number[];
  /** From frame to frame, ms, sorted. */
  readonly apart: readonly number[];
}

export async function benchMapPan(): Promise<BenchRow[]> {
  await ensureBuilt();
  const map = new LiveMap({ clock: systemClock });
  const random = uniform(1);
  for (let n = 1; n <= POINTS; n += 1) map.set(samplePoint(n, random));
  const app = express();
  app.use(mapRouter({ map, ground: () => ({ ...GROUND, style: null }), logger }));
  const built = new URL('../../web/build/handler.js', import.meta.url).href;
  app.use(((await import(built)) as { handler: RequestHandler }).handler);
  const server = http.createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/carte`;
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: [...CHROMIUM_ARGS],
  });
  const rows: BenchRow[] = [];
  try {
    for (const [name, query] of VIEWS) {
      const page = await browser.newPage({ viewport: SIZE });
      await page.addInitScript(watchFrames);
      await page.goto(url + query);
      await page.locator('.notice').waitFor({ state: 'detached' });
      await page.waitForTimeout(3_000);
      const { work, apart } = await pan(page);
      const at = (sorted: readonly number[], share: number): number =>
        sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
      rows.push(
        atMost(
          `map: work of the page on a frame while it is panned, ${name}`,
          at(work, 0.95),
          FRAME_MS,
          'ms',
          `p95 of ${work.length} frames, median ${at(work, 0.5).toFixed(1)} ms; ${POINTS} points, ${SIZE.width} × ${SIZE.height}; frames apart, drawn by the processor: median ${at(apart, 0.5).toFixed(1)} ms, p95 ${at(apart, 0.95).toFixed(1)} ms`,
        ),
      );
      await page.close();
    }
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
  return rows;
}

interface Watched extends Window {
  seen: { start: number; work_ms: number }[];
}
/** In the page, before anything of it: how long what it does in each frame takes. */
function watchFrames(): void {
  const own = window as unknown as Watched;
  own.seen = [];
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (run) =>
    request((start) => {
      const began = performance.now();
      run(start);
      const work_ms = performance.now() - began;
      const last = own.seen.at(-1);
      if (last?.start === start) last.work_ms += work_ms;
      else own.seen.push({ start, work_ms });
    });
}

/** Drags the map to and fro for about four seconds. */
async function pan(page: Page): Promise<Frames> {
  const box = await page.locator('.maplibregl-canvas').boundingBox();
  if (!box) throw new Error('there is no map');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.evaluate(() => (window as unknown as Watched).seen.splice(0));
  for (let step = 1; step <= 240; step += 1) {
    await page.mouse.move(x + 300 * Math.sin(step / 20), y + 150 * Math.sin(step / 33));
    await page.waitForTimeout(10);
  }
  const frames = await page.evaluate(() => (window as unknown as Watched).seen);
  await page.mouse.up();
  const ascending = (a: number, b: number): number => a - b;
  return {
    work: frames.map(({ work_ms }) => work_ms).sort(ascending),
    apart: frames
      .slice(1)
      .map(({ start }, at) => start - frames[at]!.start)
      .sort(ascending),
  };
}

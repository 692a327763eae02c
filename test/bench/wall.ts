/**
 * A real Chromium shows the city's wall while a whole day of the simulated city passes in minutes: memory, nodes and
 * listeners an hour after midnight and a day later; the work of its page in the busy hours; and what a first visit costs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, type CDPSession, chromium } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { clockAt } from '../setup/scenes.ts';
import { KEY, type ServerProcess, startServerProcess } from './server-process.ts';
import { atMost, type BenchRow } from './types.ts';

const FROM = '2026-10-20T00:00:00-04:00';
const SPEED = 480;
const HOUR_MS = 3_600_000 / SPEED;
const CITY = fileURLToPath(new URL('../../seeds/city/main.ts', import.meta.url));
const WALL = { width: 1920, height: 1080 };
const LIMITS = { growth: 1.1, cpu: 0.1, first_load_bytes: 250_000, interactive_ms: 1_000 };

interface Footprint {
  readonly heap_bytes: number;
  readonly nodes: number;
  readonly listeners: number;
  /** Work of the page's main thread since its beginning, s. */
  readonly task_s: number;
}

async function footprint(cdp: CDPSession): Promise<Footprint> {
  for (let time = 0; time < 3; time++) await cdp.send('HeapProfiler.collectGarbage');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return {
    heap_bytes: of('JSHeapUsedSize'),
    nodes: of('Nodes'),
    listeners: of('JSEventListeners'),
    task_s: of('TaskDuration'),
  };
}

export async function benchWall(): Promise<BenchRow[]> {
  // The clock is set for the embedded database only.
  delete process.env.DATABASE_URL;
  const clock = clockAt(FROM, SPEED);
  const server = await startServerProcess({ VIGIE_DEMO: '0', VIGIE_INGEST_KEY: KEY, ...clock });
  const browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
  const began_ms = Number(clock.CLOCK_REAL_MS);
  const city = startCity(server, clock);
  try {
    return [...(await day(browser, server, began_ms)), ...(await firstVisit(browser, server))];
  } finally {
    city.kill('SIGTERM');
    await browser.close();
    await server.remove();
  }
}

const startCity = (server: ServerProcess, clock: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [CITY, '--no-history'], {
    env: { ...process.env, ...clock, VIGIE_URL: `http://127.0.0.1:${server.port}`, VIGIE_INGEST_KEY: KEY },
    stdio: ['ignore', 'inherit', 'inherit'],
  });

async function day(browser: Browser, server: ServerProcess, began_ms: number): Promise<BenchRow[]> {
  const until = (hour: number): Promise<void> =>
    sleep(Math.max(0, began_ms + hour * HOUR_MS - Date.now())) as Promise<void>;
  const context = await browser.newContext({ viewport: WALL });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Performance.enable');
  await page.goto(`http://127.0.0.1:${server.port}/mur`);
  await page.locator('.tile').first().waitFor({ timeout: 60_000 });
  // The first hours are those of a start: the server's, the city's and the page's own.
  await until(5);
  const before = await footprint(cdp);
  await until(9);
  const busy_from = await footprint(cdp);
  const busy_from_ms = Date.now();
  await until(15);
  const busy_to = await footprint(cdp);
  const busy_s = (Date.now() - busy_from_ms) / 1000;
  await until(29);
  const after = await footprint(cdp);
  await context.close();
  const growth = (name: keyof Footprint): number => after[name] / before[name];
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
  const hours = `24 simulated hours at ${SPEED} times the pace, Chromium ${browser.version()}`;
  return [
    atMost(
      'memory of a wall after a day',
      growth('heap_bytes'),
      LIMITS.growth,
      'ratio',
      `${hours}; ${mb(before.heap_bytes)} MB at 5 in the morning, ${mb(after.heap_bytes)} MB a day later, collected`,
    ),
    atMost(
      'nodes of a wall after a day',
      growth('nodes'),
      LIMITS.growth,
      'ratio',
      `${before.nodes}, then ${after.nodes}`,
    ),
    atMost(
      'listeners of a wall after a day',
      growth('listeners'),
      LIMITS.growth,
      'ratio',
      `${before.listeners}, then ${after.listeners}`,
    ),
    atMost(
      'work of the page in the busy hours',
      (busy_to.task_s - busy_from.task_s) / busy_s,
      LIMITS.cpu,
      'of a core',
      `every queue changes with each of 4 updates a second, over ${busy_s.toFixed(0)} s; main thread, its map included`,
    ),
  ];
}

/** Without a cache; the map comes after the figures and is not counted. */
async function firstVisit(browser: Browser, server: ServerProcess): Promise<BenchRow[]> {
  const context = await browser.newContext({ viewport: WALL });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  const urls = new Map<string, string>();
  const bytes = new Map<string, number>();
  cdp.on('Network.responseReceived', ({ requestId, response }) => void urls.set(requestId, response.url));
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes.set(requestId, encodedDataLength);
  });
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.documentElement?.dataset.ready === undefined) return;
      Object.assign(globalThis, { ready_ms: performance.now() });
      observer.disconnect();
    }).observe(document, { attributes: true, subtree: true, childList: true });
  });
  // The panel asks for the map's code only once it is mounted: what was asked for by then is the wall itself.
  await page.goto(`http://127.0.0.1:${server.port}/mur`);
  await page.locator('.tile').first().waitFor({ timeout: 60_000 });
  await page.waitForLoadState('networkidle').catch(() => undefined);
  const ready_ms = await page.evaluate(() => (globalThis as unknown as { ready_ms: number }).ready_ms);
  const map = await mapUrls([...urls.values()]);
  let total = 0;
  for (const [id, length] of bytes) {
    const url = urls.get(id) ?? '';
    if (/\/_app\/|\/mur/.test(url) && !map.has(url)) total += length;
  }
  await context.close();
  return [
    atMost(
      'first load of the wall',
      total,
      LIMITS.first_load_bytes,
      'bytes',
      `${bytes.size} answers, as they travel; the map's ${map.size} files apart`,
    ),
    atMost(
      'the wall can be used',
      ready_ms,
      LIMITS.interactive_ms,
      'ms',
      'from the navigation to the running page, no cache',
    ),
  ];
}

/** Those of the files that are the map's: its library and what is made with it. */
async function mapUrls(urls: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const url of urls.filter((one) => /\/_app\/.*\.(js|css|mjs)$/.test(one))) {
    const text = await (await fetch(url)).text();
    if (/maplibre/i.test(url + text)) found.add(url);
  }
  return found;
}

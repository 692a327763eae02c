/** The page of the map in a real browser, under the policy it is served with, on a small server that holds only a map. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GROUND } from '../../seeds/reference/ground.ts';
import type { MapGround } from '../../server/contract/map.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { logger } from '../../server/lib/logger.ts';
import { mapRouter } from '../../server/map/http.ts';
import { LiveMap } from '../../server/map/live-map.ts';
import { uniform } from '../domain/random.ts';
import { samplePoint } from '../map/support.ts';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { ensureBuilt } from './server.ts';

const POINTS = 3_000;
/** Number of the request that was created last. */
let newest = '';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const server = http.createServer();
const map = new LiveMap({ clock: systemClock });
const answered: string[] = [];
const faults: string[] = [];
let browser: Browser;
let context: BrowserContext | undefined;
let url = '';
let ground: MapGround = { ...GROUND, style: null };

beforeAll(async () => {
  await ensureBuilt();
  const random = uniform(12);
  const points = Array.from({ length: POINTS }, (_, n) => samplePoint(n + 1, random));
  const now_ms = Date.now();
  for (let n = 0; n < 6; n += 1) {
    points.push({
      ...points[0]!,
      ...{ number: POINTS + n + 1, service: 'broken-main', longitude: -73.6, latitude: 45.52 },
      created_at: new Date(now_ms - (30 + n) * 8_640_000).toISOString(),
    });
  }
  for (const point of points) map.set(point);
  newest = String(
    points.toSorted(
      (a, b) =>
        Date.parse(b.created_at ?? '1970-01-01') - Date.parse(a.created_at ?? '1970-01-01') ||
        b.number - a.number,
    )[0]?.number,
  );
  const app = express();
  app.use((req, res, next) => {
    res.on('finish', () => answered.push(`${res.statusCode} ${req.originalUrl}`));
    next();
  });
  app.get('/style.json', (_req, res) => void res.json({ version: 8, sources: {}, layers: [] }));
  app.use(mapRouter({ map, past: async () => map, ground: () => ground, logger }));
  const built = new URL('../../web/build/handler.js', import.meta.url).href;
  app.use(((await import(built)) as { handler: RequestHandler }).handler);
  server.on('request', app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
});
afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});
afterEach(async () => {
  await context?.close();
  expect(faults.splice(0)).toEqual([]);
});

async function open(path: string, size = { width: 1920, height: 1080 }): Promise<Page> {
  context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  answered.length = 0;
  await page.goto(url + path);
  return page;
}
/** A machine without a graphics card draws slowly. */
const PATIENT = { timeout: 15_000 };
const countOf = async (page: Page): Promise<number> =>
  Number((await page.locator('.counts dd').first().textContent())?.replace(/\D/g, ''));
const tiles = () => answered.filter((line) => line.includes('/map/tiles/'));

describe('the map', () => {
  it('draws the city from few tiles, counts it, and lists the newest in view', async () => {
    const page = await open('/carte');
    await page.locator('.maplibregl-canvas').waitFor();
    await expect.poll(() => tiles().some((line) => line.startsWith('200')), PATIENT).toBe(true);
    await expect.poll(() => page.locator('.list tbody tr').count(), PATIENT).toBe(50);
    await expect.poll(() => page.locator('.notice').count(), PATIENT).toBe(0);
    expect((await page.locator('.list tbody th').first().textContent())?.trim()).toBe(newest);
    expect(tiles().length).toBeLessThan(24);
    expect(await countOf(page)).toBeGreaterThan(POINTS / 3);
    expect(await countOf(page)).toBeLessThanOrEqual(map.size);
    await page.keyboard.press('l');
    await expect.poll(() => page.getByRole('tab').first().textContent()).toContain('newest in view');
  });

  it('asks for fewer requests when one looks nearer, and follows them there', async () => {
    const page = await open('/map');
    await page.locator('.maplibregl-canvas').waitFor();
    await expect.poll(() => page.locator('.list tbody tr').count(), PATIENT).toBe(50);
    const before = await countOf(page);
    await page.locator('.maplibregl-ctrl-zoom-in').click();
    await page.locator('.maplibregl-ctrl-zoom-in').click();
    await expect.poll(() => countOf(page), { timeout: 5_000 }).toBeLessThan(before);
  });

  it('shows what its address asks for, and keeps in the address what is chosen', async () => {
    const page = await open('/carte?due=overdue');
    await page.locator('.maplibregl-canvas').waitFor();
    const figures = async (): Promise<string[]> => page.locator('.counts dd').allTextContents();
    await expect.poll(async () => new Set((await figures()).slice(0, 2)).size, PATIENT).toBe(1);
    expect(await page.getByRole('checkbox', { name: 'en retard' }).isChecked()).toBe(true);
    expect(tiles().every((line) => line.endsWith('?due=overdue') || line.includes('due=overdue'))).toBe(true);
    await page.getByRole('checkbox', { name: '24 h' }).press('Space');
    await expect.poll(() => page.url()).toContain('age=0&due=overdue');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.url()).not.toContain('due');
    await expect.poll(async () => new Set((await figures()).slice(0, 2)).size, PATIENT).toBe(2);
    await page.locator('.maplibregl-ctrl-zoom-in').click();
    await expect.poll(() => page.url(), PATIENT).toMatch(/view=45\.\d+,-73\.\d+,\d+/);
  });

  it('goes back in time by its slider, marked as the past, and comes back', async () => {
    const page = await open('/carte');
    await page.locator('.maplibregl-canvas').waitFor();
    await page.getByRole('slider').press('ArrowLeft');
    await page.locator('.asof').waitFor();
    expect(await page.locator('.asof').textContent()).toContain('Passé');
    expect(page.url()).toMatch(/at=20\d\d-/);
    await expect.poll(() => answered.some((line) => line.includes('as_of=')), PATIENT).toBe(true);
    await page.getByRole('button', { name: 'Maintenant' }).click();
    await expect.poll(() => page.locator('.asof').count(), PATIENT).toBe(0);
    expect(page.url()).not.toContain('at=');
  });

  it('tells many reports of one thing as one, on the map and in a list', async () => {
    const page = await open('/carte?service=broken-main');
    await page.locator('.maplibregl-canvas').waitFor();
    await page.getByRole('tab').first().press('ArrowRight');
    await expect.poll(() => page.locator('[role=tabpanel] ol > li').count(), { timeout: 10_000 }).toBe(1);
    await page.locator('[role=tabpanel] ol > li > button').click();
    await expect.poll(() => page.locator('[role=tabpanel] ol ul li').count()).toBe(6);
    await expect.poll(() => page.url(), PATIENT).toContain('view=45.5');
  });

  it('says so where it cannot be drawn, and the list is there all the same', async () => {
    const blind = await chromium.launch({
      executablePath: await findChromium(),
      args: ['--no-sandbox', '--disable-3d-apis'],
    });
    try {
      const page = await (await blind.newContext()).newPage();
      await page.goto(`${url}/carte`);
      await expect.poll(() => page.locator('.notice').textContent()).toContain('ne peut pas être dessinée');
      await expect.poll(() => page.locator('.list tbody tr').count(), PATIENT).toBe(50);
    } finally {
      await blind.close();
    }
  });

  it("is drawn on the city's own ground where there is one", async () => {
    ground = { ...GROUND, style: '/style.json' };
    const page = await open('/carte');
    await expect.poll(() => tiles().some((line) => line.startsWith('200')), { timeout: 10_000 }).toBe(true);
    expect(answered).toContain('200 /style.json');
    expect(await page.locator('.legend').textContent()).toContain(GROUND.attribution);
    ground = { ...GROUND, style: null };
  });

  it.each([1920, 390])('has nothing that WCAG 2.2 AA forbids, %d pixels wide', async (width) => {
    const page = await open('/carte', { width, height: 900 });
    await page.locator('.maplibregl-canvas').waitFor();
    await page.locator('.list tbody tr').first().waitFor();
    await page.evaluate(AXE);
    const broken = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(part: Document, options: object): Promise<{ violations: { id: string }[] }> };
      };
      const { violations } = await axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
      });
      return violations.map(({ id }) => id);
    });
    expect(broken).toEqual([]);
  });
});

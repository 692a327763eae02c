/** The monthly report in a real browser, on the real server: found, read on every size, printed. */
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { TestServer } from './server.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SIZES = [
  { width: 1920, height: 1080 },
  { width: 390, height: 844 },
  // Zoomed to 400 %.
  { width: 320, height: 256 },
];
const DAY_MS = 86_400_000;
let server: TestServer;
let browser: Browser;
let context: BrowserContext | undefined;
const faults: string[] = [];

/** The month before the present one, in which a call and a request were. */
const before = new Date(Date.now() - 45 * DAY_MS);
const month = before.toISOString().slice(0, 7);
const within = (seconds: number): Date =>
  new Date(Date.UTC(before.getUTCFullYear(), before.getUTCMonth(), 10, 15, 0, seconds));

async function open(path: string, settings: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  await context?.close();
  context = await browser.newContext({
    viewport: SIZES[0]!,
    bypassCSP: true,
    acceptDownloads: true,
    ...settings,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(server.url + path);
  return page;
}

const overflowOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
async function seriousIn(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
  });
}

beforeAll(async () => {
  server = await TestServer.create();
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
  await server.send([
    { type: 'call.queued', subject: 'c1', time: within(0), data: { queue: 'VM', borough: 'VM' } },
    { type: 'call.answered', subject: 'c1', time: within(30), data: { queue: 'VM', agent: 'a' } },
    {
      type: 'request.created',
      subject: '<b>R</b>',
      time: within(60),
      data: { service: '<img src=x onerror=alert(1)>', nature: 'request', channel: 'phone', borough: 'VM' },
    },
  ]);
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});
afterEach(async () => {
  await context?.close();
  context = undefined;
  expect(faults.splice(0)).toEqual([]);
});

describe('the monthly report', () => {
  it('is found in the list by keyboard, and opens on the sentences', async () => {
    const page = await open('/rapports');
    const link = page.getByRole('row').nth(1).getByRole('link');
    await link.waitFor();
    const wanted = page.locator(`a[href$="/${month}"]`);
    await wanted.focus();
    await page.keyboard.press('Enter');
    await page.locator('article.report').waitFor();
    expect(await page.locator('article.report .summary li').first().textContent()).toMatch(/^1\sappel/);
  });

  it('is there in English, of a borough, with its tables', async () => {
    const page = await open(`/reports/${month}?scope=VM`);
    await page.locator('article.report').waitFor();
    expect(await page.locator('article.report h1').textContent()).toContain('Ville-Marie');
    expect(await page.locator('article.report .summary li').first().textContent()).toMatch(/^1\scall/);
    expect(await page.getByRole('table', { name: 'Backlog: the account' }).count()).toBe(1);
  });

  it('takes what a program named a service for a text', async () => {
    const page = await open(`/rapports/${month}`);
    await page.locator('article.report').waitFor();
    expect(await page.locator('article.report img').count()).toBe(0);
    expect(await page.locator('article.report').textContent()).toContain('<img src=x onerror=alert(1)>');
  });

  it('fits every size in light and dark, and axe finds nothing serious', async () => {
    for (const viewport of SIZES) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await open(`/rapports/${month}`, { viewport, colorScheme });
        await page.locator('article.report').waitFor();
        expect([viewport.width, await overflowOf(page)]).toEqual([viewport.width, 0]);
        expect(await seriousIn(page)).toEqual([]);
      }
    }
  });

  it('says so when there is none', async () => {
    const page = await open('/rapports/2999-01');
    await expect
      .poll(() => page.locator('main').textContent())
      .toContain('Il n’y a pas de rapport de ce mois');
  });

  it('is printed as a tagged PDF with an outline, page numbers and text', async () => {
    const answer = await fetch(`${server.url}/api/v1/reports/${month}.pdf?lang=fr`);
    expect(answer.status).toBe(200);
    const bytes = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    expect(bytes.slice(0, 5)).toBe('%PDF-');
    expect(bytes).toContain('/MarkInfo');
    expect(bytes).toContain('/StructTreeRoot');
    expect(bytes).toContain('/Outlines');
    expect(bytes).toMatch(/\/Lang \(fr-CA\)/);
    expect(bytes.match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(3);
    // Fonts, so that text can be selected.
    expect(bytes).toContain('/ToUnicode');
  });
});

describe('trends', () => {
  it('show a metric as a chart with its table, and keep what is asked in the address', async () => {
    const page = await open('/tendances?metric=calls');
    const chart = page.getByRole('img', { name: 'Appels' });
    await chart.waitFor();
    await expect.poll(() => page.getByRole('row').count(), { timeout: 8_000 }).toBe(14);
    // Something is drawn: the canvas is not of one colour.
    const colours = () =>
      page.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
    await expect.poll(colours).toBeGreaterThan(3);
    await page.getByLabel('Portée').selectOption('VM');
    await expect.poll(() => page.url()).toMatch(/scope=VM$/);
    await page.getByLabel('Intervalle').selectOption('day');
    await expect.poll(() => page.url()).toMatch(/\?metric=calls&scope=VM&interval=day$/);
    await expect.poll(() => page.getByRole('row').count(), { timeout: 8_000 }).toBe(32);
    await page.reload();
    await expect.poll(() => page.getByRole('row').count(), { timeout: 8_000 }).toBe(32);
  });

  it('fit every size, and axe finds nothing serious', async () => {
    for (const viewport of SIZES) {
      const page = await open('/trends', { viewport, colorScheme: 'dark' });
      await page.getByRole('table').waitFor();
      expect(await overflowOf(page)).toBe(0);
      expect(await seriousIn(page)).toEqual([]);
    }
  });
});

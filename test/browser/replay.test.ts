/** The replay in a real browser, on a real server with a few minutes of events. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { REPLAYS_MAX } from '../../server/replay/replays.ts';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { TestServer } from './server.ts';

const MINUTE_MS = 60_000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let server: TestServer;
let browser: Browser;
let context: BrowserContext;
/** In whole minutes. */
const began_ms = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const ago = (minutes: number): Date => new Date(began_ms - minutes * MINUTE_MS);

beforeAll(async () => {
  const executablePath = await findChromium();
  server = await TestServer.create();
  browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
  await server.send([
    { type: 'call.queued', subject: 'C1', data: { queue: 'centre' }, time: ago(40) },
    { type: 'call.queued', subject: 'C2', data: { queue: 'centre' }, time: ago(38) },
    { type: 'call.abandoned', subject: 'C1', data: { queue: 'centre' }, time: ago(31) },
    { type: 'call.abandoned', subject: 'C2', data: { queue: 'centre' }, time: ago(29) },
    {
      type: 'request.created',
      subject: 'R1',
      data: {
        service: 'nid-de-poule',
        nature: 'request',
        channel: 'phone',
        borough: 'VM',
        longitude: -73.56,
        latitude: 45.51,
      },
      time: ago(36),
    },
  ]);
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});
afterEach(() => context?.close());

async function open(path: string, size = { width: 1920, height: 1080 }): Promise<Page> {
  context = await browser.newContext({ viewport: size });
  const page = await context.newPage();
  await page.goto(server.url + path);
  return page;
}
const at = (minutes: number): string => ago(minutes).toISOString();
const waiting = (page: Page): Promise<string | null> =>
  page.locator('[data-queue="centre"] .value').first().textContent({ timeout: 20_000 });
/** Building an instant takes a moment. */
const PATIENT = { timeout: 20_000 };
const number = (text: string | null): number => Number(text?.replace(/\D/g, ''));

describe('a replay', () => {
  it('shows the wall and its map as they were, says so in large letters, and goes on when it is told', async () => {
    const page = await open(`/rejeu?at=${at(35)}`);
    await expect.poll(async () => number(await waiting(page)), PATIENT).toBe(2);
    expect(await page.locator('h1').first().textContent()).toBe('REJEU');
    expect(await page.locator('.clock .fresh').textContent()).not.toContain('à jour');
    await expect.poll(() => page.locator('.panel .list tbody tr').count(), PATIENT).toBe(1);
    await page.getByRole('button', { name: 'Avancer de 10 minutes' }).click();
    await expect.poll(async () => number(await waiting(page)), PATIENT).toBe(0);
    await page.keyboard.press('l');
    await expect.poll(() => page.locator('h1').first().textContent()).toBe('REPLAY');
    expect(page.url()).toContain('/replay?');
  });

  it('plays at the chosen speed, by key too, and goes back', async () => {
    const page = await open(`/replay?at=${at(35)}&speed=60`);
    await expect.poll(async () => number(await waiting(page)), PATIENT).toBe(2);
    await page.keyboard.press('Space');
    await expect.poll(async () => number(await waiting(page)), PATIENT).toBe(0);
    await page.locator('.play').click();
    await expect.poll(() => page.locator('.play').textContent()).toContain('Play');
    await page.getByLabel('Moment').fill(local(ago(39)));
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await expect.poll(async () => number(await waiting(page)), PATIENT).toBe(1);
    expect(page.url()).toContain(encodeURIComponent(at(39).replace('.000Z', 'Z')));
  });

  it('is one of few: another has to wait until one of them is left', async () => {
    const pages: Page[] = [];
    context = await browser.newContext({ viewport: { width: 800, height: 600 } });
    for (let n = 0; n < REPLAYS_MAX; n += 1) {
      const page = await context.newPage();
      await page.goto(`${server.url}/replay?at=${at(35)}`);
      await page.locator('[data-queue]').first().waitFor();
      pages.push(page);
    }
    const late = await context.newPage();
    await late.goto(`${server.url}/replay?at=${at(35)}`);
    await expect.poll(() => late.getByRole('alert').textContent(), PATIENT).toContain('too many replays');
    await pages[0]!.close();
    await late.waitForTimeout(500);
    await late.reload();
    await late.locator('[data-queue]').first().waitFor();
  });

  it.each([1920, 390])('has nothing that WCAG 2.2 AA forbids, %d pixels wide', async (width) => {
    const page = await open(`/rejeu?at=${at(35)}`, { width, height: 900 });
    await waiting(page);
    await page.evaluate(AXE);
    const broken = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(
            part: Document,
            options: object,
          ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
        };
      };
      const { violations } = await axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
      });
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    expect(broken).toEqual([]);
  });
});

/** As the field takes it, in the city's zone. */
function local(moment: Date): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    ...{ dateStyle: 'short', timeStyle: 'short' },
    timeZone: 'America/Toronto',
  } as const).format(moment);
  return parts.replace(' ', 'T');
}

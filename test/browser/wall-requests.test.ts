/** Requests on the wall in a real browser, on the real server: breaches as they happen, their figures, and a map that cannot be drawn. */
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { TestServer } from './server.ts';

const SIZE = { width: 1920, height: 1080 };
/** A deadline passes; within so long a wall that is looked at says so. */
const SEEN_WITHIN_MS = 2_000;
const DUE_IN_MS = 4_000;

let server: TestServer;
let browser: Browser;
let context: BrowserContext | undefined;
const faults: string[] = [];

async function open(path: string): Promise<Page> {
  context ??= await browser.newContext({ viewport: SIZE });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(server.url + path);
  await page.locator('.breaches header').waitFor();
  return page;
}
const textOf = async (part: Locator): Promise<string> => (await part.textContent())?.trim() ?? '';
const rowOf = (page: Page, request: string): Locator => page.locator(`li[data-request="${request}"]`);
const figureOf = (page: Page, name: string): Locator =>
  page.locator(`.requests [data-name="${name}"] .value`);

/** A request whose promise ends at a moment. */
const create = (subject: string, due: Date, borough = 'VM'): Promise<void> =>
  server.send([
    {
      type: 'request.created',
      subject,
      data: {
        service: 'nid-de-poule',
        nature: 'request',
        channel: 'web',
        borough,
        longitude: -73.57,
        latitude: 45.51,
        description: 'Écrit par un citoyen',
        due_at: due.toISOString(),
      },
    },
  ]);

beforeAll(async () => {
  server = await TestServer.create();
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
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

describe('a breach', () => {
  it('is on the wall within two seconds of its moment, is announced, and is there once after a reload', async () => {
    const page = await open('/mur');
    const strip = page.locator('.breaches');
    const said = strip.locator('[role="status"]');
    await expect.poll(() => textOf(strip)).toContain('Aucune échéance dépassée');
    const due = new Date(Date.now() + DUE_IN_MS);
    await create('R-1', due);
    await expect.poll(() => textOf(figureOf(page, 'open')), { timeout: 5_000 }).toMatch(/1$/);
    expect(await rowOf(page, 'R-1').count()).toBe(0);
    await rowOf(page, 'R-1').waitFor({ timeout: DUE_IN_MS + SEEN_WITHIN_MS });
    const late_ms = Date.now() - due.getTime();
    expect(late_ms).toBeGreaterThanOrEqual(0);
    expect(late_ms).toBeLessThan(SEEN_WITHIN_MS);
    expect(await textOf(rowOf(page, 'R-1'))).toMatch(/nouveau.*Règlement · Ville-Marie/s);
    await expect.poll(() => textOf(said)).toMatch(/^Échéance dépassée.*Règlement · Ville-Marie$/);
    await expect.poll(() => textOf(figureOf(page, 'overdue'))).toMatch(/1$/);
    expect(await textOf(page.locator('main'))).not.toContain('citoyen');
    await page.reload();
    await rowOf(page, 'R-1').waitFor();
    expect(await rowOf(page, 'R-1').count()).toBe(1);
    // What was there when the screen was opened is no news.
    expect(await textOf(said)).toBe('');
  });

  it('is on the wall of its borough and on no other’s, and leads to its request', async () => {
    await create('R-2', new Date(Date.now() + 1_500), 'LS');
    const page = await open('/mur/LS');
    await rowOf(page, 'R-2').waitFor({ timeout: 10_000 });
    expect(await page.locator('.breaches li').count()).toBe(1);
    await rowOf(page, 'R-2').getByRole('link').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/demandes/R-2');
    const other = await open('/mur/VD');
    await expect.poll(() => textOf(other.locator('.breaches'))).toContain('Aucune échéance dépassée');
  });

  it('that late events show did not happen is told as withdrawn', async () => {
    const due = new Date(Date.now() + 1_500);
    await create('R-3', due);
    const page = await open('/mur');
    await rowOf(page, 'R-3').waitFor({ timeout: 10_000 });
    const before = new Date(due.getTime() - 500);
    await server.send([
      { type: 'request.resolved', subject: 'R-3', data: { resolution: 'done' }, time: before },
    ]);
    const row = page.locator('li.withdrawn[data-request="R-3"]');
    await row.waitFor({ timeout: 5_000 });
    expect(await textOf(row)).toContain('retirée');
    const said = page.locator('.breaches [role="status"]');
    await expect.poll(() => textOf(said)).toMatch(/^Échéance dépassée retirée/);
  });
});

describe('the sound of a new breach', () => {
  it('is off until it is turned on, by key too, and the screen keeps the choice', async () => {
    const page = await open('/mur');
    const button = page.getByRole('button', { name: /^Son/ });
    expect(await textOf(button)).toMatch(/coupé$/);
    await page.keyboard.press('s');
    await expect.poll(() => textOf(button)).toMatch(/activé$/);
    await page.reload();
    await expect.poll(() => textOf(button)).not.toMatch(/coupé$/);
    await button.click();
    await expect.poll(() => textOf(button)).toMatch(/coupé$/);
  });
});

describe('the figures of requests', () => {
  it('open their definitions', async () => {
    const page = await open('/mur');
    await expect.poll(() => textOf(figureOf(page, 'untransmitted'))).toMatch(/\d$/);
    for (const [name, said] of [
      ['open', 'backlog v1'],
      ['overdue', 'overdue v1'],
      ['due_3_days', 'due_3_days v1'],
      ['untransmitted', 'untransmitted v1'],
    ] as const) {
      await figureOf(page, name).getByRole('button').click();
      await expect.poll(() => textOf(page.getByRole('dialog'))).toContain(said);
      await page.keyboard.press('Escape');
    }
  });
});

describe('a wall whose map cannot be shown', () => {
  it('says so and shows the list, where nothing can be drawn', async () => {
    context = await browser.newContext({ viewport: SIZE });
    await context.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
    const page = await open('/mur');
    const notice = page.locator('.panel .notice');
    await expect.poll(() => textOf(notice), { timeout: 15_000 }).toContain('ne peut pas');
    const list = page.locator('.panel table');
    await list.waitFor();
    expect((await list.boundingBox())?.height).toBeGreaterThan(20);
    expect(await textOf(page.locator('.headline h1'))).not.toBe('');
  });

  it('says so and shows the nearest deadlines, where it cannot be fetched, and is whole but for it', async () => {
    await create('R-4', new Date(Date.now() + 3_600_000));
    context = await browser.newContext({ viewport: SIZE });
    await context.route(/\.js$/, async (route) => {
      const answer = await route.fetch();
      // The part that asks for tiles.
      if ((await answer.text()).includes('/api/v1/map/tiles/')) await route.abort();
      else await route.fulfill({ response: answer });
    });
    const page = await open('/mur');
    const instead = page.locator('.panel .instead');
    await instead.waitFor({ timeout: 15_000 });
    expect(await textOf(instead)).toContain('ne peut pas');
    await expect.poll(() => instead.getByRole('link').count()).toBeGreaterThan(0);
    await page.locator('.tile').first().waitFor();
  });
});

import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { layLine } from './line.ts';
import { TestServer } from './server.ts';

const SIZES = [
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 390, height: 844 },
];
const STALE_WITHIN_MS = 15_000;

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
const faults: string[] = [];

async function open(path: string, size = SIZES[0]!, url = server.url): Promise<Page> {
  context = await browser.newContext({ viewport: size, bypassCSP: true });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(url + path);
  return page;
}
const tile = (page: Page, queue: string) => page.locator(`[data-queue="${queue}"]`);
const textOf = async (part: Locator): Promise<string> => (await part.textContent())?.trim() ?? '';
const waitingOf = (page: Page, queue: string) => tile(page, queue).locator('.value').first();

const WEEK_MS = 7 * 86_400_000;
const QUARTER_MS = 900_000;
/** Two calls in each quarter of an hour, around this time of day in each of the last four weeks: enough to forecast from. */
const fourWeeks = (queue: string) =>
  [1, 2, 3, 4].flatMap((week) =>
    Array.from({ length: 36 }, (_, at) => ({
      type: 'call.queued',
      subject: `past-${week}-${at}`,
      data: { queue },
      time: new Date(Date.now() - week * WEEK_MS + (Math.floor(at / 2) - 9) * QUARTER_MS),
    })),
  );

beforeAll(async () => {
  const executablePath = await findChromium();
  server = await TestServer.create();
  await server.send(fourWeeks('centre'));
  browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});
afterEach(async () => {
  await context?.close();
  expect(faults.splice(0)).toEqual([]);
});

describe('the wall', () => {
  it('shows a call within a second of its being accepted, and its going', async () => {
    const page = await open('/mur');
    await tile(page, 'VM').waitFor();
    await server.send([{ type: 'call.queued', subject: 'call-1', data: { queue: 'VM' } }]);
    await expect.poll(() => textOf(waitingOf(page, 'VM')), { timeout: 3_000 }).toMatch(/1$/);
    await server.send([{ type: 'call.answered', subject: 'call-1', data: { queue: 'VM', agent: 'a1' } }]);
    await expect.poll(() => textOf(waitingOf(page, 'VM')), { timeout: 3_000 }).toMatch(/0$/);
  });

  it('puts a queue in breach first, with its name in the headline', async () => {
    const page = await open('/mur');
    await tile(page, 'LS').waitFor();
    const ago = (seconds: number): Date => new Date(Date.now() - seconds * 1000);
    await server.send([{ type: 'call.queued', subject: 'call-2', data: { queue: 'LS' }, time: ago(400) }]);
    const headline = page.locator('.headline');
    await expect.poll(() => headline.getAttribute('data-state'), { timeout: 5_000 }).toBe('breach');
    expect(await textOf(headline)).toContain('LaSalle');
    const first = page.locator('[data-queue]').first();
    expect(await first.getAttribute('data-queue')).toBe('LS');
    expect(await first.getAttribute('data-level')).toBe('breach');
    await server.send([{ type: 'call.abandoned', subject: 'call-2', data: { queue: 'LS' } }]);
  });

  it('says everything in both languages, one key apart, and remembers the choice', async () => {
    const page = await open('/mur');
    await tile(page, 'VM').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await textOf(page.locator('main'))).toContain('En attente');
    await page.keyboard.press('l');
    await expect.poll(() => textOf(page.locator('main'))).toContain('Waiting');
    expect(new URL(page.url()).pathname).toBe('/wall');
    await page.waitForTimeout(300);
    await page.goto(`${server.url}/mur`);
    await tile(page, 'VM').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(await textOf(page.locator('main'))).not.toContain('En attente');
  });

  it('opens the definition of a figure by keyboard and gives the focus back', async () => {
    const page = await open('/mur');
    const figure = waitingOf(page, 'VM').getByRole('button');
    await figure.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf(page.getByRole('dialog'))).toContain('contacts dans la file maintenant');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await figure.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('stands still while it is paused, says so, and catches up', async () => {
    const page = await open('/mur');
    await tile(page, 'OM').or(tile(page, 'VD')).first().waitFor();
    await page.keyboard.press('p');
    await server.send([{ type: 'call.queued', subject: 'call-3', data: { queue: 'VD' } }]);
    await page.waitForTimeout(1_500);
    expect(await textOf(waitingOf(page, 'VD'))).toMatch(/0$/);
    expect(await textOf(page.locator('.banner'))).toContain('en pause');
    await page.keyboard.press('p');
    await expect.poll(() => textOf(waitingOf(page, 'VD'))).toMatch(/1$/);
    await server.send([{ type: 'call.abandoned', subject: 'call-3', data: { queue: 'VD' } }]);
  });

  it('shows what comes without a queue: mail that is open, and visits of the web site', async () => {
    await server.send([
      { type: 'mail.received', subject: 'mail-1', data: { medium: 'email' } },
      { type: 'mail.received', subject: 'mail-2', data: { medium: 'post' } },
      { type: 'web.page_viewed', subject: 'session-1', data: { path: '/dechets' } },
    ]);
    const page = await open('/mur');
    const channels = page.locator('.channels');
    await channels.waitFor();
    expect(await textOf(channels.locator('p').first())).toMatch(/Courrier.*2.*en attente/s);
    expect(await textOf(channels)).toMatch(/Site Web.*1.*visites en cours/s);
    await channels.getByRole('button').first().click();
    await expect.poll(() => textOf(page.getByRole('dialog'))).toContain('reçus, sans réponse');
  });

  it('says what it expects of the next hour, and why it expects nothing where the history is too short', async () => {
    const page = await open('/mur');
    const forecast = (queue: string) =>
      tile(page, queue).getByRole('button', { name: 'Contacts prévus dans l’heure à venir' });
    await forecast('centre').waitFor();
    await expect.poll(() => textOf(forecast('centre')), { timeout: 90_000, interval: 500 }).toMatch(/\d$/);
    expect(await textOf(forecast('AC'))).toMatch(/—$/);
    await forecast('AC').click();
    const reasons = /deux semaines d’historique|Fermé, et rien à prévoir/;
    await expect.poll(() => textOf(page.getByRole('dialog'))).toMatch(reasons);
  }, 120_000);

  it('cuts no name, however long', async () => {
    for (const size of SIZES) {
      const page = await open('/mur', size);
      await tile(page, 'RP').waitFor();
      const faults = await page.locator('[data-queue] h3').evaluateAll((all) =>
        all.flatMap((name) => {
          const box = name.closest('[data-queue]')!.getBoundingClientRect();
          const next = name.nextElementSibling?.getBoundingClientRect();
          return [...name.querySelectorAll('span')].flatMap((part) => {
            const { left, right, bottom } = part.getBoundingClientRect();
            const beside = next && next.top < bottom && next.left > left ? next.left : box.right;
            return right > beside + 1 || bottom > box.bottom ? [name.textContent] : [];
          });
        }),
      );
      expect([size.width, faults]).toEqual([size.width, []]);
      await context.close();
    }
  });

  it('has figures of a thirtieth of the screen, without scrolling, at both sizes of wall', async () => {
    for (const size of SIZES.slice(0, 2)) {
      const page = await open('/mur', size);
      await tile(page, 'VM').waitFor();
      const heights = await page
        .locator('.tile .value, .summary .value, .counter .value, .requests .value, .breaches .value')
        .evaluateAll((all) => all.map((element) => Number.parseFloat(getComputedStyle(element).fontSize)));
      expect(heights.length).toBeGreaterThanOrEqual(60);
      expect(Math.min(...heights)).toBeGreaterThanOrEqual(size.height / 30);
      const scrolls = await page.evaluate(
        () => document.documentElement.scrollHeight > document.documentElement.clientHeight,
      );
      expect(scrolls).toBe(false);
      await context.close();
    }
  });
});

describe('when the network is silent', () => {
  it('the wall never shows old figures as new, and is right again by itself when the line is back', async () => {
    const line = await layLine(server.url);
    const page = await open('/mur', SIZES[0]!, line.url);
    await tile(page, 'OM').or(tile(page, 'VD')).first().waitFor();
    const before = await textOf(waitingOf(page, 'VD'));
    line.cut();
    const cut_ms = Date.now();
    await server.send([{ type: 'call.queued', subject: 'call-7', data: { queue: 'VD' } }]);
    const headline = page.locator('.headline');
    await expect.poll(() => headline.getAttribute('data-state'), { timeout: STALE_WITHIN_MS }).toBe('stale');
    expect(Date.now() - cut_ms).toBeLessThanOrEqual(STALE_WITHIN_MS);
    for (const level of await page
      .locator('[data-queue]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-level'))))
      expect(level).toBe('stale');
    expect(await textOf(waitingOf(page, 'VD'))).toBe(before);
    line.mend();
    await expect.poll(() => headline.getAttribute('data-state'), { timeout: 30_000 }).not.toBe('stale');
    await expect.poll(() => textOf(waitingOf(page, 'VD')), { timeout: 5_000 }).toMatch(/1$/);
    await server.send([{ type: 'call.abandoned', subject: 'call-7', data: { queue: 'VD' } }]);
    line.close();
  });
});

describe('when the server dies', () => {
  it('the wall is visibly stale within 15 s, and right again by itself after the restart', async () => {
    const page = await open('/mur');
    await tile(page, 'VM').waitFor();
    await server.kill();
    const killed = Date.now();
    const headline = page.locator('.headline');
    await expect.poll(() => headline.getAttribute('data-state'), { timeout: STALE_WITHIN_MS }).toBe('stale');
    expect(Date.now() - killed).toBeLessThanOrEqual(STALE_WITHIN_MS);
    expect(await tile(page, 'VM').getAttribute('data-level')).toBe('stale');
    await server.start();
    await expect.poll(() => headline.getAttribute('data-state'), { timeout: 20_000 }).not.toBe('stale');
    await server.send([{ type: 'call.queued', subject: 'call-9', data: { queue: 'VM' } }]);
    await expect.poll(() => textOf(waitingOf(page, 'VM')), { timeout: 5_000 }).toMatch(/1$/);
  });
});

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { TestServer } from './server.ts';

/** The browser's own locks, noted as they are given. */
interface Noted {
  locks: { released: boolean; release(): Promise<void> }[];
}

let server: TestServer;
let browser: Browser;
let context: BrowserContext;

async function open(path: string): Promise<Page> {
  context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  await context.addInitScript(() => {
    const noted: Noted = { locks: [] };
    Object.assign(globalThis, noted);
    const request = navigator.wakeLock.request.bind(navigator.wakeLock);
    navigator.wakeLock.request = async (type) => {
      const lock = await request(type);
      (globalThis as unknown as Noted).locks.push(lock);
      return lock;
    };
  });
  const page = await context.newPage();
  await page.goto(server.url + path);
  await page.locator('html[data-ready]').waitFor();
  return page;
}
/** Whether each lock was released, in the order in which they were given. */
const released = (page: Page): Promise<boolean[]> =>
  page.evaluate(() => (globalThis as unknown as Noted).locks.map((lock) => lock.released));

beforeAll(async () => {
  const executablePath = await findChromium();
  server = await TestServer.create();
  browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});
afterEach(() => context?.close());

describe('a screen that hangs for weeks', () => {
  it('is kept awake by one lock, which is given back when the wall is left', async () => {
    const page = await open('/mur');
    await expect.poll(() => released(page)).toEqual([false]);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.waitForTimeout(200);
    expect(await released(page)).toEqual([false]);
    await page.locator('footer a[href="/sante"]').click();
    await expect.poll(() => released(page)).toEqual([true]);
  });

  it('asks for the lock again when it was taken away', async () => {
    const page = await open('/mur');
    await expect.poll(() => released(page)).toEqual([false]);
    await page.evaluate(() => (globalThis as unknown as Noted).locks[0]?.release());
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await expect.poll(() => released(page)).toEqual([true, false]);
  });

  it('fills the screen at a key or a button, says so, and gives it back', async () => {
    const page = await open('/mur');
    const button = page.locator('.tools button[aria-keyshortcuts="F"]');
    const full = (): Promise<boolean> => page.evaluate(() => document.fullscreenElement !== null);
    expect(await button.textContent()).toContain('Plein écran');
    await page.keyboard.press('f');
    await expect.poll(full).toBe(true);
    await expect.poll(() => button.textContent()).toContain('Quitter le plein écran');
    await button.click();
    await expect.poll(full).toBe(false);
    await expect.poll(() => button.textContent()).toContain('Plein écran');
  });
});

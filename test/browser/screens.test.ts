/** What is true of every screen: in both languages, light and dark, at a desk, on a phone and on walls. */
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { pathsOf, type Screen } from '../setup/screens.ts';
import { TestServer } from './server.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SIZES = {
  desk: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
  wall: { width: 1920, height: 1080 },
  largeWall: { width: 3840, height: 2160 },
  /** A screen of 1280 × 1024 at 400 %: WCAG 1.4.10. */
  zoomed: { width: 320, height: 256 },
};
const SETTLE_MS = 500;
const CHANGE_MS = 60;
/** A bound, should the focus be caught somewhere. */
const TABS_MAX = 400;

let server: TestServer;
let browser: Browser;
let screens: readonly Screen[];

beforeAll(async () => {
  server = await TestServer.create();
  await server.send([
    { type: 'call.queued', subject: 'call-1', data: { queue: 'VM' } },
    {
      type: 'request.created',
      subject: 'request-1',
      data: {
        service: 'nid-de-poule',
        nature: 'request',
        channel: 'web',
        borough: 'VM',
        longitude: -73.56,
        latitude: 45.5,
      },
    },
  ]);
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
  screens = await pathsOf(server.url);
  expect(screens.map(({ name }) => name)).toContain('request');
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});

/** Opens each screen in turn, in one tab. */
async function each(
  size: keyof typeof SIZES,
  look: (page: Page, name: string) => Promise<void>,
  those = screens,
): Promise<void> {
  const context = await browser.newContext({ viewport: SIZES[size], bypassCSP: true });
  try {
    const page = await context.newPage();
    for (const { name, path } of those) {
      await page.goto(`${server.url}${path}?lang=fr`);
      await page.locator('html[data-ready]').waitFor();
      await page.waitForTimeout(SETTLE_MS);
      await look(page, name);
    }
  } finally {
    await context.close();
  }
}

/** In French and light, then in English and dark: each language and each theme, once. */
async function inBoth(page: Page, look: (as: string) => Promise<void>): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.waitForTimeout(CHANGE_MS);
  await look('fr light');
  await page.keyboard.press('l');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForTimeout(CHANGE_MS);
  await look('en dark');
}

/** Pixels by which the page is wider than its window, and texts that are cut off without a way to read them. */
const layoutFaults = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const root = document.documentElement;
    const wide = root.scrollWidth - root.clientWidth;
    const found = wide > 0 ? [`${wide} px too wide`] : [];
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      if (!own || element.closest('.visually-hidden, .skip, [title], svg, select, .maplibregl-map')) continue;
      const { overflowX } = getComputedStyle(element);
      const hidden = overflowX === 'hidden' || overflowX === 'clip';
      if (hidden && element.scrollWidth > element.clientWidth + 1)
        found.push(`cut: ${element.textContent?.trim().slice(0, 60)}`);
    }
    return found;
  });

const seriousFaults = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
  });

describe('every screen', () => {
  for (const size of ['desk', 'phone', 'wall', 'largeWall'] as const) {
    it(`fits its window and cuts no text: ${size}`, async () => {
      const faults: string[] = [];
      await each(size, (page, name) =>
        inBoth(page, async (as) => {
          faults.push(...(await layoutFaults(page)).map((fault) => `${name} ${as}: ${fault}`));
        }),
      );
      expect(faults).toEqual([]);
    });
  }

  for (const size of ['desk', 'phone', 'wall'] as const) {
    it(`has no serious fault of accessibility: ${size}`, async () => {
      const faults: string[] = [];
      const look = async (page: Page, name: string): Promise<void> => {
        await page.addScriptTag({ path: AXE });
        await inBoth(page, async (as) => {
          faults.push(...(await seriousFaults(page)).map((fault) => `${name} ${as}: ${fault}`));
        });
      };
      // Only a wall has another layout at the size of a wall than at a desk.
      const walls = screens.filter(({ path }) => path.startsWith('/mur'));
      await each(size, look, size === 'wall' ? walls : screens);
      expect(faults).toEqual([]);
    });
  }

  it('reflows at 400 % of zoom: nothing is to be scrolled sideways', async () => {
    const faults: string[] = [];
    await each('zoomed', async (page, name) => {
      faults.push(...(await layoutFaults(page)).map((fault) => `${name}: ${fault}`));
    });
    expect(faults).toEqual([]);
  });

  it('is in the language of its address, its title and its heading with it', async () => {
    await each('desk', async (page, name) => {
      const french = await page.locator('main').textContent();
      expect([name, await page.title()]).not.toEqual([name, '']);
      expect([name, await page.locator('h1').count()]).toEqual([name, 1]);
      await page.keyboard.press('l');
      await page.waitForTimeout(CHANGE_MS);
      expect([name, await page.locator('html').getAttribute('lang')]).toEqual([name, 'en']);
      expect([name, await page.locator('main').textContent()]).not.toEqual([name, french]);
    });
  });

  it('reaches everything by keyboard, and shows where the focus is', async () => {
    const faults: string[] = [];
    await each('desk', async (page, name) => {
      // Time stands still for a wall: what is reached does not move meanwhile.
      await page.keyboard.press('p');
      const all = await page.evaluate(() => {
        const selector = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
        const reachable = [...document.querySelectorAll<HTMLElement>(selector)].filter(
          (element) =>
            element.checkVisibility({ visibilityProperty: true }) &&
            element.tabIndex >= 0 &&
            !element.matches(':disabled, [type=radio]:not(:checked)'),
        );
        for (const [at, element] of reachable.entries()) element.dataset.reach = String(at);
        return reachable.map((element) => element.outerHTML.slice(0, 120));
      });
      const reached = new Set<number>();
      for (let tab = 0; tab < Math.min(TABS_MAX, all.length + 20) && reached.size < all.length; tab++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          // A row may show the focus of the link that opens it.
          const shows = [element, element.closest('tr')].some(
            (part) =>
              part &&
              (getComputedStyle(part).outlineStyle !== 'none' || getComputedStyle(part).boxShadow !== 'none'),
          );
          return {
            reach: element.dataset.reach,
            shown: shows,
            html: element.outerHTML.slice(0, 120),
          };
        });
        if (at.reach !== undefined) reached.add(Number(at.reach));
        if (!at.shown) faults.push(`${name}: no focus to be seen on ${at.html}`);
      }
      for (const [at, html] of all.entries())
        if (!reached.has(at)) faults.push(`${name}: not reached ${html}`);
    });
    expect(faults).toEqual([]);
  });

  it('keeps still for whoever asks for less motion', async () => {
    await each('desk', async (page, name) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await page.keyboard.press('t');
      const moving = await page.evaluate(() => document.getAnimations().length);
      expect([name, moving]).toEqual([name, 0]);
    });
  });
});

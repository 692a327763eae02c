/**
 * `npm run screenshots [-- word …]`: every screen, of the simulated city at noon, at night, in a storm, and of a server
 * that has no data, in both languages, light and dark, at the sizes of a wall, a large wall and a phone, into the folder
 * `screenshots/`. Words choose: a scene (`noon`, `night`, `storm`, `empty`), a screen (`wall`), a width (`390`).
 * The pictures of the help come from the scene `noon` (`npm run screenshots -- help`). `VIGIE_URL` names a
 * running server instead of the scenes.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from './setup/chromium.ts';
import { SCENES, type Scene, type SceneName, startScene } from './setup/scenes.ts';
import { pathsOf } from './setup/screens.ts';

const FOLDER = fileURLToPath(new URL('../screenshots', import.meta.url));
const HELP_FOLDER = fileURLToPath(new URL('../web/static/help', import.meta.url));
const SIZES = [
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 390, height: 844 },
];
/** Long enough for the first state to arrive and be drawn, and for what a change of language or theme moves. */
const SETTLE_MS = 2_500;
const CHANGE_MS = 350;
/** A map is drawn without a graphics card. */
const MAP_MS = 4_000;
/** What a guide shows of the screens: small enough to stay in the repository. */
const HELP = [
  { name: 'wall', path: '/mur', shown: '.tile' },
  { name: 'borough', path: '/arrondissements/VM', shown: 'main h2' },
  { name: 'health', path: '/sante', shown: 'main table' },
];

const words = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
try {
  if (words.includes('help')) await inScene('noon', (url) => helpPictures(url));
  else if (process.env.VIGIE_URL) await pictures(process.env.VIGIE_URL, 'server');
  else for (const name of chosen(Object.keys(SCENES))) await inScene(name, (url) => pictures(url, name));
} finally {
  await browser.close();
}

/** Those that were named; all, when none was. */
function chosen<T extends string>(all: readonly T[]): readonly T[] {
  const named = all.filter((one) => words.includes(one));
  return named.length > 0 ? named : all;
}

/** The screens that reckon in days ask for those of the browser's own clock. */
async function setClock(context: BrowserContext, scene: string): Promise<void> {
  const at = SCENES[scene as SceneName];
  if (!at) return;
  await context.addInitScript((shift_ms) => {
    const SystemDate = Date;
    globalThis.Date = class extends SystemDate {
      constructor(...given: []) {
        super(...((given.length === 0 ? [SystemDate.now() + shift_ms] : given) as []));
      }
      static override now(): number {
        return SystemDate.now() + shift_ms;
      }
    } as DateConstructor;
  }, Date.parse(at) - Date.now());
}

async function inScene(name: string, work: (url: string) => Promise<void>): Promise<void> {
  console.log(`${name} …`);
  const scene: Scene = await startScene(name as SceneName);
  await work(scene.url).finally(() => scene.remove());
}

async function pictures(url: string, scene: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const screens = await pathsOf(url);
  const names = chosen(screens.map(({ name }) => name));
  const widths = chosen(SIZES.map(({ width }) => String(width)));
  for (const viewport of SIZES.filter(({ width }) => widths.includes(String(width)))) {
    const context = await browser.newContext({ viewport });
    await setClock(context, scene);
    for (const { name, path } of screens.filter((screen) => names.includes(screen.name))) {
      const page = await context.newPage();
      await page.goto(`${url}${path}?lang=fr`);
      await drawn(page);
      for (const lang of ['fr', 'en']) {
        if (lang === 'en') await page.keyboard.press('l');
        await page.locator(`html[lang=${lang}]`).waitFor();
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.waitForTimeout(CHANGE_MS);
          const file = `${scene}-${name}-${lang}-${colorScheme}-${viewport.width}.png`;
          await page.screenshot({ path: `${FOLDER}/${file}`, fullPage: viewport.width < 1000 });
          console.log(file);
        }
      }
      await page.close();
    }
    await context.close();
  }
}

/** The figures are there, and the map where there is one. */
async function drawn(page: Page): Promise<void> {
  await page.locator('html[data-ready]').waitFor();
  await page.waitForTimeout(SETTLE_MS);
  if ((await page.locator('.maplibregl-map').count()) > 0) await page.waitForTimeout(MAP_MS);
}

async function helpPictures(url: string): Promise<void> {
  await mkdir(HELP_FOLDER, { recursive: true });
  const context = await browser.newContext({
    viewport: { width: 1920, height: 1080 },
    colorScheme: 'light',
    deviceScaleFactor: 0.5,
  });
  await setClock(context, 'noon');
  for (const { name, path, shown } of HELP) {
    const page = await context.newPage();
    await page.goto(`${url}${path}?lang=fr`);
    await page.locator(shown).first().waitFor({ timeout: 60_000 });
    await drawn(page);
    for (const lang of ['fr', 'en']) {
      if (lang === 'en') await page.keyboard.press('l');
      await page.locator(`html[lang=${lang}]`).waitFor();
      await page.waitForTimeout(CHANGE_MS);
      await page.screenshot({ path: `${HELP_FOLDER}/${name}-${lang}.jpg`, type: 'jpeg', quality: 72 });
    }
    await page.close();
  }
  await context.close();
}

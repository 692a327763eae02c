/**
 * `npm run screenshots`: every screen of a running server (`VIGIE_URL`) in both languages, light and dark, at the sizes
 * of a wall, a large wall and a phone, into the folder `screenshots/`.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from './setup/chromium.ts';

const FOLDER = fileURLToPath(new URL('../screenshots', import.meta.url));
const SERVER = process.env.VIGIE_URL ?? 'http://localhost:3110';
const SIZES = [
  { width: 1920, height: 1080 },
  { width: 3840, height: 2160 },
  { width: 390, height: 844 },
];
/** Any request: the newest that the server has. */
const newest = await fetch(`${SERVER}/api/v1/requests?limit=1`)
  .then(async (answer) => (answer.ok ? ((await answer.json()) as { items: { id: string }[] }).items : []))
  .catch(() => []);
const SCREENS = [
  { name: 'home', path: '/' },
  { name: 'wall', path: '/mur' },
  { name: 'wall-borough', path: '/mur/VM' },
  { name: 'boroughs', path: '/arrondissements' },
  { name: 'borough', path: '/arrondissements/VM' },
  { name: 'borough-list', path: '/arrondissements/VM/demandes' },
  { name: 'map', path: '/carte' },
  ...newest.map(({ id }) => ({ name: 'request', path: `/demandes/${encodeURIComponent(id)}` })),
  { name: 'health', path: '/sante' },
  { name: 'definitions', path: '/definitions' },
  { name: 'sign-in', path: '/connexion' },
];
/** Long enough for the first state to arrive and be drawn. */
const SETTLE_MS = 2_500;

const browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
await mkdir(FOLDER, { recursive: true });
for (const viewport of SIZES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport, colorScheme });
    for (const lang of ['fr', 'en']) {
      for (const { name, path } of SCREENS) {
        const page = await context.newPage();
        await page.goto(`${SERVER}${path}?lang=${lang}`);
        await page.waitForTimeout(SETTLE_MS);
        const file = `${name}-${lang}-${colorScheme}-${viewport.width}.png`;
        await page.screenshot({ path: `${FOLDER}/${file}`, fullPage: viewport.width < 1000 });
        console.log(file);
        await page.close();
      }
    }
    await context.close();
  }
}
await browser.close();

/** A screen nobody has logged in on becomes a wall by the code that it shows, shows its views in turn, and is taken down. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { KEY, TestServer } from './server.ts';

let server: TestServer;
let browser: Browser;
const contexts: BrowserContext[] = [];

async function newPage(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  contexts.push(context);
  return context.newPage();
}
async function open(page: Page, path: string): Promise<Page> {
  await page.goto(server.url + path);
  await page.locator('html[data-ready]').waitFor();
  return page;
}
/** A page on which a supervisor has logged in. */
async function supervisor(): Promise<Page> {
  const page = await open(await newPage(), '/connexion');
  await page.getByText('Entrer avec une clé').click();
  await page.getByLabel('Clé de lecture').fill(KEY);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/mur');
  return page;
}

beforeAll(async () => {
  server = await TestServer.create();
  // From the first key that may read, everybody needs one.
  const made = await fetch(`${server.url}/api/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'office', can_read: true }),
  });
  expect(made.status).toBe(201);
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

describe('a screen that the server does not know', () => {
  it('shows a code, becomes a wall when it is typed, and one no more when it is taken down', async () => {
    const screen = await open(await newPage(), '/mur');
    const code = await screen.locator('.code').textContent();
    expect(code).toMatch(/^[B-Z]{4}-[B-Z]{4}$/);

    const desk = await open(await supervisor(), '/appairage');
    await desk.getByLabel('Code affiché par l’écran').fill((code ?? '').toLowerCase());
    await desk.getByLabel('Où il se trouve').fill('Salle 2');
    await desk.getByRole('button', { name: 'Appairer' }).click();
    await expect.poll(() => desk.locator('form [role="status"]').textContent()).toContain('Salle 2');

    await screen.locator('.headline').waitFor({ timeout: 15_000 });
    expect(new URL(screen.url()).pathname).toBe('/mur');
    // A wall may pair no other, however it is asked.
    await open(screen, '/appairage');
    await expect.poll(() => screen.getByRole('alert').textContent()).toContain('vous connecter');

    await desk.reload();
    await desk.getByRole('button', { name: 'Retirer « Salle 2 »' }).click();
    await expect.poll(() => desk.locator('.walls li').count()).toBe(0);
    await open(screen, '/mur');
    await screen.locator('.code').waitFor();
  });

  it('is told what is wrong with a code', async () => {
    const desk = await open(await supervisor(), '/appairage');
    await desk.getByLabel('Où il se trouve').fill('Salle 2');
    await desk.getByLabel('Code affiché par l’écran').fill('ABC');
    await desk.getByRole('button', { name: 'Appairer' }).click();
    await expect.poll(() => desk.getByRole('alert').textContent()).toContain('huit lettres');
    await desk.getByLabel('Code affiché par l’écran').fill('BBBB-BBBB');
    await desk.getByRole('button', { name: 'Appairer' }).click();
    await expect.poll(() => desk.getByRole('alert').textContent()).toContain('Aucun écran');
  });
});

describe('a wall of several views', () => {
  it('shows each in its turn, says which, and stands still while it is paused', async () => {
    const page = await supervisor();
    await page.clock.install();
    await open(page, '/mur?scopes=city,VM,LS&every=20');
    const day = page.locator('.headline .day');
    await expect.poll(() => day.textContent()).toContain('vue 1 sur 3');
    await page.clock.runFor(20_000);
    await expect.poll(() => day.textContent()).toContain('vue 2 sur 3');
    await page.keyboard.press('p');
    await page.clock.runFor(60_000);
    expect(await day.textContent()).toContain('vue 2 sur 3');
    await page.keyboard.press('p');
    await page.clock.runFor(40_000);
    await expect.poll(() => day.textContent()).toContain('vue 1 sur 3');
  });
});

/** Settings in a real browser: signing in, a change with its faults, its conflict and its history, and what each role sees. */
import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { KEY, TestServer } from './server.ts';

const PASSWORD = 'le chat dort au soleil';
const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
let server: TestServer;
let browser: Browser;
const contexts: BrowserContext[] = [];

const asServer = (method: string, path: string, body?: object) =>
  fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${KEY}` },
    ...(body && { body: JSON.stringify(body) }),
  });
async function newPage(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  contexts.push(context);
  return context.newPage();
}
async function open(page: Page, path: string): Promise<Page> {
  await page.goto(server.url + path);
  await page.locator('html[data-ready]').waitFor();
  return page;
}
async function signIn(page: Page, email: string, to: string): Promise<Page> {
  await open(page, `/connexion?to=${encodeURIComponent(to)}`);
  await page.getByLabel('Adresse courriel').fill(email);
  await page.getByLabel('Mot de passe').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${to}`);
  await page.locator('html[data-ready]').waitFor();
  return page;
}

beforeAll(async () => {
  server = await TestServer.create();
  for (const role of ['reader', 'manager', 'administrator']) {
    const body = { email: `${role}@ville.example`, name: `La ${role}`, role, password: PASSWORD };
    expect((await asServer('POST', '/api/v1/users', body)).status).toBe(201);
  }
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
});
afterAll(async () => {
  await browser?.close();
  await server?.remove();
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

describe('signing in', () => {
  it('refuses a wrong password, then goes where one wanted to go, never to another site', async () => {
    const page = await open(await newPage(), '/connexion?to=https://evil.example/');
    await page.getByLabel('Adresse courriel').fill('reader@ville.example');
    await page.getByLabel('Mot de passe').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'ne vont pas ensemble' }).waitFor();
    await page.getByLabel('Mot de passe').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${server.url}/mur`);
  });
});

describe('a setting', () => {
  const ADDRESS = '/reglages/services?id=nid-de-poule';
  it('that is changed is in force, and stands in its history with who and why', async () => {
    const page = await signIn(await newPage(), 'manager@ville.example', ADDRESS);
    await page.getByLabel('Nom en français').fill('Nid de poule');
    await page.getByLabel('Pourquoi').fill('orthographe');
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByText('Enregistré.').waitFor();
    const history = page.locator('ol li').filter({ hasText: 'orthographe' });
    await history.waitFor();
    expect(await history.textContent()).toMatch(/La manager[\s\S]*Nid-de-poule[\s\S]*→[\s\S]*Nid de poule/);
    const catalogue = (await (await asServer('GET', '/api/v1/catalogue')).json()) as {
      services: { id: string; name: { fr: string } }[];
    };
    expect(catalogue.services.find(({ id }) => id === 'nid-de-poule')?.name.fr).toBe('Nid de poule');
  });

  it('that somebody else has changed meanwhile is not overwritten, and what was typed stays', async () => {
    const page = await signIn(await newPage(), 'manager@ville.example', ADDRESS);
    const field = page.getByLabel('Nom en anglais');
    await field.fill('Mine');
    const stored = (await (await asServer('GET', '/api/v1/catalogue')).json()) as {
      services: { id: string; name: { fr: string; en: string } }[];
    };
    const service = stored.services.find(({ id }) => id === 'nid-de-poule')!;
    const others = { ...service, name: { ...service.name, en: 'Theirs' } };
    expect((await asServer('PUT', '/api/v1/catalogue', { services: [others] })).status).toBe(200);
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByRole('alert').filter({ hasText: 'quelqu’un d’autre' }).waitFor();
    expect(await field.inputValue()).toBe('Mine');
    await page.getByText('Theirs').first().waitFor();
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByText('Enregistré.').waitFor();
  });

  it('of another entry that changed meanwhile does not stand in the way', async () => {
    const page = await signIn(await newPage(), 'manager@ville.example', '/reglages/unites?id=voirie');
    await page.getByLabel('Nom en anglais').fill('Streets');
    await asServer('PUT', '/api/v1/catalogue', {
      units: [{ id: 'neuve', name: { fr: 'Neuve', en: 'New' } }],
    });
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByText('Enregistré.').waitFor();
  });

  it('that the server refuses says so beside its field', async () => {
    const page = await signIn(await newPage(), 'manager@ville.example', '/reglages/calendriers?id=bureaux');
    await page.getByLabel('lundi').fill('8:30-23:59');
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByRole('alert').filter({ hasText: 'Rien n’a été enregistré' }).waitFor();
    expect(await page.locator('#day-1-faults').textContent()).toContain('23:59');
    expect(await page.getByLabel('lundi').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('lundi').fill('huit heures');
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByText('Écrivez les heures').waitFor();
  });

  it('of a deadline gets a new version from tomorrow on, and the one in force stays', async () => {
    const page = await signIn(await newPage(), 'manager@ville.example', '/reglages/delais?id=collecte');
    await page.locator('#settlement-amount').fill('4');
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByText('à venir').waitFor();
    expect(await page.getByText('en vigueur', { exact: false }).count()).toBeGreaterThan(0);
  });
});

describe('what each role sees', () => {
  it('a reader reads and has no form; only an administrator sees people and keys', async () => {
    const reader = await signIn(
      await newPage(),
      'reader@ville.example',
      '/reglages/services?id=nid-de-poule',
    );
    await reader.getByText('Vous pouvez lire cette page').waitFor();
    expect(await reader.locator('form').count()).toBe(0);
    expect(await reader.getByRole('link', { name: 'Personnes' }).count()).toBe(0);
    const boss = await signIn(await newPage(), 'administrator@ville.example', '/reglages/personnes');
    await boss.getByRole('button', { name: 'La reader' }).click();
    await boss.getByLabel('Supervision').check();
    await boss.getByRole('button', { name: 'Enregistrer' }).click();
    await boss.getByText('Enregistré.').waitFor();
    await open(boss, '/reglages/cles');
    await boss.getByRole('button', { name: 'Ajouter…' }).click();
    await boss.getByLabel('À qui est la clé').fill('acd');
    await boss.getByRole('button', { name: 'Ajouter', exact: true }).click();
    expect(await boss.locator('.secret code').textContent()).toMatch(/^vigie_/);
  });

  it('pages without barriers in both languages, light and dark, at a desk and on a phone', async () => {
    const page = await signIn(await newPage(), 'administrator@ville.example', '/reglages');
    const paths = [
      ...['/reglages', '/reglages/services?id=nid-de-poule', '/settings/deadlines?id=chaussee'],
      ...['/reglages/calendriers?id=bureaux', '/settings/units', '/reglages/files', '/settings/people'],
      ...['/reglages/cles', '/settings/history', '/sign-in'],
    ];
    for (const [at, path] of paths.entries()) {
      await page.emulateMedia({ colorScheme: at % 2 === 0 ? 'light' : 'dark' });
      await page.setViewportSize(at % 3 === 0 ? { width: 390, height: 844 } : { width: 1440, height: 900 });
      await open(page, path);
      await page.locator('h1').waitFor();
      await page.evaluate(AXE);
      const faults = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; impact: string }[] }> };
        };
        return (await axe.run()).violations.map(({ id }) => id);
      });
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect([path, faults, over]).toEqual([path, [], 0]);
    }
  });
});

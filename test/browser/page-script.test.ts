/** `/vigie.js` on a page of another origin, in a real browser, into a real database. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IngestServer, startIngest } from '../ingest/server.ts';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';

let vigie: IngestServer;
let site: http.Server;
let origin: string;
let browser: Browser;

const pages: Record<string, string> = {
  '/': '<h1>Ville</h1>',
  '/recherche': '<p data-vigie-results="12">12 résultats</p>',
  '/nid-de-poule': `<form data-vigie-service="pothole" action="/merci"><input name="where"><button>Envoyer</button></form>
    <form id="other"><input name="secret"></form>`,
  '/merci': '<p>Merci</p>',
  '/panne': '<script>setTimeout(() => { throw new Error("citizen text") }, 400)</script>',
};

beforeAll(async () => {
  vigie = await startIngest();
  let key = '';
  site = http.createServer((req, res) => {
    const body = pages[new URL(req.url ?? '/', 'http://x').pathname] ?? '';
    res.setHeader('content-type', 'text/html; charset=utf-8');
    res.end(
      `<!doctype html><html lang="fr"><title>x</title><script src="${vigie.url}/vigie.js" data-key="${key}" defer></script><body>${body}</body></html>`,
    );
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const made = await vigie.ask('POST', '/api/v1/keys', { name: 'site', types: ['web.*'], origins: [origin] });
  key = ((await made.json()) as { secret: string }).secret;
  browser = await chromium.launch({ executablePath: await findChromium(), args: [...CHROMIUM_ARGS] });
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await vigie?.close();
});

interface Row {
  type: string;
  path: string;
  service: string | null;
  results: number | null;
}
async function visit(work: (page: Page) => Promise<void>): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await work(page);
  return page;
}
async function stored(path: string): Promise<Row[]> {
  const { rows } = await vigie.database.db.query<Row & { ts: Date }>(
    'select type, path, service, results from web_event where path = $1 order by ts, type',
    [path],
  );
  return rows;
}
const typesOf = async (path: string): Promise<string[]> => (await stored(path)).map(({ type }) => type);

describe('the script for the pages of a city', () => {
  it('tells of a page that is viewed, without its query', async () => {
    await visit(async (page) => {
      await page.goto(`${origin}/?q=514-555-0101#part`);
    });
    await expect.poll(() => typesOf('/'), { timeout: 10_000 }).toEqual(['page_viewed']);
    const { rows } = await vigie.database.db.query('select web_event::text as row from web_event');
    expect(JSON.stringify(rows)).not.toContain('555-0101');
  });

  it('tells how many results a search had', async () => {
    await visit(async (page) => {
      await page.goto(`${origin}/recherche?q=neige`);
    });
    await expect.poll(() => typesOf('/recherche'), { timeout: 10_000 }).toContain('search_made');
    expect((await stored('/recherche')).find(({ type }) => type === 'search_made')?.results).toBe(12);
  });

  it('tells of a form that is started and submitted, or started and left; never of what is in it', async () => {
    await visit(async (page) => {
      await page.goto(`${origin}/nid-de-poule`);
      await page.fill('input[name=where]', 'chez moi');
      await page.click('button');
      await page.waitForURL(/merci/);
      await page.goto(`${origin}/nid-de-poule`);
      await page.fill('input[name=secret]', 'rien');
      await page.fill('input[name=where]', 'encore chez moi');
      await page.goto(`${origin}/merci`);
    });
    await expect.poll(async () => (await typesOf('/nid-de-poule')).length, { timeout: 10_000 }).toBe(6);
    const rows = await stored('/nid-de-poule');
    expect(rows.map(({ type }) => type)).toEqual([
      'page_viewed',
      'form_started',
      'form_submitted',
      'page_viewed',
      'form_started',
      'form_abandoned',
    ]);
    expect(rows.filter(({ type }) => type.startsWith('form')).map(({ service }) => service)).toEqual(
      Array.from({ length: 4 }, () => 'pothole'),
    );
    const { rows: texts } = await vigie.database.db.query('select web_event::text as row from web_event');
    expect(JSON.stringify(texts)).not.toContain('chez moi');
  });

  it('tells that a page failed, and not how', async () => {
    await visit(async (page) => {
      await page.goto(`${origin}/panne`);
    });
    await expect.poll(() => typesOf('/panne'), { timeout: 10_000 }).toEqual(['page_viewed', 'error']);
  });

  it('leaves nothing in the browser, and another visit is another subject', async () => {
    const page = await visit(async (opened) => {
      await opened.goto(`${origin}/merci`);
      await opened.waitForTimeout(700);
    });
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
    const { rows } = await vigie.database.db.query<{ n: number }>(
      'select count(distinct subject)::integer as n from web_event',
    );
    expect(rows[0]?.n).toBeGreaterThan(4);
    const { rows: rejected } = await vigie.database.db.query('select code, message from rejected_event');
    expect(rejected).toEqual([]);
  });
});

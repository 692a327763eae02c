/** The borough's desk in a real browser, on the real server: a manager's morning, by keyboard alone and on a phone. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../setup/chromium.ts';
import { TestServer } from './server.ts';

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const DAY_MS = 86_400_000;
const STALE_WITHIN_MS = 15_000;
const OVERDUE = ['LATE-1', 'LATE-2', 'LATE-3'];
/** More than a page of the list. */
const LATER = 60;

let server: TestServer;
let browser: Browser;
let context: BrowserContext | undefined;
const faults: string[] = [];

async function open(path: string, viewport = DESK): Promise<Page> {
  context ??= await browser.newContext({ viewport, bypassCSP: true, acceptDownloads: true });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(server.url + path);
  return page;
}
/** Pages are asked for again and drawn; a busy machine takes its time. */
const soon = <T>(read: () => T, options = { timeout: 8_000 }) => expect.poll(read, options);
const textOf = async (part: Locator): Promise<string> => (await part.textContent())?.trim() ?? '';
const mainOf = (page: Page): Promise<string> => textOf(page.locator('main'));
const rowsOf = (page: Page): Promise<string[]> =>
  page
    .locator('tbody tr[data-request]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-request') ?? ''));
const figureOf = (page: Page, name: string): Locator => page.locator(`[data-name="${name}"] .figure`);
const addressOf = (page: Page): string => page.url().slice(server.url.length);

/** Goes on with the tab key until a thing has the focus: what cannot be reached so is not there for the keyboard. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`200 tabs do not lead to ${wanted}`);
}

const created = (
  subject: string,
  due: Date | null,
  more: object = {},
  time = new Date(Date.now() - DAY_MS),
) => ({
  type: 'request.created',
  subject,
  time,
  data: {
    service: 'nid-de-poule',
    nature: 'request',
    channel: 'web',
    borough: 'VM',
    longitude: -73.56,
    latitude: 45.51,
    ...(due ? { due_at: due.toISOString() } : {}),
    ...more,
  },
});

async function fill(): Promise<void> {
  const now_ms = Date.now();
  const ago = (days: number): Date => new Date(now_ms - days * DAY_MS);
  await server.send([
    ...OVERDUE.map((id, index) => created(id, ago(3 - index / 10), {}, ago(5))),
    created('OTHER-1', ago(2), { borough: 'LS' }, ago(5)),
    created('SOON-1', new Date(now_ms + 2 * DAY_MS), {
      channel: 'phone',
      longitude: undefined,
      latitude: undefined,
    }),
    created('DONE-1', ago(-1), {}, ago(4)),
    { type: 'request.resolved', subject: 'DONE-1', time: ago(1), data: { resolution: 'done' } },
    ...OVERDUE.map((subject) => ({
      type: 'request.transmitted',
      subject,
      time: ago(4),
      data: { unit: 'VM-voirie' },
    })),
    ...Array.from({ length: LATER }, (_, n) =>
      created(`LATER-${n}`, new Date(now_ms + (10 + n) * DAY_MS), { service: 'graffiti' }),
    ),
  ]);
}

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

describe('a borough of which nothing is known yet', () => {
  it('has a desk that says so in each of its parts, and shows no share of nothing', async () => {
    const page = await open('/arrondissements/VM');
    await soon(() => textOf(figureOf(page, 'overdue'))).toMatch(/0$/);
    await soon(() => mainOf(page)).toContain('Rien n’est en retard');
    const text = await mainOf(page);
    for (const said of [
      'Aucune échéance à venir',
      'Aucune échéance dépassée',
      'Aucune demande dans cette période',
    ])
      expect(text).toContain(said);
    expect(text).toContain('rien à mesurer');
    expect(text).not.toMatch(/NaN|undefined|100\s%\s*0 sur/);
  });

  it('has an empty list, and the index has zeros', async () => {
    const list = await open('/arrondissements/VM/demandes');
    await soon(() => mainOf(list)).toContain('n’a aucune demande ouverte');
    const index = await open('/arrondissements');
    await soon(() => textOf(index.locator('tr[data-borough="VM"] td.open'))).toBe('0');
  });

  it('and one that does not exist is told apart from it', async () => {
    const page = await open('/arrondissements/ZZ');
    await soon(() => mainOf(page)).toMatch(/«\sZZ\s» n’est pas un arrondissement connu/);
  });
});

describe('a morning at the desk', () => {
  it('by keyboard alone: what is overdue, why, and all of it in a file', async () => {
    await fill();
    const page = await open('/arrondissements');
    await soon(() => textOf(page.locator('tr[data-borough="VM"] td.overdue'))).toMatch(/3$/);
    await tabTo(page, page.getByRole('link', { name: 'Ville-Marie', exact: true }));
    await page.keyboard.press('Enter');
    await soon(() => textOf(figureOf(page, 'overdue'))).toMatch(/3$/);

    await tabTo(page, figureOf(page, 'overdue'));
    await page.keyboard.press('Enter');
    await soon(() => textOf(page.getByRole('dialog'))).toContain('overdue v1');
    await page.keyboard.press('Escape');
    await tabTo(page, page.getByRole('link', { name: 'Voir la liste\u00a0: En retard' }));
    await page.keyboard.press('Enter');
    await soon(() => rowsOf(page)).toEqual(OVERDUE);
    expect(addressOf(page)).toBe('/arrondissements/VM/demandes?due=overdue');

    await tabTo(page, page.getByRole('link', { name: 'Exporter (CSV)' }));
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    const [head, ...lines] = (await readFile((await download.path())!, 'utf8')).trim().split('\r\n');
    expect(head).toMatch(/^id,number,status,open,overdue/);
    expect(lines.map((line) => line.split(',', 1)[0])).toEqual(OVERDUE);

    await tabTo(page, page.getByRole('link', { name: OVERDUE[0]! }));
    await page.keyboard.press('Enter');
    await soon(() => addressOf(page)).toBe('/demandes/LATE-1');
    await tabTo(page, page.locator('summary', { hasText: 'Le détail du calcul' }).first());
    await page.keyboard.press('Enter');
    await page.locator('details[open] table').first().waitFor();
    await page.goBack();
    await soon(() => rowsOf(page)).toEqual(OVERDUE);
  });

  it('tells what is foretold, what it is of, and that there was nothing a year before', async () => {
    const page = await open('/arrondissements/VM');
    // One is due within the week, of a service that has been settled once: too little to foretell from.
    await soon(() => textOf(page.locator('[data-name="breach_forecast"]'))).toMatch(
      /—.*Pas assez d’historique/s,
    );
    await page.locator('[data-name="breach_forecast"] a').click();
    await soon(() => rowsOf(page)).toEqual(['SOON-1']);
    await page.goBack();
    await soon(() => mainOf(page)).toContain('Un an plus tôt\u00a0: pas de données');
    await soon(() => textOf(page.locator('[data-measure="on_time"] [data-before="none"]'))).toContain(
      'pas de données',
    );
  });

  it('tells the forms that people gave up, by service, and errors of which no borough is said apart', async () => {
    const now = new Date(Date.now() - 60_000);
    const form = { path: '/nid', service: 'nid-de-poule', borough: 'VM' };
    await server.send([
      { type: 'web.form_started', subject: 'w1', time: now, data: form },
      { type: 'web.form_abandoned', subject: 'w1', time: now, data: form },
      { type: 'web.form_submitted', subject: 'w2', time: now, data: form },
      { type: 'web.form_abandoned', subject: 'w3', time: now, data: { ...form, borough: 'LS' } },
      { type: 'web.error', subject: 'w4', time: now, data: { path: '/nid', service: 'nid-de-poule' } },
    ]);
    const page = await open('/arrondissements/VM');
    const cells = page.locator('tr[data-service="nid-de-poule"] td');
    await soon(async () =>
      (await cells.allTextContents()).map((text) => text.trim().replace(/\s+/g, ' ')),
    ).toEqual(['1', '1', '1', '50 % sur 2', '0 + 1, arrondissement non dit']);
  });

  it('adds up: what the period began with and what came and went is what is open', async () => {
    const page = await open('/arrondissements/VM');
    const term = async (name: string): Promise<number> =>
      Number((await textOf(page.locator(`[data-term="${name}"] .count`))).replace(/\D/g, ''));
    await soon(() => term('closing')).toBe(OVERDUE.length + LATER + 1);
    const came = (await term('received')) + (await term('reopened')) + (await term('transferred_in'));
    const went =
      (await term('closed')) +
      (await term('cancelled')) +
      (await term('merged')) +
      (await term('transferred_out'));
    expect((await term('opening')) + came - went).toBe(await term('closing'));
    await page.getByRole('link', { name: '30 jours' }).click();
    await soon(() => addressOf(page)).toBe('/arrondissements/VM?days=30');
    expect(await term('closing')).toBe(OVERDUE.length + LATER + 1);
  });

  it('sets both formulas of what is on time beside the city’s, and compares nothing over fewer than 20', async () => {
    const page = await open('/arrondissements/VM');
    const measure = (id: string): Locator => page.locator(`tbody[data-measure="${id}"]`);
    await soon(() => textOf(measure('on_time'))).toMatch(
      /25,0\s%.*1 sur 4.*moins de 20.*Ville.*20,0\s%.*1 sur 5/s,
    );
    expect(await textOf(measure('on_time_settled'))).toMatch(/100,0\s%.*1 sur 1.*moins de 20/s);
    expect(await textOf(measure('transmission_on_time'))).toMatch(/0,0\s%.*0 sur 65.*%\s–\s/s);
    // Of 64 open ones three are overdue: enough to say how sure that is.
    expect(await textOf(measure('overdue'))).toMatch(/3 sur 64.*%\s–\s/s);
  });

  it.each([
    ['overdue', 3],
    ['due_3_days', 1],
    ['untransmitted', LATER + 1],
  ] as const)('counts of %s as many as the list has that it leads to', async (name, count) => {
    const page = await open('/arrondissements/VM');
    await soon(() => textOf(figureOf(page, name))).toMatch(new RegExp(`${count}$`));
    await page.locator(`[data-name="${name}"] a`).click();
    const total = page.locator('#list-title [role="status"]');
    await soon(async () => Number.parseInt(await textOf(total), 10)).toBe(count);
  });
});

describe('the list', () => {
  it('keeps its state in the address: a reload and the way back show the same', async () => {
    const page = await open('/arrondissements/VM/demandes');
    await soon(async () => (await rowsOf(page)).length).toBe(50);
    await page.getByLabel('Service').selectOption('graffiti');
    await soon(() => addressOf(page)).toBe('/arrondissements/VM/demandes?service=graffiti');
    await soon(async () => (await rowsOf(page))[0]).toBe('LATER-0');
    await page.getByRole('link', { name: /^Échéance/ }).click();
    await soon(async () => (await rowsOf(page))[0]).toBe(`LATER-${LATER - 1}`);
    await page.getByRole('button', { name: 'Page suivante' }).click();
    await soon(async () => (await rowsOf(page)).length).toBe(LATER - 50);
    const second = await rowsOf(page);
    await page.reload();
    await soon(() => rowsOf(page)).toEqual(second);
    await page.getByRole('button', { name: 'Page précédente' }).click();
    await soon(async () => (await rowsOf(page))[0]).toBe(`LATER-${LATER - 1}`);
    await page.goBack();
    await soon(() => rowsOf(page)).toEqual(second);
    await page.goBack();
    await page.goBack();
    await soon(() => addressOf(page)).toBe('/arrondissements/VM/demandes?service=graffiti');
    await soon(async () => (await rowsOf(page))[0]).toBe('LATER-0');
    expect(await page.getByLabel('Service').inputValue()).toBe('graffiti');
    await page.getByRole('button', { name: 'Enlever les filtres' }).click();
    await soon(() => addressOf(page)).toBe('/arrondissements/VM/demandes');
  });

  it('finds requests by their numbers, also those that are settled', async () => {
    const page = await open('/arrondissements/VM/demandes');
    await soon(() => rowsOf(page)).not.toEqual([]);
    await page.getByLabel('Numéro').fill('DONE-1, LATE-2');
    await page.keyboard.press('Enter');
    await soon(async () => (await rowsOf(page)).sort()).toEqual(['DONE-1', 'LATE-2']);
  });

  it('has the boroughs shaded by the same filters, and a table of them that leads on, by keyboard alone', async () => {
    const page = await open('/arrondissements/VM/demandes?due=overdue');
    await tabTo(page, page.locator('.map .kinds a').last());
    await page.keyboard.press('Enter');
    await soon(() => addressOf(page)).toBe('/arrondissements/VM/demandes?due=overdue&map=boroughs');
    const cells = (code: string): Promise<string[]> =>
      page.locator(`.map tr[data-borough="${code}"] td`).allTextContents();
    await soon(async () => (await cells('VM'))[0]?.trim()).toBe(String(OVERDUE.length));
    expect((await cells('LS')).slice(0, 2).map((text) => text.trim())).toEqual(['1', '1']);
    await tabTo(page, page.getByRole('link', { name: 'Nombre de demandes' }));
    await page.keyboard.press('Enter');
    await soon(() => addressOf(page)).toMatch(/map=boroughs&shade=count$/);
    await tabTo(page, page.locator('.map tr[data-borough="LS"] a'));
    await page.keyboard.press('Enter');
    await soon(() => rowsOf(page)).toEqual(['OTHER-1']);
    expect(addressOf(page)).toBe('/arrondissements/LS/demandes?due=overdue&map=boroughs&shade=count');
  });

  it('is the same in English, one key apart', async () => {
    const page = await open('/arrondissements/VM/demandes?due=overdue');
    await soon(() => rowsOf(page)).toEqual(OVERDUE);
    await page.locator('body').press('l');
    await soon(() => addressOf(page)).toBe('/boroughs/VM/requests?due=overdue');
    await soon(() => mainOf(page)).toMatch(/Pothole.*late/s);
    expect(await mainOf(page)).not.toMatch(/Échéance|en retard|Nid-de-poule/);
    const again = await open('/boroughs/VM/requests?due=overdue');
    await soon(() => rowsOf(again)).toEqual(OVERDUE);
    const desk = await open('/boroughs/VM');
    await soon(() => mainOf(desk)).toMatch(/What must I do today.*Compare with the city/s);
  });

  it('has a map beside it that follows the same filters', async () => {
    const page = await open('/arrondissements/VM/demandes');
    const said = page.locator('.map [role="status"]');
    await soon(() => textOf(said)).toBe(`Avec un lieu\u00a0: ${OVERDUE.length + LATER}`);
    await page.locator('select[name="due"]').selectOption('overdue');
    await soon(() => textOf(said)).toBe(`Avec un lieu\u00a0: ${OVERDUE.length}`);
    await page.getByLabel('Canal').selectOption('phone');
    await soon(() => textOf(said)).toBe('Avec un lieu\u00a0: 0');
    await soon(() => mainOf(page)).toContain('Aucune demande ne passe ces filtres');
  });
});

describe('on a phone', () => {
  const PAGES = [
    '/arrondissements',
    '/arrondissements/VM',
    '/arrondissements/VM/demandes',
    '/boroughs/VM/requests?view=map',
  ];
  it.each(PAGES)('%s scrolls only downwards, and nothing is cut', async (path) => {
    const page = await open(path, PHONE);
    await page.locator('h1').waitFor();
    await page.waitForTimeout(1_500);
    const found = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const cut = [...document.querySelectorAll('main :is(p, h1, h2, h3, th, td, dt, dd, a, button, li)')]
        .filter((part) => !part.closest('.maplibregl-map, .visually-hidden, thead'))
        .filter((part) => part.getBoundingClientRect().right > clientWidth + 1)
        .map((part) => part.outerHTML.slice(0, 120));
      return { sideways: scrollWidth - clientWidth, cut };
    });
    expect(found).toEqual({ sideways: 0, cut: [] });
  });

  it('a card opens its request, and the filters fold away', async () => {
    const page = await open('/arrondissements/VM/demandes?due=overdue', PHONE);
    await soon(() => rowsOf(page)).toEqual(OVERDUE);
    const filters = page.getByRole('button', { name: 'Filtres' });
    expect(await filters.getAttribute('aria-expanded')).toBe('false');
    await filters.click();
    await page.getByLabel('Canal').selectOption('phone');
    await soon(() => rowsOf(page)).toEqual([]);
    await page.goBack();
    await page.locator('tr[data-request="LATE-2"]').click();
    await soon(() => addressOf(page)).toBe('/demandes/LATE-2');
  });
});

describe('the desk', () => {
  const PAGES = ['/arrondissements', '/arrondissements/VM', '/boroughs/VM/requests'];
  it.each(['light', 'dark'])('has nothing that WCAG 2.2 AA forbids, %s', async (theme) => {
    for (const path of PAGES) {
      for (const size of [DESK, PHONE]) {
        const page = await open(`${path}?theme=${theme}`, size);
        await page.setViewportSize(size);
        await page.waitForTimeout(1_200);
        await page.addScriptTag({ path: AXE });
        const found = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
          };
          const { violations } = await axe.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
        });
        expect([path, size.width, found]).toEqual([path, size.width, []]);
        await page.close();
      }
    }
  });

  it('says within 15 s that its server is gone, keeps its figures, and recovers by itself', async () => {
    const page = await open('/arrondissements/VM');
    await soon(() => textOf(figureOf(page, 'overdue'))).toMatch(/3$/);
    await server.kill();
    const stale = page.locator('.desk > .stale');
    await stale.waitFor({ timeout: STALE_WITHIN_MS });
    expect(await textOf(stale)).toMatch(/^Rien reçu depuis \d/);
    expect(await textOf(figureOf(page, 'overdue'))).toMatch(/3$/);
    await server.start();
    await stale.waitFor({ state: 'detached', timeout: 20_000 });
    await server.send([
      created('LATE-9', new Date(Date.now() - DAY_MS), {}, new Date(Date.now() - 2 * DAY_MS)),
    ]);
    await soon(() => textOf(figureOf(page, 'overdue')), { timeout: 5_000 }).toMatch(/4$/);
  });
});

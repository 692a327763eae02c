/** Monthly reports on a whole server: a month made by hand, number by number; its sealing; what comes late; its forms. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../server/cli/main.ts';
import type { Report } from '../../server/contract/report.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { canonicalJson, sha256 } from '../../server/report/canonical.ts';
import { AUTHORISED, cell, column, type GoldenCity, goldenCity, REPORT, tableOf } from './golden-city.ts';
import { GOLDEN_MONTH, GOLDEN_NOW, LATE_EVENTS } from './golden-month.ts';

const clock = new ManualClock(GOLDEN_NOW);
let city: GoldenCity;
beforeAll(async () => {
  city = await goldenCity(clock);
});
afterAll(() => city?.close());
const ask = (path: string, init?: RequestInit): Promise<Response> => city.ask(path, init);
const report = (query?: string): Promise<Report> => city.report(query);

describe('the month made by hand', () => {
  it('has its calls, each once and in the month it entered', async () => {
    const { content } = await report();
    expect(column(content, 'calls', 'month')).toMatchObject({
      offered: 8,
      answered: 5,
      abandoned: 2,
      short_abandons: 1,
      timed_out: 1,
      answered_elsewhere: 1,
      service_level: 4 / 6,
      service_level_offered: 4 / 8,
      abandonment: 2 / 8,
      asa: 110,
      misdirected: 1,
    });
    expect(column(content, 'calls', 'previous')).toMatchObject({ offered: 2, answered: 2, service_level: 1 });
    expect(column(content, 'calls', 'last_year')).toMatchObject({ offered: 1 });
    // January to November 2025: October's two beside.
    expect(column(content, 'calls', 'year')).toMatchObject({ offered: 10, answered: 7 });
  });

  it('has each call on its local day, and both hours of the night that has one twice', async () => {
    const days = column((await report()).content, 'calls_by_day', 'offered');
    expect(Object.keys(days)).toHaveLength(30);
    expect(Object.entries(days).filter(([, n]) => n)).toEqual([
      ['2025-11-02', 2],
      ['2025-11-10', 1],
      ['2025-11-12', 1],
      ['2025-11-13', 1],
      ['2025-11-14', 1],
      ['2025-11-17', 1],
      ['2025-11-30', 1],
    ]);
  });

  it('tells who answered: the centre, the boroughs, for the linked cities', async () => {
    const { content } = await report();
    // c9 was in two queues and counts in both; the city has it once.
    expect(column(content, 'answered_by', 'offered')).toEqual({
      centre: 6,
      boroughs: 3,
      linked_cities: 1,
      corporate: 0,
    });
    expect(cell(content, 'answered_by', 'linked_cities', 'service_level')).toMatchObject({
      value: 0,
      of: 1,
      small: true,
    });
    const { content: borough } = await report('?scope=VM');
    expect(column(borough, 'answered_by', 'offered')).toEqual({ own: 3, elsewhere: 2 });
  });

  it('has the backlog identity of the city and of each borough', async () => {
    const { content } = await report();
    expect(column(content, 'backlog', 'month')).toEqual({
      opening: 2,
      received: 25,
      reopened: 0,
      closed: 21,
      cancelled: 1,
      merged: 1,
      closing: 4,
    });
    // The last evening's number is the month's.
    expect(cell(content, 'requests_by_day', '2025-11-30', 'open').value).toBe(4);
    expect(column((await report('?scope=VM')).content, 'backlog', 'month')).toEqual({
      opening: 2,
      received: 6,
      reopened: 0,
      transferred_in: 0,
      closed: 2,
      cancelled: 1,
      merged: 1,
      transferred_out: 1,
      closing: 3,
    });
    expect(column((await report('?scope=PM')).content, 'backlog', 'month')).toMatchObject({
      opening: 0,
      received: 0,
      transferred_in: 1,
      closing: 1,
    });
  });

  it('has both formulas of what is on time, and what came back', async () => {
    const { content } = await report();
    expect(cell(content, 'on_time', 'on_time', 'month')).toMatchObject({ value: 19 / 22, of: 22 });
    expect(cell(content, 'on_time', 'on_time_settled', 'month')).toMatchObject({ value: 19 / 20, of: 20 });
    expect(cell(content, 'returns', 'reopened', 'month')).toMatchObject({ value: 1 / 21, of: 21 });
    // 19 took six hours, r4 fourteen days.
    expect(cell(content, 'on_time', 'settlement_p50', 'month')).toEqual({ value: 6 * 3600, of: 20 });
    expect(column(content, 'by_deadline', 'month')).toMatchObject({
      overdue_over_30_days: 1,
      overdue_to_7_days: 1,
      due_later: 2,
    });
    expect(column(content, 'complaints', 'month')).toEqual({ received: 1, settled: 1, on_time: 0, late: 1 });
  });

  it('ranks and compares nothing of fewer than 20', async () => {
    const { content } = await report();
    expect(cell(content, 'boroughs', 'LC', 'on_time')).toMatchObject({ value: 1, of: 19, small: true });
    expect(tableOf(content, 'slowest').rows).toEqual([]);
    const said = JSON.stringify(content.sections.find(({ id }) => id === 'boroughs')!.sentences);
    expect(said).not.toContain('Lachine');
  });

  it('has the other channels', async () => {
    const { content } = await report();
    expect(column(content, 'contacts', 'month')).toEqual({
      calls: 8,
      counter: 2,
      web_forms: 1,
      mail: 1,
      email: 0,
    });
    expect(cell(content, 'web', 'forms_abandoned', 'month').value).toBe(1);
    expect(column(content, 'requests_by_channel', 'month')).toMatchObject({ phone: 6, web: 19 });
    expect(cell(content, 'counters', 'service_level', 'month')).toMatchObject({ value: 1 / 2, of: 2 });
  });

  it('says where nothing is known, and which days are silent', async () => {
    const { content } = await report();
    expect(cell(content, 'contacts', 'web_forms', 'previous')).toEqual({ value: null, data: 'none' });
    // Calls begin in November of last year, on its fifth.
    expect(cell(content, 'calls', 'offered', 'last_year').data).toBe('partial');
    // Of calls there is something on the 1st (c3 ends), 2nd, 10th to 14th, 17th and 30th.
    expect(cell(content, 'gaps', 'call', 'days_without').value).toBe(30 - 9);
  });

  it('says the same in both languages, and nothing that is not in its tables', async () => {
    const { content } = await report();
    for (const { fr, en } of content.summary) {
      const numbers = (text: string): string[] =>
        (text.replaceAll(/(\d)[\u00a0\s](?=\d{3})/g, '$1').match(/\d+(?:[.,]\d+)?/g) ?? [])
          .map((n) => n.replace(',', '.'))
          .toSorted();
      expect(numbers(fr)).toEqual(numbers(en));
    }
    expect(content.summary.length).toBeGreaterThan(5);
  });
});

describe('a sealed report', () => {
  const seal = (month: string, headers: Record<string, string> = AUTHORISED): Promise<Response> =>
    city.ask(`/api/v1/reports/${month}/seal`, { method: 'POST', headers });
  let published: Report;

  it('is sealed by who may, after its month, once', async () => {
    expect((await seal(GOLDEN_MONTH, {})).status).toBe(401);
    expect((await seal('2025-12')).status).toBe(409);
    const first = await seal(GOLDEN_MONTH);
    expect(first.status).toBe(201);
    published = (await first.json()) as Report;
    expect(published.sealed).not.toBeNull();
    expect(sha256(canonicalJson(published.content))).toBe(published.sha256);
    expect((await seal(GOLDEN_MONTH)).status).toBe(409);
  });

  it('keeps its figures and its hash when something comes late, which becomes an erratum with both values', async () => {
    clock.advance_s(86_400);
    await city.send(LATE_EVENTS);
    const now = await report();
    expect(now.sha256).toBe(published.sha256);
    expect(now.content).toEqual(published.content);
    const offered = now.errata.find(
      ({ table, row, column: at }) => table === 'calls' && row === 'offered' && at === 'month',
    );
    expect(offered).toMatchObject({
      sealed: { value: 8 },
      now: { value: 9 },
      seen_at: '2025-12-11T17:00:00.000Z',
    });
    expect(now.errata.find(({ table, row }) => table === 'contacts' && row === 'mail')).toMatchObject({
      sealed: { value: 1 },
      now: { value: 2 },
    });
    // Requests are what they were.
    expect(now.errata.filter(({ section }) => section === 'requests')).toEqual([]);
  });

  it('says when an erratum was first seen, also later and after a restart', async () => {
    clock.advance_s(86_400);
    await city.restart();
    const { errata, sha256: hash } = await report();
    expect(hash).toBe(published.sha256);
    expect(errata.length).toBeGreaterThan(0);
    expect(new Set(errata.map(({ seen_at }) => seen_at))).toEqual(new Set(['2025-12-11T17:00:00.000Z']));
  });

  it('is named in the list', async () => {
    const { items } = (await (await ask('/api/v1/reports')).json()) as {
      items: { month: string; sha256: string | null }[];
    };
    expect(items.map(({ month }) => month).slice(0, 2)).toEqual(['2025-12', '2025-11']);
    expect(items.at(-1)!.month).toBe('2024-11');
    expect(items[1]!.sha256).toBe(published.sha256);
  });
});

describe('vigie report', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-report-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  async function vigie(...args: string[]): Promise<{ code: number; said: string }> {
    let said = '';
    const tell = (text: string): void => {
      said += `${text}\n`;
    };
    const { signal } = new AbortController();
    const context = { env: city.env, out: tell, err: tell, is_terminal: false, signal, clock };
    return { code: await run(['report', ...args], context), said };
  }

  it('writes the form that the name of the file says', async () => {
    const file = join(folder, 'novembre.csv');
    expect((await vigie(GOLDEN_MONTH, '--out', file, '--scope', 'VM', '--lang', 'en')).code).toBe(0);
    expect(await readFile(file, 'utf8')).toContain(
      `${GOLDEN_MONTH},VM,requests,backlog,closing,Open at the end,month,`,
    );
  });

  it('lists the months, and says which are sealed', async () => {
    expect((await vigie('list')).said).toMatch(
      /^2025-12 {2}runs\n2025-11 {2}sealed 2025-12-10T.+ sha256 [0-9a-f]{64}\n2025-10 {2}not sealed/,
    );
  });

  it('leaves nothing behind when there is no such report, and says what to ask', async () => {
    const file = join(folder, 'none.html');
    const { code, said } = await vigie('2026-07', '--out', file);
    expect([code, existsSync(file), existsSync(`${file}.part`)]).toEqual([1, false, false]);
    expect(said).toContain('2026-07 has not begun');
    expect((await vigie('octobre')).code).toBe(2);
    expect((await vigie(GOLDEN_MONTH, '--out', 'x.doc')).said).toContain('json, html, pdf, csv, xlsx');
  });
});

describe('the forms of a report', () => {
  it('are chosen by the ending or by what is accepted', async () => {
    const type = async (path: string, accept = '*/*'): Promise<string | null> =>
      (await ask(path, { headers: { accept } })).headers.get('content-type');
    expect(await type(`${REPORT}.html`)).toMatch(/^text\/html/);
    expect(await type(REPORT, 'text/csv')).toMatch(/^text\/csv/);
    expect(await type(REPORT)).toMatch(/^application\/json/);
    expect((await ask(REPORT, { headers: { accept: 'image/png' } })).status).toBe(406);
  });

  it('HTML is a page of its own in the language asked for, its tables with heads', async () => {
    const page = await (await ask(`${REPORT}.html?lang=en`)).text();
    expect(page).toContain('<html lang="en-CA">');
    expect(page).toContain('November\u00a02025');
    expect(page).toContain('<th scope="col">');
    expect(page).not.toMatch(/<(?:script|link|img)/);
    expect(page).not.toContain('NaN');
  });

  it('CSV has a line for each figure', async () => {
    const bytes = await (await ask(`${REPORT}.csv?lang=en`)).arrayBuffer();
    // With its mark, which `text()` would take away.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    expect(text.startsWith('\ufeffmonth,scope,section,table,row,')).toBe(true);
    expect(text).toContain('2025-11,city,calls,calls,offered,Contacts,month,November\u00a02025,8,count,');
  });

  it('XLSX has a sheet for each table, with real numbers', async () => {
    const body = await (await ask(`${REPORT}.xlsx`)).arrayBuffer();
    const files = unzipSync(new Uint8Array(body));
    const { content } = await report();
    const tables = content.sections.flatMap(({ tables: own }) => own).length;
    const sheets = Object.keys(files).filter((name) => /^xl\/worksheets\/sheet\d+\.xml$/.test(name));
    // Errata and definitions beside.
    expect(sheets).toHaveLength(tables + 2);
    expect(strFromU8(files['xl/worksheets/sheet1.xml']!)).toMatch(/<v>8<\/v>/);
  });

  it('a month that has not begun, a borough that is none and a month that is none are told', async () => {
    expect((await ask('/api/v1/reports/2026-01')).status).toBe(404);
    expect((await ask(`${REPORT}?scope=ZZ`)).status).toBe(404);
    expect((await ask('/api/v1/reports/2025-13')).status).toBe(400);
    expect((await ask(`${REPORT}?lang=de`)).status).toBe(400);
  });
});

import { existsSync } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importServer, rowsOf, shared, tally } from './import-files.ts';

const MONTREAL = shared('montreal-requetes311-sample.csv');
const NYC = shared('nyc-311-sample.csv');
const HEADER =
  'ID_UNIQUE,NATURE,ACTI_NOM,ARRONDISSEMENT,DDS_DATE_CREATION,PROVENANCE_ORIGINALE,PROVENANCE_TELEPHONE,UNITE_RESP_PARENT,DERNIER_STATUT,DATE_DERNIER_STATUT\n';
const row = (id: string, status = 'Terminée', date = '2026-07-02T10:00:00', name = 'Nid-de-poule'): string =>
  `${id},${id === '' ? 'Information' : 'Requete'},${name},Verdun,2026-07-01T09:00:00,Téléphone,1,VERDUN,${status},${date}\n`;

let city: Awaited<ReturnType<typeof importServer>>;
beforeAll(async () => {
  city = await importServer();
});
afterAll(() => city.close());

const CREATED = "type = 'created'";
const LOCAL_MONTH = (zone: string): string => `to_char(ts at time zone '${zone}', 'YYYY-MM')`;

describe('vigie import montreal-311', () => {
  async function importText(name: string, text: string | Buffer, ...options: string[]) {
    const file = join(city.folder, name);
    await writeFile(file, text);
    const outcome = await city.vigie(['montreal-311', file, '--source', `urn:${name}`, ...options]);
    const rejects = await readFile(`${file}.rejects.txt`, 'utf8').catch(() => '');
    return { ...outcome, file, rejects: rejects === '' ? [] : rejects.trimEnd().split('\n') };
  }

  it.runIf(existsSync(MONTREAL))('counts of the real sample what another reader counts', async () => {
    const rows = rowsOf(await readFile(MONTREAL, 'utf8'));
    expect(rows).toHaveLength(20);
    const file = await city.copy(MONTREAL);
    const { code, out } = await city.vigie(['montreal-311', file]);
    expect(code).toBe(0);
    expect(out).toContain('20 rows');
    const source = 'urn:montreal:311';
    const of = (what: string, where = CREATED) => city.counts(source, what, where);
    expect(await of("extra->>'borough_name'")).toEqual(tally(rows, (one) => one.ARRONDISSEMENT!));
    // Two columns spell them in two ways.
    expect(await of('place_borough')).toEqual(await of('borough'));
    expect(await of('borough')).toEqual({
      AC: 3,
      CN: 3,
      LC: 1,
      LR: 1,
      LS: 1,
      MH: 2,
      RO: 4,
      RP: 2,
      SO: 1,
      VM: 2,
    });
    const channels: Record<string, string> = {
      Internet: 'web',
      Téléphone: 'phone',
      Mobile: 'mobile',
      Personne: 'counter',
    };
    expect(await of('channel')).toEqual(tally(rows, (one) => channels[one.PROVENANCE_ORIGINALE!]!));
    expect(await of("extra->>'status_name'", "type = 'resolved'")).toEqual(
      tally(rows, (one) => one.DERNIER_STATUT!),
    );
    expect(await of(LOCAL_MONTH('America/Toronto'))).toEqual(
      tally(rows, (one) => one.DDS_DATE_CREATION!.slice(0, 7)),
    );
    const requesters = rows.flatMap((one) =>
      Object.entries(one).filter(([name]) => /^PROVENANCE_(?!ORIG)/.test(name)),
    );
    const sum = requesters.reduce((total, [, count]) => total + Number(count), 0);
    const { rows: sums } = await city.server.database.db.query<{ sum: string }>(
      `select sum(requesters) from request_event e join event_source s on s.id = e.source_id where s.name = '${source}'`,
    );
    expect(Number(sums[0]!.sum)).toBe(sum);
  });

  it.runIf(existsSync(MONTREAL))('changes nothing when the sample is imported again', async () => {
    const file = await city.copy(MONTREAL);
    await city.vigie(['montreal-311', file]);
    const again = await city.vigie(['montreal-311', file]);
    expect(again.code).toBe(0);
    expect(again.out).toContain('60 events: 0 accepted, 60 duplicates, 0 rejected');
  });

  it('adds of a newer file what is new', async () => {
    const first = row('n-1', 'Acceptée', '2026-07-01T12:00:00') + row('n-2', 'Transmise pour traitement');
    expect((await importText('newer', HEADER + first)).out).toContain('6 accepted');
    const newer = HEADER + row('n-1') + row('n-2', 'Transmise pour traitement') + row('n-3');
    expect((await importText('newer', newer)).out).toContain('9 events: 4 accepted, 5 duplicates');
    expect(await city.counts('urn:newer', 'type')).toMatchObject({
      created: 3,
      resolved: 2,
    });
  });

  it('counts rows without an id one by one, once', async () => {
    const text = HEADER + row('', '', '').repeat(3) + row('', '', '', '*Bibliothèques');
    for (const accepted of ['8 accepted', '0 accepted']) {
      const { code, out } = await importText('information', text);
      expect([code, out]).toEqual([0, expect.stringContaining(`8 events: ${accepted}`)]);
    }
    expect(await city.counts('urn:information', 'service', CREATED)).toEqual({
      'nid-de-poule': 3,
      bibliotheques: 1,
    });
  });

  it('puts in what can go in, and tells of the rest by line', async () => {
    const future = '2999-01-01T00:00:00';
    const text = `${HEADER}${row('p-1')}${row('p-2', 'En orbite')}p-3,"torn,\n${row('p-4', 'Terminée', future)}${row('p-5')}p-6,Requete`;
    const { code, out, err, rejects } = await importText('partly', text);
    expect(code).toBe(1);
    expect(out).toContain('4 rows could not go in, or not wholly');
    expect(err).toContain('4 could not go in: see ');
    expect(rejects.map((line) => line.split('\t')[0])).toEqual(['3', '4', '5', '7']);
    expect(rejects[2]).toContain('resolved: ');
    // All of a row or nothing of it, but for a status that nobody knows.
    expect(await city.counts('urn:partly', 'subject', CREATED)).toEqual({ 'p-1': 1, 'p-2': 1, 'p-5': 1 });
  });

  it('reads another encoding when it is told, and says so when it is not', async () => {
    const latin1 = Buffer.from(
      HEADER + row('l-1') + row('l-2', 'Annulee').replace('Téléphone', 'Internet'),
      'latin1',
    );
    const untold = await importText('latin', latin1);
    expect(untold.rejects).toEqual([expect.stringContaining('--encoding windows-1252')]);
    const told = await importText('latin', latin1, '--encoding', 'windows-1252');
    expect(told).toMatchObject({ code: 0, rejects: [] });
    expect(await city.counts('urn:latin', 'type', "subject = 'l-1'")).toMatchObject({
      resolved: 1,
    });
  });

  it.each([
    ['an empty file', '', 'is empty'],
    ['another file', 'a,b\n1,2\n', 'no column ID_UNIQUE, NATURE'],
  ])('refuses %s', async (_, text, why) => {
    const { code, err } = await importText('refused', text);
    expect(code).toBe(1);
    expect(err).toContain(why);
    expect(err).toContain('refused: ');
  });

  it('passes over a line of 200 MB without holding it', async () => {
    const file = join(city.folder, 'long.csv');
    const handle = await open(file, 'w');
    await handle.write(HEADER + row('g-1'));
    const block = 'x'.repeat(4 * 1_048_576);
    for (let written = 0; written < 50; written += 1) await handle.write(block);
    await handle.write(`\n${row('g-2')}`);
    await handle.close();
    expect((await stat(file)).size).toBeGreaterThan(200e6);
    const before = process.memoryUsage().rss;
    const { code, out } = await city.vigie(['montreal-311', file, '--source', 'urn:long']);
    expect(code).toBe(1);
    expect(out).toContain('1 rows could not go in');
    expect(await city.counts('urn:long', 'subject', CREATED)).toEqual({ 'g-1': 1, 'g-2': 1 });
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  });

  it('that is ended in the middle doubles nothing when it is begun again', async () => {
    const file = join(city.folder, 'killed.csv');
    const rows = Array.from({ length: 12_000 }, (_, n) => (n % 2 === 0 ? row(`k-${n}`) : row('', '', '')));
    await writeFile(file, HEADER + rows.join(''));
    const args = ['montreal-311', file, '--source', 'urn:killed'];
    const stop = new AbortController();
    const first = city.vigie(args, stop.signal);
    const events = async () => Object.values(await city.counts('urn:killed', "''"))[0] ?? 0;
    // More than is on its way at once.
    while ((await events()) < 10_000) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    const stopped = await first;
    expect(stopped.code).toBe(1);
    expect(stopped.err).toMatch(/stopped\. All up to line \d+ is in/);
    expect(await events()).toBeLessThan(30_000);
    expect((await city.vigie(args)).code).toBe(0);
    expect(await city.counts('urn:killed', 'type')).toEqual({
      created: 12_000,
      transmitted: 6_000,
      resolved: 12_000,
    });
  });
});

describe('vigie import nyc-311', () => {
  it.runIf(existsSync(NYC))('counts of the real sample what another reader counts', async () => {
    const rows = rowsOf(await readFile(NYC, 'utf8'));
    expect(rows).toHaveLength(1_000);
    const file = await city.copy(NYC);
    const { code, out } = await city.vigie(['nyc-311', file]);
    expect(code).toBe(0);
    expect(out).toContain('1000 rows');
    const of = (what: string, where = CREATED) => city.counts('urn:nyc:311', what, where);
    expect(await of('borough')).toEqual(
      tally(rows, ({ Borough }) => (Borough === 'Unspecified' ? '' : Borough!)),
    );
    expect(await of("extra->>'channel_name'")).toEqual(tally(rows, (one) => one['Open Data Channel Type']!));
    const channels: Record<string, string> = { PHONE: 'phone', ONLINE: 'web', MOBILE: 'mobile' };
    expect(await of('channel')).toEqual(
      tally(rows, (one) => channels[one['Open Data Channel Type']!] ?? 'internal'),
    );
    expect(await of(LOCAL_MONTH('America/New_York'))).toEqual(
      tally(rows, (one) => one['Created Date']!.replace(/^(\d\d)\/\d\d\/(\d{4}).*/, '$2-$1')),
    );
    expect(await of('unit', "type = 'transmitted'")).toEqual(tally(rows, ({ Agency }) => Agency!));
    const closed = rows.filter(({ Status }) => Status === 'Closed');
    expect(await of('type', "type = 'resolved'")).toEqual({ resolved: closed.length });
    const local = `to_char(due_at at time zone 'America/New_York', 'MM/DD/YYYY HH12:MI:SS AM')`;
    expect(await of(local)).toEqual(tally(rows, (one) => one['Due Date']!));
    expect((await city.vigie(['nyc-311', file])).out).toContain('3028 events: 0 accepted, 3028 duplicates');
  });
});

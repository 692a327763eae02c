import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../seeds/reference/index.ts';
import { run } from '../../server/cli/main.ts';
import type { Catalogue } from '../../server/contract/catalogue.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { type TestServer, testServer } from '../setup/server.ts';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-reference-'));
  return () => rm(folder, { recursive: true, force: true });
});

async function reference(
  args: readonly string[],
  env: Readonly<Record<string, string>> = server.env,
): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await run(['reference', ...args], {
    env,
    out: (text) => {
      said.out += `${text}\n`;
    },
    err: (text) => {
      said.err += `${text}\n`;
    },
    is_terminal: false,
    signal: new AbortController().signal,
    clock: new ManualClock(Date.now() * 1000),
  });
  return { code, out: said.out, err: said.err.replaceAll(`${folder}/`, '') };
}
type Stored = Catalogue & { readonly revision: number };
const stored = async (): Promise<Stored> =>
  (await (await fetch(`${server.url}/api/v1/catalogue`)).json()) as Stored;
async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  return path;
}
const seed = (name: string): string =>
  fileURLToPath(new URL(`../../seeds/reference/${name}`, import.meta.url));
const named = (text: string) => ({ fr: text, en: text });
const service = (id: string, more: object = {}) => ({
  id,
  name: named(id),
  description: named(id),
  nature: 'request',
  group: 'rues',
  unit: 'voirie',
  policy: 'chaussee',
  ...more,
});
/** A date so far ahead that no version of the seeds is later. */
const LATER = '2099-01-01';

describe('a fresh server', () => {
  it('has the reference data, and gives back what it was given', async () => {
    const { revision, ...catalogue } = await stored();
    const by = <T>(items: readonly T[], keyOf: (item: T) => string) =>
      [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    expect(catalogue.services).toEqual(by(CATALOGUE.services, ({ id }) => id));
    expect(catalogue.policies).toEqual(by(CATALOGUE.policies, ({ id, version }) => `${id} ${version}`));
    expect(catalogue.calendars).toEqual(by(CATALOGUE.calendars, ({ id }) => id));
    expect(catalogue.territories).toEqual(by(CATALOGUE.territories, ({ code }) => code));
    expect(revision).toBeGreaterThan(0);
    const { code, out } = await reference(['load', ...seedFiles]);
    expect(out).toContain('services: 0 added, 0 changed, 82 unchanged');
    expect(code).toBe(0);
    expect((await stored()).revision).toBe(revision);
  });
});
const seedFiles = ['boroughs', 'units', 'calendars', 'policies', 'services'].map((name) =>
  seed(`${name}.json`),
);

describe('vigie reference load', () => {
  it('adds and changes what the files name, together, and says so', async () => {
    const units = await file('units.json', { units: [{ id: 'dechets', name: named('Déchets') }] });
    const services = await file(
      'services.csv',
      [
        'id;name_fr;name_en;nature;group;unit;policy;placed;keywords',
        'pneus;Pneus;Tyres;request;collectes;dechets;collecte;oui;"pneu; tyre"',
        'graffiti;Graffitis;Graffiti;request;proprete;proprete;entretien-planifie;1;',
        '',
      ].join('\r\n'),
    );
    const { code, out, err } = await reference(['load', units, services]);
    expect(err).toBe('');
    expect(out).toBe(
      'units: 1 added (dechets), 0 changed, 0 unchanged\nservices: 1 added (pneus), 1 changed (graffiti), 0 unchanged\n',
    );
    expect(code).toBe(0);
    const tyres = (await stored()).services.find(({ id }) => id === 'pneus');
    expect(tyres).toMatchObject({
      unit: 'dechets',
      keywords: ['pneu', 'tyre'],
      placed: true,
      retired: false,
    });
  });

  it('keeps what a city has loaded over a restart', async () => {
    const own = service('nid-de-poule', { name: named('Trou'), placed: true });
    expect((await reference(['load', await file('own.json', { services: [own] })])).code).toBe(0);
    const before = await stored();
    await server.restart();
    expect(await stored()).toEqual(before);
  });

  it('loads nothing when anything is wrong, and says all of it by file, line and column', async () => {
    const before = await stored();
    const units = await file(
      'units.json',
      '{\n  "units": [\n    { "id": "new", "name": { "fr": "Neuf" } }\n  ]\n}',
    );
    const services = await file(
      'services.csv',
      [
        'id,name_fr,name_en,nature,group,unit,policy,placed',
        'ok,Bien,Fine,request,rues,voirie,chaussee,yes',
        'tires,Pneus,Tyres,wish,collectes,proprete,collecte,perhaps',
        'torn,Pneus',
      ].join('\n'),
    );
    const { code, out, err } = await reference(['load', units, services]);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('units.json:3:28: name: has no en\n');
    expect(err).toContain('services.csv:3, column 4 (nature): must be one of information, request,');
    expect(err).toContain('services.csv:3, column 8 (placed): must be true or false\n');
    expect(err).toContain('services.csv:4: has 2 fields, not 8');
    expect(err).toContain('Nothing was loaded.');
    expect(await stored()).toEqual(before);
  });

  it('says what does not fit what is there', async () => {
    const bad = {
      services: [service('a', { unit: 'roads' }), service('b'), service('b', { policy: 'soon' })],
    };
    const { code, err } = await reference(['load', await file('bad.json', bad)]);
    expect(code).toBe(1);
    const told = err.split('\n').filter((line) => line.startsWith('bad.json'));
    expect(told).toHaveLength(3);
    expect(told.join('\n')).toMatch(/bad\.json:\d+:\d+: unit: there is no unit "roads"; those are .*voirie/);
    expect(told.join('\n')).toMatch(/bad\.json:\d+:\d+: id: b is there twice/);
    expect(told.join('\n')).toMatch(/bad\.json:\d+:\d+: policy: there is no policy "soon"; those are /);
  });

  it('refuses to edit a version in force, and takes the new times as a new version', async () => {
    const { policies } = await stored();
    const last = policies.filter(({ id }) => id === 'chaussee').at(-1)!;
    const settlement = { amount: 3, unit: 'business_days', calendar: 'travaux' } as const;
    const edited = { ...last, targets: { ...last.targets, settlement } };
    const refused = await reference(['load', await file('policies.json', { policies: [edited] })]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /^policies\.json:\d+:\d+: version: version .* is in force since .* add version 3 with/,
    );
    const next = { ...edited, version: last.version + 1, valid_from: LATER };
    const { code, out } = await reference(['load', await file('policies.json', { policies: [next] })]);
    expect(out).toBe('policies: 1 added (chaussee@3), 0 changed, 0 unchanged\n');
    expect(code).toBe(0);
    expect((await stored()).policies.filter(({ id }) => id === 'chaussee')).toEqual([
      ...policies.filter(({ id }) => id === 'chaussee'),
      next,
    ]);
  });

  it('needs the key that may manage', async () => {
    const units = await file('units.json', { units: [{ id: 'x', name: named('x') }] });
    const { code, err } = await reference(['load', units], { ...server.env, VIGIE_INGEST_KEY: 'another' });
    expect(code).toBe(1);
    expect(err).toMatch(/key/);
    expect((await stored()).units.map(({ id }) => id)).not.toContain('x');
  });
});

describe('vigie reference check', () => {
  it('changes nothing, and says what load would do', async () => {
    const before = await stored();
    const path = await file('units.json', { units: [{ id: 'y', name: named('y') }] });
    const { code, out } = await reference(['check', path]);
    expect(out).toContain('units: 1 added (y)');
    expect(code).toBe(0);
    expect(await stored()).toEqual(before);
  });

  it('works without a server', async () => {
    const path = await file('units.json', { units: [{ id: 'y', name: named('y') }] });
    const { code, out, err } = await reference(['check', path], { VIGIE_URL: 'http://127.0.0.1:9' });
    expect(err).toContain('reference data of a fresh start');
    expect(out).toContain('units: 1 added (y)');
    expect(code).toBe(0);
  });

  it('says where a file stops being what it should be', async () => {
    const broken = await file('broken.json', '{\n  "units": [,]\n}');
    expect((await reference(['check', broken])).err).toBe(
      'broken.json:2:13: is not JSON: expected a value or ]\n',
    );
    const strange = await file('strange.json', { unites: [], units: {} });
    const { err } = await reference(['check', strange]);
    expect(err).toContain('strange.json:2:13: "unites" is no list here; those are territories, units,');
    expect(err).toContain('strange.json:3:12: units must be a list […]');
    const columns = await file('columns.csv', 'id,nom_fr\n1,2\n');
    expect((await reference(['check', columns])).err).toMatch(/^columns\.csv: .*no column name_fr, name_en/);
    await writeFile(join(folder, 'latin.csv'), Buffer.from('id,name_fr\n1,\xe9', 'latin1'));
    expect((await reference(['check', join(folder, 'latin.csv')])).err).toMatch(
      /^latin\.csv: the file is not UTF-8: line 2/,
    );
    expect((await reference(['check', join(folder, 'none.json')])).code).toBe(1);
  });

  it('says how it is called', async () => {
    expect((await reference([])).code).toBe(2);
    expect((await reference(['check'])).code).toBe(2);
    expect((await reference(['load', '--force', 'x.json'])).err).toContain('no option --force');
    expect((await reference(['--help'])).out).toContain('vigie reference check FILE…');
  });
});

describe('PUT /api/v1/catalogue', () => {
  const put = (body: string, key = server.env.VIGIE_INGEST_KEY) =>
    fetch(`${server.url}/api/v1/catalogue`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body,
    });

  it('lists what does not fit, with its place in the body, and stores nothing', async () => {
    const before = await stored();
    const body = { units: [{ id: 'z', name: named('z') }], services: [{ ...service('z'), unit: 'nobody' }] };
    const whole = { ...body.services[0], keywords: [], placed: false, retired: false };
    const response = await put(JSON.stringify({ ...body, services: [whole] }));
    expect(response.status).toBe(400);
    const { error, faults } = (await response.json()) as { error: { code: string }; faults: object[] };
    expect(error.code).toBe('catalogue_invalid');
    expect(faults).toMatchObject([{ path: '/services/0/unit' }]);
    expect((await put('{"units":[}')).status).toBe(400);
    expect((await put('{"units":[{}]}')).status).toBe(400);
    expect((await put('{}', 'another')).status).toBe(403);
    expect(await stored()).toEqual(before);
  });
});

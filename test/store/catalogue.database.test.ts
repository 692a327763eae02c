import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Catalogue, ServiceDefinition } from '../../server/contract/catalogue.ts';
import {
  catalogueRevision,
  nextRevision,
  readCatalogue,
  saveCatalogue,
  territories,
} from '../../server/store/catalogue.ts';
import type { Database } from '../../server/store/database.ts';
import { testDatabase } from '../setup/database.ts';

let db: Database;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await testDatabase());
});
afterAll(() => close());
beforeEach(async () => {
  await db.query('TRUNCATE territory, unit, calendar, deadline_policy, service');
});

const NOTHING: Catalogue = { territories: [], units: [], calendars: [], policies: [], services: [] };
const named = (text: string) => ({ fr: `${text} fr`, en: `${text} en` });
const target = (amount: number) => ({
  settlement: { amount, unit: 'business_days', calendar: 'bureaux' } as const,
});
const policy = (version: number, valid_from: string, amount: number) => ({
  id: 'chaussee',
  version,
  valid_from,
  targets: target(amount),
  warning_share: 0.75,
});
const service: ServiceDefinition = {
  id: 'nid-de-poule',
  name: named('pothole'),
  description: named('a hole'),
  nature: 'request',
  group: 'rues',
  keywords: ['trou', 'hole'],
  unit: 'voirie',
  policy: 'chaussee',
  earlier_policies: [{ policy: null, until: '2020-01-01' }],
  placed: true,
  retired: false,
};
const { earlier_policies: _none, ...simple } = service;
const CITY: Catalogue = {
  territories: [{ code: 'VM', kind: 'borough', name: named('Ville-Marie'), population: 100_000 }],
  units: [{ id: 'voirie', name: named('roads') }],
  calendars: [
    { id: 'always', name: named('always'), weekly: null, holidays: false, closed: {}, open: [] },
    {
      id: 'bureaux',
      name: named('offices'),
      weekly: { 1: [{ from: '08:30', to: '24:00' }] },
      holidays: true,
      closed: { '2027-01-03': named('moving') },
      open: ['2027-01-02'],
    },
  ],
  policies: [policy(1, '2014-01-01', 12), policy(2, '2026-05-01', 10)],
  services: [service, { ...simple, id: 'sans-delai', policy: null }],
};
const stored = async (): Promise<Catalogue> => {
  const { revision: _revision, ...catalogue } = await readCatalogue(db);
  return catalogue;
};

it('gives a catalogue back as it was said', async () => {
  const revision = await saveCatalogue(db, CITY, { replace: true });
  expect(await readCatalogue(db)).toEqual({ ...CITY, revision });
});

it('said again it changes nothing, not even the revision; a change of anything is another one', async () => {
  const revision = await saveCatalogue(db, CITY, { replace: true });
  expect(await saveCatalogue(db, CITY, { replace: true })).toBe(revision);
  const units = [{ id: 'voirie', name: named('streets') }];
  expect(await saveCatalogue(db, { ...NOTHING, units }, { replace: true })).toBe(revision + 1);
  expect(await catalogueRevision(db)).toBe(revision + 1);
  expect(await stored()).toEqual({ ...CITY, units });
});

it('seeds add what is missing and leave what a city has changed', async () => {
  const own = { ...CITY, services: [{ ...service, policy: null, retired: true }], calendars: [] };
  await saveCatalogue(db, own, { replace: true });
  await saveCatalogue(db, CITY, { replace: false });
  expect(await stored()).toEqual({ ...CITY, services: [own.services[0], CITY.services[1]] });
});

it('seeds add a version after the last one of a policy, never before one that a city has put in force', async () => {
  await saveCatalogue(db, { ...CITY, policies: [policy(1, '2014-01-01', 12)] }, { replace: true });
  await saveCatalogue(db, CITY, { replace: false });
  expect((await stored()).policies).toEqual(CITY.policies);
  const own = policy(3, '2027-01-01', 4);
  await saveCatalogue(db, { ...NOTHING, policies: [own] }, { replace: true });
  const late = [policy(3, '2026-12-01', 9), policy(4, '2026-12-15', 9), policy(5, '2027-01-01', 9)];
  await saveCatalogue(db, { ...NOTHING, policies: late }, { replace: false });
  expect((await stored()).policies).toEqual([...CITY.policies, own]);
});

it('stores all or nothing', async () => {
  await saveCatalogue(db, CITY, { replace: true });
  const before = await readCatalogue(db);
  const wrong = {
    ...CITY,
    units: [{ id: 'parcs', name: named('parks') }],
    services: [{ ...service, unit: 'nobody' }],
  };
  await expect(saveCatalogue(db, wrong, { replace: true })).rejects.toThrow(/unit/);
  expect(await readCatalogue(db)).toEqual(before);
});

it('shows what is stored to whoever has to accept a change, and a refusal leaves it', async () => {
  await saveCatalogue(db, CITY, { replace: true });
  const before = await readCatalogue(db);
  const accept = (seen: Catalogue): void => {
    expect(seen).toEqual(before);
    throw new Error('not like this');
  };
  const saving = saveCatalogue(db, { ...CITY, services: [simple] }, { replace: true, accept });
  await expect(saving).rejects.toThrow('not like this');
  expect(await readCatalogue(db)).toEqual(before);
});

it('two who write at once follow one another: both are in, each with a revision of its own', async () => {
  const first = await catalogueRevision(db);
  const one = saveCatalogue(db, { ...NOTHING, units: [{ id: 'a', name: named('a') }] }, { replace: true });
  const two = saveCatalogue(db, { ...NOTHING, units: [{ id: 'b', name: named('b') }] }, { replace: true });
  expect((await Promise.all([one, two])).sort()).toEqual([first + 1, first + 2]);
  expect((await stored()).units.map(({ id }) => id)).toEqual(['a', 'b']);
});

it('keeps the shape of a territory when its name is said anew', async () => {
  await saveCatalogue(db, CITY, { replace: true });
  expect(await territories(db)).toEqual([{ ...CITY.territories[0], geometry: null, approximate: true }]);
  const geometry = { type: 'Polygon', coordinates: [] };
  await db.transaction(async (client) => {
    await nextRevision(client);
    await client.query('UPDATE territory SET geometry = $1, approximate = false', [geometry]);
  });
  const renamed = { ...CITY.territories[0]!, name: named('centre') };
  await saveCatalogue(db, { ...NOTHING, territories: [renamed] }, { replace: true });
  expect(await territories(db)).toEqual([{ ...renamed, geometry, approximate: false }]);
});

import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../seeds/reference/index.ts';
import type { CalendarDefinition, Catalogue, DeadlinePolicy } from '../../server/contract/catalogue.ts';
import { checkCatalogue } from '../../server/domain/catalogue.ts';
import { catalogueChange, changeFaults, mergedCatalogue } from '../../server/domain/catalogue-change.ts';
import { catalogueFrom, EMPTY_CATALOGUE } from '../../server/domain/catalogue-shape.ts';
import { CityRules } from '../../server/domain/deadline-rules.ts';
import { quebecHolidays } from '../../server/domain/holidays.ts';

const named = (text: string) => ({ fr: text, en: text });
const offices: CalendarDefinition = {
  id: 'offices',
  name: named('Offices'),
  weekly: { 1: [{ from: '08:00', to: '17:00' }] },
  holidays: true,
  closed: {},
  open: [],
};
const version = (number: number, valid_from: string, amount: number): DeadlinePolicy => ({
  id: 'roads',
  version: number,
  valid_from,
  targets: { settlement: { amount, unit: 'business_days', calendar: 'offices' } },
  warning_share: 0.75,
});
const service = {
  id: 'pothole',
  name: named('Pothole'),
  description: named('A hole'),
  nature: 'request',
  group: 'roads',
  keywords: [],
  unit: 'works',
  policy: 'roads',
  placed: true,
  retired: false,
} as const;
const CITY: Catalogue = {
  territories: [{ code: 'VM', kind: 'borough', name: named('Ville-Marie'), population: 100 }],
  units: [{ id: 'works', name: named('Works') }],
  calendars: [offices],
  policies: [version(1, '2020-01-01', 10), version(2, '2026-05-01', 8)],
  services: [service],
};
const faultsOf = (change: Partial<Catalogue>): string[] =>
  checkCatalogue({ ...CITY, ...change }).map(({ path, message }) => `${path} ${message}`);
const calendarFaults = (change: Partial<CalendarDefinition>): string[] =>
  faultsOf({ calendars: [{ ...offices, ...change }] });

describe('the check of a catalogue', () => {
  it('finds nothing in a whole one, with weekdays left out', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it('finds what is there twice', () => {
    expect(faultsOf({ units: [...CITY.units, ...CITY.units] })).toEqual([
      '/units/1/id works is there twice; keep one, or give the other its own id',
    ]);
    expect(faultsOf({ policies: [...CITY.policies, version(2, '2027-01-01', 1)] })[0]).toMatch(
      /^\/policies\/2\/version roads@2 is there twice/,
    );
  });

  it('finds what is named and not there, and shows what is', () => {
    expect(faultsOf({ calendars: [{ ...offices, id: 'parks' }] })).toEqual([
      '/policies/0/targets/settlement/calendar there is no calendar "offices"; those are parks',
      '/policies/1/targets/settlement/calendar there is no calendar "offices"; those are parks',
    ]);
    expect(faultsOf({ services: [{ ...service, unit: 'roads', policy: 'works' }] })).toEqual([
      '/services/0/unit there is no unit "roads"; those are works',
      '/services/0/policy there is no policy "works"; those are roads',
    ]);
  });

  it('finds a name that is missing in a language', () => {
    expect(faultsOf({ units: [{ id: 'works', name: { fr: 'Travaux', en: ' ' } }] })).toEqual([
      '/units/0/name/en must not be empty: a name in English',
    ]);
  });

  it('finds versions that are not in the order of their dates, and dates that do not exist', () => {
    expect(faultsOf({ policies: [version(2, '2026-05-01', 8), version(1, '2026-05-01', 9)] })).toEqual([
      '/policies/0/valid_from version 1 is in force from 2026-05-01: version 2 must be so from a later date, not 2026-05-01',
    ]);
    expect(faultsOf({ policies: [version(1, '2026-02-29', 8)] })).toEqual([
      '/policies/0/valid_from "2026-02-29" is no date, such as 2027-01-31',
    ]);
  });

  it('finds amounts that are nothing or less', () => {
    for (const amount of [0, -1, Number.NaN])
      expect(faultsOf({ policies: [version(1, '2020-01-01', amount)] })).toHaveLength(1);
  });

  it('finds times that are none, and ranges that cannot be meant', () => {
    const range = (from: string, to: string) => calendarFaults({ weekly: { 2: [{ from, to }] } });
    expect(range('08:00', '25:00')).toEqual([
      '/calendars/0/weekly/2/0 "25:00" is not a time of day from 00:00 to 24:00',
    ]);
    expect(range('8:00', '12:00')).toHaveLength(1);
    expect(range('09:00', '09:00')[0]).toContain('00:00 to 24:00 for all the day');
    expect(range('00:00', '23:59')[0]).toContain('write 24:00');
    expect(range('24:00', '02:00')).toHaveLength(1);
    expect(range('22:00', '02:00')).toEqual([]);
  });

  it('finds ranges that share time, over midnight and the end of the week too', () => {
    const [late, early] = [
      { from: '22:00', to: '02:00' },
      { from: '01:00', to: '05:00' },
    ];
    expect(calendarFaults({ weekly: { 1: [early, { from: '04:00', to: '09:00' }] } })).toEqual([
      '/calendars/0/weekly/1/1 begins before 01:00–05:00 has ended',
    ]);
    expect(calendarFaults({ weekly: { 1: [late], 2: [early] } })[0]).toMatch(/^\/calendars\/0\/weekly\/2\/0/);
    expect(calendarFaults({ weekly: { 7: [late], 1: [early] } })[0]).toMatch(/^\/calendars\/0\/weekly\/1\/0/);
    const touching = [
      { from: '00:00', to: '12:00' },
      { from: '12:00', to: '24:00' },
    ];
    expect(calendarFaults({ weekly: { 1: touching, 2: touching } })).toEqual([]);
  });

  it('finds a calendar that never opens, a weekday that is none, and closed days of 24/7', () => {
    expect(calendarFaults({ weekly: {} })[0]).toContain('ever be due');
    expect(calendarFaults({ weekly: { 8: [] } as never })[0]).toContain('no weekday');
    expect(calendarFaults({ weekly: null, holidays: true })[0]).toContain('24/7');
    expect(calendarFaults({ weekly: null, holidays: false })).toEqual([]);
    const both = { closed: { '2026-12-24': named('Eve') }, open: ['2026-12-24', '2026-13-01'] };
    expect(calendarFaults(both).map((fault) => fault.split(' ')[0])).toEqual([
      '/calendars/0/open/0',
      '/calendars/0/open/1',
    ]);
  });
});

describe('what is read as a catalogue', () => {
  const faults = (value: unknown): string[] => {
    const read = catalogueFrom(value);
    return 'faults' in read ? read.faults.map(({ path, message }) => `${path} ${message}`) : [];
  };

  it('may leave lists out', () => {
    expect(catalogueFrom({ units: CITY.units })).toEqual({
      catalogue: { ...EMPTY_CATALOGUE, units: CITY.units },
    });
    expect(faults(CATALOGUE)).toEqual([]);
  });

  it('is told where it has another shape, and what it should be', () => {
    expect(faults([])).toEqual([' must be an object {…}']);
    expect(faults({ services: [{ ...service, nature: 'wish', placed: 'yes' }] }).sort()).toEqual([
      '/services/0/nature must be one of information, request, complaint, comment, suggestion, permit',
      '/services/0/placed must be true or false',
    ]);
    expect(faults({ units: [{ id: 'a b', nom: named('x') }] }).sort()).toEqual([
      '/units/0 has no name',
      '/units/0/id must be an id of letters, digits and - _ . : only',
      '/units/0/nom is not a field here; those are id, name',
    ]);
    expect(faults({ policies: [{ ...version(1, '2026', 0), targets: { soon: {} } }] }).join()).toContain(
      'those are transmission, acknowledgement, status, settlement',
    );
    expect(faults({ calendars: [{ ...offices, weekly: 7 }] })).toEqual([
      '/calendars/0/weekly must be an object {…} or null',
    ]);
  });

  it('takes nothing with a hidden prototype or a field too many', () => {
    expect(faults(JSON.parse('{"units": [], "__proto__": {"x": 1}}'))).toHaveLength(1);
  });
});

describe('a change of the catalogue', () => {
  const TODAY = '2026-11-25';
  const change = (said: Partial<Catalogue>): string[] =>
    changeFaults(CITY, { ...EMPTY_CATALOGUE, ...said }, TODAY).map(
      ({ path, message }) => `${path} ${message}`,
    );

  it('is checked together with what stays', () => {
    expect(change({ services: [{ ...service, id: 'hydrant', unit: 'works' }] })).toEqual([]);
    expect(change({ policies: [version(3, '2026-04-01', 8)] })[0]).toContain('version 2 is in force');
  });

  it('leaves versions in force as they are: new times come with a new version and a later date', () => {
    expect(change({ policies: [version(2, '2026-05-01', 8)] })).toEqual([]);
    expect(change({ policies: [version(2, '2026-05-01', 7)] })).toEqual([
      '/policies/0/version version 2 of policy "roads" is in force since 2026-05-01 and says otherwise: leave it as it is, and add version 3 with the valid_from (after 2026-11-25) of the new times',
    ]);
    expect(change({ policies: [version(3, TODAY, 7)] })).toEqual([
      '/policies/0/valid_from policy "roads" is in use: a new version begins after 2026-11-25, not on 2026-11-25',
    ]);
    expect(change({ policies: [version(3, '2026-11-26', 7)] })).toEqual([]);
    expect(change({ policies: [{ ...version(1, '2001-01-01', 7), id: 'own' }] })).toEqual([]);
  });

  it('edits a version that is not in force yet', () => {
    const stored = { ...CITY, policies: [...CITY.policies, version(3, '2027-01-01', 5)] };
    const edit = (policy: DeadlinePolicy) =>
      changeFaults(stored, { ...EMPTY_CATALOGUE, policies: [policy] }, TODAY).length;
    expect(edit(version(3, '2027-02-01', 4))).toBe(0);
    expect(edit(version(3, '2026-11-01', 4))).toBe(1);
  });

  it('gives a service another policy from a later date only', () => {
    const policies = [{ ...version(1, '2020-01-01', 3), id: 'fast' }];
    const moved = { ...service, policy: 'fast' };
    const [fault] = change({ policies, services: [moved] });
    expect(fault).toContain('"earlier_policies": [{"policy":"roads","until":"2026-11-26"}]');
    const from = (until: string) => ({ ...moved, earlier_policies: [{ policy: 'roads', until }] });
    expect(change({ policies, services: [from('2026-11-26')] })).toEqual([]);
    expect(change({ policies, services: [from(TODAY)] })).toHaveLength(1);
  });

  it('counts what is added, changed and unchanged, whatever the order of members', () => {
    const reordered = Object.fromEntries(Object.entries(offices).reverse()) as unknown as CalendarDefinition;
    const said = {
      ...EMPTY_CATALOGUE,
      units: [
        { id: 'works', name: named('Public works') },
        { id: 'parks', name: named('Parks') },
      ],
      calendars: [reordered],
    };
    expect(catalogueChange(CITY, said)).toMatchObject({
      units: { added: ['parks'], changed: ['works'], unchanged: 0 },
      calendars: { added: [], changed: [], unchanged: 1 },
      services: { added: [], changed: [], unchanged: 0 },
    });
    expect(mergedCatalogue(CITY, said).units.map(({ id }) => id)).toEqual(['works', 'parks']);
  });
});

describe('the policy of a service', () => {
  const rules = (catalogue: Catalogue) =>
    new CityRules({ catalogue, time_zone: 'America/Toronto', holidays: quebecHolidays() });
  const us = (text: string): number => Date.parse(text) * 1000;

  it('is the version in force on the local date; none before the first, of an unknown service, or without a policy', () => {
    const known = rules({ ...CITY, services: [service, { ...service, id: 'free', policy: null }] });
    expect(known.policyFor('pothole', us('2026-04-30T23:59:59-04:00'))?.version).toBe(1);
    expect(known.policyFor('pothole', us('2026-05-01T00:00:00-04:00'))?.version).toBe(2);
    expect(known.policyFor('pothole', us('2019-12-31T23:59:59-05:00'))).toBeNull();
    expect(known.policyFor('free', us('2026-06-01T00:00:00Z'))).toBeNull();
    expect(known.policyFor('unknown', us('2026-06-01T00:00:00Z'))).toBeNull();
    expect(known.service('free')?.policy).toBeNull();
  });

  it('is an earlier policy until its date', () => {
    const fast = { ...version(1, '2020-01-01', 3), id: 'fast' };
    const earlier_policies = [
      { policy: null, until: '2024-01-01' },
      { policy: 'roads', until: '2027-01-01' },
    ];
    const moved = { ...service, policy: 'fast', earlier_policies };
    const known = rules({ ...CITY, policies: [...CITY.policies, fast], services: [moved] });
    expect(known.policyFor('pothole', us('2023-12-31T12:00:00Z'))).toBeNull();
    expect(known.policyFor('pothole', us('2026-12-31T23:59:59-05:00'))?.id).toBe('roads');
    expect(known.policyFor('pothole', us('2027-01-01T00:00:00-05:00'))?.id).toBe('fast');
  });
});

/** What a change of the catalogue would do: what is added and changed, and whether it keeps what was promised before. */
import { isDeepStrictEqual } from 'node:util';
import type { AuditNote } from '../contract/audit.ts';
import type { Catalogue, DeadlinePolicy, ServiceDefinition } from '../contract/catalogue.ts';
import { checkCatalogue } from './catalogue.ts';
import { type Fault, SECTIONS, type Section } from './catalogue-shape.ts';
import { policyOn } from './deadline-rules.ts';
import { addDays } from './zone-days.ts';

/** What becomes of each list, by id (a territory's code, a policy's `id@version`). */
export type CatalogueChange = Readonly<
  Record<
    Section,
    { readonly added: readonly string[]; readonly changed: readonly string[]; readonly unchanged: number }
  >
>;

type Item = Catalogue[Section][number];
const keyOf = (item: Item): string => {
  if ('code' in item) return item.code;
  return 'version' in item ? `${item.id}@${item.version}` : item.id;
};
/** A service that says it had no other policy says nothing. */
function plain(item: Item): Item {
  if (!('earlier_policies' in item) || item.earlier_policies?.length) return item;
  const { earlier_policies: _none, ...rest } = item;
  return rest;
}
const byKey = (items: readonly Item[]): Map<string, Item> =>
  new Map(items.map((item) => [keyOf(item), plain(item)]));

/** What is said first, at its own places; then what is stored and not said. */
export function mergedCatalogue(stored: Catalogue, said: Catalogue): Catalogue {
  const merged = (section: Section): readonly Item[] => {
    const keys = new Set((said[section] as readonly Item[]).map(keyOf));
    return [
      ...said[section],
      ...(stored[section] as readonly Item[]).filter((item) => !keys.has(keyOf(item))),
    ];
  };
  return Object.fromEntries(SECTIONS.map((section) => [section, merged(section)])) as unknown as Catalogue;
}

export function catalogueChange(stored: Catalogue, said: Catalogue): CatalogueChange {
  const changeOf = (section: Section) => {
    const known = byKey(stored[section]);
    const added: string[] = [];
    const changed: string[] = [];
    for (const [key, item] of byKey(said[section])) {
      const before = known.get(key);
      if (!before) added.push(key);
      else if (!isDeepStrictEqual(before, item)) changed.push(key);
    }
    return { added, changed, unchanged: said[section].length - added.length - changed.length };
  };
  return Object.fromEntries(
    SECTIONS.map((section) => [section, changeOf(section)]),
  ) as unknown as CatalogueChange;
}

const SUBJECTS = {
  territories: 'territory',
  units: 'unit',
  calendars: 'calendar',
  policies: 'policy',
  services: 'service',
} as const;
/** What the history keeps of a change: each item that is added or becomes another one. */
export function catalogueNotes(stored: Catalogue, said: Catalogue): readonly AuditNote[] {
  return SECTIONS.flatMap((section) => {
    const known = byKey(stored[section]);
    return [...byKey(said[section])].flatMap(([id, after]): AuditNote[] => {
      const before = known.get(id) ?? null;
      if (before && isDeepStrictEqual(before, after)) return [];
      return [{ subject: SUBJECTS[section], id, action: before ? 'changed' : 'created', before, after }];
    });
  });
}

/**
 * What does not fit when `said` is put over what is stored: in itself, with the rest, and with what was promised until today.
 * Paths lead into `said`; what lies beyond its ends is stored.
 * @param today local date, `YYYY-MM-DD`
 */
export function changeFaults(stored: Catalogue, said: Catalogue, today: string): readonly Fault[] {
  const faults = [...checkCatalogue(mergedCatalogue(stored, said))];
  said.policies.forEach((policy, at) => {
    const fault = policyFault(stored.policies, policy, today);
    if (fault) faults.push({ path: `/policies/${at}/${fault.path}`, message: fault.message });
  });
  const services = new Map(stored.services.map((service) => [service.id, service]));
  said.services.forEach((service, at) => {
    const before = services.get(service.id);
    const message = before && serviceFault(before, service, today);
    if (message) faults.push({ path: `/services/${at}/policy`, message });
  });
  return faults;
}

/** A request keeps the version in force when it was created: what is in force is not edited, and nothing begins in the past. */
function policyFault(
  stored: readonly DeadlinePolicy[],
  policy: DeadlinePolicy,
  today: string,
): Fault | undefined {
  const versions = stored.filter(({ id }) => id === policy.id);
  const before = versions.find(({ version }) => version === policy.version);
  if (!before ? versions.length === 0 : isDeepStrictEqual(before, policy)) return undefined;
  if (before && before.valid_from <= today) {
    const next = Math.max(...versions.map(({ version }) => version)) + 1;
    const what = `version ${before.version} of policy "${policy.id}" is in force since ${before.valid_from} and says otherwise`;
    return {
      path: 'version',
      message: `${what}: leave it as it is, and add version ${next} with the valid_from (after ${today}) of the new times`,
    };
  }
  if (policy.valid_from > today) return undefined;
  const message = `policy "${policy.id}" is in use: a new version begins after ${today}, not on ${policy.valid_from}`;
  return { path: 'valid_from', message };
}

/** The same of a service that gets another policy: on no day until today may it be another one than it was. */
function serviceFault(
  before: ServiceDefinition,
  after: ServiceDefinition,
  today: string,
): string | undefined {
  const changes = [before, after].flatMap(({ earlier_policies = [] }) =>
    earlier_policies.map(({ until }) => until).filter((until) => until <= today),
  );
  const dates = ['0000-01-01', ...changes, today];
  if (dates.every((date) => policyOn(before, date) === policyOn(after, date))) return undefined;
  const past = (before.earlier_policies ?? []).filter(({ until }) => until <= today);
  const earlier = [...past, { policy: policyOn(before, today), until: addDays(today, 1) }];
  return `the requests it has keep their policy: give also "earlier_policies": ${JSON.stringify(earlier)}, or a later date`;
}

/** Whether a catalogue is whole: each id once, what is named is there, times that can be kept, versions in the order of their dates. */
import type {
  CalendarDefinition,
  Catalogue,
  DeadlinePolicy,
  ServiceDefinition,
} from '../contract/catalogue.ts';
import type { BilingualName } from '../contract/reference.ts';
import { calendarFaults, isDate } from './catalogue-calendar.ts';
import type { Fault } from './catalogue-shape.ts';

type Tell = (path: string, message: string) => void;

/** What does not fit, in the order of the catalogue; empty: nothing. */
export function checkCatalogue(catalogue: Catalogue): readonly Fault[] {
  const faults: Fault[] = [];
  const tell: Tell = (path, message) => faults.push({ path, message });
  const { territories, units, calendars, policies, services } = catalogue;
  once(territories, 'territories', ({ code }) => code, 'code', tell);
  once(units, 'units', ({ id }) => id, 'id', tell);
  once(calendars, 'calendars', ({ id }) => id, 'id', tell);
  once(policies, 'policies', ({ id, version }) => `${id}@${version}`, 'version', tell);
  once(services, 'services', ({ id }) => id, 'id', tell);
  territories.forEach(({ code, name, population }, at) => {
    const path = `/territories/${at}`;
    if (!/^[A-Z]{2}$/.test(code)) tell(`${path}/code`, 'must be two capital letters, such as VM');
    if (!(Number.isInteger(population) && population >= 0))
      tell(`${path}/population`, 'must be a whole number of inhabitants');
    checkName(name, `${path}/name`, tell);
  });
  units.forEach(({ name }, at) => {
    checkName(name, `/units/${at}/name`, tell);
  });
  calendars.forEach((calendar, at) => {
    checkCalendar(calendar, `/calendars/${at}`, tell);
  });
  checkPolicies(policies, new Set(calendars.map(({ id }) => id)), tell);
  const known = {
    units: new Set(units.map(({ id }) => id)),
    policies: new Set(policies.map(({ id }) => id)),
  };
  services.forEach((service, at) => {
    checkService(service, `/services/${at}`, known, tell);
  });
  return faults;
}

function once<T>(
  items: readonly T[],
  section: string,
  keyOf: (item: T) => string,
  field: string,
  tell: Tell,
) {
  const seen = new Map<string, number>();
  items.forEach((item, at) => {
    const key = keyOf(item);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, at);
    else
      tell(
        `/${section}/${at}/${field}`,
        `${key} is there twice; keep one, or give the other its own ${field}`,
      );
  });
}

function checkName(name: BilingualName, path: string, tell: Tell): void {
  for (const language of ['fr', 'en'] as const) {
    if (typeof name?.[language] !== 'string' || name[language].trim() === '')
      tell(`${path}/${language}`, `must not be empty: a name in ${language === 'fr' ? 'French' : 'English'}`);
  }
}

function checkCalendar(calendar: CalendarDefinition, path: string, tell: Tell): void {
  checkName(calendar.name, `${path}/name`, tell);
  for (const [date, name] of Object.entries(calendar.closed)) checkName(name, `${path}/closed/${date}`, tell);
  for (const fault of calendarFaults(calendar)) tell(path + fault.path, fault.message);
}

const SHOWN_MAX = 20;
/** What is meant cannot be known, but what there is can be shown. */
function unknown(what: string, id: string, known: ReadonlySet<string>): string {
  const ids = [...known].sort();
  const more = ids.length > SHOWN_MAX ? ', …' : '';
  const there =
    ids.length === 0 ? `there is none yet` : `those are ${ids.slice(0, SHOWN_MAX).join(', ')}${more}`;
  return `there is no ${what} "${id}"; ${there}`;
}

/** Of one policy, the version before another. */
function versionBefore(versions: readonly DeadlinePolicy[], version: number): DeadlinePolicy | undefined {
  let before: DeadlinePolicy | undefined;
  for (const one of versions) {
    if (one.version < version && one.version > (before?.version ?? 0)) before = one;
  }
  return before;
}

function checkPolicies(
  policies: readonly DeadlinePolicy[],
  calendars: ReadonlySet<string>,
  tell: Tell,
): void {
  const versions = Map.groupBy(policies, ({ id }) => id);
  policies.forEach((policy, at) => {
    const path = `/policies/${at}`;
    const { id, version, valid_from, targets, warning_share } = policy;
    if (!(Number.isInteger(version) && version >= 1)) tell(`${path}/version`, 'must be 1, 2 …');
    if (!(warning_share > 0 && warning_share <= 1))
      tell(`${path}/warning_share`, 'must be a share of the time, more than 0 and at most 1, such as 0.75');
    if (!isDate(valid_from)) tell(`${path}/valid_from`, `"${valid_from}" is no date, such as 2027-01-31`);
    for (const [kind, target] of Object.entries(targets)) {
      if (!(Number.isFinite(target.amount) && target.amount > 0))
        tell(`${path}/targets/${kind}/amount`, 'must be more than 0');
      if (!calendars.has(target.calendar))
        tell(`${path}/targets/${kind}/calendar`, unknown('calendar', target.calendar, calendars));
    }
    const before = versionBefore(versions.get(id)!, version);
    if (before && before.valid_from >= valid_from) {
      const since = `version ${before.version} is in force from ${before.valid_from}`;
      tell(
        `${path}/valid_from`,
        `${since}: version ${version} must be so from a later date, not ${valid_from}`,
      );
    }
  });
}

interface Known {
  readonly units: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

function checkService(service: ServiceDefinition, path: string, known: Known, tell: Tell): void {
  checkName(service.name, `${path}/name`, tell);
  checkName(service.description, `${path}/description`, tell);
  if (!known.units.has(service.unit)) tell(`${path}/unit`, unknown('unit', service.unit, known.units));
  const checkPolicy = (policy: string | null, at: string): void => {
    if (policy !== null && !known.policies.has(policy)) tell(at, unknown('policy', policy, known.policies));
  };
  checkPolicy(service.policy, `${path}/policy`);
  let last = '';
  (service.earlier_policies ?? []).forEach(({ policy, until }, at) => {
    const place = `${path}/earlier_policies/${at}`;
    checkPolicy(policy, `${place}/policy`);
    if (!isDate(until)) tell(`${place}/until`, `"${until}" is no date, such as 2027-01-31`);
    else if (until <= last) tell(`${place}/until`, `must be after ${last}: the oldest comes first`);
    last = until;
  });
}

/** The city's promises, ready to count deadlines by: which policy holds for a service on a date, and its calendars, compiled once. */
import type { Catalogue, DeadlinePolicy, ServiceDefinition } from '../contract/catalogue.ts';
import { type CountingCalendar, compileCalendar } from './calendar.ts';
import type { HolidayCalendar } from './holidays.ts';
import { localDate } from './office-hours.ts';
import type { DeadlineRules } from './request-deadlines.ts';

export interface CityRulesOptions {
  readonly catalogue: Pick<Catalogue, 'services' | 'policies' | 'calendars'>;
  readonly time_zone: string;
  readonly holidays: HolidayCalendar;
}

/** Id of the policy of a service on a local date; null: no predetermined time. */
export function policyOn({ policy, earlier_policies = [] }: ServiceDefinition, date: string): string | null {
  const earlier = earlier_policies.find(({ until }) => date < until);
  return earlier ? earlier.policy : policy;
}

export class CityRules implements DeadlineRules {
  readonly #options: CityRulesOptions;
  readonly #services: ReadonlyMap<string, ServiceDefinition>;
  /** The versions of a policy, the newest first. */
  readonly #versions = new Map<string, readonly DeadlinePolicy[]>();
  readonly #calendars = new Map<string, CountingCalendar | null>();

  constructor(options: CityRulesOptions) {
    this.#options = options;
    const { services, policies } = options.catalogue;
    this.#services = new Map(services.map((service) => [service.id, service]));
    for (const policy of policies) {
      const versions = [...(this.#versions.get(policy.id) ?? []), policy];
      this.#versions.set(
        policy.id,
        versions.sort((a, b) => (a.valid_from < b.valid_from ? 1 : -1)),
      );
    }
  }

  service(id: string): ServiceDefinition | null {
    return this.#services.get(id) ?? null;
  }

  policyFor(service: string | null, at_us: number): DeadlinePolicy | null {
    const known = service === null ? null : this.service(service);
    if (!known) return null;
    const date = localDate(at_us, this.#options.time_zone);
    const id = policyOn(known, date);
    const versions = id === null ? undefined : this.#versions.get(id);
    return versions?.find(({ valid_from }) => valid_from <= date) ?? null;
  }

  policy(reference: string): DeadlinePolicy | null {
    const at = reference.lastIndexOf('@');
    const version = Number(reference.slice(at + 1));
    return this.#versions.get(reference.slice(0, at))?.find((each) => each.version === version) ?? null;
  }

  calendar(id: string, measure: 'hours' | 'days'): CountingCalendar | null {
    const key = `${measure} ${id}`;
    const known = this.#calendars.get(key);
    if (known !== undefined) return known;
    const { catalogue, time_zone, holidays } = this.#options;
    const definition = catalogue.calendars.find((calendar) => calendar.id === id);
    const compiled = definition ? compileCalendar(definition, { time_zone, holidays, measure }) : null;
    this.#calendars.set(key, compiled);
    return compiled;
  }
}

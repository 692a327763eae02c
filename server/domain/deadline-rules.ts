/** The city's promises, ready to count deadlines by: which policy holds for a service on a date, and its calendars, compiled once. */
import type { Catalogue, DeadlinePolicy } from '../contract/catalogue.ts';
import { type CountingCalendar, compileCalendar } from './calendar.ts';
import type { HolidayCalendar } from './holidays.ts';
import { localDate } from './office-hours.ts';
import type { DeadlineRules } from './request-deadlines.ts';

export interface CityRulesOptions {
  readonly catalogue: Pick<Catalogue, 'services' | 'policies' | 'calendars'>;
  readonly time_zone: string;
  readonly holidays: HolidayCalendar;
}

export class CityRules implements DeadlineRules {
  readonly #options: CityRulesOptions;
  /** Id of its policy, by service. */
  readonly #services: ReadonlyMap<string, string | null>;
  /** The versions of a policy, the newest first. */
  readonly #versions = new Map<string, readonly DeadlinePolicy[]>();
  readonly #calendars = new Map<string, CountingCalendar | null>();

  constructor(options: CityRulesOptions) {
    this.#options = options;
    const { services, policies } = options.catalogue;
    this.#services = new Map(services.map(({ id, policy }) => [id, policy]));
    for (const policy of policies) {
      const versions = [...(this.#versions.get(policy.id) ?? []), policy];
      this.#versions.set(
        policy.id,
        versions.sort((a, b) => (a.valid_from < b.valid_from ? 1 : -1)),
      );
    }
  }

  policyFor(service: string | null, at_us: number): DeadlinePolicy | null {
    const id = service === null ? null : this.#services.get(service);
    const versions = id == null ? undefined : this.#versions.get(id);
    if (!versions) return null;
    const date = localDate(at_us, this.#options.time_zone);
    return versions.find(({ valid_from }) => valid_from <= date) ?? null;
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

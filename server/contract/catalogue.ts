/**
 * What a city promises: its boroughs and units, its services, the calendars its offices keep, and the deadlines of each
 * service. All of it is settings, versioned by date; nothing in the code knows a name of any of them.
 */
import type { REQUEST_NATURES } from './event-types.ts';
import type { BilingualName, WeeklyHours } from './reference.ts';

/** A borough of the city, or a linked city that shares its centre. */
export interface Territory {
  /** Two-letter code, as in the City's open data (`ABREV`). */
  readonly code: string;
  readonly kind: 'borough' | 'linked_city';
  readonly name: BilingualName;
  readonly population: number;
}

/** Who settles requests. In each borough its own, named `<borough>-<unit>`, or one for all the city. */
export interface Unit {
  readonly id: string;
  readonly name: BilingualName;
}

/**
 * When time counts: opening ranges of local wall-clock time by weekday, and days on which it is closed all the same. `weekly` null
 * is 24/7 without holidays: no ranges at all, not 00:00–23:59.
 */
export interface CalendarDefinition {
  readonly id: string;
  readonly name: BilingualName;
  readonly weekly: WeeklyHours | null;
  /** Whether the city's holidays (statutory, its own, moved) are closed days. */
  readonly holidays: boolean;
  /** One-off closed dates, `YYYY-MM-DD`, with their names. */
  readonly closed: Readonly<Record<string, BilingualName>>;
  /** Dates that are open although they are holidays. */
  readonly open: readonly string[];
}

export const DEADLINE_KINDS = ['transmission', 'acknowledgement', 'status', 'settlement'] as const;
/**
 * `transmission`: created → transmitted to the responsible unit. `acknowledgement`: transmitted (or reopened) → acknowledged.
 * `status`: an open request's published status is never older. `settlement`: created → resolved.
 */
export type DeadlineKind = (typeof DEADLINE_KINDS)[number];

export const TARGET_UNITS = ['minutes', 'hours', 'business_days'] as const;
/**
 * A predetermined time. Minutes and hours are counted inside the calendar's opening ranges; a business day is 86,400 s of the local
 * days, from midnight to midnight, on which the calendar opens at all: received on Monday at ten with two days is due on Wednesday at ten.
 */
export interface Target {
  readonly amount: number;
  readonly unit: (typeof TARGET_UNITS)[number];
  /** Id of the calendar it is counted on. */
  readonly calendar: string;
}

/** The deadlines of a kind of service. A request keeps the version in force when it was created. */
export interface DeadlinePolicy {
  readonly id: string;
  /** 1, 2 … in the order of their dates. */
  readonly version: number;
  /** In force from this local date on, `YYYY-MM-DD`. */
  readonly valid_from: string;
  /** A kind that is missing has no deadline. */
  readonly targets: Readonly<Partial<Record<DeadlineKind, Target>>>;
  /** Share of the counted time after which a warning is given, 0–1. */
  readonly warning_share: number;
}

/** A policy that a service had until a local date, `YYYY-MM-DD`, not included. */
export interface EarlierPolicy {
  readonly policy: string | null;
  readonly until: string;
}

/** What a citizen can ask for. */
export interface ServiceDefinition {
  /** Slug: the `service` of events, the `service_code` of Open311. */
  readonly id: string;
  readonly name: BilingualName;
  readonly description: BilingualName;
  readonly nature: (typeof REQUEST_NATURES)[number];
  /** Family of services, for menus: the `group` of Open311. */
  readonly group: string;
  readonly keywords: readonly string[];
  /** Unit that settles it, without its borough. */
  readonly unit: string;
  /** Id of its deadline policy; null: no predetermined time. */
  readonly policy: string | null;
  /** The policies it had before, oldest first, each until a local date that is no longer its own. Left out: this one always. */
  readonly earlier_policies?: readonly EarlierPolicy[];
  /** A place must be told. */
  readonly placed: boolean;
  /** No longer offered; its requests stay. */
  readonly retired: boolean;
}

/** All of a city's promises at once. */
export interface Catalogue {
  readonly territories: readonly Territory[];
  readonly units: readonly Unit[];
  readonly calendars: readonly CalendarDefinition[];
  readonly policies: readonly DeadlinePolicy[];
  readonly services: readonly ServiceDefinition[];
}

/** What open requests would become if the city promised otherwise. */
export interface CatalogueImpact {
  /** Open requests, the oldest first, as many as could be looked at before the answer had to be given; whether that was all. */
  readonly looked_at: number;
  readonly all: boolean;
  /** Of those that were looked at: due at another moment, overdue that were not, no longer overdue. */
  readonly due_changed: number;
  readonly newly_overdue: number;
  readonly no_longer_overdue: number;
}

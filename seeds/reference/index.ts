/** The reference data of a city the size of Montréal, typed. Where each figure comes from stands in its JSON file. */
import type { ServiceDefinition } from '../../server/contract/catalogue.ts';
import type {
  BilingualName,
  MailConfig,
  OfficeHours,
  OpeningRange,
  QueueConfig,
  WeeklyHours,
} from '../../server/contract/reference.ts';
import boroughsFile from './boroughs.json' with { type: 'json' };
import { CATALOGUE } from './catalogue.ts';
import channelsFile from './channels.json' with { type: 'json' };
import demandFile from './demand.json' with { type: 'json' };
import hoursFile from './hours.json' with { type: 'json' };
import queuesFile from './queues.json' with { type: 'json' };

export { CATALOGUE };

export const CENTRE_ID = 'centre';

/** A neighbourhood: where things happen in a borough, roughly. */
export interface Place {
  readonly longitude: number;
  readonly latitude: number;
  readonly radius_m: number;
}
export interface Borough {
  readonly code: string;
  readonly name: BilingualName;
  readonly population: number;
  readonly places: readonly Place[];
}
export interface LinkedCity {
  readonly code: string;
  readonly name: BilingualName;
  readonly population: number;
}
/** How a service is asked for and settled in the simulated city; nothing else reads it. */
export interface Demand {
  /** Usual time to settle, days. What is promised is a setting of its own: the policy. */
  readonly usual_days: number;
  /** Relative demand in an ordinary month. */
  readonly weight: number;
  /** Crews work on it at any hour, not in working hours only. */
  readonly day_and_night?: boolean;
  /** Months (1–12) in which it is asked for; missing: all the year. */
  readonly months?: readonly number[];
  /** The weather that multiplies it. */
  readonly weather?: 'snow' | 'storm' | 'heat' | 'ice';
}
export type Service = ServiceDefinition & Demand;

function weeklyOf(names: readonly string[]): WeeklyHours {
  const weekly: Partial<Record<1 | 2 | 3 | 4 | 5 | 6 | 7, OpeningRange[]>> = {};
  const weeks: Record<string, { days: number[]; ranges: string[][] }> = hoursFile.weeks;
  for (const name of names) {
    const week = weeks[name];
    if (!week) throw new Error(`hours.json has no week "${name}"`);
    for (const day of week.days as (1 | 2 | 3 | 4 | 5 | 6 | 7)[]) {
      weekly[day] = week.ranges.map(([from, to]) => ({ from: from!, to: to! }));
    }
  }
  return weekly;
}

/** Hours by the name of their schedule; queues of one schedule share one array, so its openings are computed once. */
const schedules = new Map<string, readonly OfficeHours[]>(
  Object.entries(hoursFile.schedules).map(([name, seasons]) => [
    name,
    seasons.map(({ season, weeks }) => ({ season, weekly: weeklyOf(weeks) })),
  ]),
);

function hoursOf(schedule: string | null): readonly OfficeHours[] | null {
  if (schedule === null) return null;
  const hours = schedules.get(schedule);
  if (!hours) throw new Error(`hours.json has no schedule "${schedule}"`);
  return hours;
}

interface QueueEntry {
  readonly id: string;
  readonly kind: string;
  readonly borough: string | null;
  readonly name: BilingualName;
  readonly schedule: string | null;
  readonly handed_over?: boolean;
}

const queueOf = (entry: QueueEntry): QueueConfig => {
  const kind = entry.kind === 'counter' ? 'counter' : 'phone';
  return {
    id: entry.id,
    kind,
    name: entry.name,
    borough: entry.borough,
    ...queuesFile.targets[kind],
    hours: hoursOf(entry.schedule),
    centre: kind === 'phone' && entry.id !== CENTRE_ID ? CENTRE_ID : null,
    handed_over: entry.handed_over ?? false,
  };
};

export const QUEUES: readonly QueueConfig[] = (queuesFile.queues as readonly QueueEntry[]).map(queueOf);
export const PHONE_QUEUES: readonly QueueConfig[] = QUEUES.filter(({ kind }) => kind === 'phone');
export const COUNTERS: readonly QueueConfig[] = QUEUES.filter(({ kind }) => kind === 'counter');

/** When mail is answered in time. */
export const MAIL: MailConfig = channelsFile.mail;

export const BOROUGHS: readonly Borough[] = boroughsFile.boroughs.map((borough) => ({
  ...borough,
  places: borough.places.map(([longitude, latitude, radius_m]) => ({
    longitude: longitude!,
    latitude: latitude!,
    radius_m: radius_m!,
  })),
}));
export const LINKED_CITIES: readonly LinkedCity[] = boroughsFile.linked_cities;
const demandOf = (demandFile as { readonly demand: Readonly<Record<string, Demand>> }).demand;
/** What the simulated city asks for. */
export const SERVICES: readonly Service[] = CATALOGUE.services.flatMap((service) => {
  const demand = demandOf[service.id];
  return demand ? [{ ...service, ...demand }] : [];
});
export const UNITS: Readonly<Record<string, BilingualName>> = Object.fromEntries(
  CATALOGUE.units.map(({ id, name }) => [id, name]),
);

/** Which open requests the map shows, as its addresses say it: `service`, `borough`, `age` and `due`, each with commas between its values. */
import { MAP_AGE_DAYS } from './map.ts';

/** Index into `MAP_AGE_DAYS`, or its length when older. */
export const MAP_AGES = ['0', '1', '2', '3', '4', '5', 'unknown'] as const;
export type MapAge = (typeof MAP_AGES)[number];
/** By the settlement deadline, each request in exactly one: passed, by local midnight, within the three days after, later, without one. */
export const MAP_DUE = ['overdue', 'today', 'soon', 'later', 'none'] as const;
export type MapDue = (typeof MAP_DUE)[number];
/** In place of a service or a borough: the requests without one. */
export const MAP_WITHOUT = 'none';

/** An empty list lets everything pass; a request passes when it passes all lists. */
export interface MapFilter {
  readonly service: readonly string[];
  readonly borough: readonly string[];
  readonly age: readonly MapAge[];
  readonly due: readonly MapDue[];
}
export const NO_MAP_FILTER: MapFilter = { service: [], borough: [], age: [], due: [] };
export const MAP_FILTER_NAMES = Object.keys(NO_MAP_FILTER) as readonly (keyof MapFilter)[];

export const isMapFiltered = (filter: MapFilter): boolean =>
  MAP_FILTER_NAMES.some((name) => filter[name].length > 0);

/** The same filter is the same text; empty when everything passes. Without `?`. */
export function mapFilterQuery(filter: MapFilter): string {
  return MAP_FILTER_NAMES.filter((name) => filter[name].length > 0)
    .map((name) => `${name}=${[...filter[name]].sort().map(encodeURIComponent).join(',')}`)
    .join('&');
}

/** What a query asks for; a value that cannot be is left out. For addresses of pages: the server refuses it instead. */
export function mapFilterOf(query: Pick<URLSearchParams, 'get'>): MapFilter {
  const list = (name: keyof MapFilter): string[] => [
    ...new Set((query.get(name) ?? '').split(',').filter((value) => value !== '')),
  ];
  const known = <T extends string>(name: keyof MapFilter, values: readonly T[]): T[] =>
    values.filter((value) => list(name).includes(value));
  return {
    service: list('service'),
    borough: list('borough'),
    age: known('age', MAP_AGES),
    due: known('due', MAP_DUE),
  };
}

/** Of the age classes, the first is called new. */
export const MAP_AGE_NEW: MapAge = '0';
/** Days at which an age class begins and ends; null: it has no end. */
export function ageSpan(age: Exclude<MapAge, 'unknown'>): { from: number; to: number | null } {
  const at = Number(age);
  return { from: MAP_AGE_DAYS[at - 1] ?? 0, to: MAP_AGE_DAYS[at] ?? null };
}

/** A filter of the map against the records of the index. */
import { MAP_AGES, MAP_DUE, MAP_WITHOUT, type MapFilter, mapFilterQuery } from '../contract/map-filter.ts';
import { ageClass, dueClass, type MapMoment } from './age.ts';
import { boroughId, isOverdue, type MarkNames, serviceId } from './marks.ts';
import { CREATED_S, DUE_S, MARKS } from './point-index.ts';

/** Whether the record at a place in `records` passes. */
export type Keep = (records: Uint32Array, at: number) => boolean;

/**
 * Names and the moment are looked up once, so it holds until either changes.
 * @returns undefined: everything passes
 */
export function keepOf(filter: MapFilter, names: MarkNames, moment: MapMoment): Keep | undefined {
  if (mapFilterQuery(filter) === '') return undefined;
  const services = idsOf(filter.service, (name) => names.services.find(name));
  const boroughs = idsOf(filter.borough, (name) => names.boroughs.find(name));
  const ages = flagsOf(MAP_AGES, filter.age);
  const due = flagsOf(MAP_DUE, filter.due);
  const UNKNOWN = MAP_AGES.length - 1;
  return (records, at) => {
    const marks = records[at + MARKS]!;
    if (services && !services.has(serviceId(marks))) return false;
    if (boroughs && !boroughs.has(boroughId(marks))) return false;
    if (due && !due[dueClass(records[at + DUE_S]!, isOverdue(marks), moment)]) return false;
    if (!ages) return true;
    const age = ageClass(records[at + CREATED_S]!, moment.now_s);
    return ages[age < 0 ? UNKNOWN : age]!;
  };
}

/** A name that no point has is no id: nothing passes by it. */
function idsOf(names: readonly string[], find: (name: string) => number | undefined): Set<number> | null {
  if (names.length === 0) return null;
  return new Set(names.flatMap((name) => (name === MAP_WITHOUT ? 0 : (find(name) ?? []))));
}
const flagsOf = <T extends string>(all: readonly T[], some: readonly T[]): readonly boolean[] | null =>
  some.length === 0 ? null : all.map((value) => some.includes(value));

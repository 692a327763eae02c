/** The incidents among the points of an index: see `domain/incident.ts`. */
import { MAP_PAST_DAYS, type MapIncident } from '../contract/map.ts';
import { incidentsOf, type Report } from '../domain/incident.ts';
import { type Box, distance_m, isInside } from '../domain/place.ts';
import { isoOf } from '../lib/clock.ts';
import type { Keep } from './filter.ts';
import { boroughId, isOverdue, type MarkNames, serviceId } from './marks.ts';
import { latitudeOf, longitudeOf } from './mercator.ts';
import { CREATED_S, MARKS, NUMBER, type PointIndex, RECORD_WORDS } from './point-index.ts';
import { eachRecord } from './summary.ts';

/** What is older is a backlog and not an incident; and with a million open requests it would be most of them. */
const SINCE_S = MAP_PAST_DAYS * 86_400;
const NUMBERS_MAX = 100;

const FOUND_AGAIN_MS = 10_000;
const FILTERS_MAX = 16;

interface Reported extends Report {
  readonly marks: number;
}

/** All of them, the largest first. @param keep which requests count; all if left out. */
export function incidentsIn(
  index: PointIndex,
  names: MarkNames,
  now_s: number,
  keep?: Keep,
): readonly MapIncident[] {
  const { records } = index;
  const reports: Reported[] = [];
  for (const cell of index.cells) {
    eachRecord(cell, (at) => {
      const created_s = records[at + CREATED_S]!;
      const marks = records[at + MARKS]!;
      if (created_s <= now_s - SINCE_S || serviceId(marks) === 0 || (keep && !keep(records, at))) return;
      const slot = at / RECORD_WORDS;
      const longitude = longitudeOf(index.xOf(slot));
      const latitude = latitudeOf(index.yOf(slot));
      const number = records[at + NUMBER]!;
      reports.push({ number, service: serviceId(marks), created_s, longitude, latitude, marks });
    });
  }
  return incidentsOf(reports)
    .map((members) => told(members, names))
    .sort((a, b) => b.n - a.n || b.id - a.id);
}

export const incidentsInBox = (all: readonly MapIncident[], box: Box, limit: number): MapIncident[] =>
  all.filter((incident) => isInside(incident, box)).slice(0, limit);

const DIGITS = 5;
const timeOf = (seconds: number): string => isoOf(seconds * 1_000_000);

function told(members: readonly Reported[], names: MarkNames): MapIncident {
  const [first, last] = [members[0]!, members.at(-1)!];
  const mean = (of: (report: Reported) => number): number =>
    Number((members.reduce((sum, report) => sum + of(report), 0) / members.length).toFixed(DIGITS));
  const middle = { longitude: mean((one) => one.longitude), latitude: mean((one) => one.latitude) };
  const boroughs = new Map<string, number>();
  for (const { marks } of members) {
    const name = names.boroughs.name(boroughId(marks));
    if (name !== null) boroughs.set(name, (boroughs.get(name) ?? 0) + 1);
  }
  return {
    id: first.number,
    service: names.service(first.marks) ?? '',
    boroughs: [...boroughs].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name),
    n: members.length,
    overdue: members.filter(({ marks }) => isOverdue(marks)).length,
    first_at: timeOf(first.created_s),
    last_at: timeOf(last.created_s),
    ...middle,
    radius_m: Math.round(Math.max(...members.map((report) => distance_m(middle, report)))),
    numbers: members.slice(0, NUMBERS_MAX).map(({ number }) => number),
  };
}

/** What was found last, by filter: a screen asks again with every change, and others with it. */
export class Incidents {
  readonly #found = new Map<string, { version: number; at_ms: number; all: readonly MapIncident[] }>();

  of(key: string, version: number, find: () => readonly MapIncident[]): readonly MapIncident[] {
    const now_ms = performance.now();
    const known = this.#found.get(key);
    if (known && (known.version === version || now_ms - known.at_ms < FOUND_AGAIN_MS)) return known.all;
    const all = find();
    this.#found.delete(key);
    this.#found.set(key, { version, at_ms: now_ms, all });
    const [oldest] = this.#found.keys();
    if (this.#found.size > FILTERS_MAX && oldest !== undefined) this.#found.delete(oldest);
    return all;
  }
}

/**
 * Incidents (`incident` v1): many reports of one thing. Two requests are linked when they are of the same service, at most 150 m apart and
 * created at most 24 hours apart; what hangs together by such links is one incident when it has five requests or more: three or four
 * in a busy quarter are chance.
 *
 * By links and not by distance from a first one: a flooded street is one thing along its whole length, and a pole reported all week is
 * one thing all week. The map knows snapped places only (cells of 100 m), so there 150 m means the same cell or one beside it.
 */
import { distance_m, METRES_PER_DEGREE, type Place } from './place.ts';

export const INCIDENT_M = 150;
export const INCIDENT_S = 24 * 3_600;
export const INCIDENT_REPORTS = 5;

export interface Report extends Place {
  readonly number: number;
  /** Only reports of the same one are linked. */
  readonly service: number | string;
  readonly created_s: number;
}

/** Every incident of the reports, each with its reports in the order of their creation. Smaller groups are left out. */
export function incidentsOf<R extends Report>(reports: readonly R[]): R[][] {
  const sorted = reports.toSorted((a, b) => a.created_s - b.created_s || a.number - b.number);
  const groups = new Groups(sorted.length);
  const grid = new Grid(sorted);
  for (const [at, report] of sorted.entries()) {
    for (const other of grid.recent(report)) {
      if (distance_m(sorted[other]!, report) <= INCIDENT_M) groups.join(other, at);
    }
    grid.put(at);
  }
  const found = new Map<number, R[]>();
  for (const [at, report] of sorted.entries()) {
    const root = groups.rootOf(at);
    const members = found.get(root);
    if (members) members.push(report);
    else found.set(root, [report]);
  }
  return [...found.values()].filter(({ length }) => length >= INCIDENT_REPORTS);
}

/** Reports by service and cell of 150 m: whatever can be linked to one lies in its cell or in the eight around it. */
class Grid {
  readonly #reports: readonly Report[];
  readonly #height: number;
  readonly #width: number;
  /** In each cell by time, those that are too old for any link to come taken out. */
  readonly #cells = new Map<string, number[]>();

  constructor(reports: readonly Report[]) {
    this.#reports = reports;
    const farthest = reports.reduce((most, { latitude }) => Math.max(most, Math.abs(latitude)), 0);
    this.#height = INCIDENT_M / METRES_PER_DEGREE;
    // One width for all: as wide as it must be where a degree is narrowest.
    this.#width = this.#height / Math.max(Math.cos((Math.min(89, farthest + 0.01) * Math.PI) / 180), 0.01);
  }
  #cellOf({ longitude, latitude }: Place): [column: number, row: number] {
    return [Math.floor(longitude / this.#width), Math.floor(latitude / this.#height)];
  }
  put(at: number): void {
    const report = this.#reports[at]!;
    const key = [report.service, ...this.#cellOf(report)].join(' ');
    const cell = this.#cells.get(key);
    if (!cell) this.#cells.set(key, [at]);
    else {
      const first = cell.findIndex((other) => this.#isRecent(other, report));
      if (first !== 0) cell.splice(0, first < 0 ? cell.length : first);
      cell.push(at);
    }
  }
  /** Earlier ones of its service that are near enough in time, and may be in place. */
  *recent(report: Report): Generator<number> {
    const [column, row] = this.#cellOf(report);
    for (let x = column - 1; x <= column + 1; x += 1) {
      for (let y = row - 1; y <= row + 1; y += 1) {
        const cell = this.#cells.get(`${report.service} ${x} ${y}`) ?? [];
        for (let at = cell.length - 1; at >= 0 && this.#isRecent(cell[at]!, report); at -= 1) yield cell[at]!;
      }
    }
  }
  #isRecent(at: number, { created_s }: Report): boolean {
    return created_s - this.#reports[at]!.created_s <= INCIDENT_S;
  }
}

/** What hangs together: each group is known by one of its members. */
class Groups {
  readonly #parents: Uint32Array;
  constructor(size: number) {
    this.#parents = Uint32Array.from({ length: size }, (_, at) => at);
  }
  rootOf(at: number): number {
    let root = at;
    while (this.#parents[root] !== root) root = this.#parents[root]!;
    for (let next = at; next !== root; ) [this.#parents[next], next] = [root, this.#parents[next]!];
    return root;
  }
  join(a: number, b: number): void {
    this.#parents[this.rootOf(b)] = this.rootOf(a);
  }
}

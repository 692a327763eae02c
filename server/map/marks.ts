/** What a point is about, in the 32 bits of its marks: overdue (1), status (4), borough (8), service (16). */
import { REQUEST_STATUSES, type RequestStatus } from '../contract/requests.ts';

export const OVERDUE = 1;
const STATUS_SHIFT = 1;
const BOROUGH_SHIFT = 5;
const SERVICE_SHIFT = 13;
const STATUS_MASK = 0xf;
const BOROUGH_MASK = 0xff;
const SERVICE_MASK = 0xffff;

/** Names as small numbers, in the order in which they came; 0 is none. */
export class Names {
  readonly #max: number;
  readonly #names: string[] = [''];
  readonly #ids = new Map<string, number>();

  /** @param max ids; a name beyond them is kept as none. */
  constructor(max: number) {
    this.#max = max;
  }
  id(name: string | null): number {
    if (name === null || name === '') return 0;
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    if (this.#names.length > this.#max) return 0;
    const id = this.#names.length;
    this.#names.push(name);
    this.#ids.set(name, id);
    return id;
  }
  name(id: number): string | null {
    return id === 0 ? null : (this.#names[id] ?? null);
  }
  /** The id of a name that there is. */
  find(name: string): number | undefined {
    return this.#ids.get(name);
  }
}

/** The names that the marks of one index refer to. */
export class MarkNames {
  readonly boroughs = new Names(BOROUGH_MASK);
  readonly services = new Names(SERVICE_MASK);

  pack(point: {
    readonly overdue: boolean;
    readonly status: RequestStatus;
    readonly borough: string | null;
    readonly service: string | null;
  }): number {
    return (
      (point.overdue ? OVERDUE : 0) |
      (REQUEST_STATUSES.indexOf(point.status) << STATUS_SHIFT) |
      (this.boroughs.id(point.borough) << BOROUGH_SHIFT) |
      (this.services.id(point.service) << SERVICE_SHIFT)
    );
  }
  borough(marks: number): string | null {
    return this.boroughs.name(boroughId(marks));
  }
  service(marks: number): string | null {
    return this.services.name(serviceId(marks));
  }
}

export const isOverdue = (marks: number): boolean => (marks & OVERDUE) !== 0;
export const boroughId = (marks: number): number => (marks >>> BOROUGH_SHIFT) & BOROUGH_MASK;
export const serviceId = (marks: number): number => (marks >>> SERVICE_SHIFT) & SERVICE_MASK;
export const withOverdue = (marks: number, overdue: boolean): number =>
  overdue ? (marks | OVERDUE) >>> 0 : (marks & ~OVERDUE) >>> 0;
export const statusOf = (marks: number): RequestStatus =>
  REQUEST_STATUSES[(marks >>> STATUS_SHIFT) & STATUS_MASK] ?? 'received';

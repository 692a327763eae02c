/**
 * The open requests in memory, in columns: what counts by borough, and what is due next. What is overdue or due today is
 * never a flag that could go stale: it is counted from the due dates whenever it is told, a pass over numbers that takes
 * about a millisecond for 100,000.
 */
import type { BacklogGroup } from '../contract/backlog.ts';
import type { RequestStatus } from '../contract/requests.ts';
import type { DayBounds } from '../domain/local-day.ts';
import type { StandingCount, StoreScope } from '../store/backlog.ts';
import type { RequestPicture } from '../store/requests.types.ts';

const NONE = Number.NaN;

/** Texts as small numbers, 0 for none. */
class Names {
  readonly #ids = new Map<string, number>();
  readonly #names: (string | null)[] = [null];

  idOf(name: string | null): number {
    if (name === null) return 0;
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    this.#ids.set(name, this.#names.length);
    return this.#names.push(name) - 1;
  }
  nameOf(id: number): string | null {
    return this.#names[id] ?? null;
  }
  find(name: string): number | undefined {
    return this.#ids.get(name);
  }
  get count(): number {
    return this.#names.length;
  }
}

const SLOTS_FIRST = 1_024;
const orNone = (value: number | null): number => value ?? NONE;

/** Counts of one scope. */
export interface RequestCounts {
  open: number;
  overdue: number;
  /** Until the end of the local day, without the overdue. */
  due_today: number;
  /** After today, within three days. */
  due_3_days: number;
  paused: number;
  /** Not yet with a unit. */
  untransmitted: number;
  /** The clock stands, or nothing was promised. */
  without_due: number;
  received_today: number;
  settled_today: number;
}
export interface DueNext {
  readonly id: string;
  readonly number: number;
  readonly service: string | null;
  readonly borough: string | null;
  readonly unit: string | null;
  readonly due_us: number;
}

export const emptyCounts = (): RequestCounts => ({
  open: 0,
  overdue: 0,
  due_today: 0,
  due_3_days: 0,
  paused: 0,
  untransmitted: 0,
  without_due: 0,
  received_today: 0,
  settled_today: 0,
});

/** Counts of a scope, and its nearest due dates to come, the nearest first. */
export interface ScopeCounts {
  readonly counts: RequestCounts;
  readonly nearest: readonly DueNext[];
}
export interface Counted {
  readonly city: ScopeCounts;
  readonly boroughs: ReadonlyMap<string, ScopeCounts>;
}

/** How many of the borders lie at or before a moment; one more than there are when it is not known. */
function bandOf(at_us: number, borders_us: readonly number[]): number {
  if (Number.isNaN(at_us)) return borders_us.length + 1;
  let band = 0;
  while (band < borders_us.length && borders_us[band]! <= at_us) band += 1;
  return band;
}

const byDue = (a: readonly [number, number], b: readonly [number, number]): number =>
  a[1] - b[1] || a[0] - b[0];

/** A scope while it is counted. */
class Scope {
  readonly counts = emptyCounts();
  /** Slots and their due dates, the nearest first. */
  readonly nearest: [number, number][] = [];
  /** Only an earlier due date than this has a place. */
  worst_us = Number.POSITIVE_INFINITY;
  readonly #room: number;

  constructor(room: number) {
    this.#room = room;
  }

  put(slot: number, due_us: number): void {
    this.nearest.push([slot, due_us]);
    this.nearest.sort(byDue);
    if (this.nearest.length > this.#room) this.nearest.pop();
    if (this.nearest.length === this.#room) this.worst_us = this.nearest.at(-1)![1];
  }
}

/** By which what is open is grouped: borders in µs, ascending. */
export interface StandingQuestion {
  readonly scope: StoreScope;
  readonly by: BacklogGroup | null;
  readonly age_borders_us: readonly number[];
  readonly due_borders_us: readonly number[];
}

export class RequestBook {
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  readonly #ids: string[] = [];
  readonly #boroughs = new Names();
  readonly #services = new Names();
  readonly #units = new Names();
  readonly #statuses = new Names();
  #size = 0;
  #number = new Float64Array(SLOTS_FIRST);
  #revision = new Uint32Array(SLOTS_FIRST);
  #due = new Float64Array(SLOTS_FIRST);
  #created = new Float64Array(SLOTS_FIRST);
  #settled = new Float64Array(SLOTS_FIRST);
  #borough = new Uint16Array(SLOTS_FIRST);
  #service = new Uint16Array(SLOTS_FIRST);
  #unit = new Uint16Array(SLOTS_FIRST);
  #status = new Uint8Array(SLOTS_FIRST);
  /** 0: the slot is free; 1: settled; 2: open. */
  #kind = new Uint8Array(SLOTS_FIRST);
  /** Revisions of those let go a while ago, and just now: an older picture that comes late must not bring them back. */
  #gone_before = new Map<number, number>();
  #gone = new Map<number, number>();

  get size(): number {
    return this.#slots.size;
  }

  /**
   * Takes a picture in, if it is newer than what is known.
   * @param since_us what was settled or made before it, and is not open, is not kept
   * @returns whether it was newer
   */
  put(picture: RequestPicture, since_us: number): boolean {
    const { number, revision } = picture;
    const known = this.#slots.get(number);
    const seen =
      known === undefined ? (this.#gone.get(number) ?? this.#gone_before.get(number)) : this.#revision[known];
    if (seen !== undefined && seen >= revision) return false;
    const newest_us = Math.max(picture.settled_us ?? 0, picture.created_us ?? 0);
    if (!picture.open && newest_us < since_us) {
      if (known !== undefined) this.#letGo(number, known);
      this.#gone.set(number, revision);
      return true;
    }
    const slot = known ?? this.#take(picture.number);
    this.#ids[slot] = picture.id;
    this.#revision[slot] = picture.revision;
    this.#due[slot] = orNone(picture.due_us);
    this.#created[slot] = orNone(picture.created_us);
    this.#settled[slot] = orNone(picture.settled_us);
    this.#borough[slot] = this.#boroughs.idOf(picture.borough);
    this.#service[slot] = this.#services.idOf(picture.service);
    this.#unit[slot] = this.#units.idOf(picture.unit);
    this.#status[slot] = this.#statuses.idOf(picture.status);
    this.#kind[slot] = picture.open ? 2 : 1;
    return true;
  }

  #take(number: number): number {
    const slot = this.#free.pop() ?? this.#size++;
    if (slot >= this.#number.length) this.#grow();
    this.#slots.set(number, slot);
    this.#number[slot] = number;
    return slot;
  }

  #grow(): void {
    const room = this.#number.length * 2;
    const floats = (column: Float64Array<ArrayBuffer>) => {
      const larger = new Float64Array(room);
      larger.set(column);
      return larger;
    };
    const shorts = (column: Uint16Array<ArrayBuffer>) => {
      const larger = new Uint16Array(room);
      larger.set(column);
      return larger;
    };
    const bytes = (column: Uint8Array<ArrayBuffer>) => {
      const larger = new Uint8Array(room);
      larger.set(column);
      return larger;
    };
    this.#number = floats(this.#number);
    this.#due = floats(this.#due);
    this.#created = floats(this.#created);
    this.#settled = floats(this.#settled);
    this.#borough = shorts(this.#borough);
    this.#service = shorts(this.#service);
    this.#unit = shorts(this.#unit);
    this.#status = bytes(this.#status);
    this.#kind = bytes(this.#kind);
    const revisions = new Uint32Array(room);
    revisions.set(this.#revision);
    this.#revision = revisions;
  }

  /** Lets go of what was settled, and made, before an instant. To be called every few minutes. */
  forget(before_us: number): void {
    this.#gone_before = this.#gone;
    this.#gone = new Map();
    for (const [number, slot] of this.#slots) {
      if (this.#kind[slot] !== 1) continue;
      if (this.#settled[slot]! >= before_us || this.#created[slot]! >= before_us) continue;
      this.#letGo(number, slot);
    }
  }

  #letGo(number: number, slot: number): void {
    this.#gone.set(number, this.#revision[slot]!);
    this.#slots.delete(number);
    this.#kind[slot] = 0;
    this.#ids[slot] = '';
    this.#free.push(slot);
  }

  /** Counts and what is due next, by borough, and of the city. One pass, however many boroughs there are. */
  count(day: DayBounds, now_us: number, nearest: number): Counted {
    const scopes = Array.from({ length: this.#boroughs.count }, () => new Scope(nearest));
    const paused = this.#statuses.find('paused' satisfies RequestStatus) ?? -1;
    const received = this.#statuses.find('received' satisfies RequestStatus) ?? -1;
    for (let slot = 0; slot < this.#size; slot += 1) {
      if (this.#kind[slot] === 0) continue;
      const scope = scopes[this.#borough[slot]!]!;
      const { counts } = scope;
      if (this.#created[slot]! >= day.start_us && this.#created[slot]! < day.end_us)
        counts.received_today += 1;
      if (this.#kind[slot] === 1) {
        if (this.#settled[slot]! >= day.start_us && this.#settled[slot]! < day.end_us)
          counts.settled_today += 1;
        continue;
      }
      counts.open += 1;
      if (this.#status[slot] === paused) counts.paused += 1;
      if (this.#status[slot] === received) counts.untransmitted += 1;
      const due_us = this.#due[slot]!;
      if (Number.isNaN(due_us)) counts.without_due += 1;
      else if (due_us <= now_us) counts.overdue += 1;
      else {
        // Due at midnight is due on the day that ends then.
        if (due_us <= day.end_us) counts.due_today += 1;
        else if (due_us <= day.soon_end_us) counts.due_3_days += 1;
        if (due_us < scope.worst_us) scope.put(slot, due_us);
      }
    }
    return this.#counted(scopes, nearest);
  }

  /** What is open by group, age and distance to the deadline, in one pass. */
  standing({ scope, by, age_borders_us, due_borders_us }: StandingQuestion): StandingCount[] {
    const borough = scope.borough === null ? null : this.#boroughs.find(scope.borough);
    const unit = scope.unit === null ? null : this.#units.find(scope.unit);
    if (borough === undefined || unit === undefined) return [];
    const [group, names] = this.#groupsOf(by);
    // One place more for each: the moment is not known.
    const ages = age_borders_us.length + 2;
    const dues = due_borders_us.length + 2;
    const counts = new Uint32Array((names?.count ?? 1) * ages * dues);
    for (let slot = 0; slot < this.#size; slot += 1) {
      if (this.#kind[slot] !== 2) continue;
      if (borough !== null && this.#borough[slot] !== borough) continue;
      if (unit !== null && this.#unit[slot] !== unit) continue;
      const age = bandOf(this.#created[slot]!, age_borders_us);
      const due = bandOf(this.#due[slot]!, due_borders_us);
      counts[((group?.[slot] ?? 0) * ages + age) * dues + due]! += 1;
    }
    return [...counts.entries()].flatMap(([at, n]): StandingCount[] => {
      if (n === 0) return [];
      const due = at % dues;
      const age = Math.floor(at / dues) % ages;
      const key = names?.nameOf(Math.floor(at / dues / ages)) ?? null;
      return [{ key, age: age === ages - 1 ? null : age, due: due === dues - 1 ? null : due, n }];
    });
  }

  #groupsOf(by: BacklogGroup | null): [Uint16Array, Names] | [null, null] {
    if (by === 'borough') return [this.#borough, this.#boroughs];
    if (by === 'unit') return [this.#unit, this.#units];
    return by === 'service' ? [this.#service, this.#services] : [null, null];
  }

  #counted(scopes: readonly Scope[], nearest: number): Counted {
    const city = emptyCounts();
    const boroughs = new Map<string, ScopeCounts>();
    const slots: [number, number][] = [];
    for (const [id, { counts, nearest: own }] of scopes.entries()) {
      for (const key of Object.keys(city) as (keyof RequestCounts)[]) city[key] += counts[key];
      slots.push(...own);
      const name = this.#boroughs.nameOf(id);
      if (name !== null) boroughs.set(name, { counts, nearest: own.map(([slot]) => this.#dueNext(slot)) });
    }
    const first = slots.sort(byDue).slice(0, nearest);
    return { city: { counts: city, nearest: first.map(([slot]) => this.#dueNext(slot)) }, boroughs };
  }

  #dueNext(slot: number): DueNext {
    return {
      id: this.#ids[slot]!,
      number: this.#number[slot]!,
      service: this.#services.nameOf(this.#service[slot]!),
      borough: this.#boroughs.nameOf(this.#borough[slot]!),
      unit: this.#units.nameOf(this.#unit[slot]!),
      due_us: this.#due[slot]!,
    };
  }
}

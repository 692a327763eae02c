/**
 * The open requests with a place, live: the source of topic `map` and of the map's tiles.
 *
 * A million points cannot be sent to every screen, and need not be: a screen shows tiles. So the topic says which tiles are new, and the
 * screen fetches those that it shows. Its items are
 *  - the tiles of zoom 12 that hold a point, under `z/x/y`: `{tile, version, n, overdue, new}`. A city has about a hundred of
 *    them, whatever the number of its requests, so the whole state is some 10 kB and a delta as large as what happened. A screen that
 *    shows zoom 9 asks again for the tiles around a changed one, at zoom 14 for those inside it, and an unchanged one among these
 *    is answered with 304 (its ETag is made of its content);
 *  - the points themselves, under their number, as `MapPoint`, while the scope holds at most 2,000: a small city, or a borough,
 *    then has every added, moved, changed and gone request as its own change. Beyond that, tiles alone, until there are at most 1,800
 *    again: at the border one request more or less must not send two thousand points to and fro.
 * Every scope has all tiles: the map of a borough shows its neighbours too.
 *
 * Places are snapped before they are kept: what the index does not hold, no tile and no message can give away.
 */
import {
  MAP_POINTS_AGAIN,
  MAP_POINTS_MAX,
  MAP_VERSION_ZOOM,
  type MapIncident,
  type MapItem,
  type MapTileState,
  type MapView,
  tileKey,
} from '../contract/map.ts';
import { type MapFilter, mapFilterQuery } from '../contract/map-filter.ts';
import type { MapPoint } from '../contract/requests.ts';
import type { Box } from '../domain/place.ts';
import { type Clock, isoOf } from '../lib/clock.ts';
import type { Service } from '../lib/service.ts';
import { type MapMoment, momentAt } from './age.ts';
import { keepOf } from './filter.ts';
import { Incidents, incidentsIn } from './incidents.ts';
import { boroughId, isOverdue, MarkNames, withOverdue } from './marks.ts';
import { CELL_ZOOM } from './mercator.ts';
import { type Cell, DUE_S, MARKS, NUMBER, PointIndex, RECORD_WORDS } from './point-index.ts';
import { type Snap, snapToGrid } from './snap.ts';
import { COUNTS, eachRecord, summaryOf } from './summary.ts';
import { cellsIn } from './tile.ts';
import { type Shown, Tiles } from './tiles.ts';
import { pointAt, viewOf } from './view.ts';

export interface LiveMapOptions {
  readonly clock: Clock;
  /** What a place becomes before it is kept; a grid of about 100 m if left out. */
  readonly snap?: Snap;
  /** Whose midnights part what is due today from what is due later. */
  readonly time_zone?: string;
  /** What it begins with. */
  readonly points?: { readonly index: PointIndex; readonly names: MarkNames };
}

type Listener = (key: string) => void;
/** How often points are looked at for having grown older, ms. */
const AGE_EVERY_MS = 300_000;
const CITY = 'city';
const VERSION_SHIFT = CELL_ZOOM - MAP_VERSION_ZOOM;
const keyOfCell = ({ x, y }: Cell): string =>
  tileKey(MAP_VERSION_ZOOM, x >> VERSION_SHIFT, y >> VERSION_SHIFT);
const secondsOf = (time: string | null): number =>
  time === null ? 0 : Math.max(0, Math.floor(Date.parse(time) / 1000));

/** How many points a scope holds, and whether it shows them one by one. */
interface Holding {
  size: number;
  shown: boolean;
}

export class LiveMap implements Service {
  readonly name = 'map';
  readonly index: PointIndex;
  readonly names: MarkNames;
  readonly tiles: Tiles;
  readonly #clock: Clock;
  readonly #time_zone: string;
  readonly #incidents = new Incidents();
  readonly #snap: Snap;
  readonly #listeners = new Set<Listener>();
  readonly #city: Holding = { size: 0, shown: true };
  /** By the borough's id in `names`. */
  readonly #boroughs: Holding[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor({ clock, snap = snapToGrid, time_zone = 'America/Toronto', points }: LiveMapOptions) {
    this.#clock = clock;
    this.#snap = snap;
    this.#time_zone = time_zone;
    this.index = points?.index ?? new PointIndex();
    this.names = points?.names ?? new MarkNames();
    this.tiles = new Tiles(this.index, this.names, this.#moment());
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => this.age(), AGE_EVERY_MS).unref();
  }
  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }
  #moment(): MapMoment {
    return momentAt(this.#clock.now_us(), this.#time_zone);
  }

  get size(): number {
    return this.index.size;
  }

  /** An open request with a place: new, moved, changed, or as it was. Its place is snapped here. */
  set(point: MapPoint): void {
    const [longitude, latitude] = this.#snap(point.longitude, point.latitude);
    const before = this.index.slotOf(point.number);
    const marks = this.names.pack(point);
    const was_shown = before >= 0 && this.#shows(this.#boroughOf(before));
    if (before >= 0) this.#leave(before);
    this.index.set(
      point.number,
      longitude,
      latitude,
      marks,
      secondsOf(point.created_at),
      secondsOf(point.due_at),
    );
    const slot = this.index.slotOf(point.number);
    this.#announce(this.index.cellOf(slot));
    this.#count(boroughId(marks), 1);
    if (was_shown || this.#shows(boroughId(marks))) this.#tell(String(point.number));
  }

  /** A request that is no longer open, or has lost its place. One that is not there changes nothing. */
  remove(number: number): void {
    const slot = this.index.slotOf(number);
    if (slot < 0) return;
    const was_shown = this.#shows(this.#boroughOf(slot));
    this.#leave(slot);
    this.index.remove(number);
    if (was_shown) this.#tell(String(number));
  }

  /** Lets new points become older ones. Called by itself every five minutes. */
  age(): void {
    for (const cell of this.tiles.age(this.#moment())) this.#announce(cell);
  }

  /** Lets become overdue what is due by now, where no deadline clock tells it: in a replay. */
  passDue(): void {
    const now_s = this.#clock.now_us() / 1_000_000;
    const { records, cells } = this.index;
    for (const cell of cells) {
      let passed = false;
      eachRecord(cell, (at) => {
        const [due_s, marks] = [records[at + DUE_S]!, records[at + MARKS]!];
        if (due_s === 0 || due_s > now_s || isOverdue(marks)) return;
        records[at + MARKS] = withOverdue(marks, true);
        passed = true;
        this.#tell(String(records[at + NUMBER]!));
      });
      if (!passed) continue;
      this.index.touch(cell);
      this.#announce(cell);
    }
  }

  /** What a filter lets pass; undefined: all. It holds until the next change. */
  shown(filter: MapFilter): Shown | undefined {
    const keep = keepOf(filter, this.names, this.tiles.moment);
    return keep && { key: mapFilterQuery(filter), keep };
  }

  /** The incidents of what is shown; up to ten seconds old, since they take a pass over all points. */
  incidents(shown: Shown | undefined): readonly MapIncident[] {
    this.tiles.settle();
    const { now_s } = this.tiles.moment;
    return this.#incidents.of(shown?.key ?? '', this.tiles.version, () =>
      incidentsIn(this.index, this.names, now_s, shown?.keep),
    );
  }

  /** What a box holds, and the newest in it. */
  view(box: Box, limit: number, shown?: Shown): MapView {
    const view = viewOf(this.index, this.names, box, limit, this.tiles.moment.now_s, shown?.keep);
    return { ...view, next: null, as_of: isoOf(this.#clock.now_us()) };
  }

  // As `TopicSource` wants it, for topic `map` alone.

  *keys(): Iterable<string> {
    const tiles = new Set<string>();
    for (const cell of this.index.cells) if (cell.size > 0) tiles.add(keyOfCell(cell));
    yield* tiles;
    yield* this.#numbers((borough) => this.#shows(borough));
  }

  inScope(scope: string, key: string): boolean {
    if (key.includes('/')) return true;
    const slot = this.index.slotOf(Number(key));
    if (slot < 0) return false;
    const borough = this.#boroughOf(slot);
    if (scope === CITY) return this.#city.shown;
    return this.names.boroughs.name(borough) === scope && this.#holding(borough).shown;
  }

  item(key: string): MapItem | undefined {
    if (key.includes('/')) return this.#tileItem(key);
    const slot = this.index.slotOf(Number(key));
    if (slot < 0 || !this.#shows(this.#boroughOf(slot))) return undefined;
    const { age: _age, ...point } = pointAt(this.index, this.names, slot, this.tiles.moment.now_s);
    return point;
  }

  onDirty(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tileItem(tile: string): MapTileState | undefined {
    const [z, x, y] = tile.split('/').map(Number);
    const id = { z: z!, x: x!, y: y! };
    const version = this.tiles.versionOf(id);
    const sums = [0, 0, 0];
    for (const cell of cellsIn(this.index, id)) {
      const summary = summaryOf(this.index, cell, this.tiles.moment.now_s);
      for (let at = 0; at < summary.length; at += 1) sums[at % COUNTS]! += summary[at]!;
    }
    const [n = 0, overdue = 0, fresh = 0] = sums;
    return n === 0 ? undefined : { tile, version, n, overdue, new: fresh };
  }

  #leave(slot: number): void {
    this.#announce(this.index.cellOf(slot));
    this.#count(this.#boroughOf(slot), -1);
  }
  #boroughOf(slot: number): number {
    return boroughId(this.index.records[slot * RECORD_WORDS + MARKS]!);
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
  #announce(cell: Cell): void {
    if (this.#listeners.size > 0) this.#tell(keyOfCell(cell));
  }

  #holding(borough: number): Holding {
    let holding = this.#boroughs[borough];
    if (!holding) {
      holding = { size: 0, shown: true };
      this.#boroughs[borough] = holding;
    }
    return holding;
  }
  /** Whether any scope shows the points of a borough one by one. Those of none are the city's alone. */
  #shows(borough: number): boolean {
    return this.#city.shown || (borough !== 0 && this.#holding(borough).shown);
  }
  #count(borough: number, change: 1 | -1): void {
    const all = this.#recount(this.#city, change);
    const own = this.#recount(this.#holding(borough), change);
    if (!(all || own) || this.#listeners.size === 0) return;
    for (const key of this.#numbers((other) => all || other === borough)) this.#tell(key);
  }
  /** @returns whether it begins or ends to show its points. */
  #recount(holding: Holding, change: 1 | -1): boolean {
    holding.size += change;
    const shown = holding.size <= (holding.shown ? MAP_POINTS_MAX : MAP_POINTS_AGAIN);
    if (shown === holding.shown) return false;
    holding.shown = shown;
    return true;
  }

  /** Of the points whose borough (by its id) is meant. */
  #numbers(of: (borough: number) => boolean): string[] {
    const { records, cells } = this.index;
    const found: string[] = [];
    for (const cell of cells) {
      eachRecord(cell, (at) => {
        if (of(boroughId(records[at + MARKS]!))) found.push(String(records[at + NUMBER]!));
      });
    }
    return found;
  }
}

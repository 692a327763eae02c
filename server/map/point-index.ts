/**
 * The open requests with a place, in memory: 20 bytes each in one typed array, and 4 or a few more to find one by its number.
 *
 * A cell is a tile of zoom 14 (1.7 km in Montréal). Its points lie together in pages of 32 records, so that a tile is encoded by
 * reading memory in order; a page belongs to one cell. A removed point's record takes the cell's last point, so a cell has no gaps, and
 * each change is a few steps whatever the size. What it is about (service, borough, status) is kept as small numbers: see `marks.ts`.
 */
import { assert } from '../lib/assert.ts';
import { CELL_BITS, CELL_MASK, CELL_ZOOM, worldX, worldY } from './mercator.ts';
import { NumberTable } from './number-table.ts';

/** Words of a record, by what they hold. Times are seconds since 1970, 0 for none. */
export const NUMBER = 0;
/** Place inside the cell: x in the upper 16 bits, y in the lower. */
export const PLACE = 1;
/** As `MarkNames` packs them. */
export const MARKS = 2;
export const CREATED_S = 3;
export const DUE_S = 4;
export const RECORD_WORDS = 5;

const PAGE_BITS = 5;
export const PAGE_RECORDS = 1 << PAGE_BITS;
const GROWTH = 1.5;
/** Numbers are kept in 32 bits. */
export const NUMBER_MAX = 0xffff_ffff;
const NEAR_BITS = 6;
const NEAR_MASK = (1 << NEAR_BITS) - 1;

export interface Cell {
  /** Of the tile of zoom 14. */
  readonly x: number;
  readonly y: number;
  /** Its place among `cells`. */
  readonly id: number;
  /** Points in it. */
  size: number;
  /** Pages in which they are; the last one may have room. */
  readonly pages: number[];
  /** Slot of the last one. */
  last: number;
  /** Has changed since `takeDirty` was last asked. */
  dirty: boolean;
  /** See `summary.ts`; made anew when the cell has changed. */
  summary: Uint32Array | null;
}

export class PointIndex {
  /** Records of `RECORD_WORDS` words, by slot. It is another array when it has grown. */
  records: Uint32Array;
  /** Cell of each page. */
  #owners: Uint32Array;
  readonly #cells: Cell[] = [];
  readonly #cellAt = new Map<number, Cell>();
  /** The cells last found: in a city of up to 64 × 64 cells each has a place of its own, and no hashing is done. */
  readonly #near: (Cell | undefined)[] = new Array(1 << (2 * NEAR_BITS)).fill(undefined);
  #table = new NumberTable();
  #freePages: number[] = [];
  #pages = 0;
  #dirty: Cell[] = [];

  /** @param expected points it is about to get: room is made once. */
  constructor(expected = 0) {
    const pages = pagesFor(expected);
    this.records = new Uint32Array(pages * PAGE_RECORDS * RECORD_WORDS);
    this.#owners = new Uint32Array(pages);
  }

  /** Of a million points in some 15 ms. Changes of either leave the other as it is. */
  copy(): PointIndex {
    const copy = new PointIndex();
    copy.records = this.records.slice();
    copy.#owners = this.#owners.slice();
    copy.#table = this.#table.copy();
    copy.#freePages = [...this.#freePages];
    copy.#pages = this.#pages;
    for (const cell of this.#cells) {
      const own: Cell = { ...cell, pages: [...cell.pages], dirty: false, summary: null };
      copy.#cells.push(own);
      copy.#cellAt.set(own.x * 2 ** CELL_ZOOM + own.y, own);
      copy.touch(own);
    }
    return copy;
  }

  get size(): number {
    return this.#table.size;
  }
  /** Every cell that has ever had a point. */
  get cells(): readonly Cell[] {
    return this.#cells;
  }
  cellAt(x: number, y: number): Cell | undefined {
    return this.#cellAt.get(x * 2 ** CELL_ZOOM + y);
  }
  /** The slot of a number, or -1. It holds until the next change. */
  slotOf(number: number): number {
    return this.#table.get(number);
  }
  cellOf(slot: number): Cell {
    return this.#cells[this.#owners[slot >> PAGE_BITS]!]!;
  }
  xOf(slot: number): number {
    const place = this.records[slot * RECORD_WORDS + PLACE]!;
    return this.cellOf(slot).x * 2 ** CELL_BITS + (place >>> CELL_BITS);
  }
  yOf(slot: number): number {
    const place = this.records[slot * RECORD_WORDS + PLACE]!;
    return this.cellOf(slot).y * 2 ** CELL_BITS + (place & CELL_MASK);
  }

  /**
   * Adds a point, or moves and changes the one with its number. Returns whether anything is other than it was. Not an object:
   * a million of them are filled in at a start.
   */
  set(
    number: number,
    longitude: number,
    latitude: number,
    marks: number,
    created_s: number,
    due_s: number,
  ): boolean {
    const x = worldX(longitude);
    const y = worldY(latitude);
    // NaN is no unit of the world.
    assert(
      number > 0 && number <= NUMBER_MAX && x >= 0 && y >= 0,
      'a point has a number of 32 bits and a place',
    );
    const place = (((x & CELL_MASK) << CELL_BITS) | (y & CELL_MASK)) >>> 0;
    const cell = this.#cellFor(x >> CELL_BITS, y >> CELL_BITS);
    let slot = this.#table.get(number);
    if (slot >= 0) {
      const before = this.cellOf(slot);
      if (before === cell) return this.#change(slot, cell, place, marks, created_s, due_s);
      this.#take(number, slot, before);
    }
    slot = this.#newSlot(cell);
    const at = slot * RECORD_WORDS;
    const { records } = this;
    records[at] = number;
    records[at + PLACE] = place;
    records[at + MARKS] = marks;
    records[at + CREATED_S] = created_s;
    records[at + DUE_S] = due_s;
    this.#table.set(number, slot);
    this.touch(cell);
    return true;
  }

  /** @returns false when there is no such point. */
  remove(number: number): boolean {
    const slot = this.#table.get(number);
    if (slot < 0) return false;
    this.#take(number, slot, this.cellOf(slot));
    return true;
  }

  /** Marks a cell as changed; also when its points are the same and their ages are not. */
  touch(cell: Cell): void {
    cell.summary = null;
    if (cell.dirty) return;
    cell.dirty = true;
    this.#dirty.push(cell);
  }

  /** The cells that changed since this was last asked. */
  takeDirty(): readonly Cell[] {
    const dirty = this.#dirty;
    if (dirty.length === 0) return dirty;
    for (const cell of dirty) cell.dirty = false;
    this.#dirty = [];
    return dirty;
  }

  #change(slot: number, cell: Cell, place: number, marks: number, created_s: number, due_s: number): boolean {
    const { records } = this;
    const at = slot * RECORD_WORDS;
    const same =
      records[at + PLACE] === place &&
      records[at + MARKS] === marks &&
      records[at + CREATED_S] === created_s &&
      records[at + DUE_S] === due_s;
    if (same) return false;
    records[at + PLACE] = place;
    records[at + MARKS] = marks;
    records[at + CREATED_S] = created_s;
    records[at + DUE_S] = due_s;
    this.touch(cell);
    return true;
  }

  #cellFor(x: number, y: number): Cell {
    const near = ((x & NEAR_MASK) << NEAR_BITS) | (y & NEAR_MASK);
    const last = this.#near[near];
    if (last !== undefined && last.x === x && last.y === y) return last;
    const cell = this.cellAt(x, y) ?? this.#newCell(x, y);
    this.#near[near] = cell;
    return cell;
  }
  #newCell(x: number, y: number): Cell {
    const cell: Cell = {
      x,
      y,
      id: this.#cells.length,
      size: 0,
      pages: [],
      last: -1,
      dirty: false,
      summary: null,
    };
    this.#cellAt.set(x * 2 ** CELL_ZOOM + y, cell);
    this.#cells.push(cell);
    return cell;
  }

  #newSlot(cell: Cell): number {
    const page_is_full = (cell.size & (PAGE_RECORDS - 1)) === 0;
    cell.last = page_is_full ? this.#newPage(cell) << PAGE_BITS : cell.last + 1;
    cell.size += 1;
    return cell.last;
  }
  #newPage(cell: Cell): number {
    const page = this.#freePages.pop() ?? this.#pages++;
    if (page === this.#owners.length) this.#grow();
    this.#owners[page] = cell.id;
    cell.pages.push(page);
    return page;
  }

  /** Takes a point out of its cell; the cell's last one fills its slot. */
  #take(number: number, slot: number, cell: Cell): void {
    this.#table.delete(number);
    const { last } = cell;
    if (last !== slot) {
      const from = last * RECORD_WORDS;
      this.records.copyWithin(slot * RECORD_WORDS, from, from + RECORD_WORDS);
      this.#table.set(this.records[from]!, slot);
    }
    cell.size -= 1;
    cell.last = last - 1;
    if ((cell.size & (PAGE_RECORDS - 1)) === 0) {
      this.#freePages.push(cell.pages.pop()!);
      const page = cell.pages.at(-1);
      cell.last = page === undefined ? -1 : (page << PAGE_BITS) | (PAGE_RECORDS - 1);
    }
    this.touch(cell);
  }

  #grow(): void {
    const pages = pagesFor(this.#pages * PAGE_RECORDS * GROWTH);
    const records = new Uint32Array(pages * PAGE_RECORDS * RECORD_WORDS);
    records.set(this.records);
    this.records = records;
    const owners = new Uint32Array(pages);
    owners.set(this.#owners);
    this.#owners = owners;
  }
}

/** With some room for cells whose last page is not full. */
const pagesFor = (expected: number): number => Math.max(32, Math.ceil((expected * 1.02) / PAGE_RECORDS));

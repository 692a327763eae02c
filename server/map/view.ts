/** What a box of the map holds: the counts, and the newest requests in it, for the list beside every map. */
import type { MapCounts, MapViewItem } from '../contract/map.ts';
import type { Box } from '../domain/place.ts';
import { isoOf } from '../lib/clock.ts';
import { ageClass, isNew } from './age.ts';
import type { Keep } from './filter.ts';
import { isOverdue, type MarkNames, statusOf } from './marks.ts';
import { CELL_BITS, CELL_MASK, latitudeOf, longitudeOf, worldX, worldY } from './mercator.ts';
import { CREATED_S, DUE_S, MARKS, NUMBER, PLACE, type PointIndex, RECORD_WORDS } from './point-index.ts';
import { eachRecord } from './summary.ts';

const PLACE_DIGITS = 5;
const timeOf = (seconds: number): string | null => (seconds === 0 ? null : isoOf(seconds * 1_000_000));

/** The point in a slot, as it is told. Its times are whole seconds. */
export function pointAt(index: PointIndex, names: MarkNames, slot: number, now_s: number): MapViewItem {
  const at = slot * RECORD_WORDS;
  const { records } = index;
  const marks = records[at + MARKS]!;
  const age = ageClass(records[at + CREATED_S]!, now_s);
  return {
    number: records[at + NUMBER]!,
    longitude: Number(longitudeOf(index.xOf(slot)).toFixed(PLACE_DIGITS)),
    latitude: Number(latitudeOf(index.yOf(slot)).toFixed(PLACE_DIGITS)),
    service: names.service(marks),
    borough: names.borough(marks),
    status: statusOf(marks),
    created_at: timeOf(records[at + CREATED_S]!),
    due_at: timeOf(records[at + DUE_S]!),
    overdue: isOverdue(marks),
    age: age < 0 ? null : age,
  };
}

/** The slots of the requests created last, the last first; of one second those with the higher number. */
class Newest {
  readonly slots: number[] = [];
  readonly #keys: (readonly [created_s: number, number: number])[] = [];
  readonly #max: number;
  constructor(max: number) {
    this.#max = max;
  }
  offer(created_s: number, number: number, slot: number): void {
    const isBefore = (at: number): boolean => {
      const [other_s, other] = this.#keys[at]!;
      return other_s < created_s || (other_s === created_s && other < number);
    };
    const full = this.slots.length === this.#max;
    if (full && (this.#max === 0 || !isBefore(this.#max - 1))) return;
    let at = this.slots.length;
    while (at > 0 && isBefore(at - 1)) at -= 1;
    this.#keys.splice(at, 0, [created_s, number]);
    this.slots.splice(at, 0, slot);
    if (!full) return;
    this.#keys.pop();
    this.slots.pop();
  }
}

/**
 * @param limit newest requests to be listed.
 * @param keep what is counted; all if left out.
 */
export function viewOf(
  index: PointIndex,
  names: MarkNames,
  box: Box,
  limit: number,
  now_s: number,
  keep?: Keep,
): MapCounts & { readonly items: readonly MapViewItem[] } {
  const [left, right] = [worldX(box.west), worldX(box.east)];
  const [top, bottom] = [worldY(box.north), worldY(box.south)];
  const { records } = index;
  const newest = new Newest(limit);
  let [n, overdue, fresh] = [0, 0, 0];
  for (const cell of index.cells) {
    const [x0, y0] = [cell.x << CELL_BITS, cell.y << CELL_BITS];
    if (x0 > right || y0 > bottom || x0 + CELL_MASK < left || y0 + CELL_MASK < top) continue;
    eachRecord(cell, (at) => {
      const x = x0 | (records[at + PLACE]! >>> CELL_BITS);
      const y = y0 | (records[at + PLACE]! & CELL_MASK);
      if (x < left || x > right || y < top || y > bottom) return;
      if (keep && !keep(records, at)) return;
      n += 1;
      if (isOverdue(records[at + MARKS]!)) overdue += 1;
      else if (isNew(records[at + CREATED_S]!, now_s)) fresh += 1;
      newest.offer(records[at + CREATED_S]!, records[at + NUMBER]!, at / RECORD_WORDS);
    });
  }
  const items = newest.slots.map((slot) => pointAt(index, names, slot, now_s));
  return { n, overdue, new: fresh, items };
}

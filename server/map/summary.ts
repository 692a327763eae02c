/**
 * A cell as tiles of zoom 10 and below see it: 16 × 16 pixels with their counts, made once from its points and kept until the cell
 * changes. A tile of the whole city is then a matter of its cells, not of a million points.
 */
import { isNew } from './age.ts';
import { isOverdue } from './marks.ts';
import { CELL_BITS, CELL_MASK, CELL_ZOOM } from './mercator.ts';
import {
  type Cell,
  CREATED_S,
  MARKS,
  PAGE_RECORDS,
  PLACE,
  type PointIndex,
  RECORD_WORDS,
} from './point-index.ts';

/** Tiles of this zoom and below are made from summaries. */
export const SUMMARY_ZOOM = 10;
/** A tile is 256 pixels wide, so a cell is so many at that zoom: 16. */
export const SUMMARY_BITS = 8 - (CELL_ZOOM - SUMMARY_ZOOM);
const SHIFT = CELL_BITS - SUMMARY_BITS;
/** Counts of a pixel: n, overdue, new. */
export const COUNTS = 3;

/** Calls `visit` with the place of each record of the cell in `index.records`. */
export function eachRecord(cell: Cell, visit: (at: number) => void): void {
  let left = cell.size;
  for (const page of cell.pages) {
    const first = page * PAGE_RECORDS * RECORD_WORDS;
    const end = first + Math.min(left, PAGE_RECORDS) * RECORD_WORDS;
    for (let at = first; at < end; at += RECORD_WORDS) visit(at);
    left -= PAGE_RECORDS;
  }
}

export function summaryOf(index: PointIndex, cell: Cell, now_s: number): Uint32Array {
  if (cell.summary) return cell.summary;
  const counts = new Uint32Array(COUNTS << (2 * SUMMARY_BITS));
  const { records } = index;
  eachRecord(cell, (at) => {
    const place = records[at + PLACE]!;
    const px = place >>> (CELL_BITS + SHIFT);
    const py = (place & CELL_MASK) >>> SHIFT;
    const pixel = ((py << SUMMARY_BITS) | px) * COUNTS;
    counts[pixel]! += 1;
    if (isOverdue(records[at + MARKS]!)) counts[pixel + 1]! += 1;
    else if (isNew(records[at + CREATED_S]!, now_s)) counts[pixel + 2]! += 1;
  });
  cell.summary = counts;
  return counts;
}

/** Pages of requests as a reader may see them. */
import { type Box, CELL_M, isInside, snap } from '../domain/place.ts';
import type { PageStart, RequestFilter, RequestListRow, RequestOrder } from '../store/request-query.ts';

/** What is asked of the store: at most `rows_max` rows in an order, after one of them. */
export type ListSource = (
  filter: RequestFilter,
  order: RequestOrder,
  rows_max: number,
  after: PageStart | null,
) => Promise<readonly RequestListRow[]>;

export const PAGE_ROWS_MAX = 1_000;

/** The row as the start of the page after it. */
export function startAfter(row: RequestListRow, { sort }: RequestOrder): PageStart {
  const { number, due_us, created_us, updated_us } = row;
  if (sort === 'due_at') return { at_us: due_us, number };
  return { at_us: sort === 'created_at' ? created_us : updated_us, number };
}

/**
 * A page. Who may not know the places asks for a box by the snapped ones: by the true ones, a few boxes would find a dwelling however
 * coarsely the answer puts it. The store is then asked for a box that certainly has all of them.
 */
export async function pageFor(
  list: ListSource,
  { filter, order }: { readonly filter: RequestFilter; readonly order: RequestOrder },
  rows_max: number,
  after: PageStart | null,
  sees_places: boolean,
): Promise<readonly RequestListRow[]> {
  const { box } = filter;
  if (box === undefined || sees_places) return list(filter, order, rows_max, after);
  const wide = { ...filter, box: widened(box) };
  const found: RequestListRow[] = [];
  for (let start = after; ; ) {
    const rows = await list(wide, order, PAGE_ROWS_MAX, start);
    for (const row of rows) {
      const { longitude, latitude } = row;
      if (longitude === null || latitude === null || !isInside(snap({ longitude, latitude }), box)) continue;
      found.push(row);
      if (found.length === rows_max) return found;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS_MAX) return found;
    start = startAfter(last, order);
  }
}

const METRES_PER_DEGREE = 111_000;
/** By a cell on each side: no place is snapped farther. */
function widened({ west, south, east, north }: Box): Box {
  const height = CELL_M / METRES_PER_DEGREE;
  const farthest = Math.min(89, Math.max(Math.abs(south), Math.abs(north)));
  const width = height / Math.cos((farthest * Math.PI) / 180);
  return { west: west - width, south: south - height, east: east + width, north: north + height };
}

/** Requests by their filters, so that neither the answer nor the question tells a dwelling to who may not know it. */
import { boxAround, CELL_M, distance_m, snap } from '../domain/place.ts';
import { PAGE_SIZE_MAX, type RequestFilter } from './query.ts';
import type { RequestQuery, RequestRow, RequestSource } from './sources.ts';

/** @param precise the reader may know the places themselves. */
export async function findRequests(
  source: RequestSource,
  filter: RequestFilter,
  precise: boolean,
): Promise<readonly RequestRow[]> {
  if (filter.by === 'id') {
    const rows = new Map((await source.byIds(filter.ids)).map((row) => [row.id, row]));
    return filter.ids.flatMap((id) => rows.get(id) ?? []);
  }
  const { circle, ...query } = filter.query;
  if (circle === undefined || precise) return await source.find(filter.query);
  return await findSnapped(source, query, circle);
}

/**
 * In a circle by their snapped places. By the true ones, a few circles would find a dwelling however coarsely the answer puts it. The source
 * is asked for a box that certainly has all of them, since a place is less than a cell away from where it is snapped to.
 */
async function findSnapped(
  source: RequestSource,
  query: Omit<RequestQuery, 'circle'>,
  circle: NonNullable<RequestQuery['circle']>,
): Promise<readonly RequestRow[]> {
  const box = boxAround({ ...circle, radius_m: circle.radius_m + CELL_M });
  const wanted = query.offset + query.limit;
  const found: RequestRow[] = [];
  for (let offset = 0; found.length < wanted; offset += PAGE_SIZE_MAX) {
    const rows = await source.find({ ...query, box, limit: PAGE_SIZE_MAX, offset });
    for (const row of rows) {
      const { longitude, latitude } = row;
      if (longitude === null || latitude === null) continue;
      if (distance_m(snap({ longitude, latitude }), circle) <= circle.radius_m) found.push(row);
    }
    if (rows.length < PAGE_SIZE_MAX) break;
  }
  return found.slice(query.offset, wanted);
}

/** The requests of a list as points: those of them that have a place. */
import type { FeatureCollection, Point } from 'geojson';
import type { RequestSummary } from '#contract/requests.ts';

/** More are not fetched for the map: it then shows the first of the list, and says so. */
export const MAP_ROWS_MAX = 3_000;
const NEW_MS = 86_400_000;

/** Properties as the layers of the map count them: `n`, `overdue`, `new` (created within 24 hours and not overdue). */
export function pointsOf(
  rows: readonly RequestSummary[],
  as_of_ms: number,
): FeatureCollection<Point, { id: string; n: number; overdue: number; new: number }> {
  const features = rows.flatMap(({ id, longitude, latitude, overdue, created_at, open }) => {
    if (longitude === null || latitude === null) return [];
    const fresh = open && !overdue && created_at !== null && as_of_ms - Date.parse(created_at) < NEW_MS;
    return [
      {
        type: 'Feature' as const,
        geometry: { type: 'Point' as const, coordinates: [longitude, latitude] },
        properties: { id, n: 1, overdue: Number(overdue), new: Number(fresh) },
      },
    ];
  });
  return { type: 'FeatureCollection', features };
}

/** Whether a GeoJSON geometry (RFC 7946) can be the boundary of a borough. */

type Position = readonly [longitude: number, latitude: number];
/** A polygon's rings: the outline, then its holes. Each ends where it began. */
export type Rings = readonly (readonly Position[])[];
export type Boundary =
  | { readonly type: 'Polygon'; readonly coordinates: Rings }
  | { readonly type: 'MultiPolygon'; readonly coordinates: readonly Rings[] };

/** A borough's finest boundary has some thousand positions. */
export const POSITIONS_MAX = 200_000;
const RING_POSITIONS_MIN = 4;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** What is wrong with a geometry, as the end of a sentence; undefined when it is a `Boundary`. */
export function boundaryFault(geometry: unknown): string | undefined {
  if (typeof geometry !== 'object' || geometry === null) return 'has no geometry';
  const { type, coordinates } = geometry as { type?: unknown; coordinates?: unknown };
  if (type !== 'Polygon' && type !== 'MultiPolygon') {
    return `is of type ${JSON.stringify(type) ?? 'none'}: a boundary is a Polygon or a MultiPolygon`;
  }
  const polygons = type === 'Polygon' ? [coordinates] : coordinates;
  if (!isList(polygons) || polygons.length === 0) return 'has no polygon';
  let positions = 0;
  for (const [p, rings] of polygons.entries()) {
    const where = type === 'Polygon' ? '' : `polygon ${p + 1}, `;
    if (!isList(rings) || rings.length === 0) return `has a polygon without a ring: ${where}no coordinates`;
    for (const [r, ring] of rings.entries()) {
      const fault = ringFault(ring);
      if (fault !== undefined) return `${fault} (${where}ring ${r + 1})`;
      positions += (ring as readonly unknown[]).length;
    }
  }
  return positions > POSITIONS_MAX ? `has ${positions} positions; at most ${POSITIONS_MAX}` : undefined;
}

function ringFault(ring: unknown): string | undefined {
  if (!isList(ring) || ring.length < RING_POSITIONS_MIN) {
    return `has a ring of fewer than ${RING_POSITIONS_MIN} positions`;
  }
  for (const [index, position] of ring.entries()) {
    const [longitude, latitude] = isList(position) ? position : [];
    if (!Number.isFinite(longitude) || !Number.isFinite(latitude)) {
      return `has a position that is not two numbers: number ${index + 1}`;
    }
    if (Math.abs(longitude as number) > 180 || Math.abs(latitude as number) > 90) {
      return `has ${longitude}, ${latitude}, which is no longitude and latitude: convert the file to WGS 84 (EPSG:4326)`;
    }
  }
  const [x, y] = ring[0] as Position;
  const [last_x, last_y] = ring.at(-1) as Position;
  return x === last_x && y === last_y ? undefined : 'has a ring that does not end where it began';
}

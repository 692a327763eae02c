/** Places on the ground, and how exactly they may be told to whom. */

/** WGS 84, degrees. */
export interface Place {
  readonly longitude: number;
  readonly latitude: number;
}
export interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}
export interface Circle extends Place {
  readonly radius_m: number;
}

/** Mean radius of the earth (IUGG R1), m. */
const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;
export const METRES_PER_DEGREE = EARTH_RADIUS_M * RADIANS;

/**
 * Side of the cells to which places are snapped for readers who may not know the dwelling, m: about a block, as coarse as the middle of a
 * street segment, which the City's open data tells instead.
 */
export const CELL_M = 100;
const ROW_DEGREES = CELL_M / METRES_PER_DEGREE;
/** Nearer to a pole columns get no wider: nobody lives there. */
const COSINE_MIN = 0.01;

const rounded = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/**
 * The middle of the cell in which a place lies. The grid is one for the whole earth and knows no streets: every place of a cell comes
 * out as the same point, and that point snapped again is itself.
 */
export function snap({ longitude, latitude }: Place): Place {
  const middle = (Math.floor(latitude / ROW_DEGREES) + 0.5) * ROW_DEGREES;
  const column_degrees = ROW_DEGREES / Math.max(Math.cos(middle * RADIANS), COSINE_MIN);
  const column = Math.floor(longitude / column_degrees);
  return { longitude: rounded((column + 0.5) * column_degrees), latitude: rounded(middle) };
}

/** Great-circle distance, m (haversine: exact to 0.5 % everywhere, the earth being no sphere). */
export function distance_m(a: Place, b: Place): number {
  const north = Math.sin(((b.latitude - a.latitude) * RADIANS) / 2);
  const east = Math.sin(((b.longitude - a.longitude) * RADIANS) / 2);
  const chord = north * north + Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * east * east;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}

/** The smallest box, or a little more, around a circle. It does not pass the 180th meridian, where no 311 service is. */
export function boxAround({ longitude, latitude, radius_m }: Circle): Box {
  const height = radius_m / METRES_PER_DEGREE;
  const farthest = Math.min(Math.abs(latitude) + height, 90);
  const width = height / Math.max(Math.cos(farthest * RADIANS), COSINE_MIN);
  return {
    west: Math.max(longitude - width, -180),
    south: Math.max(latitude - height, -90),
    east: Math.min(longitude + width, 180),
    north: Math.min(latitude + height, 90),
  };
}

export const isInside = ({ longitude, latitude }: Place, { west, south, east, north }: Box): boolean =>
  longitude >= west && longitude <= east && latitude >= south && latitude <= north;

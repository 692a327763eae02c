/**
 * Web Mercator in whole numbers: the world is 2^30 units wide (4 cm at the equator). The upper 14 bits of a coordinate name its cell,
 * which is a tile of zoom 14; the lower 16 are the place inside it.
 */
export const WORLD_BITS = 30;
export const CELL_ZOOM = 14;
export const CELL_BITS = WORLD_BITS - CELL_ZOOM;
export const CELL_MASK = (1 << CELL_BITS) - 1;
const WORLD = 2 ** WORLD_BITS;
const LAST = WORLD - 1;
/** Beyond it there is no map. */
export const LATITUDE_MAX = 85.051_128_779_806_6;
const RADIANS = Math.PI / 180;

/** Bands of latitude a degree: in each one the projection is a series of its own, exact to 10^-7 of a unit. */
const BANDS_A_DEGREE = 64;
const BANDS = 180 * BANDS_A_DEGREE;
const TERMS = 4;
/** Coefficients by band, made when a band is first met: a city has some forty. NaN: not yet. */
const SERIES = new Float64Array(BANDS * TERMS).fill(Number.NaN);

const clamped = (value: number): number => (value < 0 ? 0 : value > LAST ? LAST : Math.floor(value));

/** 180° is the last unit, not the first of the next world. */
export const worldX = (longitude: number): number => clamped((longitude / 360 + 0.5) * WORLD);

/**
 * Grows to the south. Latitudes beyond the map are at its edge. By a series, because a sine and a logarithm a point are half the time it
 * takes to fill in a million.
 */
export function worldY(latitude: number): number {
  if (!(latitude < LATITUDE_MAX)) return latitude >= LATITUDE_MAX ? 0 : Number.NaN;
  if (latitude <= -LATITUDE_MAX) return LAST;
  const band = Math.floor((latitude + 90) * BANDS_A_DEGREE);
  const at = band * TERMS;
  const middle = (band + 0.5) / BANDS_A_DEGREE - 90;
  if (Number.isNaN(SERIES[at]!)) fillBand(at, middle * RADIANS);
  const d = (latitude - middle) * RADIANS;
  return clamped(SERIES[at]! + d * (SERIES[at + 1]! + d * (SERIES[at + 2]! + d * SERIES[at + 3]!)));
}

/** Taylor's series of `1/2 − artanh(sin φ) / 2π`, in units. */
function fillBand(at: number, middle: number): void {
  const scale = WORLD / (2 * Math.PI);
  const secant = 1 / Math.cos(middle);
  SERIES[at] = WORLD / 2 - scale * Math.atanh(Math.sin(middle));
  SERIES[at + 1] = -scale * secant;
  SERIES[at + 2] = (-scale * secant * Math.tan(middle)) / 2;
  SERIES[at + 3] = (-scale * secant * (2 * secant * secant - 1)) / 6;
}

/** The middle of a unit. */
export const longitudeOf = (x: number): number => ((x + 0.5) / WORLD - 0.5) * 360;
export const latitudeOf = (y: number): number =>
  Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + 0.5)) / WORLD))) / RADIANS;

/** What a place becomes on a map that is open to others, where the city says nothing better: a grid of about 100 m. */
export type Snap = (longitude: number, latitude: number) => readonly [longitude: number, latitude: number];

const STEP_DEGREES = 0.001;
const RADIANS = Math.PI / 180;

/** The middle of the square of the grid: 111 m high everywhere, and as wide as at the parallel of the whole degree below. */
export const snapToGrid: Snap = (longitude, latitude) => {
  const width = STEP_DEGREES / Math.max(0.01, Math.cos(Math.floor(Math.abs(latitude)) * RADIANS));
  return [
    (Math.floor(longitude / width) + 0.5) * width,
    (Math.floor(latitude / STEP_DEGREES) + 0.5) * STEP_DEGREES,
  ];
};

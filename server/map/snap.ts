/** What a place becomes on a map that is open to others. */
import { snap } from '../domain/place.ts';

export type Snap = (longitude: number, latitude: number) => readonly [longitude: number, latitude: number];

/** The middle of its cell: the same point that lists and Open311 tell. */
export const snapToGrid: Snap = (longitude, latitude) => {
  const place = snap({ longitude, latitude });
  return [place.longitude, place.latitude];
};

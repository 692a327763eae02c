/** What the page of the map shows, as its address says it: filters, an earlier moment, heat, and where one looks. */
import { type MapFilter, mapFilterOf, mapFilterQuery } from '#contract/map-filter.ts';

export interface Camera {
  readonly longitude: number;
  readonly latitude: number;
  readonly zoom: number;
}
export interface Ask {
  readonly filter: MapFilter;
  /** An earlier moment, RFC 3339 in whole minutes; null: now. */
  readonly at: string | null;
  readonly heat: boolean;
  /** null: the whole city. */
  readonly camera: Camera | null;
}

const NAMES = ['service', 'borough', 'age', 'due', 'at', 'heat', 'view'] as const;
const MINUTE_MS = 60_000;

/** What cannot be is left out. */
export function readAsk(query: Pick<URLSearchParams, 'get'>): Ask {
  return {
    filter: mapFilterOf(query),
    at: minuteOf(query.get('at')),
    heat: query.get('heat') === '1',
    camera: cameraOf(query.get('view')),
  };
}

/** The address with what is asked in it, and all else as it was. */
export function withAsk(url: URL, { filter, at, heat, camera }: Ask): URL {
  const changed = new URL(url);
  for (const name of NAMES) changed.searchParams.delete(name);
  const parts = [changed.search.slice(1), mapFilterQuery(filter)];
  if (at !== null) parts.push(`at=${at}`);
  if (heat) parts.push('heat=1');
  if (camera) {
    const { latitude, longitude, zoom } = camera;
    parts.push(`view=${latitude.toFixed(5)},${longitude.toFixed(5)},${zoom.toFixed(2)}`);
  }
  changed.search = parts.filter((part) => part !== '').join('&');
  return changed;
}

/** As tiles, counts and incidents are asked for; empty when all of now is. */
export function serverQuery({ filter, at }: Pick<Ask, 'filter' | 'at'>): string {
  return [mapFilterQuery(filter), at === null ? '' : `as_of=${at}`].filter((part) => part !== '').join('&');
}

/** A moment as it is asked for: whole minutes, without their seconds' fraction. */
export const momentOf = (time_ms: number): string =>
  new Date(Math.floor(time_ms / MINUTE_MS) * MINUTE_MS).toISOString().replace('.000Z', 'Z');

function minuteOf(text: string | null): string | null {
  const time_ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(time_ms) ? null : momentOf(time_ms);
}

function cameraOf(text: string | null): Camera | null {
  const [latitude, longitude, zoom] = (text ?? '').split(',').map(Number);
  if (latitude === undefined || longitude === undefined || zoom === undefined) return null;
  const fits = Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 && zoom >= 0 && zoom <= 18;
  return fits ? { longitude, latitude, zoom } : null;
}

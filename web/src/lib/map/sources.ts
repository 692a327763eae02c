/** The sources of the points: which tiles each asks for, and which of them are shown. */
import type { Map as MapLibreMap, VectorTileSource } from 'maplibre-gl';
import { MAP_POINT_ZOOM } from '#contract/map.ts';
import { concerned, type TileId, tilesOf } from './changed.ts';

export const DOT_SOURCE = 'dots';
export const CLUSTER_SOURCE = 'clusters';
export const POINT_SOURCE = 'requests';
export const HEAT_SOURCE = 'heat';
export const INCIDENT_SOURCE = 'incidents';
export const INCIDENT_LAYER = 'incidents';
/** The last zoom whose pixels are fetched for the dots; nearer, the clusters say more. */
export const CLUSTER_TILES_ZOOM = 9;
/** The last zoom whose pixels are fetched for warmth: a pixel of it is drawn as at most four. */
export const HEAT_TILES_ZOOM = 12;

/**
 * @param layer null: all of them.
 * @param query filters and moment.
 */
export function tilesUrl(layer: string | null, query: string): string {
  const asked = [layer === null ? '' : `layer=${layer}`, query].filter((part) => part !== '').join('&');
  return `${window.location.origin}/api/v1/map/tiles/{z}/{x}/{y}.mvt${asked && `?${asked}`}`;
}

/** Shows other tiles where they are others: what is set anew is fetched anew. */
export function showTiles(map: MapLibreMap, source: string, url: string): void {
  const shown = map.getSource<VectorTileSource>(source);
  if (shown && shown.serialize().tiles?.[0] !== url) shown.setTiles([url]);
}

interface Shown {
  readonly source: string;
  readonly tiles: readonly TileId[];
}

/** The tiles that each source shows now. */
export function shownTiles(map: MapLibreMap): Shown[] {
  const bounds = map.getBounds();
  const box = {
    west: bounds.getWest(),
    south: bounds.getSouth(),
    east: bounds.getEast(),
    north: bounds.getNorth(),
  };
  const zoom = Math.floor(map.getZoom());
  const at = (z: number): TileId[] => tilesOf(box, Math.max(0, z));
  if (zoom >= MAP_POINT_ZOOM) return [{ source: POINT_SOURCE, tiles: at(MAP_POINT_ZOOM) }];
  return [
    { source: DOT_SOURCE, tiles: at(Math.min(zoom, CLUSTER_TILES_ZOOM)) },
    { source: CLUSTER_SOURCE, tiles: at(zoom) },
    { source: HEAT_SOURCE, tiles: at(Math.min(zoom, HEAT_TILES_ZOOM)) },
  ];
}

/**
 * Asks again for the tiles that a change concerns, or for all that are shown. What is drawn stays until the new tile is there, and one
 * that has not changed is answered without a body.
 */
export function refresh(map: MapLibreMap, changed: Iterable<string> | 'all'): number {
  let asked = 0;
  for (const { source, tiles } of shownTiles(map)) {
    const wanted = changed === 'all' ? tiles : concerned(tiles, changed);
    if (wanted.length === 0 || !map.getSource(source)) continue;
    map.refreshTiles(source, [...wanted]);
    asked += wanted.length;
  }
  return asked;
}

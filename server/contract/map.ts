/**
 * The map of open requests, as its tiles, its topic and its answers show it. Vector tiles (MVT 2.1) carry every point; the socket says
 * which tiles are new.
 */
import type { MapPoint } from './requests.ts';

/** Tiles are served up to here; a client enlarges the last ones beyond. */
export const MAP_TILE_ZOOM_MAX = 18;
/** Zoom of the tiles whose versions topic `map` tells (7 km in Montréal): another tile is new when one of these inside or around it is. */
export const MAP_VERSION_ZOOM = 12;
/** From here on each point is shown at its own place; before, those of one pixel are one feature with their number. */
export const MAP_POINT_ZOOM = 14;
/** From here on a feature of a single request says which one it is. */
export const MAP_DETAIL_ZOOM = 12;
/** A scope with more open requests than this gets versions of tiles only … */
export const MAP_POINTS_MAX = 2_000;
/** … until it has at most this many again: at the border a single request must not send two thousand points to and fro. */
export const MAP_POINTS_AGAIN = 1_800;

/** Layers of a tile. In each one the `n` of all features sum to the points of the tile, `overdue` and `new` likewise. */
export const MAP_LAYERS = {
  /** One feature a pixel of a 256-pixel tile; from `MAP_POINT_ZOOM` on, one a place. */
  requests: 'requests',
  /** One feature a square of 32 × 32 such pixels, at the middle of what it stands for; not from `MAP_POINT_ZOOM` on. */
  clusters: 'clusters',
} as const;

/** Upper ends of the age classes 0–4, days since creation; class 5 is older. Class 0 is called new. */
export const MAP_AGE_DAYS = [1, 7, 30, 90, 365] as const;

/** Counts of open requests with a place. */
export interface MapCounts {
  readonly n: number;
  readonly overdue: number;
  /** Created within the last 24 hours and not overdue. */
  readonly new: number;
}

/** An item of topic `map`: a tile of zoom `MAP_VERSION_ZOOM` under the key `z/x/y`. It has gone when its last point has. */
export interface MapTileState extends MapCounts {
  readonly tile: string;
  /** Grows with each change; differs from server to server. */
  readonly version: number;
}
/** A point under its number, while its scope holds few; else tiles alone. */
export type MapItem = MapTileState | MapPoint;
export const isMapTile = (item: MapItem): item is MapTileState => 'tile' in item;

export const tileKey = (z: number, x: number, y: number): string => `${z}/${x}/${y}`;

/** One request in `GET /api/v1/map/view`. Its place is snapped. */
export interface MapViewItem extends MapPoint {
  /** Index into `MAP_AGE_DAYS`, or its length when older; null: creation unknown. */
  readonly age: number | null;
}
/** `GET /api/v1/map/view`: what a box holds, and the newest in it. */
export interface MapView extends MapCounts {
  readonly items: readonly MapViewItem[];
  readonly next: null;
  readonly as_of: string;
}

/** How far back the map can look, days. */
export const MAP_PAST_DAYS = 30;

/** Many reports of one thing: see `server/domain/incident.ts`. */
export interface MapIncident {
  /** Number of its first report, by which it stays the same while it grows. */
  readonly id: number;
  readonly service: string;
  /** Boroughs of its reports, the one with the most first. */
  readonly boroughs: readonly string[];
  readonly n: number;
  readonly overdue: number;
  readonly first_at: string;
  readonly last_at: string;
  /** The middle of its reports, and how far the farthest lies from it. Places are snapped. */
  readonly longitude: number;
  readonly latitude: number;
  readonly radius_m: number;
  /** Its first reports, at most 100. */
  readonly numbers: readonly number[];
}
/** `GET /api/v1/map/incidents`: those whose middle lies in the box, the largest first, at most 200. */
export interface MapIncidents {
  readonly items: readonly MapIncident[];
  readonly next: null;
  readonly definition: string;
  readonly as_of: string;
}

export type Position = readonly [longitude: number, latitude: number];
/** GeoJSON, as far as the ground needs it. */
export interface GroundFeature {
  readonly type: 'Feature';
  readonly geometry: {
    readonly type: 'MultiPolygon';
    readonly coordinates: readonly (readonly (readonly Position[])[])[];
  };
  readonly properties: Readonly<Record<string, unknown>>;
}
export interface GroundCollection {
  readonly type: 'FeatureCollection';
  readonly features: readonly GroundFeature[];
}
/** `GET /api/v1/map/ground.json`: what lies under the points, without any other service. */
export interface MapGround {
  /** The waters, each with its islands as holes; all else is land. */
  readonly shore: GroundCollection;
  /** Boroughs and linked cities: properties `code`, `name_fr`, `name_en`. */
  readonly territories: GroundCollection;
  /** The territories are made from named places, not measured: until `vigie import boundaries` has brought the city's own. */
  readonly approximate: boolean;
  /** What the map opens on: west, south, east, north. */
  readonly bounds: readonly [number, number, number, number];
  /** Whom the data comes from, to be shown on the map. */
  readonly attribution: string;
  /** Style of the city's own ground (`VIGIE_MAP_STYLE`), which replaces the shore. */
  readonly style: string | null;
}

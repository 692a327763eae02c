/** MapLibre, fetched when a map is first shown: the wall without one does not wait for it. */
import type * as MapLibre from 'maplibre-gl';

export type MapLibreModule = typeof MapLibre;
let loading: Promise<MapLibreModule> | undefined;

export function loadMapLibre(): Promise<MapLibreModule> {
  loading ??= load();
  // One that failed is tried again by the next map.
  loading.catch(() => (loading = undefined));
  return loading;
}

async function load(): Promise<MapLibreModule> {
  const [library, worker] = await Promise.all([
    import('maplibre-gl'),
    import('maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'),
    import('maplibre-gl/dist/maplibre-gl.css'),
  ]);
  // From our own address: the page's policy allows no other workers.
  library.setWorkerUrl(worker.default);
  return library;
}

/** What a map's parts find above them. Each throws where it is missing. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import { getContext, setContext } from 'svelte';

const MAP = Symbol('map');
const SOURCE = Symbol('map source');

export const provideMap = (map: MapLibreMap): MapLibreMap => setContext(MAP, map);
export function useMap(): MapLibreMap {
  const map = getContext<MapLibreMap | undefined>(MAP);
  if (!map) throw new Error('a part of a map stands outside of one');
  return map;
}
export const provideSource = (id: string): string => setContext(SOURCE, id);
export function useSource(): string {
  const id = getContext<string | undefined>(SOURCE);
  if (id === undefined) throw new Error('a layer of a map stands outside of a source');
  return id;
}

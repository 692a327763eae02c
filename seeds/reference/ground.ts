/** What lies under the points of the map; made by `make-ground.ts`. */
import type { GroundCollection, MapGround } from '../../server/contract/map.ts';
import groundFile from './ground.json' with { type: 'json' };

const collection = (value: object): GroundCollection => value as GroundCollection;
const [west, south, east, north] = groundFile.bounds as [number, number, number, number];

export const GROUND: Omit<MapGround, 'style'> = {
  shore: collection(groundFile.shore),
  territories: collection(groundFile.territories),
  approximate: true,
  bounds: [west, south, east, north],
  attribution: '© OpenStreetMap contributors (ODbL)',
};

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { City } from '../../seeds/city/city.ts';
import {
  BOROUGHS,
  COUNTERS,
  LINKED_CITIES,
  PHONE_QUEUES,
  QUEUES,
  SERVICES,
  UNITS,
} from '../../seeds/reference/index.ts';
import { minutesOf } from '../../server/domain/office-hours.ts';

const BOUNDARIES = new URL('../../../shared/data/limites-administratives.geojson', import.meta.url);
type Ring = readonly (readonly [number, number])[];
interface Feature {
  readonly properties: { readonly ABREV: string; readonly TYPE: string };
  readonly geometry: { readonly type: string; readonly coordinates: unknown };
}
const features = (): Feature[] =>
  (JSON.parse(readFileSync(BOUNDARIES, 'utf8')) as { features: Feature[] }).features;

function inRing(ring: Ring, x: number, y: number): boolean {
  let inside = false;
  ring.forEach(([x1, y1], index) => {
    const [x2, y2] = ring.at(index - 1)!;
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}
const inFeature = ({ geometry }: Feature, x: number, y: number): boolean => {
  const polygons = (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as Ring[][];
  return polygons.some(([shell]) => inRing(shell!, x, y));
};

describe('the reference data', () => {
  it('every borough has one telephone queue, one counter and a place; the centre is open always', () => {
    expect(BOROUGHS).toHaveLength(19);
    expect(LINKED_CITIES).toHaveLength(15);
    expect(QUEUES).toHaveLength(39);
    for (const { code, places } of BOROUGHS) {
      expect(PHONE_QUEUES.filter(({ borough }) => borough === code).map(({ id }) => id)).toEqual([code]);
      expect(COUNTERS.filter(({ borough }) => borough === code).map(({ id }) => id)).toEqual([
        `counter:${code}`,
      ]);
      expect(places.length).toBeGreaterThan(0);
    }
    const centre = QUEUES.find(({ id }) => id === 'centre')!;
    expect(centre).toMatchObject({ hours: null, centre: null, borough: null, threshold_s: 100, target: 0.8 });
  });

  it('every opening range can be read, and ends after it begins', () => {
    for (const { hours } of QUEUES) {
      for (const ranges of (hours ?? []).flatMap(({ weekly }) => Object.values(weekly))) {
        for (const { from, to } of ranges) expect(minutesOf(to)).toBeGreaterThan(minutesOf(from));
      }
    }
  });

  it('services have slugs of their own, both names and a known unit', () => {
    expect(new Set(SERVICES.map(({ id }) => id)).size).toBe(SERVICES.length);
    expect(SERVICES.length).toBeGreaterThanOrEqual(40);
    for (const { id, name, unit } of SERVICES) {
      expect(id).toMatch(/^[a-z0-9-]+$/);
      expect(name.fr && name.en).toBeTruthy();
      expect(Object.keys(UNITS)).toContain(unit);
    }
  });

  it.runIf(existsSync(BOUNDARIES))('the codes are those of the city’s boundaries', () => {
    const codes = (type: string) =>
      features()
        .filter(({ properties }) => properties.TYPE === type)
        .map(({ properties }) => properties.ABREV)
        .sort();
    expect(BOROUGHS.map(({ code }) => code).sort()).toEqual(codes('Arrondissement'));
    expect(LINKED_CITIES.map(({ code }) => code).sort()).toEqual(codes('Ville liée'));
  });

  it.runIf(existsSync(BOUNDARIES))('nearly all requests lie in the borough that they name', () => {
    const byCode = new Map(features().map((feature) => [feature.properties.ABREV, feature]));
    const city = new City({ seed: '311', size: 1, time_zone: 'America/Toronto', since: '2026-05-12' });
    let inside = 0;
    let placed = 0;
    for (const { type, data } of city.generateDay('2026-05-12')) {
      if (type !== 'request.created' || data.longitude === undefined) continue;
      placed += 1;
      if (inFeature(byCode.get(data.place_borough!)!, data.longitude, data.latitude!)) inside += 1;
    }
    expect(placed).toBeGreaterThan(500);
    expect(inside / placed).toBeGreaterThan(0.93);
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { City } from '../../seeds/city/city.ts';
import {
  BOROUGHS,
  CATALOGUE,
  COUNTERS,
  LINKED_CITIES,
  PHONE_QUEUES,
  QUEUES,
  SERVICES,
  UNITS,
} from '../../seeds/reference/index.ts';
import { checkCatalogue } from '../../server/domain/catalogue.ts';
import { catalogueFrom } from '../../server/domain/catalogue-shape.ts';
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

  it('the catalogue passes the checks that a city’s own files pass', () => {
    expect(catalogueFrom(CATALOGUE)).toEqual({ catalogue: CATALOGUE });
    expect(checkCatalogue(CATALOGUE)).toEqual([]);
  });

  it('at least 60 services, the City’s own examples among them, each with slug, texts, keywords and a unit', () => {
    const { services } = CATALOGUE;
    expect(services.length).toBeGreaterThanOrEqual(60);
    const ids = services.map(({ id }) => id);
    const examples = ['bibliotheque-heures', 'compte-taxes', 'encombrants', 'nid-de-poule', 'aqueduc-bris'];
    examples.push('permis-animal', 'permis-vente-debarras', 'suggestion', 'plainte');
    expect(ids).toEqual(expect.arrayContaining(examples));
    for (const { id, name, description, unit, keywords } of services) {
      expect(id).toMatch(/^[a-z0-9-]+$/);
      // The same word in both languages is a name all the same; the same sentence is one that was not translated.
      expect(name.fr && name.en).toBeTruthy();
      expect(description.fr, id).not.toBe(description.en);
      expect(keywords.length, id).toBeGreaterThan(1);
      expect(Object.keys(UNITS)).toContain(unit);
    }
  });

  it('every service has a settlement time and its calendar, but those that say they have none', () => {
    const policies = new Map(CATALOGUE.policies.map((policy) => [policy.id, policy]));
    const without = CATALOGUE.services.filter(({ policy }) => policy === null).map(({ id }) => id);
    expect(without).toEqual(['droit-initiative']);
    for (const { policy } of CATALOGUE.services) {
      if (policy !== null) expect(policies.get(policy)!.targets.settlement, policy).toBeDefined();
    }
    // « Immediately ».
    for (const { targets } of CATALOGUE.policies) {
      if (targets.transmission)
        expect(targets.transmission).toEqual({ amount: 5, unit: 'minutes', calendar: 'always' });
    }
    const versions = CATALOGUE.policies.filter(({ version }) => version > 1).map(({ id }) => id);
    expect(versions).toContain('chaussee');
  });

  it('the simulated city asks for every service, and for nothing else', () => {
    expect(SERVICES.map(({ id }) => id)).toEqual(CATALOGUE.services.map(({ id }) => id));
    for (const { usual_days, weight } of SERVICES) expect(Math.min(usual_days, weight)).toBeGreaterThan(0);
  });

  it.runIf(existsSync(BOUNDARIES))('the codes are those of the city’s boundaries', () => {
    const codes = (type: string) =>
      features()
        .filter(({ properties }) => properties.TYPE === type)
        .map(({ properties }) => properties.ABREV)
        .sort();
    expect(BOROUGHS.map(({ code }) => code).sort()).toEqual(codes('Arrondissement'));
    expect(LINKED_CITIES.map(({ code }) => code).sort()).toEqual(codes('Ville liée'));
    expect(CATALOGUE.territories.map(({ code }) => code).sort()).toEqual(
      [...codes('Arrondissement'), ...codes('Ville liée')].sort(),
    );
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

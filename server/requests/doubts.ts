/**
 * What is odd about a request beside what the city says of itself. The events stay what they are: a city's own systems may know a service
 * before its catalogue does, and what lies outside its boundaries was still asked of it.
 */
import type { Anomaly } from '../contract/requests.ts';
import type { FoldedRequest } from '../domain/request.ts';
import { isoOf } from '../lib/clock.ts';

export interface CityKnowledge {
  service(id: string): boolean;
  borough(code: string): boolean;
  /** Code of the territory; null outside of all; undefined when no boundary is known. */
  territoryAt(longitude: number, latitude: number): string | null | undefined;
}

export function doubtsOf(request: FoldedRequest, city: CityKnowledge): Anomaly[] {
  const { service, borough, place_borough, longitude, latitude, created_us, updated_us } = request;
  const doubts: Anomaly[] = [];
  const tell = (code: Anomaly['code'], message: string): void => {
    doubts.push({ code, at: isoOf(created_us ?? updated_us), type: 'request.created', message });
  };
  if (service !== null && !city.service(service))
    tell(
      'unknown_service',
      `The catalogue has no service ${JSON.stringify(service)}: nothing is promised for it. /api/v1/catalogue lists and changes them.`,
    );
  for (const code of new Set([borough, place_borough]))
    if (code !== null && !city.borough(code))
      tell('unknown_borough', `The catalogue has no territory ${JSON.stringify(code)}.`);
  if (longitude !== null && latitude !== null && city.territoryAt(longitude, latitude) === null)
    tell('outside_territory', 'Its place lies outside of all boundaries that the city gave.');
  return doubts;
}

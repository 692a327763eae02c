/**
 * The filters of GET requests, from fields to a query. Those of the specification (wiki.open311.org/GeoReport_v2), and the extensions on
 * which servers agree: `page` and `page_size` (its page Extensions), `updated_after` and `updated_before` (its draft 2.1, Chicago, Boston,
 * San Francisco), `lat`, `long` and `radius` in metres (CitySDK: Helsinki, Rostock). Others are ignored, `q` too, whose meaning nobody wrote down.
 */
import type { Circle } from '../domain/place.ts';
import { parseInstant } from '../lib/rfc3339.ts';
import { type Fault, fault, quoted } from './faults.ts';
import { type Fields, listOf, textOf } from './fields.ts';
import type { RequestQuery } from './sources.ts';

const DAY_US = 86_400_000_000;
/** "may not span more than 90 days". */
export const SPAN_DAYS_MAX = 90;
const SPAN_US_MAX = SPAN_DAYS_MAX * DAY_US;
/** "first 1000 requests returned". */
export const PAGE_SIZE_MAX = 1_000;
/** So deep pages cost as much as all before them: whoever wants more narrows the dates. */
export const ROWS_DEEP_MAX = 100_000;
export const IDS_MAX = 1_000;
export const RADIUS_M_MAX = 50_000;

/** Either by id, which overrides all other filters, or by what holds of them. */
export type RequestFilter =
  | { readonly by: 'id'; readonly ids: readonly string[] }
  | { readonly by: 'query'; readonly query: RequestQuery };

export type Parsed<T> = { readonly value: T } | { readonly faults: readonly Fault[] };

/** Faults are collected, so that a person can correct all of them at once. */
class Reader {
  readonly fields: Fields;
  readonly faults: Fault[] = [];
  constructor(fields: Fields) {
    this.fields = fields;
  }

  refuse(fr: string, en: string): undefined {
    this.faults.push(fault(400, fr, en));
  }

  moment(name: string): number | undefined {
    // A + of an offset that was not escaped arrives as a space.
    const text = textOf(this.fields, name)?.replace(/ (\d{2}:\d{2})$/, '+$1');
    if (text === undefined) return undefined;
    const instant = parseInstant(withSeconds(text));
    if (instant !== undefined) return instant.time_us;
    return this.refuse(
      `${name} n’est pas un moment avec décalage horaire, tel que 2026-11-23T00:00:00Z : « ${quoted(text)} ».`,
      `${name} is no moment with an offset, such as 2026-11-23T00:00:00Z: "${quoted(text)}".`,
    );
  }

  number(name: string, min: number, max: number, digits: RegExp): number | undefined {
    const text = textOf(this.fields, name);
    if (text === undefined) return undefined;
    const value = digits.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return this.refuse(
      `${name} doit être un nombre de ${min} à ${max}.`,
      `${name} must be a number from ${min} to ${max}.`,
    );
  }

  whole(name: string, max: number): number | undefined {
    return this.number(name, 1, max, /^\d{1,9}$/);
  }
}

const DECIMAL = /^[+-]?\d{1,8}(\.\d{1,20})?$/;

/** The W3C note to which the specification refers also knows moments without seconds. */
const withSeconds = (text: string): string => text.replace(/^(.{10}[Tt]\d{2}:\d{2})(?=[Zz+-])/, '$1:00');

/** Latitude and longitude of a request, in degrees. Both or neither. */
export function placeOf(fields: Fields): Parsed<{ longitude: number; latitude: number } | undefined> {
  const reader = new Reader(fields);
  const latitude = reader.number('lat', -90, 90, DECIMAL);
  const longitude = reader.number('long', -180, 180, DECIMAL);
  if (reader.faults.length > 0) return { faults: reader.faults };
  if (latitude === undefined && longitude === undefined) return { value: undefined };
  if (latitude !== undefined && longitude !== undefined) return { value: { longitude, latitude } };
  reader.refuse('lat et long vont ensemble : il en manque un.', 'lat and long go together: one is missing.');
  return { faults: reader.faults };
}

/** @param fields of the address. @param now_us up to which the last 90 days reach. */
export function parseFilter(fields: Fields, now_us: number): Parsed<RequestFilter> {
  const reader = new Reader(fields);
  const ids = listOf(fields, 'service_request_id');
  if (ids.length > IDS_MAX) {
    reader.refuse(
      `Au plus ${IDS_MAX} service_request_id à la fois.`,
      `At most ${IDS_MAX} service_request_id at a time.`,
    );
    return { faults: reader.faults };
  }
  if (ids.length > 0) return { value: { by: 'id', ids } };

  const updated = updatedSpan(reader, now_us);
  const created = createdSpan(reader, now_us, updated !== undefined);
  const services = listOf(fields, 'service_code');
  const statuses = statusesOf(reader);
  const circle = circleOf(reader);
  const limit = reader.whole('page_size', PAGE_SIZE_MAX) ?? PAGE_SIZE_MAX;
  const page = reader.whole('page', ROWS_DEEP_MAX) ?? 1;
  if (page * limit > ROWS_DEEP_MAX) {
    reader.refuse(
      `On ne feuillette pas au-delà de ${ROWS_DEEP_MAX} demandes : resserrez les dates.`,
      `Pages end at ${ROWS_DEEP_MAX} requests: narrow the dates.`,
    );
  }
  if (reader.faults.length > 0) return { faults: reader.faults };
  const query: RequestQuery = {
    ...(services.length > 0 && { service: services }),
    statuses,
    created_from_us: created.from_us,
    created_to_us: created.to_us,
    ...(updated && { updated_from_us: updated.from_us, updated_to_us: updated.to_us }),
    ...(circle && { circle }),
    limit,
    offset: (page - 1) * limit,
  };
  return { value: { by: 'query', query } };
}

interface Span {
  readonly from_us: number;
  readonly to_us: number;
}

/** A span of which one end, or both, may be missing: it is then 90 days long, and ends now at the latest when only its start is known. */
function spanOf(reader: Reader, from_name: string, to_name: string, now_us: number): Span {
  const from_us = reader.moment(from_name);
  const to_us = reader.moment(to_name);
  const end_us = to_us ?? (from_us === undefined ? now_us : from_us + SPAN_US_MAX);
  const start_us = from_us ?? end_us - SPAN_US_MAX;
  if (end_us < start_us) {
    reader.refuse(`${to_name} précède ${from_name}.`, `${to_name} is before ${from_name}.`);
  } else if (end_us - start_us > SPAN_US_MAX) {
    reader.refuse(
      `De ${from_name} à ${to_name} il y a plus de ${SPAN_DAYS_MAX} jours : demandez le reste à part.`,
      `From ${from_name} to ${to_name} are more than ${SPAN_DAYS_MAX} days: ask for the rest apart.`,
    );
  }
  return { from_us: start_us, to_us: end_us };
}

/** Whoever asks for what changed wants old requests too: only dates that were given limit the creation then. */
function createdSpan(reader: Reader, now_us: number, by_update: boolean): Span {
  const given = ['start_date', 'end_date'].some((name) => textOf(reader.fields, name) !== undefined);
  if (by_update && !given) return { from_us: 0, to_us: now_us };
  return spanOf(reader, 'start_date', 'end_date', now_us);
}

function updatedSpan(reader: Reader, now_us: number): Span | undefined {
  const given = ['updated_after', 'updated_before'].some((name) => textOf(reader.fields, name) !== undefined);
  return given ? spanOf(reader, 'updated_after', 'updated_before', now_us) : undefined;
}

function statusesOf(reader: Reader): RequestQuery['statuses'] {
  const asked = new Set(listOf(reader.fields, 'status').map((status) => status.toLowerCase()));
  for (const status of asked) {
    if (status === 'open' || status === 'closed') continue;
    reader.refuse(
      `status est open, closed ou les deux ; pas « ${quoted(status)} ».`,
      `status is open, closed or both; not "${quoted(status)}".`,
    );
  }
  if (asked.size !== 1) return 'all';
  return asked.has('open') ? 'open' : 'closed';
}

function circleOf(reader: Reader): Circle | undefined {
  const place = placeOf(reader.fields);
  if ('faults' in place) reader.faults.push(...place.faults);
  const radius_m = reader.number('radius', 0, RADIUS_M_MAX, DECIMAL);
  const centre = 'value' in place ? place.value : undefined;
  if (centre !== undefined && radius_m !== undefined) return { ...centre, radius_m };
  if (reader.faults.length === 0 && (centre === undefined) !== (radius_m === undefined)) {
    reader.refuse(
      'lat, long et radius (en mètres) vont ensemble.',
      'lat, long and radius (in metres) go together.',
    );
  }
  return undefined;
}

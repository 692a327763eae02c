/**
 * POST requests: from fields to the data of a `request.created`. Who reports is never kept: `account_id`, `device_id`, `email`, `phone`,
 * `first_name` and `last_name` are taken, as clients send them, and dropped here. So are attributes, since no service asks for any.
 */
import { randomBytes } from 'node:crypto';
import type { ServiceDefinition } from '../contract/catalogue.ts';
import { TYPE_PREFIX } from '../contract/event-types.ts';
import { type Box, isInside, type Place } from '../domain/place.ts';
import { isoOf } from '../lib/clock.ts';
import { type Fault, fault, quoted } from './faults.ts';
import { type Fields, textOf } from './fields.ts';
import { type Parsed, placeOf } from './query.ts';
import type { ServiceSource, TerritoryAt } from './sources.ts';

export const DESCRIPTION_LENGTH_MAX = 4_000;
export const ADDRESS_LENGTH_MAX = 500;
const URL_LENGTH_MAX = 2_000;
const URLS_MAX = 20;

/** The CloudEvents source of all that comes this way; a key may be limited to it. */
export const SOURCE = '/open311';

export interface SubmissionRules {
  readonly services: ServiceSource;
  readonly territory: TerritoryAt;
  /** Where no boundaries are known, a place must at least lie here; null: anywhere. */
  readonly region: Box | null;
}
export interface Submission {
  readonly service: ServiceDefinition;
  /** Fields of `request.created`, and unlisted ones that are kept beside them. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Everything that is wrong with it, or what it says. Pure: nothing is stored here. */
export function readSubmission(fields: Fields, rules: SubmissionRules): Parsed<Submission> {
  const faults: Fault[] = [];
  const service = serviceOf(fields, rules.services, faults);
  const place = placeOf(fields);
  if ('faults' in place) faults.push(...place.faults);
  const at = 'value' in place ? place.value : undefined;
  const borough = at && boroughAt(at, rules, faults);
  const address = bounded(fields, 'address_string', ADDRESS_LENGTH_MAX, faults);
  const address_id = bounded(fields, 'address_id', ADDRESS_LENGTH_MAX, faults);
  const description = bounded(fields, 'description', DESCRIPTION_LENGTH_MAX, faults);
  const media_url = mediaOf(fields, faults);
  if (service?.placed && 'value' in place && !at && address === undefined && address_id === undefined) {
    faults.push(
      fault(
        400,
        'Il faut dire où : lat et long, ou address_string, ou address_id.',
        'A place is needed: lat and long, or address_string, or address_id.',
      ),
    );
  }
  if (faults.length > 0 || service === undefined) return { faults };
  const data = {
    service: service.id,
    nature: service.nature,
    channel: channelOf(fields),
    ...(borough !== undefined && { borough, place_borough: borough }),
    ...at,
    ...(address !== undefined && { address }),
    ...(description !== undefined && { description: description.replaceAll('\r\n', '\n') }),
    requesters: 1,
    ...(address_id !== undefined && { address_id }),
    ...(media_url !== undefined && { media_url }),
  };
  return { value: { service, data } };
}

function serviceOf(fields: Fields, services: ServiceSource, faults: Fault[]): ServiceDefinition | undefined {
  const code = textOf(fields, 'service_code');
  if (code === undefined) {
    faults.push(
      fault(
        400,
        'Il manque service_code ; la liste des services les donne.',
        'service_code is missing; the list of services has them.',
      ),
    );
    return undefined;
  }
  const service = services.get(code);
  if (service !== undefined && !service.retired) return service;
  faults.push(unknownService(code));
  return undefined;
}
export const unknownService = (code: string): Fault =>
  fault(
    404,
    `Aucun service « ${quoted(code)} » n’est offert ; la liste des services les donne.`,
    `No service "${quoted(code)}" is offered; the list of services has them.`,
  );

/** The borough there; undefined when it cannot be known. */
function boroughAt(place: Place, rules: SubmissionRules, faults: Fault[]): string | undefined {
  const code = rules.territory(place.longitude, place.latitude);
  const outside =
    code === undefined ? rules.region !== null && !isInside(place, rules.region) : code === null;
  if (outside) {
    faults.push(
      fault(
        400,
        'Ce lieu est hors du territoire desservi.',
        'This place is outside the territory that is served.',
      ),
    );
  }
  return code ?? undefined;
}

function bounded(fields: Fields, name: string, length_max: number, faults: Fault[]): string | undefined {
  const text = textOf(fields, name);
  if (text === undefined) return undefined;
  const length = text.length <= length_max ? text.length : [...text].length;
  if (length <= length_max) return text;
  faults.push(
    fault(
      400,
      `${name} a ${length} caractères ; la limite est ${length_max}.`,
      `${name} has ${length} characters; the limit is ${length_max}.`,
    ),
  );
  return undefined;
}

/** One address or, as some clients send them, several. Kept for those who settle the request; nothing here fetches them. */
function mediaOf(fields: Fields, faults: Fault[]): string | string[] | undefined {
  const urls = (fields.get('media_url') ?? []).map((url) => url.trim()).filter((url) => url !== '');
  const good = urls.every(
    (url) => url.length <= URL_LENGTH_MAX && /^https?:$/.test(URL.parse(url)?.protocol ?? ''),
  );
  if (!good || urls.length > URLS_MAX) {
    faults.push(
      fault(
        400,
        `media_url doit être une adresse http ou https d’au plus ${URL_LENGTH_MAX} caractères, ${URLS_MAX} fois au plus.`,
        `media_url must be an http or https address of at most ${URL_LENGTH_MAX} characters, at most ${URLS_MAX} times.`,
      ),
    );
    return undefined;
  }
  return urls.length > 1 ? urls : urls[0];
}

/** That there is a device says how it came; which one it is, nobody needs to know. `deviceid` is how FixMyStreet spells it. */
const channelOf = (fields: Fields): 'mobile' | 'web' =>
  ['device_id', 'deviceid'].some((name) => textOf(fields, name) !== undefined) ? 'mobile' : 'web';

/** Digits and letters that are not taken for one another when they are read over the telephone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Sixty random bits as `7KQ4-M9XT-BE2H`: no two alike, and none to be guessed from another. */
export function newRequestId(): string {
  const letters = [...randomBytes(12)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
  return letters.replace(/(.{4})(?=.)/g, '$1-');
}

export const createdEvent = (
  id: string,
  submission: Submission,
  now_us: number,
): Record<string, unknown> => ({
  specversion: '1.0',
  id,
  source: SOURCE,
  type: `${TYPE_PREFIX}request.created`,
  subject: id,
  time: isoOf(now_us),
  data: submission.data,
});

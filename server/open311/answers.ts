/** What the answers say, in the order of fields of the specification. The same objects become XML or JSON. */
import type { ServiceDefinition } from '../contract/catalogue.ts';
import type { BilingualName } from '../contract/reference.ts';
import { snap } from '../domain/place.ts';
import { isoOf } from '../lib/clock.ts';
import type { Fault } from './faults.ts';
import type { Open311Settings, Open311Texts, RequestRow, ServiceSource } from './sources.ts';
import type { XmlValue } from './xml.ts';

export type Language = 'fr' | 'en';

export const SPECIFICATION = 'http://wiki.open311.org/GeoReport_v2';

/** For whom it is written. */
export interface Reader {
  readonly language: Language;
  /** May know what the citizen wrote and the dwelling. */
  readonly precise: boolean;
}
interface Names {
  readonly services: ServiceSource;
  readonly texts?: Open311Texts;
}

const named = (text: BilingualName | undefined, language: Language): string | null =>
  text?.[language] ?? null;

/** To the second, as in the specification: some clients read no fractions. Cut off, so that asking from there on misses nothing. */
const w3c = (iso: string | null): string | null => (iso === null ? null : iso.replace(/\.\d+/, ''));

export const serviceAnswer = (service: ServiceDefinition, language: Language): XmlValue => ({
  service_code: service.id,
  service_name: service.name[language],
  description: service.description[language],
  // No service asks for more than the fields that all have.
  metadata: false,
  type: 'realtime',
  keywords: service.keywords.join(', '),
  group: service.group,
});

export const definitionAnswer = (service: ServiceDefinition): XmlValue => ({
  service_code: service.id,
  attributes: [],
});

/** A request as this reader may see it. What is not known is null, an empty element in XML. */
export function requestAnswer(row: RequestRow, { language, precise }: Reader, names: Names): XmlValue {
  const service = row.service === null ? undefined : names.services.get(row.service);
  const { longitude, latitude } = row;
  const known = longitude !== null && latitude !== null;
  const place = known ? { longitude, latitude } : null;
  const told = place && (precise ? place : snap(place));
  return {
    service_request_id: row.id,
    status: row.open ? 'open' : 'closed',
    status_notes: row.published?.text ?? null,
    service_name: named(service?.name, language),
    service_code: row.service,
    description: precise ? row.description : null,
    agency_responsible: row.unit === null ? null : (named(names.texts?.unit(row.unit), language) ?? row.unit),
    service_notice: service ? named(names.texts?.notice(service), language) : null,
    requested_datetime: w3c(row.created_at),
    // "For requests with status=closed, this will be the date the request was closed."
    updated_datetime: w3c(row.open ? row.updated_at : (row.settled_at ?? row.updated_at)),
    expected_datetime: w3c(row.due_at),
    address: precise ? row.address : null,
    address_id: null,
    zipcode: null,
    lat: told?.latitude ?? null,
    long: told?.longitude ?? null,
    media_url: null,
  };
}

export const createdAnswer = (
  id: string,
  service: ServiceDefinition,
  language: Language,
  texts: Open311Texts | undefined,
): XmlValue => ({
  service_request_id: id,
  service_notice: named(texts?.notice(service), language),
  account_id: null,
});

const CONTACT: BilingualName = {
  fr: 'Demandez à qui exploite ce serveur.',
  en: 'Ask whoever runs this server.',
};

/** @param url of the endpoint. @param changed_us when what is offered changed last, µs. */
export function discoveryAnswer(
  settings: Open311Settings,
  url: string,
  changed_us: number,
  language: Language,
): XmlValue {
  const contact = settings.contact ?? CONTACT[language];
  const changeset = isoOf(changed_us);
  return {
    changeset,
    contact,
    key_service: contact,
    endpoints: [
      {
        specification: SPECIFICATION,
        url,
        changeset,
        type: settings.test ? 'test' : 'production',
        formats: ['text/xml', 'application/json'],
      },
    ],
  };
}

export const faultAnswer = ({ code, text }: Fault, language: Language): XmlValue => ({
  code,
  description: text[language],
});

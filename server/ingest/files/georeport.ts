/**
 * Requests of an Open311 GeoReport v2 answer as the events they mean. The standard has two statuses, and a text for the rest; how a
 * request came in it does not tell: all come from a site or an application, which is the web.
 */

import { resolutionOf } from './resolutions.ts';
import {
  type Data,
  idOf,
  placeOf,
  plain,
  RequestEvents,
  rejected,
  type Translation,
  type TranslatorOptions,
} from './row.ts';
import { FileTimes } from './times.ts';

export const GEOREPORT_SOURCE = 'urn:open311:georeport';

/** A request or a service as it stood in JSON or XML: texts, numbers, null; lists and objects only in fields of a city's own. */
export type GeoItem = Readonly<Record<string, unknown>>;

export const isRequest = (item: GeoItem): boolean =>
  'service_request_id' in item || 'requested_datetime' in item || 'token' in item;
export const isService = (item: GeoItem): boolean => 'service_code' in item && !isRequest(item);

/** Fields of the standard that have a place of their own below. */
const PLACED = new Set([
  'service_request_id',
  'status',
  'status_notes',
  'service_name',
  'service_code',
  'description',
  'agency_responsible',
  'requested_datetime',
  'updated_datetime',
  'expected_datetime',
  'address',
  'lat',
  'long',
]);

export class Georeport {
  readonly #options: TranslatorOptions;
  readonly #times: FileTimes;
  /** Names of services by code, where an answer gives only the code. */
  readonly #names = new Map<string, string>();

  constructor(options: TranslatorOptions) {
    this.#options = options;
    this.#times = new FileTimes(options.time_zone);
  }

  /** Takes a service of a services answer, for its name. */
  learn(service: GeoItem): void {
    const code = textOf(service.service_code);
    const name = textOf(service.service_name);
    if (code !== '' && name !== '') this.#names.set(code, name);
  }

  translate(item: GeoItem): Translation {
    const id = textOf(item.service_request_id);
    if (id === '') return rejected('service_request_id is empty: the city has not numbered this request yet');
    const requested = textOf(item.requested_datetime);
    const created_us = this.#times.created(requested);
    if (created_us === undefined) {
      return rejected(
        requested === ''
          ? 'requested_datetime is empty'
          : `requested_datetime ${JSON.stringify(requested.slice(0, 80))} is no time such as 2012-05-23T15:55:28-04:00`,
      );
    }
    const code = textOf(item.service_code);
    const service_name = textOf(item.service_name) || this.#names.get(code) || code;
    const known = this.#options.serviceOf(service_name);
    const service = known?.unit ? known.id : idOf(code) || known?.id;
    if (service === undefined)
      return rejected('service_code and service_name are empty: they say what was asked for');

    const made = new RequestEvents(this.#options.source, id);
    made.add('created', 'request.created', created_us, {
      ...this.#created(item, created_us, made),
      service,
      service_name,
      service_code: code,
    });
    const agency = textOf(item.agency_responsible);
    if (agency !== '') made.add('transmitted', 'request.transmitted', created_us, { unit: idOf(agency) });
    this.#status(item, created_us, made);
    return made.translation(textOf(item.status).toLowerCase());
  }

  #created(item: GeoItem, created_us: number, made: RequestEvents): Data {
    const due = this.#times.due(textOf(item.expected_datetime), created_us);
    if (due.fault !== undefined) made.notes.push(`expected_datetime ${due.fault}: in without it`);
    const { place_told, ...point } = placeOf(textOf(item.long), textOf(item.lat));
    if (place_told !== undefined) made.notes.push('lat and long are no place on earth: in without a point');
    const own = Object.fromEntries(
      Object.entries(item).filter(([name, value]) => !PLACED.has(name) && value !== null && value !== ''),
    );
    return {
      // Beside ours, under a name of their own: a city's own field may be called as one of ours.
      georeport: Object.keys(own).length > 0 ? own : undefined,
      nature: 'request',
      channel: 'web',
      ...point,
      place_told,
      address: textOf(item.address).replace(/\s+/g, ' '),
      description: textOf(item.description),
      due_at: due.due_at,
      due_told: due.fault && item.expected_datetime,
    };
  }

  #status(item: GeoItem, created_us: number, made: RequestEvents): void {
    const status = textOf(item.status);
    const notes = textOf(item.status_notes);
    const updated = textOf(item.updated_datetime);
    const closed = plain(status) === 'closed';
    if (!closed && plain(status) !== 'open') {
      made.fault = `status ${JSON.stringify(status.slice(0, 80))} is neither open nor closed: the request is in, without it`;
      return;
    }
    const at = updated === '' ? undefined : this.#times.later(updated, created_us);
    if (at === undefined && (closed || updated !== '')) {
      const why =
        updated === '' ? 'updated_datetime is empty' : `${JSON.stringify(updated.slice(0, 80))} is no time`;
      made.fault = `${status}, but ${why}: the request is in, without its status`;
      return;
    }
    if (at?.before_creation)
      made.notes.push('the last status lies before the creation: taken at the creation');
    const told: Data = at?.before_creation ? { told_at: updated } : {};
    const at_us = at?.time_us ?? created_us;
    if (closed) {
      made.add('closed', 'request.resolved', at_us, {
        resolution: resolutionOf(notes),
        text: notes,
        ...told,
      });
    } else if (notes !== '') {
      const expected_at = this.#times.due(textOf(item.expected_datetime), created_us).due_at;
      made.add('published', 'request.status_published', at_us, { text: notes, expected_at, ...told });
    }
  }
}

/** A text or a number as text; everything else says nothing. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

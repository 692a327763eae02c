/**
 * Rows of New York City's open data « 311 Service Requests » as the events they mean. As in every such file a row is a request's last
 * state: its creation (with its agency, which its category decides), its last status, and what was published of it.
 */
import type { REQUEST_CHANNELS } from '../../contract/event-types.ts';
import { resolutionOf } from './resolutions.ts';
import {
  addressOf,
  type Data,
  idOf,
  placeOf,
  plain,
  RequestEvents,
  type Row,
  rejected,
  type Translation,
  type Translator,
  type TranslatorOptions,
} from './row.ts';
import { FileTimes } from './times.ts';

export const NYC_311_SOURCE = 'urn:nyc:311';
export const NYC_TIME_ZONE = 'America/New_York';

export const NYC_311_COLUMNS = {
  required: ['Unique Key', 'Created Date', 'Closed Date', 'Agency', 'Complaint Type', 'Status', 'Borough'],
  optional: [
    'Agency Name',
    'Descriptor',
    'Location Type',
    'Incident Zip',
    'Incident Address',
    'Street Name',
    'Cross Street 1',
    'Cross Street 2',
    'Intersection Street 1',
    'Intersection Street 2',
    'City',
    'Due Date',
    'Resolution Description',
    'Resolution Action Updated Date',
    'Community Board',
    'Open Data Channel Type',
    'Latitude',
    'Longitude',
  ],
} as const;

const CHANNELS: Readonly<Record<string, (typeof REQUEST_CHANNELS)[number]>> = {
  phone: 'phone',
  online: 'web',
  mobile: 'mobile',
  // Taken in by an agency's own system, which does not say how.
  unknown: 'internal',
  other: 'internal',
  '': 'internal',
};

type Steps = readonly ('acknowledged' | 'work_ordered')[];
/** Of open requests: what follows their creation and the agency's getting them. */
const OPEN: Readonly<Record<string, Steps>> = {
  open: [],
  unassigned: [],
  unspecified: [],
  draft: [],
  // The agency has looked at it, and waits for something or somebody.
  pending: ['acknowledged'],
  // Somebody of the agency has it.
  assigned: ['acknowledged'],
  // The agency has written to the citizen, and not closed it.
  'email sent': ['acknowledged'],
  'in progress': ['acknowledged', 'work_ordered'],
  started: ['acknowledged', 'work_ordered'],
};

export class Nyc311 implements Translator {
  readonly #options: TranslatorOptions;
  readonly #times: FileTimes;

  constructor(options: TranslatorOptions) {
    this.#options = options;
    this.#times = new FileTimes(options.time_zone);
  }

  translate(row: Row): Translation {
    const id = row['Unique Key'] ?? '';
    if (id === '') return rejected('Unique Key is empty');
    const created = row['Created Date'] ?? '';
    const created_us = this.#times.created(created);
    if (created_us === undefined) {
      return rejected(
        `Created Date ${JSON.stringify(created.slice(0, 80))} is no time such as 06/26/2018 10:58:54 AM`,
      );
    }
    const service_name = row['Complaint Type'] ?? '';
    const service = this.#options.serviceOf(service_name);
    if (service === undefined) return rejected('Complaint Type is empty: it says what was asked for');
    const made = new RequestEvents(this.#options.source, id);
    this.#created(row, created_us, service.id, made);
    const agency = row.Agency ?? '';
    if (agency === '') made.notes.push('Agency is empty: in without a unit');
    else {
      made.add('transmitted', 'request.transmitted', created_us, {
        unit: idOf(agency),
        borough: boroughOf(row),
        unit_name: row['Agency Name'],
      });
    }
    this.#status(row, created_us, made);
    return made.translation(row.Status ?? '');
  }

  #created(row: Row, created_us: number, service: string, made: RequestEvents): void {
    const channel_name = row['Open Data Channel Type'] ?? '';
    const channel = CHANNELS[channel_name.toLowerCase()];
    if (channel === undefined) {
      made.notes.push(
        `Open Data Channel Type ${JSON.stringify(channel_name.slice(0, 80))} is not known: in as internal`,
      );
    }
    const borough = boroughOf(row);
    const due = this.#times.due(row['Due Date'] ?? '', created_us);
    if (due.fault !== undefined) made.notes.push(`Due Date ${due.fault}: in without it`);
    const { place_told, ...point } = placeOf(row.Longitude ?? '', row.Latitude ?? '');
    if (place_told !== undefined)
      made.notes.push('Latitude and Longitude are no place on earth: in without a point');
    made.add('created', 'request.created', created_us, {
      service,
      nature: 'request',
      channel: channel ?? 'internal',
      borough,
      place_borough: borough,
      ...point,
      place_told,
      address: placeNameOf(row),
      due_at: due.due_at,
      due_told: due.fault && row['Due Date'],
      service_name: row['Complaint Type'],
      descriptor: row.Descriptor,
      place_kind: row['Location Type'],
      postal_code: row['Incident Zip'],
      place_city: row.City,
      community_board: row['Community Board'],
      channel_name,
    });
  }

  #status(row: Row, created_us: number, made: RequestEvents): void {
    const status = row.Status ?? '';
    const key = plain(status);
    const closed = /^closed?\b/.test(key);
    const cancelled = /^cancell?ed$|^cancel$/.test(key);
    const steps = Object.hasOwn(OPEN, key) ? OPEN[key] : undefined;
    if (!closed && !cancelled && steps === undefined) {
      made.fault = `Status ${JSON.stringify(status.slice(0, 80))} is none that is known: the request is in, without it`;
      return;
    }
    const text = row['Resolution Description'] ?? '';
    const updated = row['Resolution Action Updated Date'] ?? '';
    // Some systems give an open request a closing date: it is not closed all the same.
    const date = closed || cancelled ? row['Closed Date'] || updated : updated;
    const at = date === '' ? undefined : this.#times.later(date, created_us);
    if (at === undefined && (date !== '' || closed || cancelled)) {
      const why = date === '' ? 'Closed Date is empty' : `${JSON.stringify(date.slice(0, 80))} is no time`;
      made.fault = `${status}, but ${why}: the request is in, without its status`;
      return;
    }
    const at_us = at?.time_us ?? created_us;
    const told: Data = { status_name: status, ...(at?.before_creation && { told_at: date }) };
    if (at?.before_creation)
      made.notes.push('the last status lies before the creation: taken at the creation');
    if (closed) {
      made.add('closed', 'request.resolved', at_us, { resolution: resolutionOf(text), text, ...told });
    } else if (cancelled) {
      made.add('cancelled', 'request.cancelled', at_us, { reason: text, ...told });
    } else {
      for (const step of steps ?? [])
        made.add(step, `request.${step}`, at_us, { unit: idOf(row.Agency ?? ''), ...told });
      if (text !== '') made.add('published', 'request.status_published', at_us, { text, ...told });
    }
  }
}

/** Boroughs of another city have no code here: their names stand for themselves. */
function boroughOf(row: Row): string | undefined {
  const name = row.Borough ?? '';
  return name === '' || plain(name) === 'unspecified' ? undefined : idOf(name.toUpperCase());
}

function placeNameOf(row: Row): string {
  if (row['Incident Address']) return addressOf(row['Incident Address']);
  if (row['Intersection Street 1'])
    return addressOf(row['Intersection Street 1'], row['Intersection Street 2']);
  return addressOf(row['Street Name'], row['Cross Street 1'], row['Cross Street 2']);
}

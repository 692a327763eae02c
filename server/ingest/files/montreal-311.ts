/**
 * Rows of the City of Montréal's open data « Requêtes 311 » as the events they mean. A row is a request's last state, not its way:
 *
 * - `request.created` at DDS_DATE_CREATION, and with it `request.transmitted`: the City's system gives a request to its unit when it is
 *   made, and the file has no other moment for it.
 * - The last status, at DATE_DERNIER_STATUT. An event's id is the row's id and the step, so a newer file of the same request adds what is new.
 * - About half of the rows are `Information` without id, status or place: given at once, and counted one by one.
 */
import type { EventData, REQUEST_CHANNELS, REQUEST_NATURES } from '../../contract/event-types.ts';
import { DerivedIds } from './derived-ids.ts';
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
import { type FoundService, slugOf } from './services.ts';
import { FileTimes } from './times.ts';

export const MONTREAL_311_SOURCE = 'urn:montreal:311';

const PROVENANCES = [
  'TELEPHONE',
  'COURRIEL',
  'PERSONNE',
  'COURRIER',
  'TELECOPIEUR',
  'INSTANCE',
  'MOBILE',
  'MEDIASOCIAUX',
  'SITEINTERNET',
].map((name) => `PROVENANCE_${name}`);
const STATUS_COLUMNS = ['DERNIER_STATUT', 'DATE_DERNIER_STATUT'];
export const MONTREAL_311_COLUMNS = {
  required: [
    'ID_UNIQUE',
    'NATURE',
    'ACTI_NOM',
    'ARRONDISSEMENT',
    'DDS_DATE_CREATION',
    'PROVENANCE_ORIGINALE',
    ...STATUS_COLUMNS,
  ],
  optional: [
    'TYPE_LIEU_INTERV',
    'RUE',
    'RUE_INTERSECTION1',
    'RUE_INTERSECTION2',
    'LOC_ERREUR_GDT',
    'ARRONDISSEMENT_GEO',
    'LIN_CODE_POSTAL',
    ...PROVENANCES,
    'UNITE_RESP_PARENT',
    'LOC_LONG',
    'LOC_LAT',
  ],
} as const;
/** What makes a row without an id itself: all but its status, which changes. */
const CONTENT_COLUMNS = [...MONTREAL_311_COLUMNS.required, ...MONTREAL_311_COLUMNS.optional].filter(
  (name) => !STATUS_COLUMNS.includes(name) && name !== 'ID_UNIQUE',
);

type Nature = (typeof REQUEST_NATURES)[number];
type Channel = (typeof REQUEST_CHANNELS)[number];
/** The file writes `Requete`; other exports of the City have the accent. */
const NATURES: Readonly<Record<string, Nature>> = {
  information: 'information',
  commentaire: 'comment',
  requete: 'request',
  plainte: 'complaint',
  suggestion: 'suggestion',
  permis: 'permit',
};
const CHANNELS: Readonly<Record<string, Channel>> = {
  telephone: 'phone',
  courriel: 'email',
  personne: 'counter',
  'en personne': 'counter',
  courrier: 'mail',
  // Paper that comes by a telephone line: it is opened and answered with the mail.
  telecopieur: 'mail',
  // A body of the City itself: a council, a committee, another unit.
  instance: 'internal',
  mobile: 'mobile',
  'medias sociaux': 'social',
  mediasociaux: 'social',
  internet: 'web',
  'site internet': 'web',
  siteinternet: 'web',
};

interface Step {
  readonly step: string;
  readonly type: 'acknowledged' | 'work_ordered' | 'resolved' | 'closed' | 'reopened' | 'cancelled';
  readonly data: EventData;
}
const ACKNOWLEDGED: Step = { step: 'acknowledged', type: 'acknowledged', data: {} };
/** `transmitted`: to the unit at that moment, once more than at the creation when it is a later one. */
const STATUSES: Readonly<Record<string, 'transmitted' | readonly Step[]>> = {
  // The unit has it before it, and has not said anything yet.
  'transmise pour traitement': 'transmitted',
  // The same, with priority: nobody has said yet that it is taken.
  urgente: 'transmitted',
  // The unit says that it is its business.
  acceptee: [ACKNOWLEDGED],
  // Somebody has been given the work.
  'prise en charge': [ACKNOWLEDGED, { step: 'work_ordered', type: 'work_ordered', data: {} }],
  // Done.
  terminee: [{ step: 'resolved', type: 'resolved', data: { resolution: 'done' } }],
  // Answered, with a no: settled, and nothing was done.
  refusee: [{ step: 'refused', type: 'resolved', data: { resolution: 'no_action' } }],
  // Taken back by who asked, and taken away by the City as an error: neither was settled.
  annulee: [{ step: 'cancelled', type: 'cancelled', data: { reason: 'annulée' } }],
  supprimee: [{ step: 'deleted', type: 'cancelled', data: { reason: 'supprimée' } }],
  // Open again. It was ended before, and the file no longer says when or how: an end without a resolution, at the same moment, makes
  // the state and the counts of closed and reopened right, and claims no time in which it was settled.
  reactivee: [
    { step: 'ended_before', type: 'closed', data: { reason: 'réactivée ; fin antérieure inconnue' } },
    { step: 'reopened', type: 'reopened', data: { reason: 'réactivée' } },
  ],
};

export class Montreal311 implements Translator {
  readonly #options: TranslatorOptions;
  readonly #times: FileTimes;
  readonly #ids = new DerivedIds();

  constructor(options: TranslatorOptions) {
    this.#options = options;
    this.#times = new FileTimes(options.time_zone);
  }

  translate(row: Row): Translation {
    const created_us = this.#times.created(row.DDS_DATE_CREATION ?? '');
    if (created_us === undefined)
      return rejected(notA('DDS_DATE_CREATION', row, 'a time, such as 2026-01-16T15:51:17'));
    const nature = NATURES[plain(row.NATURE ?? '')];
    if (nature === undefined) {
      return rejected(notA('NATURE', row, 'Information, Commentaire, Requete or Plainte'));
    }
    // A star marks a category that is no longer offered.
    const service_name = (row.ACTI_NOM ?? '').replace(/^[\s*]+/, '').trim();
    const service = this.#options.serviceOf(service_name);
    if (service === undefined) return rejected('ACTI_NOM is empty: it says what was asked for');
    const requesters = requestersOf(row);
    if (requesters === null) return rejected('a PROVENANCE_ column is no count of requesters');

    const has_id = (row.ID_UNIQUE ?? '') !== '';
    const id = has_id ? row.ID_UNIQUE! : this.#ids.next(CONTENT_COLUMNS.map((name) => row[name] ?? ''));
    const made = new RequestEvents(this.#options.source, id);
    const borough = this.#boroughOf(row, 'ARRONDISSEMENT', made);
    made.add('created', 'request.created', created_us, {
      service: service.id,
      nature,
      channel: channelOf(row, made),
      borough,
      place_borough: this.#boroughOf(row, 'ARRONDISSEMENT_GEO', made),
      ...pointOf(row, made),
      address: addressOf(row.RUE, row.RUE_INTERSECTION1, row.RUE_INTERSECTION2),
      requesters,
      service_name,
      service_retired: /^\s*\*/.test(row.ACTI_NOM ?? '') || undefined,
      place_kind: row.TYPE_LIEU_INTERV,
      postal_code: row.LIN_CODE_POSTAL,
      channel_name: row.PROVENANCE_ORIGINALE,
      borough_name: row.ARRONDISSEMENT,
      place_borough_name: row.ARRONDISSEMENT_GEO,
    });
    const status = row.DERNIER_STATUT ?? '';
    if (nature === 'information' && status === '') {
      made.add('resolved', 'request.resolved', created_us, { resolution: 'done' });
      return made.translation(status);
    }
    const unit = this.#unitOf(row, borough, service);
    if (unit !== undefined) made.add('transmitted', 'request.transmitted', created_us, unit);
    this.#status(row, status, created_us, unit, made);
    return made.translation(status);
  }

  #status(row: Row, status: string, created_us: number, unit: Data | undefined, made: RequestEvents): void {
    if (status === '') {
      made.notes.push('DERNIER_STATUT is empty: in as not settled');
      return;
    }
    const steps = Object.hasOwn(STATUSES, plain(status)) ? STATUSES[plain(status)] : undefined;
    if (steps === undefined) {
      made.fault = `DERNIER_STATUT ${JSON.stringify(status)} is none that is known: the request is in, without it`;
      return;
    }
    const at = this.#times.later(row.DATE_DERNIER_STATUT ?? '', created_us);
    if (at === undefined) {
      made.fault = `${notA('DATE_DERNIER_STATUT', row, 'a time')}: the request is in, without its status`;
      return;
    }
    const told = { status_name: status, ...(at.before_creation && { told_at: row.DATE_DERNIER_STATUT }) };
    if (at.before_creation)
      made.notes.push('the last status lies before the creation: taken at the creation');
    if (steps !== 'transmitted') {
      for (const { step, type, data } of steps)
        made.add(step, `request.${type}`, at.time_us, { ...data, ...told });
    } else if (unit === undefined) {
      made.fault = `${status}, and UNITE_RESP_PARENT does not say to whom: the request is in, without its status`;
    } else if (at.time_us > created_us) {
      const urgent = plain(status) === 'urgente' || undefined;
      made.add(urgent ? 'urgent' : 'transmitted_again', 'request.transmitted', at.time_us, {
        ...unit,
        urgent,
        ...told,
      });
    }
  }

  #boroughOf(row: Row, column: string, made: RequestEvents): string | undefined {
    const name = row[column] ?? '';
    if (name === '') return undefined;
    const code = this.#options.boroughCodeOf(name);
    if (code === undefined)
      made.notes.push(`${column} ${JSON.stringify(name.slice(0, 80))} is no borough that is known`);
    return code;
  }

  /** The file names the borough or the department; of a service that the catalogue knows, its unit in that borough. */
  #unitOf(row: Row, borough: string | undefined, service: FoundService): Data | undefined {
    const unit_name = row.UNITE_RESP_PARENT || row.ARRONDISSEMENT || '';
    if (unit_name === '') return undefined;
    const code = this.#options.boroughCodeOf(unit_name);
    const unit = code && service.unit ? `${code}-${service.unit}` : (code ?? slugOf(unit_name));
    return unit === '' ? undefined : { unit: idOf(unit), unit_name, borough };
  }
}

const notA = (column: string, row: Row, what: string): string => {
  const text = row[column] ?? '';
  return `${column} ${text === '' ? 'is empty' : `${JSON.stringify(text.slice(0, 80))} is not ${what}`}`;
};

/** The columns count distinct requesters by channel. Undefined when none says anything, null when one is no count. */
function requestersOf(row: Row): number | undefined | null {
  let sum = 0;
  let told = false;
  for (const column of PROVENANCES) {
    const text = row[column] ?? '';
    if (text === '') continue;
    if (!/^\d{1,9}(\.0+)?$/.test(text)) return null;
    told = true;
    sum += Number(text);
  }
  return told ? sum : undefined;
}

function channelOf(row: Row, made: RequestEvents): Channel {
  const name = row.PROVENANCE_ORIGINALE ?? '';
  const known = CHANNELS[plain(name)];
  if (known !== undefined) return known;
  if (name === '') {
    // The channel by which most have asked.
    const counts = PROVENANCES.map((column) => Number(row[column] || 0));
    const most = Math.max(...counts);
    const column = PROVENANCES[counts.indexOf(most)]!;
    if (most > 0) return CHANNELS[plain(column.slice('PROVENANCE_'.length))]!;
  }
  made.notes.push(
    `PROVENANCE_ORIGINALE ${JSON.stringify(name.slice(0, 80))} is no channel that is known: in as internal`,
  );
  return 'internal';
}

/** LOC_ERREUR_GDT: the place was not found, and the point is the borough's counter. */
function pointOf(row: Row, made: RequestEvents): Data {
  if (/^(1|true|oui)$/i.test(row.LOC_ERREUR_GDT ?? '')) return { place_not_found: true };
  const place = placeOf(row.LOC_LONG ?? '', row.LOC_LAT ?? '');
  if (place.place_told !== undefined)
    made.notes.push('LOC_LONG and LOC_LAT are no place on earth: in without a point');
  return { ...place };
}

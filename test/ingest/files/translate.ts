/** What the tests of files share: the city's names, and events as they are easily compared. */
import { CATALOGUE } from '../../../seeds/reference/index.ts';
import { TYPE_PREFIX } from '../../../server/contract/event-types.ts';
import { boroughNames } from '../../../server/domain/borough-names.ts';
import { type FoldedRequest, foldRequest, requestEvent } from '../../../server/domain/request.ts';
import { compareEvents } from '../../../server/domain/subject.ts';
import type { Translation, TranslatorOptions } from '../../../server/ingest/files/row.ts';
import { serviceNames } from '../../../server/ingest/files/services.ts';
import { checkEvent, Refusal } from '../../../server/ingest/validate.ts';

export const OPTIONS: TranslatorOptions = {
  source: 'urn:test:311',
  time_zone: 'America/Toronto',
  boroughCodeOf: boroughNames(CATALOGUE.territories),
  serviceOf: serviceNames(CATALOGUE.services),
};

/** The events of a row; each must be one that the server takes. */
export function eventsOf(translation: Translation) {
  if (translation.kind === 'rejected') throw new Error(translation.reason);
  for (const event of translation.events) {
    const checked = checkEvent(event, Date.parse('2027-01-01T00:00:00Z') * 1000, false);
    if (checked instanceof Refusal) throw new Error(`${event.type}: ${checked.message}`);
  }
  return translation.events;
}
/** Such as `resolved 2026-01-21T08:03:09.000Z`. */
export const steps = (translation: Translation): string[] =>
  eventsOf(translation).map(({ type, time }) => `${type.slice(`${TYPE_PREFIX}request.`.length)} ${time}`);
export const kinds = (translation: Translation): string[] =>
  steps(translation).map((step) => step.split(' ')[0]!);
export const reasonOf = (translation: Translation): string | null =>
  translation.kind === 'rejected' ? translation.reason : translation.fault;

/** The record of a request that rows tell of: all of one id. */
export function recordOf(...translations: readonly Translation[]): FoldedRequest {
  const events = translations.flatMap(eventsOf).flatMap((event) => {
    const checked = checkEvent(event, Date.parse('2027-01-01T00:00:00Z') * 1000, false);
    return checked instanceof Refusal ? [] : (requestEvent(checked) ?? []);
  });
  const once = new Map(events.map((event) => [`${event.event_id} ${event.time_us}`, event]));
  return foldRequest('a request', [...once.values()].toSorted(compareEvents));
}

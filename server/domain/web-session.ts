/** What the city's web site says, as counts: web sessions have no queue. */
import type { WebCounts } from '../contract/channels.ts';
import type { EventType } from '../contract/event-types.ts';

/** A session without an event for longer than this is over. */
export const SESSION_ACTIVE_US = 30 * 60_000_000;

export const WEB_COUNT: Readonly<Partial<Record<EventType, keyof WebCounts>>> = {
  'web.page_viewed': 'page_views',
  'web.search_made': 'searches',
  'web.form_started': 'forms_started',
  'web.form_submitted': 'forms_submitted',
  'web.form_abandoned': 'forms_abandoned',
  'web.error': 'errors',
};
export const emptyWebCounts = (): WebCounts => ({
  page_views: 0,
  searches: 0,
  forms_started: 0,
  forms_submitted: 0,
  forms_abandoned: 0,
  errors: 0,
});

/** What the city's web site and mail room say, as counts: web sessions and mail items have no queue. */
import type { EventType } from '../contract/event-types.ts';

/** A session without an event for longer than this is over. */
export const SESSION_ACTIVE_US = 30 * 60_000_000;

export interface ChannelCounts {
  page_views: number;
  searches: number;
  forms_started: number;
  forms_submitted: number;
  forms_abandoned: number;
  errors: number;
  mail_received: number;
  mail_answered: number;
}
export const CHANNEL_COUNT: Readonly<Partial<Record<EventType, keyof ChannelCounts>>> = {
  'web.page_viewed': 'page_views',
  'web.search_made': 'searches',
  'web.form_started': 'forms_started',
  'web.form_submitted': 'forms_submitted',
  'web.form_abandoned': 'forms_abandoned',
  'web.error': 'errors',
  'mail.received': 'mail_received',
  'mail.answered': 'mail_answered',
};
export const emptyChannelCounts = (): ChannelCounts => ({
  page_views: 0,
  searches: 0,
  forms_started: 0,
  forms_submitted: 0,
  forms_abandoned: 0,
  errors: 0,
  mail_received: 0,
  mail_answered: 0,
});

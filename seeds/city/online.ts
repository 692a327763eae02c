/** What comes by the web site, by mail and by the other channels on a day. */
import type { Service } from '../reference/index.ts';
import type { Channel, DayContext } from './context.ts';
import {
  arrivals,
  BOROUGH_BY_POPULATION,
  expectedOnDay,
  quarterShares,
  servicesOn,
  YEARLY,
} from './demand.ts';
import { HOUR_US, SECOND_US, wholeMs } from './events.ts';
import { Weighted } from './random.ts';
import { officeMoment } from './work.ts';

const WEB = 'urn:vigie:city:web';
const MAIL = 'urn:vigie:city:mail';

const CHANCE = {
  search: 0.36,
  nothing_found: 0.12,
  form: 0.62,
  submitted: 0.68,
  error: 0.025,
  mail_by_post: 0.2,
  mail_is_request: 0.6,
} as const;

/** Adds web sessions and the requests that their forms make. */
export function webDay(context: DayContext): void {
  const { day, weather, size } = context;
  const random = context.random('web');
  const services = servicesOn(day, weather);
  const mean = expectedOnDay('web', YEARLY.web_sessions * size, day, weather);
  arrivals(random, day, mean, quarterShares('web', day)).forEach((start_us, place) => {
    const subject = `W${context.stamp}-${place.toString(36)}`;
    const service = services.pick(random);
    const borough = BOROUGH_BY_POPULATION.pick(random).code;
    let at_us = start_us;
    const later = (mean_s: number): number => {
      at_us = wholeMs(at_us + (2 + random.exponential(mean_s)) * SECOND_US);
      return at_us;
    };
    if (random.chance(CHANCE.search)) {
      const results = random.chance(CHANCE.nothing_found) ? 0 : 1 + Math.floor(random.exponential(7));
      context.emit(at_us, 'web.search_made', WEB, subject, 'search', { path: '/recherche', results });
      later(15);
    }
    const path = `/services/${service.id}`;
    context.emit(at_us, 'web.page_viewed', WEB, subject, 'page', { path, service: service.id });
    if (random.chance(CHANCE.error)) {
      context.emit(later(10), 'web.error', WEB, subject, 'error', { path, service: service.id });
      return;
    }
    if (service.nature === 'information' || !random.chance(CHANCE.form)) return;
    const form = { path: `${path}/demande`, service: service.id, borough };
    context.emit(later(40), 'web.form_started', WEB, subject, 'form', form);
    if (!random.chance(CHANCE.submitted)) {
      context.emit(later(120), 'web.form_abandoned', WEB, subject, 'left', form);
      return;
    }
    const submitted_us = later(180);
    const request = context.request('w', submitted_us, 'web', service, borough);
    context.emit(submitted_us, 'web.form_submitted', WEB, subject, 'submitted', { ...form, request });
  });
}

/** Adds the mail that comes in on a day, until it is answered some working days later. */
export function mailDay(context: DayContext): void {
  const { day, weather, size, calendar } = context;
  const random = context.random('mail');
  const services = servicesOn(day, weather);
  const mean = expectedOnDay('web', YEARLY.mails * size, day, weather);
  arrivals(random, day, mean, quarterShares('web', day)).forEach((arrived_us, place) => {
    const by_post = random.chance(CHANCE.mail_by_post);
    const medium = by_post ? ('post' as const) : ('email' as const);
    const service = services.pick(random);
    const borough = BOROUGH_BY_POPULATION.pick(random).code;
    const subject = `M${context.stamp}-${place.toString(36)}`;
    // The post is sorted when the office opens.
    const received_us = by_post ? officeMoment(calendar, arrived_us, random) : arrived_us;
    const opened_us = officeMoment(calendar, received_us + random.exponential(3 * HOUR_US), random);
    const answered_us = officeMoment(calendar, opened_us + random.lognormal(26, 0.9) * HOUR_US, random);
    const is_request = random.chance(CHANCE.mail_is_request);
    const data = { medium, borough, service: service.id };
    context.emit(received_us, 'mail.received', MAIL, subject, 'received', data);
    const channel: Channel = by_post ? 'mail' : 'email';
    const request = is_request ? context.request('m', opened_us, channel, service, borough) : undefined;
    context.emit(opened_us, 'mail.opened', MAIL, subject, 'opened', { medium, ...(request && { request }) });
    context.emit(answered_us, 'mail.answered', MAIL, subject, 'answered', {
      medium,
      ...(request && { request }),
    });
  });
}

const DIRECT_CHANNELS = new Weighted<{ channel: Channel; share: number }>(
  [
    { channel: 'mobile', share: 0.72 },
    { channel: 'social', share: 0.1 },
    { channel: 'internal', share: 0.18 },
  ],
  ({ share }) => share,
);

/** Notes the requests that come straight into the system, from the mobile application above all. */
export function directDay(context: DayContext): void {
  const { day, weather, size } = context;
  const random = context.random('direct');
  const services: Weighted<Service> = servicesOn(day, weather, ['request', 'complaint']);
  const mean = expectedOnDay('web', YEARLY.direct_requests * size, day, weather);
  for (const at_us of arrivals(random, day, mean, quarterShares('web', day))) {
    const { channel } = DIRECT_CHANNELS.pick(random);
    context.request('d', at_us, channel, services.pick(random), BOROUGH_BY_POPULATION.pick(random).code);
  }
}

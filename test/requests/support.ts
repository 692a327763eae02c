/** A small city's promises and a maker of request events, for tests of requests. */
import { createHash } from 'node:crypto';
import type { Catalogue } from '../../server/contract/catalogue.ts';
import type { EventData, EventRecord } from '../../server/contract/event-types.ts';
import { CityRules } from '../../server/domain/deadline-rules.ts';
import { quebecHolidays } from '../../server/domain/holidays.ts';
import type { RequestEventType } from '../../server/domain/request.ts';

const both = (text: string) => ({ fr: text, en: text });
const weekday = [{ from: '08:00', to: '17:00' }];

export const PROMISES: Pick<Catalogue, 'services' | 'policies' | 'calendars'> = {
  calendars: [
    { id: 'always', name: both('24/7'), weekly: null, holidays: false, closed: {}, open: [] },
    {
      id: 'office',
      name: both('Office'),
      weekly: { 1: weekday, 2: weekday, 3: weekday, 4: weekday, 5: weekday },
      holidays: true,
      closed: {},
      open: [],
    },
  ],
  policies: [
    {
      id: 'works',
      version: 1,
      valid_from: '2020-01-01',
      warning_share: 0.75,
      targets: {
        transmission: { amount: 5, unit: 'minutes', calendar: 'always' },
        acknowledgement: { amount: 8, unit: 'hours', calendar: 'office' },
        status: { amount: 10, unit: 'business_days', calendar: 'office' },
        settlement: { amount: 5, unit: 'business_days', calendar: 'office' },
      },
    },
    {
      id: 'works',
      version: 2,
      valid_from: '2026-07-01',
      warning_share: 0.75,
      targets: { settlement: { amount: 2, unit: 'business_days', calendar: 'office' } },
    },
    {
      id: 'urgent',
      version: 1,
      valid_from: '2020-01-01',
      warning_share: 0.5,
      targets: { settlement: { amount: 4, unit: 'hours', calendar: 'always' } },
    },
  ],
  services: [
    ['pothole', 'works'],
    ['leak', 'urgent'],
    ['question', null],
  ].map(([id, policy]) => ({
    id: id!,
    name: both(id!),
    description: both(id!),
    nature: 'request' as const,
    group: 'works',
    keywords: [],
    unit: 'works',
    policy: policy ?? null,
    placed: false,
    retired: false,
  })),
};

export const rulesOf = (catalogue = PROMISES, time_zone = 'America/Toronto'): CityRules =>
  new CityRules({ catalogue, time_zone, holidays: quebecHolidays() });

/** Microseconds of a moment in Montréal, such as `2026-03-02T09:00-05:00`. */
export const us = (text: string): number => Date.parse(text) * 1000;

let count = 0;
/** An event of a request. @param at µs, or RFC 3339 */
export function eventOf(
  request: string,
  short: string,
  at: number | string,
  data: EventData = {},
): EventRecord {
  count += 1;
  const event_id = createHash('sha256').update(`${request} ${short} ${count}`).digest('hex').slice(0, 32);
  return {
    event_id,
    time_us: typeof at === 'number' ? at : us(at),
    type: `request.${short}` as RequestEventType,
    source: 'urn:test:requests',
    subject: request,
    sequence: null,
    data,
    extra: null,
  };
}
export const created = (request: string, at: number | string, data: EventData = {}): EventRecord =>
  eventOf(request, 'created', at, {
    service: 'pothole',
    nature: 'request',
    channel: 'phone',
    borough: 'VM',
    ...data,
  });

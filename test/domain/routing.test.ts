import { beforeAll, describe, expect, it } from 'vitest';
import type { QueueConfig } from '../../server/contract/reference.ts';
import { unknownQueue } from '../../server/contract/reference.ts';
import { quebecHolidays } from '../../server/domain/holidays.ts';
import { type RouteQuestion, Router } from '../../server/domain/routing.ts';

const ZONE = 'America/Toronto';
const weekly = (from: string, to: string) =>
  Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [{ from, to }]]));
const borough = (code: string, more: Partial<QueueConfig> = {}): QueueConfig => ({
  ...unknownQueue(code, 'phone'),
  borough: code,
  centre: 'centre',
  hours: [{ season: null, weekly: weekly('08:30', '17:00') }],
  ...more,
});
const QUEUES: readonly QueueConfig[] = [
  unknownQueue('centre', 'phone'),
  borough('VM'),
  borough('LN', { handed_over: true }),
  borough('PM', { hours: [{ season: null, weekly: { 5: [{ from: '16:00', to: '02:00' }] } }] }),
  { ...unknownQueue('counter:VM', 'counter'), borough: 'VM' },
];

describe('routing', () => {
  let router: Router;
  beforeAll(() => {
    router = new Router({ queues: QUEUES, time_zone: ZONE, holidays: quebecHolidays() });
  });
  const ask = (line: RouteQuestion['line'], code: string | null, at: string) =>
    router.route({ line, borough: code, at_us: Date.parse(at) * 1000 });

  it.each([
    ['inside office hours', '311', 'VM', '2026-11-23T10:00:00-05:00', 'VM', 'office_hours', true],
    ['in the evening', '311', 'VM', '2026-11-23T17:00:00-05:00', 'centre', 'outside_office_hours', false],
    ['at the weekend', '311', 'VM', '2026-11-22T10:00:00-05:00', 'centre', 'outside_office_hours', false],
    ['on a holiday', '311', 'VM', '2026-10-12T10:00:00-04:00', 'centre', 'outside_office_hours', false],
    ['when handed over', '311', 'LN', '2026-11-23T10:00:00-05:00', 'centre', 'handed_over', true],
    ['corporate at noon', 'corporate', 'VM', '2026-11-23T12:00:00-05:00', 'centre', 'corporate_line', true],
    ['a linked city', 'linked_city', 'WM', '2026-11-23T12:00:00-05:00', 'centre', 'linked_city_line', null],
    ['no borough known', '311', null, '2026-11-23T12:00:00-05:00', 'centre', 'no_borough', null],
    ['after midnight, still open', '311', 'PM', '2026-11-28T01:59:00-05:00', 'PM', 'office_hours', true],
    ['after that night', '311', 'PM', '2026-11-28T02:00:00-05:00', 'centre', 'outside_office_hours', false],
    [
      'the morning of the spring change',
      '311',
      'VM',
      '2026-03-09T08:30:00-04:00',
      'VM',
      'office_hours',
      true,
    ],
    ['before it', '311', 'VM', '2026-03-09T08:29:00-04:00', 'centre', 'outside_office_hours', false],
    [
      'the morning after the autumn change',
      '311',
      'VM',
      '2026-11-02T08:30:00-05:00',
      'VM',
      'office_hours',
      true,
    ],
    ['before that', '311', 'VM', '2026-11-02T08:29:00-05:00', 'centre', 'outside_office_hours', false],
  ] as const)('%s, the rule names the queue', (_, line, code, at, queue, rule, open) => {
    expect(ask(line, code, at)).toEqual({ queue, rule, open });
  });

  it('asking again within the same minute or another gives the same answers in any order', () => {
    const fresh = () => new Router({ queues: QUEUES, time_zone: ZONE, holidays: quebecHolidays() });
    const times = ['08:29:59', '08:30:00', '16:59:59', '17:00:00', '08:29:30', '12:00:00'];
    for (const time of times) {
      const at_us = Date.parse(`2026-11-23T${time}-05:00`) * 1000;
      const question = { line: '311', borough: 'VM', at_us } as const;
      expect(router.route(question)).toEqual(fresh().route(question));
    }
  });

  it('40 queues can be asked at every tick', () => {
    const began = performance.now();
    const from_us = Date.parse('2026-11-23T08:00:00-05:00') * 1000;
    for (let tick = 0; tick < 3_600; tick++) {
      for (let queue = 0; queue < 40; queue++) {
        router.route({ line: '311', borough: queue % 2 ? 'VM' : 'PM', at_us: from_us + tick * 1e6 });
      }
    }
    // An hour of ticks; generous for a busy machine.
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

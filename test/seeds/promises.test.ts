import { expect, it } from 'vitest';
import { dayNumber } from '../../seeds/city/calendar.ts';
import { City } from '../../seeds/city/city.ts';
import { CATALOGUE } from '../../seeds/reference/index.ts';
import { CityRules } from '../../server/domain/deadline-rules.ts';
import { quebecHolidays } from '../../server/domain/holidays.ts';
import { foldRequest, type RequestEvent, requestEvent } from '../../server/domain/request.ts';
import { deadlinesOf, settlementOf } from '../../server/domain/request-deadlines.ts';

const ZONE = 'America/Toronto';
const FIRST = '2025-11-01';
const DAYS = 365;

/** A year of a small city: the events of each request, and the moment at which it is looked at. */
function yearOfRequests() {
  const city = new City({ seed: '311', size: 0.012, time_zone: ZONE, since: FIRST });
  const requests = new Map<string, RequestEvent[]>();
  let count = 0;
  let now_us = 0;
  for (let index = 0; index < DAYS; index += 1) {
    const day = city.calendar.day(dayNumber(FIRST) + index);
    now_us = day.to_us;
    for (const told of city.generateDay(day.date)) {
      count += 1;
      const event_id = count.toString(16).padStart(32, '0');
      const event = requestEvent({ ...told, event_id, sequence: null, extra: null });
      if (!event) continue;
      const known = requests.get(told.subject);
      if (known) known.push(event);
      else requests.set(told.subject, [event]);
    }
  }
  return { requests, now_us };
}

it('the simulated city settles most requests in time, and some late', () => {
  const { requests, now_us } = yearOfRequests();
  const rules = new CityRules({ catalogue: CATALOGUE, time_zone: ZONE, holidays: quebecHolidays() });
  const natures = new Map(CATALOGUE.services.map(({ id, nature }) => [id, nature]));
  const all = { on_time: 0, due: 0 };
  const work = { on_time: 0, due: 0 };
  for (const [id, events] of requests) {
    const request = foldRequest(id, events);
    const settlement = request.created_us === null ? undefined : settlementOf(deadlinesOf(request, rules));
    if (!settlement) continue;
    const { met_us, breach_us } = settlement;
    const broken = breach_us !== null && breach_us <= now_us;
    if (met_us === null && !broken) continue;
    for (const tally of natures.get(request.service!) === 'information' ? [all] : [all, work]) {
      tally.due += 1;
      if (!broken) tally.on_time += 1;
    }
  }
  expect(all.due).toBeGreaterThan(5_000);
  // Measured over this year: 0.852, and 0.817 without information, which is told at once.
  for (const { on_time, due } of [all, work]) {
    expect(on_time / due).toBeGreaterThan(0.75);
    expect(on_time / due).toBeLessThan(0.9);
  }
}, 60_000);

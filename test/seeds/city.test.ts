import { createHash } from 'node:crypto';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { dayNumber } from '../../seeds/city/calendar.ts';
import { City } from '../../seeds/city/city.ts';
import { type CityEvent, toLine } from '../../seeds/city/events.ts';
import { COUNTERS, PHONE_QUEUES } from '../../seeds/reference/index.ts';
import { dataSchema, EVENT_TYPE_NAMES, type EventType } from '../../server/contract/event-types.ts';

const ZONE = 'America/Toronto';
const cityOf = (size: number, since: string, seed = '311') =>
  new City({ seed, size, time_zone: ZONE, since });
const digest = (events: readonly CityEvent[]): string => {
  const hash = createHash('sha256');
  for (const event of events) hash.update(`${toLine(event)}\n`);
  return hash.digest('hex');
};
const dates = (first: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    new Date((dayNumber(first) + index) * 86_400_000).toISOString().slice(0, 10),
  );

/** What became of the calls that entered a queue. */
function tally(events: readonly CityEvent[]) {
  const entered = new Map<string, number>();
  const counts = { offered: 0, entered: 0, answered: 0, within: 0, late_abandoned: 0, ended: 0 };
  for (const { type, subject, time_us } of events) {
    const wait_s = (time_us - (entered.get(subject) ?? time_us)) / 1e6;
    if (type === 'call.offered') counts.offered += 1;
    else if (type === 'call.queued') {
      counts.entered += 1;
      entered.set(subject, time_us);
    } else if (type === 'call.answered') {
      counts.answered += 1;
      if (wait_s <= 100) counts.within += 1;
    } else if (type === 'call.abandoned' && wait_s > 100) counts.late_abandoned += 1;
  }
  return { ...counts, service_level: counts.within / (counts.answered + counts.late_abandoned) };
}

describe('the simulated city', () => {
  it('one seed makes the same events byte by byte; another seed others', () => {
    const day = '2026-02-11';
    const first = digest(cityOf(0.1, '2026-02-01').generateDay(day));
    expect(digest(cityOf(0.1, '2026-02-01').generateDay(day))).toBe(first);
    expect(digest(cityOf(0.1, '2026-02-01', '312').generateDay(day))).not.toBe(first);
  }, 60_000);

  it('a day made alone equals the day within a run, forwards and backwards, across both DST changes', () => {
    for (const since of ['2026-02-27', '2026-10-23']) {
      const days = dates(since, 16);
      const forwards = cityOf(0.02, since);
      const backwards = cityOf(0.02, since);
      const one_way = days.map((date) => digest(forwards.generateDay(date)));
      const other_way = days
        .toReversed()
        .map((date) => digest(backwards.generateDay(date)))
        .toReversed();
      expect(other_way).toEqual(one_way);
      for (const place of [0, 9, 15])
        expect(digest(cityOf(0.02, since).generateDay(days[place]!))).toBe(one_way[place]);
      // And there again, after the run has let go of it.
      expect(digest(backwards.generateDay(days[15]!))).toBe(one_way[15]);
    }
  }, 60_000);

  it('what began on the days is what happened on them, and each request’s life comes in one piece', () => {
    const days = dates('2026-02-27', 16);
    const city = cityOf(0.02, '2026-02-27');
    const end_us = city.calendar.day(dayNumber('2026-02-27') + 16).from_us;
    const began = days.map((date) => city.begunWhole(dayNumber(date)));
    const keys = (events: readonly CityEvent[]) => events.map(({ source, id }) => `${source} ${id}`).sort();
    expect(keys(began.flat().filter(({ sent_us }) => sent_us < end_us))).toEqual(
      keys(days.flatMap((date) => city.generateDay(date))),
    );
    for (const events of began) {
      const lives = events.filter(({ type }) => type.startsWith('request.'));
      const changes = lives.filter(({ subject }, index) => subject !== lives[index - 1]?.subject);
      expect(changes).toHaveLength(new Set(lives.map(({ subject }) => subject)).size);
    }
  });

  it('a day has only what is sent on it, in that order and never before it happened, each event once', () => {
    const city = cityOf(0.1, '2026-10-25');
    const seen = new Set<string>();
    for (const date of dates('2026-10-25', 10)) {
      const { from_us, to_us } = city.calendar.day(dayNumber(date));
      let last_us = from_us;
      for (const event of city.generateDay(date)) {
        expect(event.sent_us >= last_us && event.sent_us < to_us).toBe(true);
        expect(event.time_us).toBeLessThanOrEqual(event.sent_us);
        last_us = event.sent_us;
        const key = `${event.source} ${event.id}`;
        expect(seen.has(key), key).toBe(false);
        seen.add(key);
      }
    }
  }, 60_000);

  it('every event is one of the contract, and says itself on one line', () => {
    const checks = new Map(EVENT_TYPE_NAMES.map((type) => [type, Compile(dataSchema(type))]));
    const met = new Set<EventType>();
    const city = cityOf(0.3, '2026-01-01');
    const queues = new Set([...PHONE_QUEUES.map(({ id }) => id), ...COUNTERS.map(({ borough }) => borough)]);
    for (const date of dates('2026-01-01', 45)) {
      for (const event of city.generateDay(date)) {
        if (!checks.get(event.type)!.Check(event.data)) throw new Error(`not valid: ${toLine(event)}`);
        const { queue, counter } = event.data;
        if (queue !== undefined && !queues.has(queue)) throw new Error(`no queue ${queue}`);
        if (counter !== undefined && !queues.has(counter)) throw new Error(`no counter ${counter}`);
        met.add(event.type);
      }
    }
    expect([...EVENT_TYPE_NAMES].filter((type) => !met.has(type))).toEqual([]);
    const event = city.generateDay('2026-01-20').find(({ type }) => type === 'call.completed')!;
    expect(JSON.parse(toLine(event))).toEqual({
      specversion: '1.0',
      id: event.id,
      source: event.source,
      type: 'org.vigie311.call.completed',
      time: new Date(event.time_us / 1000).toISOString(),
      subject: event.subject,
      data: event.data,
    });
  }, 60_000);

  it('a year has the volumes of its size within 5 %', () => {
    const size = 0.03;
    const counts = { calls: 0, requests: 0, events: 0 };
    const since = '2025-11-01';
    const city = cityOf(size, since);
    for (const date of dates(since, 365)) {
      for (const { type } of city.generateDay(date)) {
        // Agents are as few as a small city can have, not in proportion.
        if (type !== 'agent.state') counts.events += 1;
        if (type === 'call.offered') counts.calls += 1;
        else if (type === 'request.created') counts.requests += 1;
      }
    }
    expect(Math.abs(counts.calls / (1_100_000 * size) - 1)).toBeLessThan(0.05);
    expect(Math.abs(counts.requests / (700_000 * size) - 1)).toBeLessThan(0.05);
    expect(counts.events / size).toBeGreaterThan(8_500_000);
    expect(counts.events / size).toBeLessThan(13_000_000);
  }, 60_000);

  it('an ordinary working day nearly keeps the target, a storm does not, and more call in it', () => {
    const city = cityOf(1, '2026-01-01');
    const ordinary: number[] = [];
    const stormy: number[] = [];
    for (const date of dates('2026-01-05', 40)) {
      const number = dayNumber(date);
      const day = city.calendar.day(number);
      if (!city.calendar.isWorkday(number)) continue;
      const weather = city.weather(number);
      const worst = Math.max(...Object.values(weather));
      if (worst > 0 && weather.snow < 0.45) continue;
      const { service_level } = tally(cityOf(1, day.date).generateDay(date));
      (worst === 0 ? ordinary : stormy).push(service_level);
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(ordinary.length).toBeGreaterThan(3);
    expect(mean(ordinary)).toBeGreaterThan(0.72);
    expect(mean(ordinary)).toBeLessThan(0.92);
    if (stormy.length > 0) expect(mean(stormy)).toBeLessThan(mean(ordinary) - 0.1);
  }, 60_000);

  it('at no instant are more callers open than the city could have, and every call ends', () => {
    const events = [...cityOf(1, '2026-11-16').generateDay('2026-11-16')];
    events.push(...cityOf(1, '2026-11-16').generateDay('2026-11-17'));
    const open = new Set<string>();
    let most = 0;
    const { to_us } = cityOf(1, '2026-11-16').calendar.day(dayNumber('2026-11-16'));
    for (const { type, subject, time_us } of events) {
      if (type === 'call.offered' && time_us < to_us) open.add(subject);
      else if (/^call\.(abandoned|timed_out|callback_requested|completed)$/.test(type)) open.delete(subject);
      most = Math.max(most, open.size);
    }
    expect(open.size).toBe(0);
    expect(most).toBeGreaterThan(15);
    expect(most).toBeLessThan(200);
  }, 60_000);

  it('nobody serves two callers at once', () => {
    const busy = new Map<string, string>();
    for (const { type, subject, data } of cityOf(1, '2026-11-18').generateDay('2026-11-18')) {
      if (type === 'call.answered') {
        expect(busy.has(data.agent!), `${data.agent} has ${busy.get(data.agent!)} and ${subject}`).toBe(
          false,
        );
        busy.set(data.agent!, subject);
      } else if (type === 'call.completed' || (type === 'call.transferred' && data.to_queue)) {
        for (const [agent, served] of busy) if (served === subject) busy.delete(agent);
      }
    }
  }, 60_000);
});

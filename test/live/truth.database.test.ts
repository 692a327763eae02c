import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayNumber } from '../../seeds/city/calendar.ts';
import { City } from '../../seeds/city/city.ts';
import { QUEUES } from '../../seeds/reference/index.ts';
import { type EventRecord, familyFields, familyOf } from '../../server/contract/event-types.ts';
import { CITY_KEY } from '../../server/contract/live.ts';
import { DEFAULT_MAIL, unknownQueue } from '../../server/contract/reference.ts';
import { AGENT_LIMITS } from '../../server/domain/agent.ts';
import { BusinessDays } from '../../server/domain/business-days.ts';
import { quebecHolidays } from '../../server/domain/holidays.ts';
import { INTERVAL_US } from '../../server/domain/interval.ts';
import { eventId } from '../../server/ingest/identity.ts';
import { isoOf, ManualClock } from '../../server/lib/clock.ts';
import { MailBook } from '../../server/live/mail.ts';
import { LiveState } from '../../server/live/state.ts';
import { rfc3339Of } from '../../server/store/instants.ts';
import { mailFromStore, mailOf, openMail } from '../../server/store/mail.ts';
import { saveQueues } from '../../server/store/reference.ts';
import { intervalsFromStore } from '../../server/store/truth.ts';
import { earlierStates, histories, mailHistories, us } from '../domain/history.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';

const DAY = us('2026-11-22T17:00:00Z');
const NOW = us('2026-11-23T20:00:00Z');
const HOUR_US = 3_600_000_000;
let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
  await test.db.query(`insert into event_source (name) values ('test')`);
  await test.db.query(`insert into queue (id, kind, name, threshold_s, target, abandonment_target)
    values ('north', 'phone', '{}', 20, 0.8, 0.1)`);
});
afterAll(() => test.close());

/** Puts the rows in as they are, without the store's batches: only what the rows say is tried here. */
async function store(events: readonly EventRecord[]): Promise<void> {
  await test.db.query('truncate call_event, counter_event, agent_event, mail_event');
  for (const family of ['call', 'counter', 'agent', 'mail'] as const) {
    const rows = events
      .filter(({ type }) => familyOf(type) === family)
      .map((event) => ({
        ...event.data,
        ts: rfc3339Of(event.time_us),
        event_id: event.event_id,
        batch: 1,
        source_id: 1,
        type: event.type.split('.')[1],
        subject: event.subject,
        sequence: event.sequence,
      }));
    const columns = [
      'ts',
      'event_id',
      'batch',
      'source_id',
      'type',
      'subject',
      'sequence',
      ...familyFields(family),
    ];
    const names = columns.map((name) => `"${name}"`).join(', ');
    await test.db.query(
      `insert into ${family}_event (${names})
       select ${names} from json_populate_recordset(null::${family}_event, $1::json)`,
      [JSON.stringify(rows)],
    );
  }
}

/** States hold this long: the rule's own time, and so short that they end in every history. */
const LIMITS = [AGENT_LIMITS, { said_us: 3 * HOUR_US, seen_us: HOUR_US }];

describe('live state and the stored events', () => {
  it('count every interval of every queue, and of the city, alike', async () => {
    const cases = fc.tuple(histories(DAY), earlierStates(DAY), fc.constantFrom(...LIMITS));
    await fc.assert(
      fc.asyncProperty(cases, async ([events, earlier, agent_limits]) => {
        await store([...earlier, ...events]);
        const clock = new ManualClock(NOW);
        const queues = [{ ...unknownQueue('north', 'phone'), threshold_s: 20 }];
        const state = new LiveState({ queues, time_zone: 'America/Toronto', clock, agent_limits });
        state.restore([...events, ...earlier]);
        for (const queue of [CITY_KEY, 'north', 'south', 'centre', 'counter:east', 'counter:west']) {
          const live = state.intervals(queue, DAY, NOW) ?? [];
          const stored = await intervalsFromStore(test.db, {
            queue,
            from_us: DAY,
            to_us: NOW,
            as_of_us: NOW,
            threshold_s: null,
            agent_limits,
          });
          expect(stored).toEqual(live);
        }
      }),
      { numRuns: Number(process.env.VIGIE_RUNS ?? 25) },
    );
  }, 240_000);

  it('count a day of a city the same whole, by the hour, and live', async () => {
    const city = new City({ seed: 'truth', size: 0.3, time_zone: 'America/Toronto', since: '2026-11-16' });
    const days = ['2026-11-22', '2026-11-23'].flatMap((date) => city.day(dayNumber(date)));
    const events = days
      .filter(({ time_us }) => time_us < NOW)
      .map(({ id, ...event }) => ({
        ...event,
        event_id: eventId(event.source, id, ''),
        sequence: null,
        extra: null,
      }));
    await store(events);
    const state = new LiveState({
      queues: QUEUES,
      time_zone: 'America/Toronto',
      clock: new ManualClock(NOW),
    });
    state.restore(events);
    await saveQueues(test.db, QUEUES);
    for (const queue of [CITY_KEY, 'centre', 'VM', 'counter:VM']) {
      const rows = (from_us: number, to_us: number) =>
        intervalsFromStore(test.db, { queue, from_us, to_us, as_of_us: NOW, threshold_s: null });
      const from_us = us('2026-11-23T05:00:00Z');
      const whole = await rows(from_us, NOW);
      expect(whole.length).toBeGreaterThan(0);
      expect(whole).toEqual(state.intervals(queue, from_us, NOW));
      expect(whole.some(({ metrics }) => metrics.occupancy.value !== null)).toBe(
        !queue.startsWith('counter:'),
      );
      for (let at_us = from_us; at_us < NOW; at_us += 3 * HOUR_US) {
        const row = await rows(at_us, at_us + INTERVAL_US);
        expect(row).toEqual(whole.filter(({ from }) => from === isoOf(at_us)));
      }
    }
  }, 240_000);
});

describe('live mail and the stored events', () => {
  it('count every interval alike, in business days', async () => {
    const holidays = quebecHolidays();
    const time_zone = 'America/Toronto';
    const days = new BusinessDays(time_zone, holidays);
    const cases = fc.tuple(
      mailHistories(NOW),
      fc.constantFrom(DEFAULT_MAIL, { threshold_days: 2.5, target: 0.8, closing_days: 9 }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ([events, config]) => {
        await store(events);
        // As far back as all of it goes: the window of a state that never forgot.
        const from_us = NOW - 100 * 24 * HOUR_US;
        const book = new MailBook({ config, days }, from_us);
        for (const event of [...events].reverse()) book.apply(event);
        const stored = await mailFromStore(test.db, {
          from_us,
          to_us: NOW,
          as_of_us: NOW,
          rule: { config, days },
          time_zone,
        });
        expect(stored).toEqual(book.intervals(from_us, NOW, NOW));
        const open = stored.reduce((sum, row) => sum + row.open, 0);
        expect(book.state(NOW, DAY)).toMatchObject({ open });
        // A state of today, made from what the store says is open and what happened since.
        const today = new MailBook({ config, days }, DAY);
        today.restore([], await openMail(test.db, today.from_us, DAY), NOW);
        for (const event of events) if (event.time_us >= DAY) today.apply(event);
        const { unknown } = today;
        today.restore(unknown, await mailOf(test.db, unknown, today.from_us), NOW);
        if (config === DEFAULT_MAIL) expect(today.state(NOW, DAY)).toEqual(book.state(NOW, DAY));
        expect(today.unknown).toEqual([]);
      }),
      { numRuns: Number(process.env.VIGIE_RUNS ?? 25) },
    );
  }, 240_000);
});

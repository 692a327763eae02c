import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EventRecord, familyFields, familyOf } from '../../server/contract/event-types.ts';
import { CITY_KEY, type IntervalRow } from '../../server/contract/live.ts';
import { unknownQueue } from '../../server/contract/reference.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { LiveState } from '../../server/live/state.ts';
import { rfc3339Of } from '../../server/store/instants.ts';
import { intervalsFromStore } from '../../server/store/truth.ts';
import { histories, us } from '../domain/history.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';

const DAY = us('2026-11-22T17:00:00Z');
const NOW = us('2026-11-23T20:00:00Z');
let test: TestDatabase;

beforeAll(async () => {
  test = await testDatabase();
  await test.db.query(`insert into queue (id, kind, name, threshold_s, target, abandonment_target)
    values ('north', 'phone', '{}', 20, 0.8, 0.1)`);
});
afterAll(() => test.close());

/** Puts the rows in as they are, without the store's batches: only what the rows say is tried here. */
async function store(events: readonly EventRecord[]): Promise<void> {
  await test.db.query('truncate call_event, counter_event');
  for (const family of ['call', 'counter'] as const) {
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

/** Agents' time is not in the store's rows. */
const withoutOccupancy = (rows: readonly IntervalRow[]) =>
  rows.map((row) => ({ ...row, metrics: { ...row.metrics, occupancy: null } }));

describe('live state and the stored events', () => {
  it('count every interval of every queue, and of the city, alike', async () => {
    await fc.assert(
      fc.asyncProperty(histories(DAY), async (events) => {
        await store(events);
        const clock = new ManualClock(NOW);
        const queues = [{ ...unknownQueue('north', 'phone'), threshold_s: 20 }];
        const state = new LiveState({ queues, time_zone: 'America/Toronto', clock });
        state.restore(events);
        for (const queue of [CITY_KEY, 'north', 'south', 'centre', 'counter:east', 'counter:west']) {
          const live = state.intervals(queue, DAY, NOW) ?? [];
          const stored = await intervalsFromStore(test.db, {
            queue,
            from_us: DAY,
            to_us: NOW,
            as_of_us: NOW,
            threshold_s: null,
          });
          expect(withoutOccupancy(stored)).toEqual(withoutOccupancy(live));
        }
      }),
      { numRuns: Number(process.env.VIGIE_RUNS ?? 25) },
    );
  }, 240_000);
});

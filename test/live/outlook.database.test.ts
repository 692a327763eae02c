import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { unknownQueue } from '../../server/contract/reference.ts';
import { intervalOf, intervalStart_us } from '../../server/domain/interval.ts';
import { forecastRule } from '../../server/domain/local-grid.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { OutlookService } from '../../server/live/outlook.ts';
import { LiveState } from '../../server/live/state.ts';
import type { Database } from '../../server/store/database.ts';
import { entriesByQueue } from '../../server/store/entries.ts';
import { EventStore } from '../../server/store/events.ts';
import { testDatabase, testLogger } from '../setup/database.ts';
import { idOf } from '../store/sample-events.ts';

let db: Database;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await testDatabase());
});
afterAll(() => close());

it('foretells the next hour of a queue from what is stored of it, and of no other', async () => {
  const now = intervalOf(Date.parse('2026-11-24T14:00:00Z') * 1000);
  const events: EventRecord[] = [];
  for (let week = 1; week <= 4; week += 1) {
    for (let ahead = 0; ahead < 4; ahead += 1) {
      for (let call = 0; call < 5; call += 1) {
        const n = events.length;
        const time_us = intervalStart_us(now - week * 672 + ahead) + call * 60_000_000;
        const common = {
          event_id: idOf(n),
          time_us,
          source: 's',
          subject: `c${n}`,
          sequence: null,
          extra: null,
        };
        events.push({ ...common, type: 'call.queued', data: { queue: 'VM' } });
      }
    }
  }
  const store = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
  await store.write({ events, rejected: [] });
  const clock = new ManualClock(intervalStart_us(now));
  const queues = ['VM', 'LS'].map((id) => unknownQueue(id, 'phone'));
  const time_zone = 'America/Toronto';
  const state = new LiveState({ clock, queues, time_zone });
  const service = new OutlookService({
    state,
    entries: (first, end) => entriesByQueue(db, first, end),
    rule: forecastRule(time_zone),
    clock,
    logger: testLogger,
  });
  const told: string[] = [];
  state.onDirty((topic, key) => told.push(`${topic} ${key}`));
  await service.make(now);
  const outlook = state.item('queues', 'VM')?.outlook;
  expect(outlook).toMatchObject({ from: '2026-11-24T14:00:00.000Z', forecast: { value: 20 } });
  expect(outlook?.required_agents.value).toBeNull();
  expect(state.item('queues', 'LS')?.outlook).toBeNull();
  expect(told).toContain('queues VM');
  // The city's calls are those of its queues; agents that no queue can tell of are not told of the city.
  expect(state.item('queues', 'city')?.outlook).toMatchObject({
    forecast: { value: 20 },
    required_agents: { value: null },
    agents_missing: { value: null },
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BOOTSTRAP } from '../../server/access/keys.ts';
import { Batcher } from '../../server/ingest/batcher.ts';
import { Intake } from '../../server/ingest/intake.ts';
import { systemClock } from '../../server/lib/clock.ts';
import type { Database } from '../../server/store/database.ts';
import { EventStore } from '../../server/store/events.ts';
import { testDatabase, testLogger } from '../setup/database.ts';

let db: Database;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await testDatabase());
});
afterAll(() => close());

const offered = (id: string, source: string) => ({
  specversion: '1.0',
  id,
  source,
  type: 'org.vigie311.call.offered',
  subject: id,
  time: '2026-11-02T15:00:00Z',
  data: { queue: 'VM' },
});

it('an event that the store refuses is answered as rejected, with its place and the reason, and not as a duplicate', async () => {
  const store = new EventStore(db, { server_id: randomUUID(), logger: testLogger, sources_max: 1 });
  const committed: number[] = [];
  const batcher = new Batcher({
    store,
    clock: systemClock,
    onCommit: ({ events }) => committed.push(events.length),
  });
  const intake = new Intake({ batcher, grant: BOOTSTRAP, clock: systemClock, bulk: false });
  const send = async (events: readonly object[], from: number): Promise<void> => {
    for (const [at, event] of events.entries()) intake.add(event, from + at, true);
    await intake.store();
  };
  await send([offered('a', 'first')], 0);
  await send([offered('b', 'first'), offered('c', 'second'), offered('a', 'first')], 1);
  await batcher.stop();
  expect(intake.answer()).toMatchObject({
    accepted: 2,
    duplicates: 1,
    rejected: [{ index: 2, id: 'c', code: 'too_many_sources' }],
  });
  expect(committed).toEqual([1, 1]);
});

import { randomUUID } from 'node:crypto';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EventStore } from '../../server/store/events.ts';
import type { RejectedEvent } from '../../server/store/events.types.ts';
import { encodeBatch } from '../../server/store/journal-batch.ts';
import { openDatabase } from '../../server/store/open.ts';
import { recentRejected } from '../../server/store/rejected.ts';
import { testDatabase, testDatabaseUrl, testLogger } from '../setup/database.ts';
import { callEvent, collect, DAY_US, START_US } from './sample-events.ts';

const refused = (id: string): RejectedEvent => ({
  received_us: START_US,
  source: 'test',
  id,
  type: null,
  code: 'unknown_type',
  message: 'There is no such type.',
  payload: '{}',
});

describe.runIf(testDatabaseUrl === null)('the journal of the embedded database', () => {
  it('brings back acknowledged batches that the database lost, and doubles none that it kept', async () => {
    const { db, dataDir, close } = await testDatabase();
    const store = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
    const events = Array.from({ length: 50 }, (_, n) => callEvent(n));
    await store.write({ events: events.slice(0, 30), rejected: [refused('kept')] });
    // On the disk of the journal, but not in the database: as after a power cut.
    await db.journal(encodeBatch({ events: events.slice(20, 40), rejected: [] }, START_US, 1));
    await db.journal(encodeBatch({ events: events.slice(40), rejected: [refused('lost')] }, START_US, 2));
    const journal = join(dataDir as string, 'journal');
    // A clean close empties the journal; a dead process leaves it as it is.
    await cp(journal, `${journal}-kept`, { recursive: true });
    await db.close();
    await rm(journal, { recursive: true });
    await rename(`${journal}-kept`, journal);
    const again = await openDatabase({ databaseUrl: null, dataDir: dataDir as string, logger: testLogger });
    const recovered = new EventStore(again, { server_id: randomUUID(), logger: testLogger });
    await recovered.recover();
    // Killed before the journal is emptied, it begins anew.
    await recovered.recover();
    expect((await recentRejected(again, 0, 10)).map(({ id }) => id).sort()).toEqual(['kept', 'lost']);
    expect(await collect(recovered.readWindow(START_US, START_US + DAY_US))).toEqual(events);
    await again.close();
    await close().catch(() => {});
  });
});

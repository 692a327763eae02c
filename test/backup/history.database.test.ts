import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { backupText, compressor, readBackup } from '../../server/backup/file.ts';
import { loadConfig } from '../../server/config.ts';
import { messageOf } from '../../server/lib/errors.ts';
import { openBackup } from '../../server/store/backup.ts';
import { restoreEmbedded } from '../../server/store/backup-folder.ts';
import { restoreInto } from '../../server/store/backup-restore.ts';
import type { Database } from '../../server/store/database.ts';
import { EventStore } from '../../server/store/events.ts';
import { openDatabase } from '../../server/store/open.ts';
import { applyPolicies } from '../../server/store/policies.ts';
import { testDatabase, testLogger } from '../setup/database.ts';
import { emptyPlace } from '../setup/restore.ts';
import { callEvent, DAY_US } from '../store/sample-events.ts';

const RETENTION = { retention_days: 60, rejected_retention_days: 90, request_retention_days: 3653 };
const counts = async (db: Database): Promise<unknown> =>
  (await db.query(`select bucket, queue, type, n from call_15min order by bucket, queue, type`)).rows;

/** A server's own workers may be at the same. */
async function untilAlone(db: Database, statement: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await db.query(statement);
      return;
    } catch (error) {
      if (attempt === 40 || !/concurrent/.test(messageOf(error))) throw error;
      await setTimeout(250);
    }
  }
}

it('keeps what was counted of events that are gone, and events in columns', async () => {
  const { db, close } = await testDatabase();
  await applyPolicies(db, RETENTION);
  const store = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
  const now_us = Date.now() * 1000;
  const at = (n: number, days: number) => callEvent(n, { time_us: now_us - days * DAY_US });
  const events = Array.from({ length: 90 }, (_, days) => [at(2 * days, days), at(2 * days + 1, days)]).flat();
  await store.write({ events, rejected: [] });
  await untilAlone(db, `call refresh_continuous_aggregate('call_15min', null, now() - interval '1 hour')`);
  await db.query(`select drop_chunks('call_event', older_than => interval '60 days')`);
  await db.query(
    `select compress_chunk(c) from show_chunks('call_event', older_than => interval '20 days') c`,
  );
  const events_kept = 'select count(*)::int as n from call_event';
  const kept = (await db.query(events_kept)).rows;
  expect(kept[0]?.n).toBeLessThan(140);
  const before = await counts(db);

  const source = await openBackup(db);
  const file = await buffer(Readable.from(backupText(source, '0', '2026')).pipe(compressor()));
  await source.close();
  await close();

  const place = await emptyPlace();
  const config = loadConfig(place.env);
  const options = {
    retention: RETENTION,
    logger: testLogger,
    items: () => readBackup(Readable.from([file])),
    tell: () => {},
  };
  const open = () =>
    openDatabase({ databaseUrl: config.database_url, dataDir: config.data_dir, logger: testLogger });
  if (config.database_url === null) await restoreEmbedded(config.data_dir, options);
  const target = await open();
  if (config.database_url !== null) await restoreInto(target, options);
  expect(await counts(target)).toEqual(before);
  expect((await target.query(events_kept)).rows).toEqual(kept);
  // Also after the policy has counted again what it reaches.
  const job = `select job_id from timescaledb_information.jobs where proc_name = 'policy_refresh_continuous_aggregate'`;
  for (const { job_id } of (await target.query(job)).rows)
    await untilAlone(target, `call run_job(${job_id})`);
  expect(await counts(target)).toEqual(before);
  await target.close();
  await place.remove();
});

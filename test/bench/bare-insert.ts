/**
 * The limit of the embedded database: the same multi-row insert that the server uses, with its parameters made beforehand, and nothing
 * around it. A process of its own, as the server is one; prints rows per second.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { BinaryWriter } from '../../server/store/copy-format.ts';
import { arraysOf, FAMILY_COLUMNS } from '../../server/store/event-columns.ts';
import { sql } from '../../server/store/events.ts';
import { rfc3339Of } from '../../server/store/instants.ts';
import { migrate } from '../../server/store/migrate.ts';
import { openDatabase } from '../../server/store/open.ts';
import { Sources } from '../../server/store/sources.ts';
import { sampleCalls } from './sample.ts';

const ROWS = Number(process.argv[2] ?? 100_000);
const ROWS_A_BATCH = 4_000;
const logger = pino({ level: 'error' });
const folder = await mkdtemp(join(tmpdir(), 'vigie-bare-'));
const db = await openDatabase({ databaseUrl: null, dataDir: folder, logger });
await migrate(db, { logger });
const sources = new Sources(db);
await sources.add(new Set(['urn:bench:telephone']));
const server_id = randomUUID();
const writer = new BinaryWriter();

const events = sampleCalls(ROWS).map(
  (event): EventRecord => ({
    event_id: event.id,
    time_us: Date.parse(event.time) * 1000,
    type: event.type.replace('org.vigie311.', '') as EventRecord['type'],
    source: event.source,
    subject: event.subject,
    sequence: null,
    data: event.data,
    extra: null,
  }),
);
const queries = [];
for (let at = 0; at < events.length; at += ROWS_A_BATCH) {
  const rows = events.slice(at, at + ROWS_A_BATCH);
  queries.push(
    sql.insert_call.config({
      ...arraysOf(writer, FAMILY_COLUMNS.call, rows, sources.ids),
      batch: at,
      server_id,
      span_from: [rfc3339Of(rows[0]?.time_us ?? 0)],
      span_to: [rfc3339Of(rows.at(-1)?.time_us ?? 0)],
      wanted: rows.length,
      noted_at: rfc3339Of(rows[0]?.time_us ?? 0),
      sources: '{}',
    }),
  );
}
await db.query(queries.shift()!);
const began = performance.now();
for (const query of queries) await db.query(query);
const seconds = (performance.now() - began) / 1000;
console.log((events.length - ROWS_A_BATCH) / seconds);
await db.close();
await rm(folder, { recursive: true, force: true });

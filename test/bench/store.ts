/**
 * What the store itself leaves of its database's speed, without HTTP: `write()` of 4,000-row batches against the limit
 * measured in the same run. On a TimescaleDB server that is server-side COPY of the same rows into a table with the same
 * chunks and index (the role must be a superuser); embedded, a bare `INSERT … SELECT FROM unnest` of them.
 */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventRecord, EventType } from '../../server/contract/event-types.ts';
import { BinaryWriter } from '../../server/store/copy-format.ts';
import type { Database } from '../../server/store/database.ts';
import { arraysOf, FAMILY_COLUMNS } from '../../server/store/event-columns.ts';
import { EventStore } from '../../server/store/events.ts';
import { testDatabase, testLogger } from '../setup/database.ts';
import { sampleCalls } from './sample.ts';
import { type BenchRow, median, row } from './types.ts';

const BATCH_ROWS = 4_000;
const IN_FLIGHT = 2;
const DAY_ROWS = 150_000;

const recordsOf = (count: number, end_ms: number, span_s: number): EventRecord[] =>
  sampleCalls(count, end_ms, span_s).map((event) => ({
    event_id: event.id,
    time_us: Date.parse(event.time) * 1000,
    type: event.type.replace('org.vigie311.', '') as EventType,
    source: event.source,
    subject: event.subject,
    sequence: null,
    data: event.data,
    extra: null,
  }));

interface Speed {
  readonly rows_per_s: number;
  readonly wal_bytes_per_row: number;
}

async function measured(db: Database, rows: number, work: () => Promise<void>): Promise<Speed> {
  const wal = async () => (await db.query('select pg_current_wal_insert_lsn()::text as lsn')).rows[0]?.lsn;
  const before = await wal();
  const began = performance.now();
  await work();
  const took_s = (performance.now() - began) / 1000;
  const { rows: size } = await db.query('select pg_wal_lsn_diff($1::pg_lsn, $2::pg_lsn)::float8 as bytes', [
    await wal(),
    before,
  ]);
  return { rows_per_s: rows / took_s, wal_bytes_per_row: Number(size[0]?.bytes) / rows };
}

/** As the batcher does: so many batches at once, the next when one is done. */
async function writeAll(store: EventStore, events: readonly EventRecord[], in_flight: number): Promise<void> {
  let at = 0;
  const worker = async (): Promise<void> => {
    while (at < events.length) {
      const batch = events.slice(at, at + BATCH_ROWS);
      at += BATCH_ROWS;
      await store.write({ events: batch, rejected: [] });
    }
  };
  await Promise.all(Array.from({ length: in_flight }, worker));
}

/** A table like call_event, with all that COPY has to keep up: the same columns, chunks and index. */
async function likeCallEvent(db: Database, name: string): Promise<void> {
  await db.query(`drop table if exists ${name}`);
  await db.query(`create table ${name} (like call_event)`);
  await db.query(
    `select create_hypertable('${name}', 'ts', chunk_time_interval => interval '7 days', create_default_indexes => false)`,
  );
  await db.query(`create unique index on ${name} (ts, event_id)`);
}

async function serverSideCopy(db: Database, rows: number): Promise<Speed> {
  const file = join(tmpdir(), `vigie-bench-store-${process.pid}.copy`);
  await db.query(`copy (select * from call_event order by batch, ts limit ${rows}) to '${file}'`);
  await likeCallEvent(db, 'call_event_copied');
  return measured(db, rows, async () => {
    await db.query(`copy call_event_copied from '${file}'`);
  });
}

/** On a TimescaleDB server. */
async function native(db: Database, store: EventStore): Promise<BenchRow[]> {
  const rows = 200_000;
  const sides: { copy: Speed; write: Speed; replay: Speed }[] = [];
  await store.write({ events: recordsOf(BATCH_ROWS, Date.now() - 86_400_000, 3600), rejected: [] });
  for (let round = 0; round < 3; round += 1) {
    const events = recordsOf(rows, Date.now() - 60_000, 7 * 86_400);
    await db.query('truncate call_event');
    const write = await measured(db, rows, () => writeAll(store, events, IN_FLIGHT));
    const copy = await serverSideCopy(db, rows);
    const replay = await measured(db, rows, () => writeAll(store, events, IN_FLIGHT));
    await store.write({ events: recordsOf(40, Date.now(), 60), rejected: [] });
    await store.write({ events: recordsOf(40, Date.now(), 60), rejected: [] });
    sides.push({ copy, write, replay });
  }
  const middle = (pick: (side: (typeof sides)[number]) => number) => median(sides.map(pick));
  const configuration = `${rows} calls, ${BATCH_ROWS} a batch, ${IN_FLIGHT} in flight, median of 3; COPY ${middle((s) => s.copy.rows_per_s).toFixed(0)} rows/s and ${middle((s) => s.copy.wal_bytes_per_row).toFixed(0)} B of WAL a row`;
  return [
    row(
      'store: write() against server-side COPY',
      middle((s) => s.write.rows_per_s / s.copy.rows_per_s),
      'at_least',
      0.8,
      '× COPY',
      configuration,
    ),
    row(
      'store: WAL a row',
      middle((s) => s.write.wal_bytes_per_row / s.copy.wal_bytes_per_row),
      'at_most',
      1.2,
      '× COPY',
      configuration,
    ),
    row(
      'store: replaying all ids',
      middle((s) => s.replay.rows_per_s / s.write.rows_per_s),
      'at_least',
      1,
      '× write()',
      configuration,
    ),
  ];
}

/** The statement a program without a store would send, in text as `pg` sends arrays by itself. */
async function bareInsert(db: Database, events: readonly EventRecord[]): Promise<void> {
  const text = `insert into call_event_bare (ts, event_id, batch, source_id, type, subject, queue, position, agent, talk_s, wrap_up_s, outcome)
    select ts, id, 1, 1, type, subject, queue, position, agent, talk_s, wrap_up_s, outcome
    from unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::float8[], $9::float8[], $10::text[])
      as r (ts, id, type, subject, queue, position, agent, talk_s, wrap_up_s, outcome)
    on conflict do nothing`;
  const writer = new BinaryWriter();
  const sources = new Map(events.slice(0, 1).map((event) => [event.source, 1]));
  for (let at = 0; at < events.length; at += BATCH_ROWS) {
    const arrays = arraysOf(writer, FAMILY_COLUMNS.call, events.slice(at, at + BATCH_ROWS), sources);
    const names = [
      'ts',
      'event_id',
      'type',
      'subject',
      'queue',
      'position',
      'agent',
      'talk_s',
      'wrap_up_s',
      'outcome',
    ];
    await db.query({ name: 'bare', text, values: names.map((name) => arrays[name]) });
  }
}

async function embedded(db: Database, store: EventStore): Promise<BenchRow[]> {
  const rows = 60_000;
  await likeCallEvent(db, 'call_event_bare');
  const ratios: number[] = [];
  let bare_rows_per_s = 0;
  for (let round = 0; round < 4; round += 1) {
    const events = recordsOf(rows, Date.now() - 60_000, 86_400);
    const bare = await measured(db, rows, () => bareInsert(db, events));
    const write = await measured(db, rows, () => writeAll(store, events, 1));
    bare_rows_per_s = bare.rows_per_s;
    if (round > 0) ratios.push(write.rows_per_s / bare.rows_per_s);
  }
  const configuration = `${rows} calls, ${BATCH_ROWS} a batch, journal synced, median of 3; bare unnest ${bare_rows_per_s.toFixed(0)} rows/s`;
  return [
    row(
      'store: write() against a bare batch insert',
      median(ratios),
      'at_least',
      0.85,
      '× bare',
      configuration,
    ),
  ];
}

/** The state at start reads a day. */
async function reading(store: EventStore): Promise<BenchRow> {
  const end_ms = Date.parse('2026-01-20T00:00:00Z');
  await writeAll(store, recordsOf(DAY_ROWS, end_ms, 86_400), 1);
  const began = performance.now();
  let rows = 0;
  for await (const chunk of store.readWindow((end_ms - 86_400_000) * 1000, end_ms * 1000))
    rows += chunk.length;
  const took_s = (performance.now() - began) / 1000;
  return row('store: reading a day of events', took_s, 'at_most', 1.5, 's', `${rows} events, all families`);
}

export async function benchStore(): Promise<BenchRow[]> {
  const { db, close } = await testDatabase();
  try {
    const store = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
    const rows = db.kind === 'native' ? await native(db, store) : await embedded(db, store);
    return [...rows, await reading(store)];
  } finally {
    await close();
  }
}

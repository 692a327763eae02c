/**
 * Durable ingest over HTTP against the limit of its database, measured in the same run: server-side COPY into the same indexed
 * hypertable on a TimescaleDB server, the bare batch insert when embedded.
 */
import { execFile } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { load, prepare } from './http-load.ts';
import { sampleCalls } from './sample.ts';
import { KEY, metric, type ServerProcess, startServerProcess } from './server-process.ts';
import { type BenchRow, row } from './types.ts';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 400_000);
/** A month ago: the history of a city goes in; what lies in the live window is measured apart. */
const PAST_MS = Date.now() - 30 * 86_400_000;
/** Events of the last hour; a big city has some thousands. */
const LIVE_EVENTS = 200_000;
const BATCH_TYPE = 'application/cloudevents-batch+json';

interface Measured {
  readonly rows_per_s: number;
  readonly wal_bytes_per_row: number;
}

/** Sends events in posts of `size`; every one must be accepted (or be a duplicate when `again`). */
async function post(server: ServerProcess, bodies: readonly Buffer[], connections: number, events: number) {
  const result = await load({ port: server.port, connections, request: (index) => bodies[index] });
  const failed = Object.keys(result.failures).length > 0 || result.rejected > 0;
  if (failed || result.accepted + result.duplicates !== events)
    throw new Error(`not all went in: ${JSON.stringify({ ...result, latencies_ms: undefined })}`);
  return result;
}
function bodiesOf(events: readonly object[], size: number): Buffer[] {
  const bodies: Buffer[] = [];
  for (let at = 0; at < events.length; at += size)
    bodies.push(prepare(JSON.stringify(events.slice(at, at + size)), BATCH_TYPE, KEY));
  return bodies;
}

async function walPosition(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ at: string }>("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS at");
  return Number(rows[0]?.at);
}

async function measured(
  client: pg.Client | null,
  rows: number,
  work: () => Promise<number>,
): Promise<Measured> {
  await client?.query('CHECKPOINT');
  const before = client ? await walPosition(client) : 0;
  const seconds = await work();
  const wal = client ? (await walPosition(client)) - before : 0;
  return { rows_per_s: rows / seconds, wal_bytes_per_row: wal / rows };
}

/** 99th percentile of the main loop's delay since it was last asked for, ms, less the interval of the sampling timer. */
async function lagBeyondSampling(server: ServerProcess): Promise<number> {
  return 1000 * (await metric(server, 'vigie_nodejs_eventloop_lag_p99_seconds')) - 10;
}

/** The same rows by `COPY … FROM` a file on the server, into a table with the same chunks and index. */
async function serverSideCopy(client: pg.Client, rows: number): Promise<Measured> {
  const file = join(tmpdir(), `vigie-bench-${process.pid}.copy`);
  await client.query(`COPY (SELECT * FROM call_event ORDER BY batch, ts LIMIT ${rows}) TO '${file}'`);
  await chmod(file, 0o644).catch(() => undefined);
  await client.query('CREATE TABLE call_event_copied (LIKE call_event)');
  await client.query(
    "SELECT create_hypertable('call_event_copied', 'ts', chunk_time_interval => interval '7 days', create_default_indexes => false)",
  );
  await client.query('CREATE UNIQUE INDEX ON call_event_copied (ts, event_id)');
  const result = await measured(client, rows, async () => {
    const began = performance.now();
    await client.query(`COPY call_event_copied FROM '${file}'`);
    return (performance.now() - began) / 1000;
  });
  await client.query('DROP TABLE call_event_copied');
  await rm(file, { force: true });
  return result;
}

/** The same with events of the last hour, which the live state takes in on the same thread. */
function liveRows(ratio: number, unit: string, lag_ms: number, limit: number): BenchRow[] {
  const configuration = 'all events of the last hour, a hundred times what a big city sends in it';
  return [
    row('ingest into the live window', ratio, 'at_least', limit, unit, configuration),
    row('main-loop delay p99 meanwhile', lag_ms, 'at_most', 20, 'ms', configuration),
  ];
}

/** On a TimescaleDB server: `DATABASE_URL` must name it, and its role must be a superuser (for the server-side COPY). */
export async function benchIngestNative(): Promise<BenchRow[]> {
  const server = await startServerProcess({ VIGIE_LOG_LEVEL: 'info' });
  const client = new pg.Client({ connectionString: server.database_url as string });
  await client.connect();
  try {
    // What is a month old is due to become columns, which the policy may begin at any moment of the run.
    await client.query('SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs');
    const warm = sampleCalls(50_000, Date.now() - 7_200_000);
    await post(server, bodiesOf(warm, 1_000), 4, warm.length);
    const rows: BenchRow[] = [];
    const configuration = `native, ${EVENTS} call events, random ids, 16 connections (64 for posts of 100), server and load on the same cores, no job of the database running`;
    const thousands = bodiesOf(sampleCalls(EVENTS, PAST_MS), 1_000);
    await metric(server, 'vigie_nodejs_eventloop_lag_p99_seconds');
    const big = await measured(
      client,
      EVENTS,
      async () => (await post(server, thousands, 16, EVENTS)).seconds,
    );
    const lag_ms = await lagBeyondSampling(server);
    const copy = await serverSideCopy(client, EVENTS);
    const hundreds = bodiesOf(sampleCalls(EVENTS, PAST_MS + 3_600_000), 100);
    const small = await measured(
      client,
      EVENTS,
      async () => (await post(server, hundreds, 64, EVENTS)).seconds,
    );
    const replay = await measured(
      client,
      EVENTS,
      async () => (await post(server, thousands, 16, EVENTS)).seconds,
    );
    const now = bodiesOf(sampleCalls(LIVE_EVENTS, Date.now() - 60_000), 1_000);
    await metric(server, 'vigie_nodejs_eventloop_lag_p99_seconds');
    const live = await measured(
      client,
      LIVE_EVENTS,
      async () => (await post(server, now, 16, LIVE_EVENTS)).seconds,
    );
    const live_lag_ms = await lagBeyondSampling(server);
    rows.push(
      row(
        'ingest, 1,000 events a post',
        big.rows_per_s / copy.rows_per_s,
        'at_least',
        0.6,
        '× COPY',
        configuration,
      ),
      row(
        'ingest, 100 events a post',
        small.rows_per_s / copy.rows_per_s,
        'at_least',
        0.45,
        '× COPY',
        configuration,
      ),
      row(
        'WAL a row',
        big.wal_bytes_per_row / copy.wal_bytes_per_row,
        'at_most',
        1.2,
        '× COPY',
        configuration,
      ),
      row(
        'replay of all ids, time',
        big.rows_per_s / replay.rows_per_s,
        'at_most',
        1,
        '× first time',
        configuration,
      ),
      row(
        'main-loop delay p99 while saturated',
        lag_ms,
        'at_most',
        20,
        'ms',
        `${configuration}; beyond the 10 ms at which it is sampled`,
      ),
      ...liveRows(live.rows_per_s / copy.rows_per_s, '× COPY', live_lag_ms, 0.6),
    );
    console.log(
      `  COPY ${copy.rows_per_s.toFixed(0)} rows/s, ${copy.wal_bytes_per_row.toFixed(0)} B WAL; by 1,000 ${big.rows_per_s.toFixed(0)}, by 100 ${small.rows_per_s.toFixed(0)}, replay ${replay.rows_per_s.toFixed(0)}, of the last hour ${live.rows_per_s.toFixed(0)}`,
    );
    return rows;
  } finally {
    await client.end();
    await server.remove();
  }
}

/** Embedded: the same posts against the bare multi-row insert of this database, in a process of its own. */
export async function benchIngestEmbedded(): Promise<BenchRow[]> {
  const events = Math.min(EVENTS, 120_000);
  const bare = fileURLToPath(new URL('./bare-insert.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [bare, 'calls', String(events)]);
  const limit_rows_per_s = Number(stdout.trim());
  const server = await startServerProcess();
  try {
    await post(server, bodiesOf(sampleCalls(20_000, Date.now() - 7_200_000), 1_000), 4, 20_000);
    await metric(server, 'vigie_nodejs_eventloop_lag_p99_seconds');
    const { seconds } = await post(server, bodiesOf(sampleCalls(events, PAST_MS), 1_000), 16, events);
    const lag_ms = await lagBeyondSampling(server);
    const now = bodiesOf(sampleCalls(LIVE_EVENTS / 2, Date.now() - 60_000), 1_000);
    const live_seconds = (await post(server, now, 16, LIVE_EVENTS / 2)).seconds;
    const live_lag_ms = await lagBeyondSampling(server);
    const configuration = `embedded, ${events} call events, 16 connections; bare insert ${limit_rows_per_s.toFixed(0)} rows/s`;
    return [
      row(
        'ingest, 1,000 events a post',
        events / seconds / limit_rows_per_s,
        'at_least',
        0.85,
        '× bare insert',
        configuration,
      ),
      row(
        'main-loop delay p99 while saturated',
        lag_ms,
        'at_most',
        20,
        'ms',
        `${configuration}; beyond the 10 ms at which it is sampled`,
      ),
      ...liveRows(LIVE_EVENTS / 2 / live_seconds / limit_rows_per_s, '× bare insert', live_lag_ms, 0.85),
    ];
  } finally {
    await server.remove();
  }
}

/** 64 clients that post one event at a time, against a server that commits each by itself. */
export async function benchSingles(): Promise<BenchRow[]> {
  const events = 30_000;
  const bodiesUntil = (count: number, end_ms: number): Buffer[] =>
    sampleCalls(count, end_ms).map((event) =>
      prepare(JSON.stringify(event), 'application/cloudevents+json', KEY),
    );
  const warm = bodiesUntil(8_000, Date.now() - 7_200_000);
  const bodies = bodiesUntil(events, Date.now() - 60_000);
  const rate = async (env: Record<string, string> = {}, entry?: string): Promise<number> => {
    const server = await startServerProcess(env, entry);
    try {
      await post(server, warm, 64, warm.length);
      return events / (await post(server, bodies, 64, events)).seconds;
    } finally {
      await server.remove();
    }
  };
  const plainServer = fileURLToPath(new URL('./insert-per-request.ts', import.meta.url));
  const ours = await rate();
  const bare = await rate({}, plainServer);
  const express = await rate({ BENCH_EXPRESS: '1' }, plainServer);
  const rowOf = (name: string, plain: number): BenchRow => {
    const configuration = `${process.env.DATABASE_URL ? 'native, a pool of 10 connections' : 'embedded'}, ${events} events, 64 clients, ${ours.toFixed(0)} against ${plain.toFixed(0)} a second`;
    return row(
      `single events, against ${name}`,
      ours / plain,
      'at_least',
      4,
      '× insert per request',
      configuration,
    );
  };
  return [rowOf('a bare HTTP server', bare), rowOf('the same with Express', express)];
}

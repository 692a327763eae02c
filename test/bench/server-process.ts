/** A real server as a child process, for benchmarks and trials: on a free port, with a database of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export const KEY = 'bench-key';
const ENTRY = fileURLToPath(new URL('../../server/main.ts', import.meta.url));

export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** Database of a TimescaleDB server, or null when embedded. */
  readonly database_url: string | null;
  /** Milliseconds from the start of the process to readiness, and of that until the database was open. */
  readonly ready_ms: number;
  /** Peak resident memory so far, bytes (Linux). */
  peakBytes(): number;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts again on the same data. */
  restart(): Promise<ServerProcess>;
  /** Stops and removes the data. */
  remove(): Promise<void>;
}

async function onServer(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

/** Where a server keeps what it knows. */
export interface Place {
  readonly database_url: string | null;
  readonly folder: string;
  remove(): Promise<void>;
}
async function makePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'vigie-bench-'));
  const server = process.env.DATABASE_URL;
  const dropFolder = () => rm(folder, { recursive: true, force: true });
  if (!server) return { database_url: null, folder, remove: dropFolder };
  const name = `vigie_bench_${process.pid}_${Date.now()}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    database_url: url.href,
    folder,
    remove: async () => {
      await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
      await dropFolder();
    },
  };
}

/** @param entry another program than the server, that says when it is ready as the server does */
export async function startServerProcess(
  env: Record<string, string> = {},
  entry = ENTRY,
): Promise<ServerProcess> {
  return launch(await makePlace(), env, entry);
}

/** Another server on a place that is there. */
export async function launch(
  place: Place,
  env: Record<string, string> = {},
  entry = ENTRY,
): Promise<ServerProcess> {
  const { DATABASE_URL: _server, ...inherited } = process.env;
  const child = spawn(process.execPath, [entry], {
    env: {
      ...inherited,
      PORT: '0',
      VIGIE_DATA: place.folder,
      VIGIE_INGEST_KEY: KEY,
      ...(place.database_url
        ? { DATABASE_URL: place.database_url, BENCH_DATABASE_URL: place.database_url }
        : {}),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = await readiness(child);
  const stop = (signal: NodeJS.Signals = 'SIGTERM') =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill(signal);
    });
  return {
    ...ready,
    pid: child.pid as number,
    database_url: place.database_url,
    peakBytes: () =>
      1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0),
    stop,
    restart: async () => {
      await stop();
      return launch(place, env, entry);
    },
    remove: async () => {
      await stop();
      await place.remove();
    },
  };
}

function readiness(child: ChildProcess): Promise<{ port: number; ready_ms: number }> {
  const began = performance.now();
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`the server ended with ${code} before it was ready:\n${lines.join('\n')}`)),
    );
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > 50) lines.shift();
      if (!line.includes('"msg":"ready"')) return;
      const { url } = JSON.parse(line) as { url: string };
      resolve({ port: Number(new URL(url).port), ready_ms: performance.now() - began });
    });
  });
}

/** One figure of the server's `/metrics`. */
export async function metric(server: ServerProcess, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN);
}

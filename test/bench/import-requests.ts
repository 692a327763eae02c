/** `vigie import montreal-311` of a city's year into a running server, against the bare insert of the same events. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { montreal311File } from './montreal-311.ts';
import { KEY, type ServerProcess, startServerProcess } from './server-process.ts';
import { type BenchRow, row } from './types.ts';

const ROWS = Number(process.env.BENCH_IMPORT_ROWS ?? 100_000);
const programOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);

/** @returns s, and how many events went in */
async function importInto(server: ServerProcess, file: string): Promise<{ seconds: number; events: number }> {
  const began = performance.now();
  const { stdout } = await run(
    process.execPath,
    [programOf('../../server/cli/main.ts'), 'import', 'montreal-311', file],
    { env: { ...process.env, VIGIE_URL: `http://127.0.0.1:${server.port}`, VIGIE_INGEST_KEY: KEY } },
  );
  const seconds = (performance.now() - began) / 1000;
  const events = Number(/(\d+) accepted, 0 duplicates, 0 rejected/.exec(stdout)?.[1] ?? Number.NaN);
  if (!stdout.includes(`${ROWS} rows`) || !(events > ROWS)) throw new Error(`not all went in: ${stdout}`);
  return { seconds, events };
}

export async function benchImportRequests(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'vigie-bench-file-'));
  const file = join(folder, 'requetes311.csv');
  await writeFile(file, montreal311File(ROWS));
  try {
    const bare = await run(process.execPath, [programOf('./bare-insert.ts'), 'requests', file]);
    const bare_events_per_s = Number(bare.stdout.trim());
    const server = await startServerProcess();
    try {
      const { seconds, events } = await importInto(server, file);
      const configuration = `${server.database_url ? 'native' : 'embedded'}, ${ROWS} rows, which are ${events} events, in ${seconds.toFixed(1)} s: ${(ROWS / seconds).toFixed(0)} rows/s, ${(events / seconds).toFixed(0)} events/s; bare insert ${bare_events_per_s.toFixed(0)} events/s`;
      return [
        row(
          'import of montreal-311',
          events / seconds / bare_events_per_s,
          'at_least',
          0.4,
          '× bare insert',
          configuration,
        ),
      ];
    } finally {
      await server.remove();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

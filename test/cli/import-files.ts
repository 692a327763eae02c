/** What the tests of file imports share: a server with its database at hand, the command line, and another reader of CSV. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandContext } from '../../server/cli/command.ts';
import { run } from '../../server/cli/main.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { BOOTSTRAP_KEY, startIngest } from '../ingest/server.ts';

/** A file of the shared test data. */
export const shared = (name: string): string =>
  fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function importServer() {
  const server = await startIngest();
  const folder = await mkdtemp(join(tmpdir(), 'vigie-import-'));
  return {
    folder,
    server,
    /** Copies a file to where its rejects may stand beside it. */
    async copy(path: string): Promise<string> {
      const copied = join(folder, basename(path));
      await copyFile(path, copied);
      return copied;
    },
    async vigie(args: readonly string[], signal = new AbortController().signal): Promise<Outcome> {
      const said = { out: '', err: '' };
      const context: CommandContext = {
        env: { VIGIE_URL: server.url, VIGIE_INGEST_KEY: BOOTSTRAP_KEY, VIGIE_DATA: folder },
        out: (text) => {
          said.out += `${text}\n`;
        },
        err: (text) => {
          said.err += `${text}\n`;
        },
        is_terminal: false,
        signal,
        clock: systemClock,
      };
      return { code: await run(['import', ...args], context), ...said };
    },
    /** Rows of a query on the stored events of one source, as `value: count`. */
    async counts(source: string, what: string, where = 'true'): Promise<Record<string, number>> {
      const { rows } = await server.database.db.query<{ value: string; n: number }>({
        text: `select coalesce(${what}, '') as value, count(*)::int as n
          from request_event e join event_source s on s.id = e.source_id
          where s.name = $1 and ${where} group by 1`,
        values: [source],
      });
      return Object.fromEntries(rows.map(({ value, n }) => [value, n]));
    },
    async close(): Promise<void> {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Rows of a CSV text by their columns: a reader of its own, so that what the importer reads can be told from what it counts. */
export function rowsOf(text: string): Record<string, string>[] {
  const records: string[][] = [[]];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g;
  for (const [whole, quoted, bare, end] of text.matchAll(pattern)) {
    if (whole === '' && records.at(-1)!.length === 0) break;
    records.at(-1)!.push(quoted === undefined ? bare! : quoted.replaceAll('""', '"'));
    if (end !== ',' && end !== '') records.push([]);
  }
  const [header = [], ...rows] = records.filter((record) => record.length > 0);
  return rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}

export function tally<T>(rows: readonly T[], keyOf: (row: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[keyOf(row)] = (counts[keyOf(row)] ?? 0) + 1;
  return counts;
}

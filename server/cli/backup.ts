/** `vigie backup FILE`: everything that the server's database holds, while it goes on serving. */
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readBackup } from '../backup/file.ts';
import { loadConfig } from '../config.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import { syncFolder } from '../store/journal.ts';
import { Client } from './client.ts';
import { type Command, UsageError } from './command.ts';
import { Progress } from './progress.ts';

const HELP = `vigie backup FILE

Writes all that the server has stored into FILE: events, requests with their history, the backlog, deadlines, what was refused,
the catalogue, keys and walls, as they are at one instant, while the server goes on. It is checked as it is written; FILE appears
only when it is whole. It holds what citizens wrote: keep it as you keep the database.

The server is the one of VIGIE_URL, with the bootstrap key, VIGIE_INGEST_KEY. \`vigie restore FILE\` brings it back.`;

const LONGEST_MS = 86_400_000;

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
export const counted = (n: number): string => n.toLocaleString('en-CA');

/** The one file that the command line names. */
export function fileOf(name: string, args: readonly string[]): string {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true, options: {} });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new UsageError(`${name}: which file? One name is wanted`);
  return resolve(file);
}

async function* arriving(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    const message = `The server broke off (${messageOf(error)}): no backup was made.`;
    throw new VigieError('broken_off', message, { cause: error });
  }
}

export const backupCommand: Command = {
  name: 'backup',
  summary: 'write all that the server has stored into a file',
  help: HELP,
  async run(args, context) {
    const file = fileOf('backup', args);
    if (await stat(file).catch(() => null))
      throw new VigieError('file_exists', `${file} is there already: name another file.`);
    const { url, ingest_key } = loadConfig(context.env);
    const client = new Client({ url, key: ingest_key, signal: context.signal, patience_s: 0 });
    const progress = new Progress(context);
    const part = `${file}.part`;
    const body = await client.download('/api/v1/backup', LONGEST_MS);
    const handle = await open(part, 'w', 0o600);
    let bytes = 0;
    const written = async function* () {
      for await (const chunk of arriving(body)) {
        await handle.writeFile(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    };
    let table = '';
    let rows = 0;
    try {
      for await (const item of readBackup(written())) {
        if (item.kind === 'table') table = item.table.name;
        if (item.kind === 'rows') rows += item.lines.length;
        progress.at(() => `${table}: ${counted(rows)} rows, ${megabytes(bytes)}`);
      }
      await handle.sync();
      await handle.close();
      await rename(part, file);
      await syncFolder(dirname(file));
    } catch (error) {
      await handle.close();
      await rm(part, { force: true });
      throw error;
    } finally {
      progress.end();
    }
    context.out(`${file}: ${counted(rows)} rows, ${megabytes(bytes)}, ${progress.elapsed_s.toFixed(1)} s`);
    return 0;
  },
};

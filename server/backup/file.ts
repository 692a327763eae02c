/**
 * The file of a backup: zstd over lines. A row is its JSON; what stands between is `#word` and JSON:
 *
 *     #vigie-backup {"format":1,"version":…,"created_at":…,"database":…,"migrations":{…}}
 *     #table {"name":"queue","columns":[…],"before":null}
 *     {"id":"VM","kind":"phone",…}
 *     #end {"rows":34,"sha256":…}       for each table: of its rows, each with its line's end
 *     #done {"tables":27,"rows":123456,"sequences":{…}}
 *
 * Whoever cannot restore it can still read it: `zstd -dc FILE`.
 */
import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { constants, createZstdCompress, createZstdDecompress, type ZstdCompress } from 'node:zlib';
import { messageOf, VigieError } from '../lib/errors.ts';
import { ownTurn } from '../lib/turns.ts';
import type { BackupHeader, BackupItem, BackupSource, BackupTable, Sequences } from './types.ts';

export const FORMAT = 1;
const MAGIC = '#vigie-backup';
const LINES_AT_ONCE = 1_000;

const control = (word: string, value: unknown): string => `${word} ${JSON.stringify(value)}\n`;

/** The text of the file. Ends with an error, and then without its last line, when the source fails. */
export async function* backupText(
  source: BackupSource,
  version: string,
  created_at: string,
): AsyncGenerator<string> {
  const { database, migrations } = source;
  yield control(MAGIC, { format: FORMAT, version, created_at, database, migrations } satisfies BackupHeader);
  let total = 0;
  for (const table of source.tables) {
    yield control('#table', table);
    const hash = createHash('sha256');
    let rows = 0;
    for await (const page of source.rows(table)) {
      // A line's end inside JSON can only stand between its parts, where a space says the same.
      const text = page.map((line) => `${line.replaceAll('\n', ' ')}\n`).join('');
      hash.update(text);
      rows += page.length;
      yield text;
      await ownTurn();
    }
    total += rows;
    yield control('#end', { rows, sha256: hash.digest('hex') });
  }
  yield control('#done', { tables: source.tables.length, rows: total, sequences: await source.sequences() });
}

export const compressor = (): ZstdCompress =>
  createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  });

const damaged = (what: string): VigieError =>
  new VigieError('backup_damaged', `The backup is damaged: ${what}. Take another one.`);
const truncated = (): VigieError =>
  new VigieError('backup_truncated', 'The backup is not whole: its end is missing. Take another one.');
const foreign = (): VigieError =>
  new VigieError('backup_foreign', 'This is not a backup of Vigie 311 (as `vigie backup` makes them).');

/** Checks what it is given, line by line. */
class Reader {
  #state: 'begin' | 'between' | 'rows' | 'done' = 'begin';
  #table = '';
  #hash: Hash = createHash('sha256');
  #rows = 0;
  #total = 0;
  #tables = 0;

  get begun(): boolean {
    return this.#state !== 'begin';
  }
  get done(): boolean {
    return this.#state === 'done';
  }

  rows(lines: readonly string[]): BackupItem {
    if (!this.begun) throw foreign();
    if (this.#state !== 'rows') throw damaged('there are rows outside of a table');
    this.#hash.update(`${lines.join('\n')}\n`);
    this.#rows += lines.length;
    return { kind: 'rows', lines };
  }

  control(line: string): BackupItem | null {
    const space = line.indexOf(' ');
    const word = line.slice(0, space);
    if (!this.begun) return this.#header(word, line.slice(space + 1));
    const value = parsed(line.slice(space + 1));
    if (word === '#table' && this.#state === 'between') {
      const table = value as BackupTable;
      this.#state = 'rows';
      this.#table = table.name;
      this.#hash = createHash('sha256');
      this.#rows = 0;
      return { kind: 'table', table };
    }
    if (word === '#end' && this.#state === 'rows') {
      const { rows, sha256 } = value as { rows: number; sha256: string };
      if (rows !== this.#rows || sha256 !== this.#hash.digest('hex')) {
        throw damaged(`the rows of ${this.#table} are not those that were written`);
      }
      this.#state = 'between';
      this.#total += rows;
      this.#tables += 1;
      return null;
    }
    if (word === '#done' && this.#state === 'between') {
      const { rows, tables, sequences } = value as { rows: number; tables: number; sequences: Sequences };
      if (rows !== this.#total || tables !== this.#tables) throw damaged('tables are missing');
      this.#state = 'done';
      return { kind: 'done', rows, tables, sequences };
    }
    throw damaged(`it has ${JSON.stringify(line.slice(0, 40))} where that cannot be`);
  }

  #header(word: string, text: string): BackupItem {
    if (word !== MAGIC) throw foreign();
    const header = parsed(text) as BackupHeader;
    if (header.format !== FORMAT) {
      const message =
        `The backup has format ${header.format} (made by Vigie 311 ${header.version}); this version knows format ` +
        `${FORMAT}. Restore it with the version that made it, or a newer one.`;
      throw new VigieError('backup_newer', message);
    }
    this.#state = 'between';
    return { kind: 'header', header };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged('a line of it cannot be read');
  }
}

/** Lines, some at a time; the last one must have its end. */
async function* linesIn(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of bytes) {
    const lines = decoder.write(Buffer.from(chunk)).split('\n');
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') throw truncated();
}

/**
 * Reads a backup to its end, checking all of it on the way.
 * @throws VigieError `backup_foreign`, `backup_newer`, `backup_truncated` or `backup_damaged`
 */
export async function* readBackup(file: AsyncIterable<Uint8Array>): AsyncGenerator<BackupItem, void> {
  const reader = new Reader();
  const source = Readable.from(file, { objectMode: false });
  const zstd = createZstdDecompress();
  // An interrupted download tells more than that the stream ended early.
  let cause: Error | undefined;
  source.on('error', (error) => {
    cause = error;
    zstd.destroy(error);
  });
  try {
    let lines: string[] = [];
    for await (const some of linesIn(source.pipe(zstd))) {
      for (const line of some) {
        if (!line.startsWith('#')) {
          lines.push(line);
          if (lines.length < LINES_AT_ONCE) continue;
        }
        if (lines.length > 0) yield reader.rows(lines);
        lines = [];
        if (!line.startsWith('#')) continue;
        const item = reader.control(line);
        if (item) yield item;
      }
    }
  } catch (error) {
    if (cause) throw cause;
    if (error instanceof VigieError) throw error;
    // What zstd says of it.
    if (/unexpected end/i.test(messageOf(error))) throw truncated();
    throw reader.begun ? damaged(messageOf(error)) : foreign();
  } finally {
    source.destroy();
    zstd.destroy();
  }
  if (!reader.begun) throw foreign();
  if (!reader.done) throw truncated();
}

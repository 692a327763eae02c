import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { backupText, compressor, readBackup } from '../../server/backup/file.ts';
import type { BackupItem, BackupSource } from '../../server/backup/types.ts';
import { all } from '../setup/restore.ts';

const LINES: Readonly<Record<string, readonly string[]>> = {
  queue: ['{"id":"VM"}', '{"id":"nuit","name":"été ☎"}'],
  unit: [],
  call_event: Array.from({ length: 2_500 }, (_, n) => JSON.stringify({ n, ts: '2026-11-25T12:00:00Z' })),
};
const SOURCE: BackupSource = {
  database: 'embedded',
  migrations: { m1: 'aa' },
  tables: Object.keys(LINES).map((name) => ({ name, columns: ['id'], before: null })),
  async *rows({ name }) {
    const lines = LINES[name]!;
    for (let at = 0; at < lines.length; at += 700) yield lines.slice(at, at + 700);
  },
  sequences: async () => ({ number: '7' }),
  close: async () => {},
};
const text = async (): Promise<string> =>
  (await all(backupText(SOURCE, '1.2.3', '2026-11-25T12:00:00Z'))).join('');
const file = async (): Promise<Buffer> => buffer(Readable.from([await text()]).pipe(compressor()));

/** In pieces of odd sizes, as a network gives them. */
async function read(bytes: Uint8Array, piece = 997): Promise<BackupItem[]> {
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  };
  return all(readBackup(pieces()));
}
const codeOf = (bytes: Uint8Array): Promise<string> =>
  read(bytes).then(
    () => 'none',
    (error: { code: string }) => error.code,
  );

describe('the file of a backup', () => {
  it('gives back every row, in the order of its table, and what stands around them', async () => {
    for (const piece of [1, 997, 1 << 20]) {
      const items = await read(await file(), piece);
      const found: Record<string, string[]> = {};
      let table = '';
      for (const item of items) {
        if (item.kind === 'table') {
          table = item.table.name;
          found[table] = [];
        }
        if (item.kind === 'rows') found[table]!.push(...item.lines);
      }
      expect(found).toEqual(LINES);
      expect(items[0]).toMatchObject({
        header: { version: '1.2.3', database: 'embedded', migrations: { m1: 'aa' } },
      });
      expect(items.at(-1)).toEqual({ kind: 'done', rows: 2_502, tables: 3, sequences: { number: '7' } });
    }
  });

  it('that is cut anywhere is told as not whole, also between two lines', async () => {
    const whole = await file();
    for (const share of [0.3, 0.7, 0.95]) {
      expect(await codeOf(whole.subarray(0, Math.floor(whole.length * share)))).toBe('backup_truncated');
    }
    for (const kept of [0, 10, whole.length - 1])
      expect(await codeOf(whole.subarray(0, kept))).toBe('backup_truncated');
    const lines = (await text()).split('\n');
    for (const kept of [1, 2, 3, 100, lines.length - 2]) {
      const cut = zstdCompressSync(`${lines.slice(0, kept).join('\n')}\n`);
      expect(await codeOf(cut)).toBe('backup_truncated');
    }
  });

  it('with another row, one more or one less than was written is told as damaged', async () => {
    const good = zstdDecompressSync(await file()).toString();
    for (const bad of [
      good.replace('"n":1234,', '"n":1235,'),
      good.replace('{"id":"VM"}\n', ''),
      good.replace('{"id":"VM"}\n', '{"id":"VM"}\n{"id":"VM"}\n'),
      good.replace('"tables":3', '"tables":4'),
    ]) {
      expect(bad).not.toBe(good);
      expect(await codeOf(zstdCompressSync(bad))).toBe('backup_damaged');
    }
    const flipped = await file();
    flipped[flipped.length >> 1]! ^= 1;
    expect(await codeOf(flipped)).toMatch(/^backup_(damaged|truncated)$/);
  });

  it('of something else is told as such, and one of a later format as newer', async () => {
    for (const bytes of [
      Buffer.from('PK\x03\x04 an archive'),
      zstdCompressSync('{"id":1}\n'),
      zstdCompressSync('# some other text\n'),
    ]) {
      expect(await codeOf(bytes)).toBe('backup_foreign');
    }
    const later = zstdDecompressSync(await file())
      .toString()
      .replace('"format":1', '"format":2');
    expect(await codeOf(zstdCompressSync(later))).toBe('backup_newer');
  });

  it('tells why a source failed, not that the file is short', async () => {
    const whole = await file();
    const broken = async function* () {
      yield whole.subarray(0, 100);
      throw new Error('the line went dead');
    };
    await expect(all(readBackup(broken()))).rejects.toThrow('the line went dead');
  });
});

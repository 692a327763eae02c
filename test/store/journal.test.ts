import { appendFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal, readJournal } from '../../server/store/journal.ts';

const silent = pino({ level: 'silent' });
let folder: string;
let opened: Journal[] = [];
let checkpoints = 0;
let checkpoint: () => Promise<void>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-journal-'));
  checkpoints = 0;
  checkpoint = async () => {
    checkpoints += 1;
  };
});
afterEach(async () => {
  await Promise.allSettled(opened.map((journal) => journal.close()));
  opened = [];
  await rm(folder, { recursive: true, force: true });
});

/** A journal that a test does not close is, to the next one, that of a process that died. */
async function open(max_bytes = 64 * 1024 * 1024): Promise<Journal> {
  const journal = await Journal.open({
    folder,
    logger: silent,
    checkpoint: () => checkpoint(),
    max_bytes,
  });
  opened.push(journal);
  return journal;
}
const record = (n: number, bytes = 20): Uint8Array => new Uint8Array(Buffer.from(`${n}`.padEnd(bytes, '.')));
async function collect(records: AsyncIterable<Uint8Array>): Promise<number[]> {
  const all: number[] = [];
  for await (const bytes of records) all.push(Number.parseInt(Buffer.from(bytes).toString(), 10));
  return all;
}
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
/** Half of a segment is a rotation: 100 records of 1,028 bytes fill it. */
const SMALL = 2 * 100 * 1028;

describe('the journal', () => {
  it('gives back what was appended, in order, after a death without closing', async () => {
    const journal = await open();
    await Promise.all(range(0, 100).map((n) => journal.append(record(n))));
    expect(await collect(readJournal(folder))).toEqual(range(0, 100));
    const next = await open();
    expect(await collect(next.records())).toEqual(range(0, 100));
  });

  it('is read up to the tear, wherever it is torn', async () => {
    const journal = await open();
    for (const n of range(0, 10)) await journal.append(record(n, 10 + n));
    const [name = ''] = await readdir(folder);
    const whole = await readFile(join(folder, name));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (length) => {
        await writeFile(join(folder, name), whole);
        await truncate(join(folder, name), length);
        // 8 bytes of magic, then records of 8 + 10 + n bytes.
        const endOf = (n: number) => 8 + range(0, n + 1).reduce((sum, k) => sum + 18 + k, 0);
        const expected = range(0, 10).filter((n) => endOf(n) <= length);
        expect(await collect(readJournal(folder))).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('does not take damaged bytes for a record', async () => {
    const journal = await open();
    for (const n of range(0, 3)) await journal.append(record(n));
    const [name = ''] = await readdir(folder);
    const bytes = await readFile(join(folder, name));
    bytes[8 + 28 + 12] = 0xff;
    await writeFile(join(folder, name), bytes);
    expect(await collect(readJournal(folder))).toEqual([0]);
  });

  it('keeps what comes after a torn tail of an earlier run', async () => {
    const first = await open();
    await first.append(record(0));
    const [name = ''] = await readdir(folder);
    await appendFile(join(folder, name), Buffer.from([9, 0, 0, 0, 1, 2]));
    const second = await open();
    await second.append(record(1));
    expect(await collect((await open()).records())).toEqual([0, 1]);
  });

  it('stays bounded, and a record outlives at least the checkpoint after its own segment', async () => {
    const journal = await open(SMALL);
    for (const n of range(0, 600)) {
      await journal.append(record(n, 1020));
      const names = await readdir(folder);
      // A segment may be deleted between the listing and the look.
      const sizeOf = (name: string) =>
        stat(join(folder, name))
          .then((s) => s.size)
          .catch(() => 0);
      const sizes = await Promise.all(names.map(sizeOf));
      expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(1.5 * SMALL + 2000);
      const kept = await collect(readJournal(folder));
      expect(kept.at(-1)).toBe(n);
      // The segment before the open one is always whole: its records' transactions may not have begun yet.
      expect(kept.length).toBeGreaterThanOrEqual(Math.min(n + 1, 100));
    }
    expect(checkpoints).toBeGreaterThan(3);
  });

  it('loses nothing when the checkpoint fails', async () => {
    checkpoint = async () => {
      throw new Error('disk full');
    };
    const journal = await open(SMALL);
    for (const n of range(0, 500)) await journal.append(record(n, 1020));
    expect(await collect(readJournal(folder))).toEqual(range(0, 500));
  });

  it('is emptied by an orderly close, but never before it was replayed', async () => {
    const first = await open();
    await first.append(record(0));
    const second = await open();
    await second.append(record(1));
    await second.close();
    const third = await open();
    expect(await collect(third.records())).toEqual([0, 1]);
    await third.close();
    expect(await readdir(folder)).toEqual([]);
  });
});

import { appendFile, copyFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followLog, type LogChunk, type LogPosition, readLog } from '../../server/ingest/telephone/tail.ts';

let folder: string;
let log: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-tail-'));
  log = join(folder, 'queue_log');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const linesOf = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => `line ${first + index}\n`).join('');
const numbers = (first: number, last: number): string[] => linesOf(first, last).trimEnd().split('\n');

async function chunksOf(path: string): Promise<LogChunk[]> {
  const chunks: LogChunk[] = [];
  for await (const chunk of readLog(path)) chunks.push(chunk);
  return chunks;
}

/** A follower of a log that stands still between steps: each step is done when the follower has nothing left to read. */
class Follower {
  readonly lines: string[] = [];
  readonly told: string[] = [];
  position: LogPosition | undefined;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #idle = 0;
  #wake: () => void = () => {};

  constructor(from?: LogPosition) {
    this.position = from;
    this.#done = this.#run(from);
  }

  async #run(from: LogPosition | undefined): Promise<void> {
    const chunks = followLog({
      path: log,
      from,
      signal: this.#stop.signal,
      pause: () => {
        this.#idle += 1;
        this.#wake();
        return new Promise((resolve) => setTimeout(resolve, 1));
      },
      tell: (what) => this.told.push(what),
    });
    for await (const { lines, position } of chunks) {
      this.lines.push(...lines);
      this.position = position;
    }
  }

  /** Resolves when the follower has looked a few more times and found nothing to wait for. */
  async settled(): Promise<void> {
    const until = this.#idle + 5;
    while (this.#idle < until) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
  async stop(): Promise<LogPosition | undefined> {
    this.#stop.abort();
    await this.#done;
    return this.position;
  }
}

describe('a log read once', () => {
  it('gives every line, a last one without an end too, in bounded chunks', async () => {
    await writeFile(log, `${linesOf(1, 25_000)}line 25001`);
    const chunks = await chunksOf(log);
    expect(chunks.flatMap(({ lines }) => lines)).toEqual(numbers(1, 25_001));
    expect(Math.max(...chunks.map(({ lines }) => lines.length))).toBeLessThanOrEqual(1_000);
    expect(chunks.at(-1)!.position.offset).toBe(chunks.at(-1)!.size);
  });
  it('passes over a line without end, showing its beginning, and a hole of zeros', async () => {
    await writeFile(
      log,
      Buffer.concat([Buffer.alloc(1_000_000), Buffer.from(`a\n${'x'.repeat(500_000)}\nb\n`)]),
    );
    const lines = (await chunksOf(log)).flatMap((chunk) => chunk.lines);
    expect(lines.map((line) => line.replaceAll('\0', ''))).toEqual(['a', 'x'.repeat(200), 'b']);
  });
  it('reads names that are not UTF-8 as Latin-1', async () => {
    await writeFile(log, Buffer.from('Réclamations\n', 'latin1'));
    expect((await chunksOf(log))[0]!.lines).toEqual(['Réclamations']);
  });
});

describe('a log that is followed', () => {
  it('gives what is there and what is added, but not half a line', async () => {
    await writeFile(log, linesOf(1, 3));
    const follower = new Follower();
    await follower.settled();
    await appendFile(log, 'line 4\nli');
    await follower.settled();
    expect(follower.lines).toEqual(numbers(1, 4));
    await appendFile(log, 'ne 5\n');
    await follower.settled();
    expect(follower.lines).toEqual(numbers(1, 5));
    await follower.stop();
  });
  it('is waited for while it is not there', async () => {
    const follower = new Follower();
    await follower.settled();
    expect(follower.told).toEqual([`${log} is not there yet: waiting for it`]);
    await writeFile(log, linesOf(1, 2));
    await follower.settled();
    expect(follower.lines).toEqual(numbers(1, 2));
    await follower.stop();
  });
  it('loses and doubles nothing when it is renamed, even while its writer still holds the old file', async () => {
    await writeFile(log, linesOf(1, 3));
    const follower = new Follower();
    await follower.settled();
    await rename(log, `${log}.1`);
    await follower.settled();
    await appendFile(`${log}.1`, linesOf(4, 5));
    await writeFile(log, '');
    await follower.settled();
    await appendFile(`${log}.1`, 'line 6');
    await appendFile(log, linesOf(7, 8));
    await follower.settled();
    await appendFile(log, linesOf(9, 9));
    await follower.settled();
    expect(follower.lines).toEqual(numbers(1, 9));
    await follower.stop();
  });
  it('loses and doubles nothing when it is copied and truncated with lines not read yet', async () => {
    await writeFile(log, linesOf(1, 3));
    const follower = new Follower();
    await follower.settled();
    const position = await follower.stop();
    await appendFile(log, linesOf(4, 6));
    await copyFile(log, `${log}.1`);
    await truncate(log);
    await appendFile(log, linesOf(7, 20));
    const next = new Follower(position);
    await next.settled();
    expect([...follower.lines, ...next.lines]).toEqual(numbers(1, 20));
    expect(next.told).toEqual([]);
    await next.stop();
  });
  it('is seen to be another one when it was truncated under the follower', async () => {
    await writeFile(log, linesOf(1, 3));
    const follower = new Follower();
    await follower.settled();
    await copyFile(log, `${log}.1`);
    await truncate(log);
    await appendFile(log, linesOf(100, 140));
    await follower.settled();
    expect(follower.lines).toEqual([...numbers(1, 3), ...numbers(100, 140)]);
    await follower.stop();
  });
});

describe('a follower that is started again', () => {
  const first = async (): Promise<{ lines: string[]; position: LogPosition }> => {
    const follower = new Follower();
    await follower.settled();
    const position = await follower.stop();
    return { lines: follower.lines, position: JSON.parse(JSON.stringify(position)) };
  };

  it('goes on where it stopped', async () => {
    await writeFile(log, linesOf(1, 3));
    const { lines, position } = await first();
    await appendFile(log, linesOf(4, 5));
    const again = new Follower(position);
    await again.settled();
    expect([...lines, ...again.lines]).toEqual(numbers(1, 5));
    await again.stop();
  });
  it('finds what was rotated away meanwhile, however often', async () => {
    await writeFile(log, linesOf(1, 3));
    const { lines, position } = await first();
    await appendFile(log, linesOf(4, 5));
    await rename(log, `${log}.1`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await writeFile(log, linesOf(6, 7));
    await rename(`${log}.1`, `${log}.2`);
    await rename(log, `${log}.1`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await writeFile(`${log}.rejects.txt`, 'not a log\n');
    await writeFile(log, linesOf(8, 9));
    const again = new Follower(position);
    await again.settled();
    expect([...lines, ...again.lines]).toEqual(numbers(1, 9));
    await again.stop();
  });
  it('reads on where the log is renamed and nothing is there in its place yet', async () => {
    await writeFile(log, linesOf(1, 3));
    const { position } = await first();
    await rename(log, `${log}.1`);
    const again = new Follower(position);
    await appendFile(`${log}.1`, linesOf(4, 4));
    await again.settled();
    await writeFile(log, linesOf(5, 6));
    await again.settled();
    expect(again.lines).toEqual(numbers(4, 6));
    await again.stop();
  });
  it('says so when the rest of the old log is gone', async () => {
    await writeFile(log, linesOf(1, 3));
    const { position } = await first();
    await writeFile(log, linesOf(10, 12));
    const again = new Follower(position);
    await again.settled();
    expect(again.lines).toEqual(numbers(10, 12));
    expect(again.told).toHaveLength(1);
    await again.stop();
  });
});

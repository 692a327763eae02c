import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dayNumber } from '../../seeds/city/calendar.ts';
import { City } from '../../seeds/city/city.ts';
import { addSpan, gapsIn, ProgressStore, type Span } from '../../seeds/city/progress.ts';
import { type CityProgress, runCity, thirteenMonthsBefore } from '../../seeds/city/run.ts';
import { ManualClock } from '../../server/lib/clock.ts';

const IDENTITY = { seed: '311', size: 0.02, time_zone: 'America/Toronto' };
const SINCE = '2026-11-18';
const NOW = '2026-11-23T15:00:00Z';

/** A server that keeps the identities of what it is sent, and answers as the contract says. */
class Sink {
  readonly seen = new Map<string, number>();
  readonly batches: { readonly form: string; readonly count: number }[] = [];
  /** Answers the next posts with these statuses. */
  readonly refusals: number[] = [];
  readonly #server = http.createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => this.#answer(req, res, Buffer.concat(chunks).toString()));
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #answer(req: http.IncomingMessage, res: http.ServerResponse, text: string): void {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) {
      res.writeHead(refusal, { 'retry-after': '0' }).end('{"error":{}}');
      return;
    }
    const form = req.headers['content-type'] ?? '';
    const events = (
      form.includes('ndjson')
        ? text
            .trimEnd()
            .split('\n')
            .map((line) => JSON.parse(line))
        : JSON.parse(text)
    ) as { source: string; id: string; time: string }[];
    let accepted = 0;
    for (const { source, id, time } of events) {
      const key = `${source} ${id} ${time}`;
      const times = this.seen.get(key) ?? 0;
      if (times === 0) accepted += 1;
      this.seen.set(key, times + 1);
    }
    this.batches.push({ form, count: events.length });
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ accepted, duplicates: events.length - accepted, rejected: [] }));
  }
}

function expectedUntil(until: string, since = SINCE): number {
  const city = new City({ ...IDENTITY, since });
  let count = 0;
  for (let number = dayNumber(since); number <= dayNumber(until.slice(0, 10)); number++) {
    for (const { sent_us } of city.day(number)) if (sent_us < Date.parse(until) * 1000) count += 1;
  }
  return count;
}

describe('the client of the simulated city', () => {
  let sink: Sink;
  let url: string;
  let folder: string;
  beforeEach(async () => {
    sink = new Sink();
    url = await sink.listen();
    folder = await mkdtemp(join(tmpdir(), 'vigie-city-'));
  });
  afterEach(async () => {
    await sink.close();
    await rm(folder, { recursive: true });
  });

  /** Runs until `enough`, then stops as a signal would. */
  async function run(
    clock: ManualClock,
    enough: (progress: CityProgress) => boolean,
    more = {},
    since = SINCE,
  ): Promise<CityProgress[]> {
    const stop = new AbortController();
    const told: CityProgress[] = [];
    await runCity({
      ...IDENTITY,
      url,
      key: 'key',
      clock,
      speed: 1,
      from_us: null,
      history: true,
      progressStore: await ProgressStore.open(join(folder, 'progress.json'), IDENTITY, since),
      onProgress: (progress) => {
        told.push(progress);
        if (enough(progress)) stop.abort();
      },
      signal: stop.signal,
      ...more,
    });
    return told;
  }
  const historyDone = ({ phase }: CityProgress) => phase === 'live';

  it('sends today first, then every day once, and says how far it is', async () => {
    const told = await run(new ManualClock(NOW), historyDone);
    expect(told[0]).toMatchObject({ phase: 'today', done: 1, total: 6 });
    expect(told.at(-1)).toMatchObject({ phase: 'live', done: 6, total: 6, rejected: 0 });
    expect(sink.seen.size).toBe(expectedUntil(NOW));
    expect([...sink.seen.values()].every((times) => times === 1)).toBe(true);
  });

  it('a second start sends only the time it was off', async () => {
    await run(new ManualClock(NOW), historyDone);
    const later = '2026-11-25T18:30:00Z';
    const before = sink.seen.size;
    await run(new ManualClock(later), historyDone);
    expect(sink.seen.size).toBe(expectedUntil(later));
    expect(sink.seen.size).toBeGreaterThan(before);
    expect([...sink.seen.values()].every((times) => times === 1)).toBe(true);
  });

  it('a stop in the middle of the history loses nothing and ends the rest the next time', async () => {
    await run(new ManualClock(NOW), ({ done }) => done === 3);
    expect(sink.seen.size).toBeLessThan(expectedUntil(NOW));
    await run(new ManualClock(NOW), historyDone);
    expect(sink.seen.size).toBe(expectedUntil(NOW));
  });

  it('weeks behind go by what began on them, lives whole, and meet the days that go by what happened on them', async () => {
    const since = '2026-10-15';
    // Stopped in the middle of the weeks behind, and begun again three days later: the two ways still meet where they did.
    await run(new ManualClock(NOW), ({ done }) => done === 25, {}, since);
    const later = '2026-11-26T15:00:00Z';
    await run(new ManualClock(later), historyDone, {}, since);
    expect(sink.seen.size).toBe(expectedUntil(later, since));
    // A day that was on its way at the stop may be sent twice; no other.
    const twice = new Set([...sink.seen].flatMap(([key, times]) => (times > 1 ? [key] : [])));
    expect(twice.size).toBeLessThan(sink.seen.size / 10);
  });

  it('a server that is full or away is waited for, and each event is still there once', async () => {
    sink.refusals.push(503, 429, 500, 429);
    await run(new ManualClock(NOW), historyDone);
    expect(sink.seen.size).toBe(expectedUntil(NOW));
  });

  it('a wrong key ends the run with a reason', async () => {
    sink.refusals.push(401);
    await expect(run(new ManualClock(NOW), historyDone)).rejects.toThrow('401');
  });

  it('the present goes at its time, in small batches, also past midnight', async () => {
    const clock = new ManualClock('2026-11-24T04:50:00Z');
    const hours = ['2026-11-24T04:55:00Z', '2026-11-24T05:30:00Z', '2026-11-24T13:00:00Z'];
    const timer = setInterval(() => {
      const next = hours.shift();
      if (next) clock.set_us(Date.parse(next) * 1000);
    }, 700);
    const stop = new AbortController();
    const ended = setTimeout(() => stop.abort(), 4_000);
    await run(clock, () => false, { signal: stop.signal });
    clearInterval(timer);
    clearTimeout(ended);
    expect(sink.seen.size).toBe(expectedUntil('2026-11-24T13:00:00Z'));
    expect(sink.batches.some(({ form }) => form.includes('cloudevents-batch'))).toBe(true);
  });
});

describe('the progress of the city', () => {
  it('spans that touch become one, and gaps are what no span covers', () => {
    const spans = [
      [10, 20],
      [40, 50],
      [20, 25],
      [24, 30],
    ].reduce<Span[]>((all, span) => addSpan(all, span as unknown as Span), []);
    expect(spans).toEqual([
      [10, 30],
      [40, 50],
    ]);
    expect(gapsIn(spans, [0, 60])).toEqual([
      [0, 10],
      [30, 40],
      [50, 60],
    ]);
    expect(gapsIn(spans, [12, 28])).toEqual([]);
    expect(gapsIn(spans, [15, 45])).toEqual([[30, 40]]);
    expect(addSpan(spans, [35, 35])).toEqual(spans);
  });

  it('another city, or a file that cannot be read, begins anew; the first date stays', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-city-'));
    const path = join(folder, 'progress.json');
    const store = await ProgressStore.open(path, IDENTITY, '2025-10-23');
    store.cover([0, 100]);
    await Promise.all([store.save(), store.save()]);
    const again = await ProgressStore.open(path, IDENTITY, '2026-01-01');
    expect(again.since).toBe('2025-10-23');
    expect(again.gaps([0, 200])).toEqual([[100, 200]]);
    const other = await ProgressStore.open(path, { ...IDENTITY, seed: '312' }, '2026-01-01');
    expect(other.gaps([0, 200])).toEqual([[0, 200]]);
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, 40));
    expect((await ProgressStore.open(path, IDENTITY, '2026-01-01')).gaps([0, 200])).toEqual([[0, 200]]);
    await rm(folder, { recursive: true });
  });

  it('thirteen months before is a date that exists', () => {
    expect(thirteenMonthsBefore('2026-11-23')).toBe('2025-10-23');
    expect(thirteenMonthsBefore('2027-03-31')).toBe('2026-02-28');
    expect(thirteenMonthsBefore('2026-01-15')).toBe('2024-12-15');
  });
});

/**
 * The simulated city as a process: `node seeds/city/main.ts`, with the settings of the server in its environment.
 *
 *   VIGIE_URL, VIGIE_INGEST_KEY   the server, and a key that may send every event
 *   VIGIE_CITY_SEED, _SIZE        which city; VIGIE_TIME_ZONE where
 *   VIGIE_DATA                    folder of `city-progress.json`
 *   --speed N --from INSTANT      the present runs faster from an instant in the past (trials)
 *   --no-history                  today and the present only
 *   --out FILE --first DATE --last DATE   writes the events of these local days as NDJSON, oldest first; `-` is standard output
 *
 * Tells its progress by IPC (`{type:'progress', phase, done, total, events, rejected}`) when it is a child process.
 */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../server/config.ts';
import { localDate } from '../../server/domain/office-hours.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { messageOf } from '../../server/lib/errors.ts';
import { dayNumber } from './calendar.ts';
import { City } from './city.ts';
import { toLine } from './events.ts';
import { ProgressStore } from './progress.ts';
import { runCity, thirteenMonthsBefore } from './run.ts';

const OPTIONS = {
  out: { type: 'string' },
  first: { type: 'string' },
  last: { type: 'string' },
  speed: { type: 'string', default: '1' },
  from: { type: 'string' },
  history: { type: 'boolean', default: true },
} as const;

/** Events of local days as lines, a day at a time: the stream's reader sets the pace. */
function* linesOf(city: City, first: string, last: string): Generator<string> {
  for (let number = dayNumber(first); number <= dayNumber(last); number++) {
    const events = city.day(number);
    for (let at = 0; at < events.length; at += 1_000) {
      yield events
        .slice(at, at + 1_000)
        .map((event) => `${toLine(event)}\n`)
        .join('');
    }
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS, allowNegative: true });
  const config = loadConfig(process.env);
  const identity = { seed: String(config.city_seed), size: config.city_size, time_zone: config.time_zone };
  const today = localDate(systemClock.now_us(), config.time_zone);
  if (values.out !== undefined) {
    const first = values.first ?? today;
    const city = new City({ ...identity, since: thirteenMonthsBefore(first) });
    const target = values.out === '-' ? process.stdout : createWriteStream(values.out);
    await pipeline(Readable.from(linesOf(city, first, values.last ?? first)), target);
    return;
  }
  const stop = new AbortController();
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(event, () => stop.abort());
  await mkdir(config.data_dir, { recursive: true });
  const path = join(config.data_dir, 'city-progress.json');
  await runCity({
    ...identity,
    url: config.url,
    key: config.ingest_key ?? '',
    clock: systemClock,
    speed: Number(values.speed),
    from_us: values.from === undefined ? null : Date.parse(values.from) * 1000,
    history: values.history,
    progressStore: await ProgressStore.open(path, identity, thirteenMonthsBefore(today)),
    onProgress: (progress) => process.send?.(progress),
    signal: stop.signal,
  });
  // An open channel to the parent would keep the process alive.
  if (process.connected) process.disconnect();
}

main().catch((error: unknown) => {
  process.stderr.write(`The simulated city stopped: ${messageOf(error)}\n`);
  process.exit(1);
});

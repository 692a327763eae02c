/**
 * How fast the simulated city makes its events: a month of Montréal's size, newest day first, as lines ready to be sent. The limit is
 * what JSON.stringify alone needs for as many events of the same form in the same run.
 */
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { dayNumber } from '../../seeds/city/calendar.ts';
import { City } from '../../seeds/city/city.ts';
import { type CityEvent, toLine } from '../../seeds/city/events.ts';

const DAYS = 31;
const LAST = dayNumber('2026-03-31');

export interface CityBench {
  readonly events: number;
  readonly first_day_ms: number;
  readonly events_per_s: number;
  readonly stringify_per_s: number;
  /** Generation and serialisation, as a share of serialisation alone. */
  readonly ratio: number;
  readonly bytes_per_event: number;
  readonly heap_mb: number;
}

function stringifyRate(events: readonly CityEvent[]): number {
  const began = performance.now();
  let length = 0;
  for (const { id, source, type, time_us, subject, data } of events) {
    const time = new Date(time_us / 1000).toISOString();
    length += JSON.stringify({ specversion: '1.0', id, source, type, time, subject, data }).length;
  }
  if (length === 0) throw new Error('nothing was written');
  return (events.length / (performance.now() - began)) * 1000;
}

/** Runs the benchmark once. */
export function benchCity(): CityBench {
  const city = new City({ seed: '311', size: 1, time_zone: 'America/Toronto', since: '2025-01-01' });
  const start = performance.now();
  const sample = city.day(LAST);
  const first_day_ms = performance.now() - start;
  let events = 0;
  let bytes = 0;
  const began = performance.now();
  for (let number = LAST - 1; number > LAST - 1 - DAYS; number--) {
    for (const event of city.day(number)) {
      events += 1;
      bytes += toLine(event).length + 1;
    }
  }
  const events_per_s = (events / (performance.now() - began)) * 1000;
  const stringify_per_s = stringifyRate(sample);
  return {
    events,
    first_day_ms,
    events_per_s,
    stringify_per_s,
    ratio: events_per_s / stringify_per_s,
    bytes_per_event: bytes / events,
    heap_mb: process.memoryUsage().heapUsed / 1e6,
  };
}

if (import.meta.main) {
  const result = benchCity();
  const cpu = cpus();
  console.log(
    `city: ${DAYS} days of size 1, Node ${process.version}, ${cpu.length} × ${cpu[0]?.model.trim()}`,
  );
  console.log(`  first day alone          ${result.first_day_ms.toFixed(0)} ms`);
  console.log(
    `  made and written         ${Math.round(result.events_per_s).toLocaleString('en')} events/s (limit ≥ 150,000)`,
  );
  console.log(
    `  of JSON.stringify alone  ${result.ratio.toFixed(2)} (${Math.round(result.stringify_per_s).toLocaleString('en')}/s)`,
  );
  console.log(
    `  bytes an event ${result.bytes_per_event.toFixed(0)}, heap ${result.heap_mb.toFixed(0)} MB, events ${result.events}`,
  );
}

/** The server as a whole: a long import in flat memory, and how soon it serves again after a restart. */
import http from 'node:http';
import { Readable } from 'node:stream';
import { sampleCalls } from './sample.ts';
import { KEY, type ServerProcess, startServerProcess } from './server-process.ts';
import { type BenchRow, row } from './types.ts';

const database = process.env.DATABASE_URL ? 'native' : 'embedded';

/** Posts a stream of lines; resolves with the answer. */
function stream(server: ServerProcess, lines: AsyncIterable<string>): Promise<{ accepted: number }> {
  return new Promise((resolve, reject) => {
    const req = http.request(
      {
        port: server.port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/api/v1/events',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/x-ndjson' },
      },
      async (res) => {
        let body = '';
        for await (const chunk of res.setEncoding('utf8')) body += chunk;
        if (res.statusCode === 200) resolve(JSON.parse(body) as { accepted: number });
        else reject(new Error(`${res.statusCode}: ${body}`));
      },
    );
    req.on('error', reject);
    Readable.from(lines).pipe(req);
  });
}
async function* blocks(count: number, end_ms: number, span_s: number): AsyncIterable<string> {
  const BLOCK = 5_000;
  for (let at = 0; at < count; at += BLOCK) {
    const block_end_ms = end_ms - ((count - at - BLOCK) / count) * span_s * 1000;
    const events = sampleCalls(BLOCK, block_end_ms, (span_s * BLOCK) / count);
    yield `${events.map((event) => JSON.stringify(event)).join('\n')}\n`;
  }
}

/** A stream of a million events: the peak of the server's memory after the first tenth, and after all of it. */
export async function benchImport(): Promise<BenchRow[]> {
  const count = Number(process.env.BENCH_IMPORT_EVENTS ?? 1_000_000);
  const server = await startServerProcess();
  try {
    const day_ms = 86_400_000;
    await stream(server, blocks(count / 10, Date.now() - 60 * day_ms, 86_400));
    const early = server.peakBytes();
    const began = performance.now();
    const { accepted } = await stream(server, blocks(count, Date.now() - 30 * day_ms, 7 * 86_400));
    const seconds = (performance.now() - began) / 1000;
    if (accepted !== count) throw new Error(`${accepted} of ${count} were accepted`);
    const peak = server.peakBytes();
    const configuration = `${database}, ${count} events as x-ndjson in ${seconds.toFixed(0)} s; peak ${(peak / 2 ** 20).toFixed(0)} MiB, ${(early / 2 ** 20).toFixed(0)} MiB after a tenth as many`;
    return [row('memory of an import', peak / early, 'at_most', 1.25, '× after a tenth', configuration)];
  } finally {
    await server.remove();
  }
}

/** From the start of the process to readiness with a day of 30,000 calls, beyond the same with an empty day. */
export async function benchRestart(): Promise<BenchRow[]> {
  let server = await startServerProcess({ VIGIE_TIME_ZONE: 'UTC' });
  try {
    server = await server.restart();
    const empty_ms = server.ready_ms;
    const hours = Math.max(1, new Date().getUTCHours() + 11);
    await stream(server, blocks(120_000, Date.now() - 60_000, hours * 3_600));
    server = await server.restart();
    const beyond_ms = server.ready_ms - empty_ms;
    const configuration = `${database}, 30,000 calls of the day (120,000 events); ready in ${server.ready_ms.toFixed(0)} ms, empty ${empty_ms.toFixed(0)} ms`;
    return [row('readiness beyond opening', beyond_ms, 'at_most', 3_000, 'ms', configuration)];
  } finally {
    await server.remove();
  }
}

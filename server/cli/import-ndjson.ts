/** `vigie import ndjson`: events, one a line, of any number, in flat memory. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { type Line, LineCutter } from '../ingest/ndjson.ts';
import { Client } from './client.ts';
import { type CommandContext, UsageError } from './command.ts';
import { Progress, percent } from './progress.ts';
import { type Reject, RejectsFile } from './rejects.ts';

export const NDJSON_HELP = `vigie import ndjson FILE…

Sends events, one CloudEvent in JSON a line, to the server (VIGIE_URL, VIGIE_INGEST_KEY).
Sending a file again changes nothing. What could not go in is in FILE.rejects.txt, with reasons.

  --rejects FILE       another place for it`;

/** Lines of one request; at most as many as the server lists rejections of. */
const SEGMENT_LINES = 1_000;
const SEGMENT_LENGTH = 4 * 1_048_576;
/** While one is stored, the next one is on its way. */
const IN_FLIGHT_MAX = 2;
const PATIENCE_S = 300;

interface Totals {
  accepted: number;
  duplicates: number;
  rejected: number;
}

class Uploader {
  readonly totals: Totals = { accepted: 0, duplicates: 0, rejected: 0 };
  readonly #client: Client;
  readonly #rejects: RejectsFile;
  readonly #in_flight = new Set<Promise<void>>();
  #segment: Line[] = [];
  #length = 0;
  #fault: unknown;

  constructor(client: Client, rejects: RejectsFile) {
    this.#client = client;
    this.#rejects = rejects;
  }

  async add(lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      if (line.kind === 'too_long') {
        await this.#reject([
          { line: line.index + 1, reason: 'the line is longer than 256 KiB', text: line.text },
        ]);
        continue;
      }
      this.#segment.push(line);
      this.#length += line.text.length;
      if (this.#segment.length >= SEGMENT_LINES || this.#length >= SEGMENT_LENGTH) await this.#launch();
    }
  }

  async finish(): Promise<void> {
    if (this.#segment.length > 0) await this.#launch();
    await Promise.all(this.#in_flight);
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #launch(): Promise<void> {
    const segment = this.#segment;
    this.#segment = [];
    this.#length = 0;
    const sending = this.#send(segment).catch((error: unknown) => {
      this.#fault ??= error;
    });
    this.#in_flight.add(sending);
    void sending.then(() => this.#in_flight.delete(sending));
    if (this.#in_flight.size >= IN_FLIGHT_MAX) await Promise.race(this.#in_flight);
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #send(segment: readonly Line[]): Promise<void> {
    const answer = await this.#client.postLines(segment.map(({ text }) => `${text}\n`).join(''));
    this.totals.accepted += answer.accepted;
    this.totals.duplicates += answer.duplicates;
    await this.#reject(
      answer.rejected.map(({ index, message }) => {
        const { index: line, text } = segment[index]!;
        return { line: line + 1, reason: message, text };
      }),
    );
  }

  async #reject(rejects: readonly Reject[]): Promise<void> {
    this.totals.rejected += rejects.length;
    await this.#rejects.add(rejects);
  }
}

export async function importNdjson(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rejects: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    context.out(NDJSON_HELP);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('import ndjson: which file?');
  const { url, ingest_key } = loadConfig(context.env);
  let complete = true;
  for (const path of positionals) {
    const progress = new Progress(context);
    const tell = (what: string): void => progress.tell(what);
    const client = new Client({ url, key: ingest_key, signal: context.signal, patience_s: PATIENCE_S, tell });
    const rejects = new RejectsFile(values.rejects ?? `${path}.rejects.txt`, { append: false });
    const { totals } = await upload(path, new Uploader(client, rejects), rejects, progress);
    const { accepted, duplicates, rejected } = totals;
    context.out(
      `${basename(path)}: ${accepted} accepted, ${duplicates} duplicates, ${rejected} rejected, in ${progress.elapsed_s.toFixed(1)} s`,
    );
    if (rejected > 0) context.err(`${rejected} could not go in: see ${rejects.path}`);
    complete &&= rejected === 0;
  }
  return complete ? 0 : 1;
}

async function upload(
  path: string,
  uploader: Uploader,
  rejects: RejectsFile,
  progress: Progress,
): Promise<Uploader> {
  const { size } = await stat(path);
  const cutter = new LineCutter();
  let read_bytes = 0;
  await rejects.begin();
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 262_144 })) {
      read_bytes += (chunk as Buffer).length;
      await uploader.add(cutter.push(chunk as Buffer));
      progress.at(
        () => `${basename(path)}: ${percent(read_bytes, size)}, ${uploader.totals.accepted} accepted`,
      );
    }
    await uploader.add(cutter.end());
    await uploader.finish();
    return uploader;
  } finally {
    progress.end();
    await rejects.close();
  }
}

/** What every import of a file does: lines of events are sent in segments, and each that does not go in is told with its line. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { loadConfig } from '../config.ts';
import type { IngestAnswer } from '../ingest/intake.ts';
import { VigieError } from '../lib/errors.ts';
import { Client } from './client.ts';
import type { CommandContext } from './command.ts';
import { Progress, percent } from './progress.ts';
import { type Reject, RejectsFile } from './rejects.ts';

/** Lines of one request; at most as many as the server lists rejections of. */
const SEGMENT_LINES = 1_000;
const SEGMENT_LENGTH = 4 * 1_048_576;
/** While one is stored, the next one is on its way. */
const IN_FLIGHT_MAX = 8;
/** An import gives up on a server that is away after this long, s. */
const PATIENCE_S = 300;
const CHUNK_BYTES = 262_144;

const FILE_FAULTS = new Set([
  'file_empty',
  'wrong_columns',
  'not_utf8',
  'not_georeport',
  'xml_refused',
  'json_refused',
]);

/** Where events come from: a line of the file, or the first of several. */
export interface Origin {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}
interface Segment {
  readonly bodies: string[];
  readonly origins: Origin[];
  readonly rejects: Reject[];
  length: number;
}
interface Sent {
  readonly segment: Segment;
  readonly answer: Promise<IngestAnswer | null>;
}

const emptySegment = (): Segment => ({ bodies: [], origins: [], rejects: [], length: 0 });

/** Sends events, and keeps account of them. What is told of segments is told in the order of the file. */
export class Uploader {
  readonly totals = { accepted: 0, duplicates: 0, rejected: 0 };
  /** Lines of which something did not go in. */
  lines_rejected = 0;
  /** All up to this line is stored or told. */
  stored_line = 0;
  readonly #client: Client;
  readonly #rejects: RejectsFile;
  readonly #in_flight: Sent[] = [];
  #segment = emptySegment();
  #last_rejected_line = 0;

  constructor(client: Client, rejects: RejectsFile) {
    this.#client = client;
    this.#rejects = rejects;
  }

  /** Takes what one line means: events, each as a line of JSON. Resolves when there is room for more. */
  async add(origin: Origin, bodies: readonly string[]): Promise<void> {
    if (this.#segment.bodies.length + bodies.length > SEGMENT_LINES) await this.#launch();
    const segment = this.#segment;
    for (const body of bodies) {
      segment.bodies.push(body);
      segment.origins.push(origin);
      segment.length += body.length;
    }
    if (segment.length >= SEGMENT_LENGTH) await this.#launch();
  }

  /** Tells of a line that cannot be sent, in its turn. */
  async reject(origin: Origin, reason: string): Promise<void> {
    this.#segment.rejects.push({ ...origin, reason });
    if (this.#segment.rejects.length >= SEGMENT_LINES) await this.#launch();
  }

  async finish(): Promise<void> {
    await this.#launch();
    while (this.#in_flight.length > 0) await this.#settle();
  }

  async #launch(): Promise<void> {
    const segment = this.#segment;
    this.#segment = emptySegment();
    const lines = segment.bodies.map((body) => `${body}\n`).join('');
    const answer = segment.bodies.length > 0 ? this.#client.postLines(lines) : Promise.resolve(null);
    // Awaited in its turn; until then a failure is nobody's fault but its own.
    answer.catch(() => {});
    this.#in_flight.push({ segment, answer });
    if (this.#in_flight.length >= IN_FLIGHT_MAX) await this.#settle();
  }

  /** Waits for the oldest segment on its way. */
  async #settle(): Promise<void> {
    const { segment, answer } = this.#in_flight.shift()!;
    const told = await answer;
    const rejects = [...segment.rejects];
    if (told) {
      this.totals.accepted += told.accepted;
      this.totals.duplicates += told.duplicates;
      this.totals.rejected += told.rejected.length;
      for (const { index, message } of told.rejected)
        rejects.push({ ...segment.origins[index]!, reason: message });
    }
    rejects.sort((a, b) => a.line - b.line);
    for (const { line } of rejects) {
      if (line !== this.#last_rejected_line) this.lines_rejected += 1;
      this.#last_rejected_line = line;
    }
    await this.#rejects.add(rejects);
    const last = segment.origins.at(-1)?.line ?? 0;
    this.stored_line = Math.max(this.stored_line, last, segment.rejects.at(-1)?.line ?? 0);
  }
}

export interface FileImport {
  readonly context: CommandContext;
  readonly path: string;
  /** Another place for what could not go in. */
  readonly rejects: string | undefined;
  /** Reads the file's pieces and gives what they mean to the uploader. */
  readonly read: (chunks: AsyncIterable<Buffer>, uploader: Uploader) => Promise<void>;
  /** What is said at the end. */
  readonly summary: (uploader: Uploader) => string;
}

/** @returns whether all of the file went in. */
export async function importFile(work: FileImport): Promise<boolean> {
  const { context, path } = work;
  const { url, ingest_key } = loadConfig(context.env);
  const progress = new Progress(context);
  const tell = (what: string): void => progress.tell(what);
  const client = new Client({ url, key: ingest_key, signal: context.signal, patience_s: PATIENCE_S, tell });
  const rejects = new RejectsFile(work.rejects ?? `${path}.rejects.txt`, { append: false });
  const uploader = new Uploader(client, rejects);
  const { size } = await stat(path);
  let read_bytes = 0;
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      read_bytes += (chunk as Buffer).length;
      yield chunk as Buffer;
      const { accepted } = uploader.totals;
      progress.at(() => `${basename(path)}: ${percent(read_bytes, size)}, ${accepted} accepted`);
    }
  }
  await rejects.begin();
  try {
    await work.read(chunks(), uploader);
    await uploader.finish();
  } catch (error) {
    if (uploader.stored_line > 0) {
      tell(
        `${basename(path)}: stopped. All up to line ${uploader.stored_line} is in; what is in is not doubled when the file is imported again.`,
      );
    }
    // What is wrong with the file itself does not know its name.
    if (error instanceof VigieError && FILE_FAULTS.has(error.code)) {
      throw new VigieError(error.code, `${path}: ${error.message}`, { cause: error });
    }
    throw error;
  } finally {
    progress.end();
    await rejects.close();
  }
  context.out(`${work.summary(uploader)}, in ${progress.elapsed_s.toFixed(1)} s`);
  if (rejects.count > 0) context.err(`${rejects.count} could not go in: see ${rejects.path}`);
  return rejects.count === 0;
}

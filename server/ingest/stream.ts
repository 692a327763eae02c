/** `application/x-ndjson`: events read, checked and stored as they arrive, with memory bounded and the sender slowed. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { messageOf, VigieError } from '../lib/errors.ts';
import { bodyError, bodyStream, IDLE_MS_MAX, tooSlow } from '../lib/http-body.ts';
import { jsonFault } from '../lib/json-fault.ts';
import type { Intake } from './intake.ts';
import { LINE_BYTES_MAX, type Line, LineCutter } from './ndjson.ts';

const SLICE_ROWS = 1_000;
/** Beyond this a slice is full, whatever its number of lines, UTF-16 units. */
const SLICE_LENGTH = 1_048_576;
/** While one slice is being committed, the next one is read and checked. */
const SLICES_IN_FLIGHT_MAX = 2;
/** A stream is not turned away when the server is full: it waits, and its sender with it. */
const FULL_PATIENCE_MS = 30_000;

/** How a stream ended. */
export interface StreamEnd {
  /** Why not all was stored; undefined when all was. */
  readonly error?: VigieError;
  /** From this line (from 0) on, something may not be stored: sending again from here completes it. */
  readonly resume_at_line: number;
}

interface SliceInFlight {
  readonly first_line: number;
  readonly done: Promise<void>;
}

class StreamReader {
  readonly #intake: Intake;
  readonly #cutter = new LineCutter();
  readonly #in_flight: SliceInFlight[] = [];
  #lines = 0;
  #slice_first_line = 0;
  #slice_length = 0;
  #stored_any = false;
  #failed_line: number | undefined;
  #error: VigieError | undefined;

  constructor(intake: Intake) {
    this.#intake = intake;
  }

  get end(): StreamEnd {
    const resume_at_line = this.#failed_line ?? this.#lines;
    return this.#error === undefined ? { resume_at_line } : { error: this.#error, resume_at_line };
  }
  get failed(): boolean {
    return this.#error !== undefined;
  }

  fail(error: VigieError, line: number = this.#lines): void {
    this.#error ??= error;
    this.#failed_line = Math.min(this.#failed_line ?? line, line);
  }

  /** Nothing more has come for a moment: what is there is stored without waiting for a full slice. */
  async pause(): Promise<void> {
    await this.#store();
  }
  async push(chunk: Buffer): Promise<void> {
    await this.#take(this.#cutter.push(chunk));
  }
  /** @param whole the body came to its proper end, so that a last line without a newline is a line. */
  async finish(whole: boolean): Promise<void> {
    if (whole) await this.#take(this.#cutter.end());
    await this.#store();
    await Promise.all(this.#in_flight.map(({ done }) => done));
  }

  async #take(lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      if (this.failed) return;
      this.#check(line);
      this.#lines = line.index + 1;
      this.#slice_length += line.text.length;
      if (this.#intake.slice_rows >= SLICE_ROWS || this.#slice_length >= SLICE_LENGTH) await this.#store();
    }
  }

  #check(line: Line): void {
    const { text, index } = line;
    if (line.kind === 'too_long') {
      const limit = `${LINE_BYTES_MAX / 1024} KiB`;
      this.#intake.reject(
        'line_too_long',
        `The line exceeds ${limit}; an event is much smaller.`,
        index,
        null,
        text,
      );
      return;
    }
    if (line.kind === 'not_utf8') {
      this.#intake.reject('not_utf8', 'The line is not UTF-8.', index, null, text);
      return;
    }
    let raw: unknown;
    try {
      raw = JSON.parse(text);
    } catch {
      const fault = jsonFault(text);
      const place = fault ? ` at column ${fault.column}: expected ${fault.expected}` : '';
      this.#intake.reject('line_not_json', `The line is not JSON${place}.`, index, null, text);
      return;
    }
    this.#intake.add(raw, index, !text.includes('\\u'), text);
  }

  async #store(): Promise<void> {
    const first_line = this.#slice_first_line;
    this.#slice_first_line = this.#lines;
    this.#slice_length = 0;
    if (this.#intake.slice_rows === 0) return;
    if (!this.#stored_any && this.#intake.slice_forbidden) {
      const entry = this.#intake.last_entry;
      this.fail(
        new VigieError(entry?.code ?? 'not_allowed', entry?.message ?? '', { status: 403 }),
        first_line,
      );
      return;
    }
    this.#stored_any = true;
    const done = this.#intake.store(FULL_PATIENCE_MS).catch((error: unknown) => {
      this.fail(
        error instanceof VigieError ? error : new VigieError('internal', messageOf(error)),
        first_line,
      );
    });
    const slice = { first_line, done };
    this.#in_flight.push(slice);
    void done.then(() => this.#in_flight.splice(this.#in_flight.indexOf(slice), 1));
    if (this.#in_flight.length >= SLICES_IN_FLIGHT_MAX) {
      await Promise.race(this.#in_flight.map((other) => other.done));
    }
  }
}

/** A sender that goes on for ever has its events stored when it draws breath, ms. */
const BREATH_MS = 50;

type Step = IteratorResult<unknown, unknown>;

/** The step if it comes within the time, or undefined. */
function within(step: Promise<Step>, time_ms: number): Promise<Step | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), time_ms);
    step.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function readChunks(stream: Readable, reader: StreamReader): Promise<void> {
  const chunks = stream.iterator({ destroyOnReturn: false });
  while (!reader.failed) {
    const next = chunks.next();
    let step = await within(next, BREATH_MS);
    if (step === undefined) {
      await reader.pause();
      step = await within(next, IDLE_MS_MAX);
    }
    if (step === undefined) {
      // The read that is still open ends with the connection, when nobody waits for it any more.
      next.catch(() => undefined);
      throw tooSlow();
    }
    if (step.done) return;
    await reader.push(step.value as Buffer);
  }
  // Lets go of the stream: as long as it is read by steps, what is left of a refused body could not drain away, and
  // the next request on its connection would never be read.
  await chunks.return?.();
}

/** Reads a request's stream to its end, or to the first thing that stops it. Never throws. */
export async function readStream(req: IncomingMessage, intake: Intake): Promise<StreamEnd> {
  const reader = new StreamReader(intake);
  let stream: Readable = req;
  try {
    stream = bodyStream(req);
    await readChunks(stream, reader);
  } catch (error) {
    reader.fail(bodyError(error));
  }
  // What was read whole before a break is stored, as it would have been a moment later.
  await reader.finish(!reader.failed);
  if (stream !== req) {
    req.unpipe();
    stream.on('error', () => undefined).destroy();
  }
  return reader.end;
}

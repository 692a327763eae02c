/** The server as the command line sees it: over HTTP, like any other client. */
import type { IngestAnswer } from '../ingest/intake.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import { pause } from './command.ts';

export interface ClientOptions {
  readonly url: string;
  readonly key: string | null;
  readonly signal: AbortSignal;
  /** How long a server that is full, away or broken is tried again, s; Infinity for ever. */
  readonly patience_s: number;
  /** Told when waiting begins, and why. */
  readonly tell?: (what: string) => void;
}

const BATCH = 'application/cloudevents-batch+json';
const STREAM = 'application/x-ndjson';
const TIMEOUT_MS = 120_000;
const PAUSE_MS_MIN = 250;
const PAUSE_MS_MAX = 10_000;
/** The server may be well again: 408 too slow, 429 full, 502–504 a proxy or the database. 500 is a fault of ours. */
const PASSING = new Set([408, 429, 502, 503, 504]);

export class Client {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Sends events, at most 10,000. Sent twice they change nothing, so whatever fails in passing is sent again whole. */
  postEvents(events: readonly unknown[]): Promise<IngestAnswer> {
    return this.#persist('/api/v1/events', BATCH, JSON.stringify(events));
  }

  /** Sends lines of NDJSON. The answer's `index` counts these lines, from 0. */
  postLines(lines: string): Promise<IngestAnswer> {
    return this.#persist('/api/v1/events', STREAM, lines);
  }

  /** One request, without patience. @returns the parsed body, undefined when there is none. */
  async request(method: string, path: string, body?: unknown, timeout_ms = TIMEOUT_MS): Promise<unknown> {
    const response = await this.#fetch(
      method,
      path,
      'application/json',
      body === undefined ? undefined : JSON.stringify(body),
      timeout_ms,
    );
    return this.#read(response);
  }

  /** What the server sends as a file, as it arrives. */
  async download(path: string, timeout_ms = TIMEOUT_MS): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#fetch('GET', path, 'application/json', undefined, timeout_ms);
    if (response.ok && response.body) return response.body;
    await this.#read(response);
    throw new VigieError('bad_answer', `${this.#options.url} sent an empty file.`);
  }

  async #persist(path: string, type: string, body: string): Promise<IngestAnswer> {
    const { patience_s, tell, signal } = this.#options;
    const give_up_at = performance.now() + patience_s * 1000;
    for (let pause_ms = PAUSE_MS_MIN; ; pause_ms = Math.min(pause_ms * 2, PAUSE_MS_MAX)) {
      try {
        return (await this.#read(await this.#fetch('POST', path, type, body))) as IngestAnswer;
      } catch (error) {
        if (!(error instanceof VigieError) || !isPassing(error) || signal.aborted) throw error;
        const wait_ms = Math.max(pause_ms, (error.retry_after_s ?? 0) * 1000) * (0.75 + Math.random() / 2);
        if (performance.now() + wait_ms > give_up_at) throw error;
        tell?.(`${error.message} Trying again in ${(wait_ms / 1000).toFixed(1)} s.`);
        await pause(wait_ms, signal);
      }
    }
  }

  async #fetch(
    method: string,
    path: string,
    type: string,
    body?: string | undefined,
    timeout_ms = TIMEOUT_MS,
  ): Promise<Response> {
    const { url, key, signal } = this.#options;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (key !== null) headers.authorization = `Bearer ${key}`;
    if (body !== undefined) headers['content-type'] = type;
    const timeout = AbortSignal.timeout(timeout_ms);
    try {
      return await fetch(`${url}${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.any([signal, timeout]),
      });
    } catch (error) {
      if (signal.aborted) throw new VigieError('interrupted', 'Interrupted.', { cause: error });
      throw unreachableServer(url, error);
    }
  }

  async #read(response: Response): Promise<unknown> {
    const { url } = this.#options;
    const text = await response.text().catch((error: unknown) => {
      throw unreachableServer(url, error);
    });
    const body = text === '' ? undefined : parsed(text);
    if (response.ok && (body !== undefined || response.status === 204)) return body;
    const told = errorOf(body);
    const message = told?.message ?? `${url} answered ${response.status} ${response.statusText}.`;
    const hint = response.status === 401 ? ' Set VIGIE_INGEST_KEY to a key the server accepts.' : '';
    const retry_after_s = Number(response.headers.get('retry-after') ?? Number.NaN);
    throw new VigieError(told?.code ?? 'bad_answer', message + hint, {
      status: response.status,
      ...(Number.isFinite(retry_after_s) ? { retry_after_s } : {}),
    });
  }
}

const isPassing = (error: VigieError): boolean =>
  error.code === 'server_unreachable' || PASSING.has(error.status);

function unreachableServer(url: string, error: unknown): VigieError {
  const cause = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
  return new VigieError('server_unreachable', `${url} cannot be reached (${cause || 'no connection'}).`, {
    cause: error,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(body: unknown): { code: string; message: string } | undefined {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, message } = error as Record<string, unknown>;
  return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined;
}

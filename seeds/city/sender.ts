/** Sends events to the public event endpoint, as any other client would: it waits when told to, and sends again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { VigieError } from '../../server/lib/errors.ts';

export interface SenderOptions {
  /** Base URL of the server. */
  readonly url: string;
  readonly key: string;
  readonly signal: AbortSignal;
}
export interface SendResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}
/** How events travel: a stream is the past being filled in, a batch tells the present. */
export type Form = 'stream' | 'batch';

const CONTENT_TYPE: Record<Form, string> = {
  stream: 'application/x-ndjson',
  batch: 'application/cloudevents-batch+json',
};
const WAIT_MS_MIN = 250;
const WAIT_MS_MAX = 10_000;
const POST_MS_MAX = 120_000;

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function resultOf(value: unknown): SendResult {
  const answer = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { accepted, duplicates, rejected, rejected_total } = answer;
  if (!isCount(accepted) || !isCount(duplicates) || !Array.isArray(rejected)) {
    throw new VigieError(
      'answer_unreadable',
      'The server answered something that is not an account of events.',
    );
  }
  return { accepted, duplicates, rejected: isCount(rejected_total) ? rejected_total : rejected.length };
}

export class Sender {
  readonly #options: SenderOptions;
  readonly #endpoint: string;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#endpoint = new URL('/api/v1/events', options.url).href;
  }

  /**
   * Resolves when the server has committed the events. A server that is full, away or restarting is waited for, for as
   * long as it takes: an event sent twice changes nothing.
   * @throws VigieError when sending again would be useless: the key is wrong, or the server does not understand.
   */
  async send(lines: readonly string[], form: Form): Promise<SendResult> {
    const body = form === 'stream' ? `${lines.join('\n')}\n` : `[${lines.join(',')}]`;
    for (let wait_ms = WAIT_MS_MIN; ; wait_ms = Math.min(WAIT_MS_MAX, wait_ms * 2)) {
      const answer = await this.#post(body, form);
      if ('done' in answer) return answer.done;
      const told_ms = answer.retry_after_s === null ? wait_ms : answer.retry_after_s * 1000;
      await sleep(Math.min(60_000, told_ms), undefined, { signal: this.#options.signal });
    }
  }

  async #post(body: string, form: Form): Promise<{ done: SendResult } | { retry_after_s: number | null }> {
    const { key, signal } = this.#options;
    let response: Response;
    try {
      response = await fetch(this.#endpoint, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': CONTENT_TYPE[form] },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(POST_MS_MAX)]),
      });
      if (response.ok) return { done: resultOf(await response.json()) };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof VigieError) throw error;
      return { retry_after_s: null };
    }
    const text = (await response.text().catch(() => '')).slice(0, 500);
    if (response.status !== 429 && response.status < 500) {
      const { status } = response;
      throw new VigieError('refused', `The server refused the events: ${status} ${text}`, { status });
    }
    const told = response.headers.get('retry-after');
    const retry_after_s = told === null ? Number.NaN : Number(told);
    return { retry_after_s: Number.isFinite(retry_after_s) ? Math.max(0.05, retry_after_s) : null };
  }
}

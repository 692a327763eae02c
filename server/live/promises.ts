/**
 * Follows the city's promises: when somebody changes a service, a calendar or a policy, on this server or on another one, every open
 * request is counted anew. What was settled keeps what held then.
 */
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import type { CommittedBatch } from '../store/events.types.ts';

/** What the service needs of the store. */
export interface PromiseSource {
  /** Grows with every change of the promises. */
  revision(): Promise<number>;
  /** Reads them; what is counted from then on is counted by them. @returns their revision */
  load(): Promise<number>;
  /** By which revision all open requests were counted last; null: by none. */
  counted(): Promise<number | null>;
  setCounted(revision: number): Promise<void>;
  /** Counts all open requests anew, a part after the other, and gives all of them. */
  again(): AsyncIterable<CommittedBatch>;
}

export interface PromiseWatchOptions {
  readonly source: PromiseSource;
  /** The revision that was loaded at the start. */
  readonly loaded: number;
  readonly onCounted: (batch: CommittedBatch) => unknown;
  readonly logger: Logger;
  readonly poll_ms?: number;
}

const POLL_MS = 5_000;

export class PromiseWatch implements Service {
  readonly name = 'promises';
  readonly #options: PromiseWatchOptions;
  #loaded: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #stopping = false;

  constructor(options: PromiseWatchOptions) {
    this.#options = options;
    this.#loaded = options.loaded;
  }

  async start(): Promise<void> {
    this.#stopping = false;
    const poll = (): void => {
      this.#running ??= this.look()
        .catch((error: unknown) =>
          this.#options.logger.warn({ error: messageOf(error) }, 'the promises cannot be read'),
        )
        .finally(() => {
          this.#running = null;
        });
    };
    this.#timer = setInterval(poll, this.#options.poll_ms ?? POLL_MS);
    this.#timer.unref();
    poll();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Reads what has changed, and counts anew what was counted by other promises. */
  async look(): Promise<void> {
    const { source, onCounted, logger } = this.#options;
    const changed = (await source.revision()) !== this.#loaded;
    if (changed) this.#loaded = await source.load();
    // Also when another server has counted by them already: what this one wrote since then was by the old ones.
    if (!changed && (await source.counted()) === this.#loaded) return;
    let requests = 0;
    for await (const batch of source.again()) {
      requests += batch.projected?.requests.length ?? 0;
      await onCounted(batch);
      // What is left is counted after the next start.
      if (this.#stopping) return;
    }
    await source.setCounted(this.#loaded);
    if (requests > 0) logger.info({ requests, revision: this.#loaded }, 'open requests were counted anew');
  }
}

/** Notices when the database goes away and comes back, so that screens and `/readyz` say so within seconds. */
import type { Service } from '../lib/service.ts';
import type { Database } from './database.ts';

export interface DatabaseWatchOptions {
  readonly db: Database;
  readonly onChange: (state: 'up' | 'down') => void;
  readonly every_ms?: number;
  /** A native database that does not answer within this time is away. */
  readonly patience_ms?: number;
}

export class DatabaseWatch implements Service {
  readonly name = 'database watch';
  readonly #options: Required<DatabaseWatchOptions>;
  #state: 'up' | 'down' = 'up';
  #timer: NodeJS.Timeout | undefined;
  #stopped = true;

  constructor(options: DatabaseWatchOptions) {
    // The embedded database has one connection, on which a refresh of history may take seconds: it is busy, not away.
    const patience_ms = options.db.kind === 'embedded' ? 120_000 : 3_000;
    this.#options = { every_ms: 2_000, patience_ms, ...options };
  }

  get state(): 'up' | 'down' {
    return this.#state;
  }

  async start(): Promise<void> {
    this.#stopped = false;
    this.#timer = setTimeout(() => void this.#look(), this.#options.every_ms);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const state = (await this.#answers()) ? 'up' : 'down';
    if (this.#stopped) return;
    if (state !== this.#state) {
      this.#state = state;
      this.#options.onChange(state);
    }
    this.#timer = setTimeout(() => void this.#look(), this.#options.every_ms);
  }

  async #answers(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), this.#options.patience_ms);
    });
    const answer = this.#options.db.query('SELECT 1').then(
      () => true,
      () => false,
    );
    const answered = await Promise.race([answer, late]);
    clearTimeout(timer);
    return answered;
  }
}

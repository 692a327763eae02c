/**
 * Turns history into columns while it is being filled in. The columnstore policy runs twice a day, which is right for the present; a
 * history of thirteen months that arrives in minutes would meanwhile take several times its room. Embedded only: a
 * server has workers of its own and disk to spare.
 */
import Type from 'typebox';
import { FAMILIES } from '../contract/event-types.ts';
import { type Clock, isoOf } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import type { Database } from './database.ts';
import { loadSql, one, zeroOrOne } from './sql.ts';

const Name = Type.Object({ name: Type.String() });
const sql = loadSql(import.meta.url, { settled_chunks: zeroOrOne(Name), compress: one(Name) });

const POLL_MS = 1_500;
/** The window in which late events arrive; the same as the policies'. */
const LATE_US = 14 * 86_400_000_000;
/** A chunk that nothing was written to for so long is taken as filled. */
const QUIET_US = 20_000_000;
/** History comes day by day: what lies within a day of the last writing may still be written to. */
const MARGIN = '1 day';
/** Nearly all requests are settled within it. */
const LIFE = '110 days';

export interface ColumnstoreOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class Columnstore implements Service {
  readonly name = 'columnstore';
  readonly #options: ColumnstoreOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;

  constructor(options: ColumnstoreOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#options.db.kind === 'native') return;
    this.#timer = setInterval(() => {
      this.#running ??= this.#poll().finally(() => {
        this.#running = null;
      });
    }, POLL_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  async #poll(): Promise<void> {
    try {
      await this.compressNext();
    } catch (error) {
      this.#options.logger.error({ error: messageOf(error) }, 'a chunk could not be turned into columns');
    }
  }

  /** Turns one chunk into columns; gives its name, or null when none is ready. Others wait while it runs, about a second. */
  async compressNext(): Promise<string | null> {
    const { db, clock, logger } = this.#options;
    const began_us = clock.now_us();
    const chunk = await sql.settled_chunks(db, {
      tables: [...FAMILIES.map((family) => `${family}_event`), 'backlog_move', 'deadline_event'],
      older_than: isoOf(began_us - LATE_US),
      quiet_since: isoOf(began_us - QUIET_US),
      margin: MARGIN,
      life: LIFE,
    });
    if (chunk === null) return null;
    await sql.compress(db, { name: chunk.name });
    logger.debug(
      { chunk: chunk.name, took_ms: (clock.now_us() - began_us) / 1000 },
      'chunk turned into columns',
    );
    return chunk.name;
  }
}

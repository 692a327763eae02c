/**
 * Runs the due jobs of an embedded database (refreshing aggregates, compressing, dropping what is past its retention): that
 * build has no background workers. On a TimescaleDB server its own workers do it, and this service does nothing.
 *
 * There is one connection, so a job makes everybody wait: jobs run one at a time, when nobody else wants the
 * connection, unless a job has been overdue for so long that it must come first.
 */
import Type from 'typebox';
import { type Clock, isoOf } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import type { Database } from './database.ts';
import { loadSql, many, none } from './sql.ts';

const sql = loadSql(import.meta.url, {
  select_due: many(
    Type.Object({
      job_id: Type.Integer(),
      procedure: Type.String(),
      table_name: Type.String(),
      overdue_s: Type.Number(),
    }),
  ),
  record_start: none,
  run: none,
  record_end: none,
});

const POLL_S = 5;
/** Ingest that never pauses (a backfill) may put a job off for so long. */
const OVERDUE_S_MAX = 600;

export interface JobRunnerOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly poll_s?: number;
}

export class JobRunner implements Service {
  readonly name = 'jobs';
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #poll_s: number;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #stopping = false;

  constructor({ db, clock, logger, poll_s = POLL_S }: JobRunnerOptions) {
    this.#db = db;
    this.#clock = clock;
    this.#logger = logger;
    this.#poll_s = poll_s;
  }

  async start(): Promise<void> {
    if (this.#db.kind === 'native') return;
    this.#timer = setInterval(() => {
      this.#running ??= this.#poll();
    }, this.#poll_s * 1000);
    this.#timer.unref();
  }

  /** Waits for the job that is running: the server could not stop in the middle of it anyway. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#running;
  }

  async #poll(): Promise<void> {
    try {
      await this.runNext();
    } catch (error) {
      this.#logger.error({ error: messageOf(error) }, 'the due jobs could not be read');
    } finally {
      this.#running = null;
    }
  }

  /** Runs the job that is due longest, if one is and the moment suits; gives its id, else null. */
  async runNext(): Promise<number | null> {
    if (this.#stopping) return null;
    const idle = this.#db.idle();
    const [job] = await sql.select_due(this.#db, { now: isoOf(this.#clock.now_us()) });
    if (job === undefined || (!idle && job.overdue_s < OVERDUE_S_MAX)) return null;
    const { job_id, procedure, table_name } = job;
    const begun_us = this.#clock.now_us();
    await sql.record_start(this.#db, { job_id, now: isoOf(begun_us) });
    const error = await this.#run(job_id);
    const ended_us = this.#clock.now_us();
    await sql.record_end(this.#db, { job_id, now: isoOf(ended_us), error });
    const facts = { job_id, procedure, table_name, took_s: (ended_us - begun_us) / 1_000_000 };
    if (error === null) this.#logger.debug(facts, 'job done');
    else this.#logger.error({ ...facts, error }, 'job failed; it is tried again later');
    return job_id;
  }

  /** Gives the message of the failure, or null. */
  async #run(job_id: number): Promise<string | null> {
    const { text, values } = sql.run.config({ job_id });
    try {
      // Unnamed: a procedure that commits inside cannot run from a prepared statement of an open portal.
      await this.#db.query(text, values);
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }
}

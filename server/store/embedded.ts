/**
 * The embedded database: TimescaleDB in a worker thread, its files, journal and lock in the data folder. Everything above
 * sees an ordinary `pg` pool, of one connection.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type TransferListItem, Worker } from 'node:worker_threads';
import pg from 'pg';
import { VigieError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { cloneFolder } from './backup-clone.ts';
import type { Database, StillDatabase } from './database.ts';
import type { WorkerOptions } from './embedded-worker.ts';
import { Journal } from './journal.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { PooledDatabase, typeParsers } from './native.ts';
import { type FromWorker, type ToWorker, type WireServer, WireStream } from './wire-stream.ts';

interface Session {
  receive(bytes: Uint8Array<ArrayBuffer>): void;
  fail(error: Error): void;
}

/** The worker thread. When it dies, its connections fail and the next one starts another. */
class EmbeddedServer implements WireServer {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #sessions = new Map<number, Session>();
  #worker: Worker | null = null;
  #ready: Promise<WireServer> | null = null;
  #stopped: (() => void) | null = null;
  #stopping = false;

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  ready(): Promise<WireServer> {
    if (this.#stopping) return Promise.reject(new Error('the embedded database is closed'));
    this.#ready ??= this.#start();
    return this.#ready;
  }

  #start(): Promise<WireServer> {
    const workerData: WorkerOptions = { folder: this.#folder };
    const worker = new Worker(new URL('./embedded-worker.ts', import.meta.url), { workerData });
    this.#worker = worker;
    return new Promise((ready, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.type === 'chunk') this.#sessions.get(message.session)?.receive(message.bytes);
        else if (message.type === 'ready') ready(this);
        else if (message.type === 'stopped') this.#stopped?.();
        else
          reject(
            new VigieError('database_broken', `The embedded database does not open: ${message.message}`),
          );
      });
      const end = (error: Error): void => {
        reject(error);
        if (this.#worker !== worker) return;
        this.#worker = null;
        this.#ready = null;
        this.#stopped?.();
        for (const session of this.#sessions.values()) session.fail(error);
        this.#sessions.clear();
      };
      worker.on('error', (error) => {
        this.#logger.error({ error: String(error) }, 'the embedded database failed; it is started again');
        end(error instanceof Error ? error : new Error(String(error)));
      });
      worker.on('exit', () => end(new Error('the embedded database has stopped')));
    });
  }

  send(message: ToWorker, transfer: readonly TransferListItem[]): void {
    this.#worker?.postMessage(message, transfer);
  }

  attach(session: number, receive: Session['receive'], fail: Session['fail']): void {
    this.#sessions.set(session, { receive, fail });
  }

  detach(session: number): void {
    this.#sessions.delete(session);
  }

  /** Ends with a checkpoint, so that the next opening has nothing to recover. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const worker = this.#worker;
    if (worker === null) return;
    await new Promise<void>((stopped) => {
      this.#stopped = stopped;
      this.send({ type: 'stop', session: 0, bytes: new Uint8Array(0) }, []);
    });
    await worker.terminate();
  }
}

/** Folders of copies that are read for a backup. */
const COPY_PREFIX = 'backup-';

class EmbeddedDatabase extends PooledDatabase {
  readonly #server: EmbeddedServer;
  readonly #lock: FolderLock;
  readonly #journal: Journal;
  readonly #root: string;
  readonly #logger: Logger;

  constructor(
    root: string,
    pool: pg.Pool,
    server: EmbeddedServer,
    journal: Journal,
    lock: FolderLock,
    logger: Logger,
  ) {
    super('embedded', pool, logger);
    this.#root = root;
    this.#logger = logger;
    this.#server = server;
    this.#journal = journal;
    this.#lock = lock;
  }

  override journal(bytes: Uint8Array): Promise<void> {
    return this.#journal.append(bytes);
  }

  override journalRecords(): AsyncIterable<Uint8Array> {
    return this.#journal.records();
  }

  override async still(): Promise<StillDatabase> {
    // What a process that died left behind.
    for (const name of await readdir(this.#root))
      if (name.startsWith(COPY_PREFIX)) await rm(join(this.#root, name), { recursive: true, force: true });
    const copy = await mkdtemp(join(this.#root, COPY_PREFIX));
    const remove = () => rm(copy, { recursive: true, force: true });
    try {
      const held_ms = await cloneFolder(join(this.#root, 'db'), join(copy, 'db'), (work) => this.#hold(work));
      this.#logger.info({ held_ms: Math.round(held_ms) }, 'the database was copied');
      const db = await openEmbedded(copy, this.#logger);
      return { db, close: () => db.close().finally(remove) };
    } catch (error) {
      await remove();
      throw error;
    }
  }

  /** Runs work while the database does nothing. */
  async #hold(work: () => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    try {
      // Answered once the thread has done what it does after the statements before, such as a checkpoint.
      await client.query('SELECT 1');
      await work();
    } finally {
      client.release();
    }
  }

  override async close(): Promise<void> {
    try {
      await this.#journal.close();
      await this.pool.end();
      await this.#server.stop();
    } finally {
      this.#lock.release();
    }
  }
}

/** @param dataDir holds `db` (PostgreSQL's files), `journal` and the lock */
export async function openEmbedded(dataDir: string, logger: Logger): Promise<Database> {
  const root = resolve(dataDir);
  const lock = lockFolder(root);
  let server: EmbeddedServer | null = null;
  try {
    await mkdir(join(root, 'db'), { recursive: true });
    const starting = new EmbeddedServer(join(root, 'db'), logger);
    server = starting;
    const pool = new pg.Pool({
      max: 1,
      // The one connection stays: opening it again would drop its prepared statements.
      idleTimeoutMillis: 0,
      user: 'postgres',
      database: 'template1',
      stream: (() => new WireStream(() => starting.ready())) as never,
      types: typeParsers,
    });
    await pool.query('SELECT 1');
    const journal = await Journal.open({
      folder: join(root, 'journal'),
      logger,
      checkpoint: async () => {
        await pool.query('CHECKPOINT');
      },
    });
    return new EmbeddedDatabase(root, pool, starting, journal, lock, logger);
  } catch (error) {
    await server?.stop();
    lock.release();
    throw error;
  }
}

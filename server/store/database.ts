/** The one way to the database, the same for a TimescaleDB server and for the embedded one. */
import type pg from 'pg';

export interface Database {
  readonly kind: 'native' | 'embedded';
  /** One connection when embedded: no transaction may wait for a second one. */
  readonly pool: pg.Pool;
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    query: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<R>>;
  /** Runs `work` between BEGIN and COMMIT on one connection; any error rolls back. */
  transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** Embedded only: appends to the synced journal; resolves when the bytes are on the disk. Native: resolves at once. */
  journal(bytes: Uint8Array): Promise<void>;
  /**
   * What the journal held when the database was opened, oldest first, for a replay in which duplicates change nothing.
   * Native: nothing.
   */
  journalRecords(): AsyncIterable<Uint8Array>;
  /**
   * A database in which one transaction may last for minutes: this one, or when embedded a copy of it, which is gone when it is closed.
   */
  still(): Promise<StillDatabase>;
  /** Whether nothing is running and nobody waits: the moment for upkeep. */
  idle(): boolean;
  close(): Promise<void>;
}

export interface StillDatabase {
  readonly db: Database;
  close(): Promise<void>;
}

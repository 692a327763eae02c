/** Opens the database that the settings name: a TimescaleDB server, or the embedded one in the data folder. */
import type { Logger } from '../lib/logger.ts';
import type { Database } from './database.ts';
import { openNative } from './native.ts';

export interface OpenOptions {
  /** Address of a TimescaleDB server; null for the embedded database. */
  readonly databaseUrl: string | null;
  /** Folder of the embedded database, its journal and its lock. */
  readonly dataDir: string;
  readonly logger: Logger;
}

export async function openDatabase({ databaseUrl, dataDir, logger }: OpenOptions): Promise<Database> {
  if (databaseUrl !== null) return openNative(databaseUrl, logger);
  // Loaded only when needed: it brings 20 MB of WASM, which a server on TimescaleDB never touches.
  const { openEmbedded } = await import('./embedded.ts');
  return openEmbedded(dataDir, logger);
}

/** A whole server for a test, as `npm run serve` starts it: on a database of its own and a free port. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../../server/config.ts';
import type { Clock } from '../../server/lib/clock.ts';
import { startServer } from '../../server/main.ts';
import { embeddedTemplate, testDatabase, testDatabaseUrl } from './database.ts';

export const TEST_KEY = 'key-of-the-tests';

export interface TestServer {
  readonly url: string;
  /** What a client on the same machine has in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Stops and starts on the same data; the address stays the same. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** @param settings further environment variables of the server. @param clock its time; the machine's when left out */
export async function testServer(
  settings: Readonly<Record<string, string>> = {},
  { clock }: { readonly clock?: Clock } = {},
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'vigie-server-'));
  const database = testDatabaseUrl === null ? null : await testDatabase();
  if (!database) await cp(await embeddedTemplate(), folder, { recursive: true });
  const environment = {
    PORT: '0',
    VIGIE_DATA: folder,
    DATABASE_URL: database?.databaseUrl ?? '',
    VIGIE_INGEST_KEY: TEST_KEY,
    ...settings,
  };
  const logger = pino({ level: process.env.VIGIE_LOG_LEVEL ?? 'silent' });
  const options = { logger, ...(clock && { clock }) };
  let server = await startServer(loadConfig(environment), options);
  const { url, port } = server;
  return {
    url,
    env: { VIGIE_URL: url, VIGIE_INGEST_KEY: TEST_KEY, VIGIE_DATA: folder },
    async restart() {
      await server.stop();
      server = await startServer(loadConfig({ ...environment, PORT: String(port) }), options);
    },
    async close() {
      await server.stop();
      await database?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

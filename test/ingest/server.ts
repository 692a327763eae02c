/** A server with the real way of events in, on a real database: what the tests of ingest talk to over HTTP. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { Access } from '../../server/access/access.ts';
import { auditRouter } from '../../server/access/audit.ts';
import { keysRouter } from '../../server/access/http.ts';
import { requireRead } from '../../server/access/http-parts.ts';
import { sessionsRouter } from '../../server/access/sessions.ts';
import { usersRouter } from '../../server/access/users.ts';
import { wallsRouter } from '../../server/access/walls.ts';
import { Batcher, type BatcherOptions } from '../../server/ingest/batcher.ts';
import { docsRouter } from '../../server/ingest/docs.ts';
import { ingestRouter, limitServer } from '../../server/ingest/http.ts';
import type { IngestAnswer } from '../../server/ingest/intake.ts';
import { pageScriptRouter } from '../../server/ingest/page-script.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { listAudit } from '../../server/store/audit.ts';
import { EventStore } from '../../server/store/events.ts';
import type { CommittedBatch } from '../../server/store/events.types.ts';
import { KeyStore } from '../../server/store/keys.ts';
import { UserStore } from '../../server/store/users.ts';
import { WallStore } from '../../server/store/walls.ts';
import { type TestDatabase, testDatabase, testLogger } from '../setup/database.ts';

export const BOOTSTRAP_KEY = 'bootstrap-key';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: IngestAnswer & { error?: { code: string; message: string }; resume_at_line?: number };
}
export interface IngestServer {
  readonly url: string;
  readonly port: number;
  readonly database: TestDatabase;
  readonly store: EventStore;
  readonly batcher: Batcher;
  readonly commits: CommittedBatch[];
  /** POST /api/v1/events. */
  post(body: BodyInit, headers?: Record<string, string>, query?: string): Promise<Answer>;
  /** Any other request as JSON, with the bootstrap key unless told otherwise. */
  ask(method: string, path: string, body?: unknown, key?: string | null): Promise<Response>;
  close(): Promise<void>;
}

export async function startIngest(limits: Partial<BatcherOptions> = {}): Promise<IngestServer> {
  const database = await testDatabase();
  const store = new EventStore(database.db, { server_id: crypto.randomUUID(), logger: testLogger });
  const keys = new KeyStore(database.db);
  const commits: CommittedBatch[] = [];
  const clock = systemClock;
  const batcher = new Batcher({
    store,
    clock,
    logger: testLogger,
    onCommit: (batch) => commits.push(batch),
    max_in_flight: database.db.kind === 'native' ? 2 : 1,
    ...limits,
  });
  const people = new UserStore(database.db);
  const access = new Access({ keys, people, clock, ingest_key: BOOTSTRAP_KEY, public_read: false });
  const app = express();
  app.use(ingestRouter({ batcher, access, clock, logger: testLogger }));
  app.use(docsRouter(), pageScriptRouter());
  app.use(keysRouter({ access, keys, logger: testLogger }));
  app.use(sessionsRouter({ access, people, clock, logger: testLogger }));
  app.use(usersRouter({ access, people, logger: testLogger }));
  app.use(auditRouter({ access, list: (question) => listAudit(database.db, question), logger: testLogger }));
  app.use(wallsRouter({ access, walls: new WallStore(database.db), logger: testLogger }));
  app.get('/api/v1/queues', requireRead(access), (_req, res) => {
    res.json({ items: [], next: null });
  });
  const server = http.createServer(app);
  limitServer(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    database,
    store,
    batcher,
    commits,
    async post(body, headers = {}, query = '') {
      const response = await fetch(`${url}/api/v1/events${query}`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${BOOTSTRAP_KEY}`, ...headers },
        ...(body instanceof ReadableStream && { duplex: 'half' }),
      } as RequestInit);
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    ask(method, path, body, key = BOOTSTRAP_KEY) {
      return fetch(url + path, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: key === null ? {} : { authorization: `Bearer ${key}` },
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await batcher.stop();
      // The store's last wake-up of other servers may still be under way.
      const { pool } = database.db;
      for (let turn = 0; turn < 100 && pool.totalCount > pool.idleCount; turn += 1) await sleep(10);
      await database.close();
    },
  };
}

/** An event that is well, with changes. */
export const queuedEvent = (
  id: string | number,
  change: Record<string, unknown> = {},
): Record<string, unknown> => ({
  specversion: '1.0',
  id: String(id),
  source: '/acd',
  type: 'org.vigie311.call.queued',
  subject: `call-${id}`,
  time: '2026-11-23T14:00:00Z',
  data: { queue: 'VM' },
  ...change,
});
export const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
export const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
export const STREAM = { 'content-type': 'application/x-ndjson' };

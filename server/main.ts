/**
 * Builds the parts, starts them in the order in which the data flows, and stops them in the other order. Nothing else is
 * done here: what a part does, it does in its own folder.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { MAIL, QUEUES } from '../seeds/reference/index.ts';
import { Access } from './access/access.ts';
import { CityProcess } from './city-process.ts';
import { type Config, loadConfig } from './config.ts';
import { quebecHolidays } from './domain/holidays.ts';
import { forecastRule } from './domain/local-grid.ts';
import { Router as CallRouter } from './domain/routing.ts';
import { Batcher } from './ingest/batcher.ts';
import { eventsHandler, isEventsPost, limitServer } from './ingest/http.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { messageOf, VigieError } from './lib/errors.ts';
import { sendError } from './lib/http-errors.ts';
import { type Logger, logger as standardLogger } from './lib/logger.ts';
import { metricsRegistry, opsRouter } from './lib/ops.ts';
import type { Service } from './lib/service.ts';
import { OutlookService } from './live/outlook.ts';
import { LiveRequests } from './live/requests.ts';
import { LiveService } from './live/service.ts';
import { LiveState, type LiveStateOptions } from './live/state.ts';
import { LiveMap } from './map/live-map.ts';
import { PushServer } from './push/server.ts';
import { readings } from './readings.ts';
import { replaysOf } from './replay-parts.ts';
import { groundOf, RequestParts } from './request-parts.ts';
import { mountRoutes } from './routes.ts';
import { Columnstore } from './store/columnstore.ts';
import type { Database } from './store/database.ts';
import { entriesByQueue } from './store/entries.ts';
import { EventStore } from './store/events.ts';
import { Feed } from './store/feed.ts';
import { JobRunner } from './store/jobs.ts';
import { KeyStore } from './store/keys.ts';
import { migrate } from './store/migrate.ts';
import { openDatabase } from './store/open.ts';
import { applyPolicies } from './store/policies.ts';
import { listQueues, mailConfig, seedMailConfig, seedQueues } from './store/reference.ts';
import { Standing } from './store/standing.ts';
import { UserStore } from './store/users.ts';
import { DatabaseWatch } from './store/watch.ts';

const STOP_WITHIN_MS = 15_000;

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Finishes what was begun, then resolves. */
  stop(): Promise<void>;
}
/** What health and metrics ask, once it is there. */
export interface Parts {
  live?: LiveService;
  batcher?: Batcher;
  push?: PushServer;
  watch?: DatabaseWatch;
}
export interface ServerOptions {
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Waits for nothing: the address answers at once, and `/readyz` says when the rest does. */
function listen(server: http.Server, config: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${config.port} is taken: end what listens there, or choose another one with PORT`
          : messageOf(error);
      reject(new VigieError('cannot_listen', why, { cause: error }));
    });
    server.listen(config.port, config.host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Starts a server. Resolves when it can serve: database open and migrated, state rebuilt. */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const { clock = systemClock, logger = standardLogger } = options;
  const began = performance.now();
  const started: Service[] = [];
  const start = async <S extends Service>(service: S): Promise<S> => {
    await service.start();
    started.push(service);
    return service;
  };

  const app = express().disable('x-powered-by');
  // Events go around Express, whose own work for one request is several times ours for a single event.
  let ingest: RequestListener | null = null;
  const server = http.createServer((req, res) => (ingest && isEventsPost(req) ? ingest : app)(req, res));
  limitServer(server);
  const port = await listen(server, config);
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  const url = `http://${host}:${port}`;
  const parts: Parts = {};
  app.use(
    opsRouter({
      checks: {
        database: () => (parts.watch ? parts.watch.state === 'up' : 'is being opened'),
        state: () => parts.live?.ready ?? 'is being rebuilt',
      },
      registry: metricsRegistry(readings(parts)),
    }),
  );

  // Until the routes are there: to come again, not that there is nothing, which a client would take for final.
  let mounted = false;
  app.use((_req, res, next) => {
    if (mounted) return next();
    const message = 'The server is starting; send again a little later.';
    sendError(res, new VigieError('starting', message, { status: 503, retry_after_s: 1 }));
  });

  logger.info({ url, database: config.database_url ? 'native' : 'embedded' }, 'opening the database');
  const db = await openDatabase({ databaseUrl: config.database_url, dataDir: config.data_dir, logger });
  await migrate(db, { logger });
  await applyPolicies(db, config);
  const server_id = randomUUID();
  const holidays = quebecHolidays();
  const requests = await RequestParts.load({
    db,
    time_zone: config.time_zone,
    holidays,
    clock,
    logger,
    server_id,
  });
  const store = new EventStore(db, {
    server_id,
    logger,
    clock,
    records: (sources) => requests.records(sources),
  });
  await store.recover();
  await seedQueues(db, QUEUES);
  const queues = await listQueues(db);
  await seedMailConfig(db, MAIL);
  const router = new CallRouter({ queues, time_zone: config.time_zone, holidays });

  const map = new LiveMap({ clock, time_zone: config.time_zone });
  const boroughs = requests.catalogue.territories.flatMap(({ kind, code }) =>
    kind === 'borough' ? code : [],
  );
  const open = new LiveRequests({ clock, time_zone: config.time_zone, boroughs, map });
  const rules: Omit<LiveStateOptions, 'clock'> = {
    queues,
    time_zone: config.time_zone,
    simulated: config.demo,
    open: (queue, now_us) => {
      if (queue.handed_over) return false;
      return queue.hours === null ? null : router.isOpen(queue.id, now_us);
    },
    limits: { waiting_us: config.call_limit_min * 60e6, serving_us: config.call_limit_min * 60e6 },
    mail: await mailConfig(db),
    holidays,
  };
  const state = new LiveState({ ...rules, clock, requests: open, map });
  const replays = replaysOf({
    db,
    store,
    clock,
    logger,
    boroughs,
    state: rules,
    rules: () => requests.rules,
  });
  const live = new LiveService({ state, source: store, standing: new Standing(db), clock, logger });
  const feed = new Feed({ db, store, server_id, logger, onBatch: (batch) => live.apply(batch) });
  await feed.mark();
  await start(live);
  await start(feed);
  const { deadlines, promises } = requests.services(store, (batch) => live.apply(batch));
  await start(deadlines);
  await start(promises);
  const batcher = await start(
    new Batcher({
      store,
      clock,
      logger,
      onCommit: (batch) => live.apply(batch),
      max_rows: config.flush_rows_max,
      max_pending_rows: config.pending_rows_max,
      // Embedded too: while one transaction runs in its thread, the next is encoded and journalled.
      max_in_flight: 2,
    }),
  );

  const ingest_key = config.ingest_key ?? (config.demo ? randomBytes(24).toString('base64url') : null);
  const keys = new KeyStore(db);
  const people = new UserStore(db);
  const access = new Access({ keys, people, clock, ingest_key, public_read: config.public_read });
  await start(map);
  const ground = groundOf(requests, config.map_style);
  await mountRoutes(app, {
    ...{ config, access, keys, people, batcher, clock, logger, state, db, store, router },
    ...{ map, replays, ground, promises: requests, open: open.book, queues, holidays },
  });
  ingest = eventsHandler({ batcher, access, clock, logger });
  mounted = true;
  const push = await start(
    new PushServer({
      http: server,
      source: state,
      replays,
      clock,
      logger,
      authorise: (handshake) => access.authoriseHandshake(handshake),
    }),
  );
  const watch = await start(new DatabaseWatch({ db, onChange: (now) => state.setDatabase(now) }));
  await start(new JobRunner({ db, clock, logger }));
  await start(new Columnstore({ db, clock, logger }));
  await start(
    new OutlookService({
      state,
      entries: (first, end) => entriesByQueue(db, first, end),
      rule: forecastRule(config.time_zone),
      clock,
      logger,
    }),
  );
  Object.assign(parts, { live, batcher, push, watch } satisfies Parts);
  logger.info(
    { url, wall: `${url}/mur`, database: db.kind, took_ms: Math.round(performance.now() - began) },
    'ready',
  );

  if (config.demo && ingest_key) {
    await start(
      new CityProcess({
        env: cityEnvironment(config, port, ingest_key),
        logger,
        onProgress: ({ done, total }) => state.setBackfill(total > 0 && done < total ? done / total : null),
      }),
    );
  }
  return { url, port, stop: () => stopAll(started, server, db) };
}

function cityEnvironment(config: Config, port: number, key: string): Record<string, string> {
  return {
    VIGIE_URL: `http://127.0.0.1:${port}`,
    VIGIE_INGEST_KEY: key,
    VIGIE_DATA: config.data_dir,
    VIGIE_TIME_ZONE: config.time_zone,
    VIGIE_CITY_SEED: String(config.city_seed),
    VIGIE_CITY_SIZE: String(config.city_size),
  };
}

/** The other way round: who sends stops before who stores. */
async function stopAll(started: readonly Service[], server: http.Server, db: Database): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const service of started.toReversed()) await service.stop();
  server.closeAllConnections();
  await closed;
  await db.close();
}

async function run(): Promise<void> {
  const config = loadConfig(process.env);
  const running = await startServer(config);
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    standardLogger.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        standardLogger.error({ error: messageOf(error) }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

if (import.meta.main) {
  run().catch((error: unknown) => {
    standardLogger.fatal(
      error instanceof VigieError ? `${error.message}` : { error },
      'the server cannot start',
    );
    process.exitCode = 1;
    setTimeout(() => process.exit(1), 500).unref();
  });
}

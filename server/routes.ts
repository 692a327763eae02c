/** All HTTP routes, in the order in which they are tried. The screens come last: they take every other address. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Express, type RequestHandler, Router } from 'express';
import type { Access } from './access/access.ts';
import { auditRouter } from './access/audit.ts';
import { keysRouter } from './access/http.ts';
import { byOf, requireRead, requireRole } from './access/http-parts.ts';
import { sessionsRouter } from './access/sessions.ts';
import { usersRouter } from './access/users.ts';
import { wallsRouter } from './access/walls.ts';
import { backupRouter } from './backup/http.ts';
import { boundariesRouter } from './catalogue/boundaries.ts';
import { catalogueRouter } from './catalogue/http.ts';
import type { Config } from './config.ts';
import type { MapGround } from './contract/map.ts';
import type { QueueConfig } from './contract/reference.ts';
import type { HolidayCalendar } from './domain/holidays.ts';
import type { Router as CallRouter } from './domain/routing.ts';
import type { Batcher } from './ingest/batcher.ts';
import { docsRouter } from './ingest/docs.ts';
import { ingestRouter } from './ingest/http.ts';
import { pageScriptRouter } from './ingest/page-script.ts';
import { type Clock, isoOf } from './lib/clock.ts';
import { VigieError } from './lib/errors.ts';
import { errorHandler, sendError } from './lib/http-errors.ts';
import type { Logger } from './lib/logger.ts';
import { productVersion } from './lib/version.ts';
import { type ChannelSource, type IntervalSource, readRouter } from './live/http.ts';
import type { RequestBook } from './live/request-book.ts';
import type { LiveState } from './live/state.ts';
import { mapRouter } from './map/http.ts';
import type { LiveMap } from './map/live-map.ts';
import { PastMaps } from './map/past.ts';
import { mountReportRoutes } from './report-parts.ts';
import type { RequestParts } from './request-parts.ts';
import { mountRequestRoutes } from './request-routes.ts';
import { listAudit } from './store/audit.ts';
import { openBackup } from './store/backup.ts';
import { saveBoundaries, territoryCodes } from './store/boundaries.ts';
import { saveCatalogue } from './store/catalogue.ts';
import type { Database } from './store/database.ts';
import type { EventStore } from './store/events.ts';
import type { KeyStore } from './store/keys.ts';
import { mailFromStore } from './store/mail.ts';
import { countRejected, recentRejected } from './store/rejected.ts';
import { changesSince } from './store/request-past.ts';
import { intervalsFromStore } from './store/truth.ts';
import type { UserStore } from './store/users.ts';
import { WallStore } from './store/walls.ts';

export interface RouteParts {
  readonly config: Config;
  readonly access: Access;
  readonly keys: KeyStore;
  readonly people: UserStore;
  readonly batcher: Batcher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: LiveState;
  readonly db: Database;
  readonly store: EventStore;
  readonly router: CallRouter;
  readonly promises: RequestParts;
  readonly open: RequestBook;
  readonly queues: readonly QueueConfig[];
  readonly holidays: HolidayCalendar;
  readonly map: LiveMap;
  readonly replays: { mapOf(id: string): LiveMap | undefined };
  readonly ground: () => MapGround;
}

const WEB_HANDLER = new URL('../web/build/handler.js', import.meta.url);

export async function mountRoutes(app: Express, parts: RouteParts): Promise<void> {
  const { config, access, keys, people, batcher, clock, logger, state, router } = parts;
  const gate = requireRead(access);
  app.use(ingestRouter({ batcher, access, clock, logger }));
  app.use(docsRouter());
  app.use(pageScriptRouter());
  app.use(keysRouter({ access, keys, logger }));
  app.use(sessionsRouter({ access, people, clock, logger }));
  app.use(usersRouter({ access, people, logger }));
  app.use(auditRouter({ access, list: (question) => listAudit(parts.db, question), logger }));
  app.use(wallsRouter({ access, walls: new WallStore(parts.db), logger }));
  app.use(rejectedRouter(parts, gate));
  app.use(
    boundariesRouter({
      store: {
        codes: () => territoryCodes(parts.db),
        save: (items, by) => saveBoundaries(parts.db, items, by),
      },
      admin: requireRole(access, 'manager', 'Boundaries are set'),
      by: byOf,
      logger,
    }),
  );
  app.use(
    catalogueRouter({
      store: {
        // From memory: a screen that wants the names of things does not wait for a busy database.
        read: async () => parts.promises.catalogue,
        async save(said, accept, audit) {
          const revision = await saveCatalogue(parts.db, said, { replace: true, accept, audit });
          await parts.promises.reload();
          return revision;
        },
        impact: (catalogue) => parts.promises.impact(catalogue),
      },
      gate,
      admin: requireRole(access, 'manager', 'The catalogue is changed'),
      by: byOf,
      clock,
      time_zone: config.time_zone,
      logger,
    }),
  );
  app.use(
    readRouter({
      state,
      intervals: intervalSource(parts),
      channels: channelSource(parts),
      clock,
      logger,
      time_zone: config.time_zone,
      gate,
      route: (question) => router.route(question),
    }),
  );
  const past = new PastMaps({
    map: parts.map,
    clock,
    time_zone: config.time_zone,
    rules: () => parts.promises.rules,
    changesSince: (as_of_us) => changesSince(parts.db, as_of_us),
  });
  app.use(
    mapRouter({
      map: parts.map,
      past: (as_of_us) => past.at(as_of_us),
      replay: (id) => parts.replays.mapOf(id),
      ground: parts.ground,
      logger,
      gate,
    }),
  );
  mountRequestRoutes(app, { ...parts, gate });
  mountReportRoutes(app, { ...parts, gate });
  app.use(
    backupRouter({
      open: () => openBackup(parts.db),
      admin: requireRole(access, 'administrator', 'Backups are made'),
      version: productVersion(),
      clock,
      logger,
    }),
  );
  // A program that asks for what is not there gets no page for people.
  app.use('/api', (req, res) => {
    const asked = `${req.method} ${req.originalUrl.split('?', 1)[0]!.slice(0, 100)}`;
    const message = `There is no ${asked}; /api/openapi.json lists what there is.`;
    sendError(res, new VigieError('unknown_address', message, { status: 404 }));
  });
  app.use(await webHandler());
  app.use(errorHandler(logger));
}

/** What the live state holds comes from it; what is older, from the stored events. */
function intervalSource({ state, db, clock, config }: RouteParts): IntervalSource {
  return async (queue, from_us, to_us) => {
    if (from_us >= state.intervals_from_us) return state.intervals(queue, from_us, to_us);
    const border_us = Math.min(Math.max(from_us, state.intervals_from_us), to_us);
    const known = state.intervals(queue, border_us, to_us);
    const as_of_us = clock.now_us();
    const older = await intervalsFromStore(db, {
      queue,
      from_us,
      to_us: border_us,
      as_of_us,
      limit_s: config.call_limit_min * 60,
      threshold_s: null,
    });
    return [...older, ...(known ?? [])];
  };
}

/** The same of mail, whose items in the window are whole from its beginning on. */
function channelSource({ state, db, clock, config }: RouteParts): ChannelSource {
  return {
    state: () => state.channels(),
    async mailIntervals(from_us, to_us) {
      const as_of_us = clock.now_us();
      const border_us = Math.min(Math.max(from_us, state.window_start_us), to_us);
      const known = state.mail.intervals(border_us, to_us, as_of_us);
      if (border_us === from_us) return known;
      const { rule } = state.mail;
      const { time_zone } = config;
      const older = await mailFromStore(db, { from_us, to_us: border_us, as_of_us, rule, time_zone });
      return [...older, ...known];
    },
  };
}

const DAY_US = 86_400_000_000;
const REJECTED_ROWS_MAX = 200;

/** `GET /api/v1/rejected`: the newest of the last seven days, and counts by source and reason. */
function rejectedRouter({ db, clock, logger }: RouteParts, gate: RequestHandler): Router {
  const router = Router();
  router.get('/api/v1/rejected', gate, async (_req, res, next) => {
    try {
      const now_us = clock.now_us();
      const since_us = now_us - 7 * DAY_US;
      const rejected = await recentRejected(db, since_us, REJECTED_ROWS_MAX);
      const counts = await countRejected(db, since_us);
      res.setHeader('cache-control', 'no-store');
      res.json({
        // The payload may hold what a citizen wrote: it stays in the table, for `vigie doctor` on the machine itself.
        items: rejected.map(({ payload: _payload, received_us, ...item }) => ({
          received_at: isoOf(received_us),
          ...item,
        })),
        counts: counts.map(({ last_us, ...count }) => ({ ...count, last_at: isoOf(last_us) })),
        next: null,
        as_of: isoOf(now_us),
      });
    } catch (error) {
      next(error);
    }
  });
  router.use(errorHandler(logger));
  return router;
}

/** The built screens, or a page that says how to build them. */
async function webHandler(): Promise<RequestHandler> {
  if (existsSync(fileURLToPath(WEB_HANDLER))) {
    const built = (await import(WEB_HANDLER.href)) as { handler: RequestHandler };
    return built.handler;
  }
  return (_req, res) => {
    res.status(503).type('text/plain').send('The screens are not built yet. Run: npm run build\n');
  };
}

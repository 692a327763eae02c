/** Joins the reports to the store, to the metrics of requests and to the city's names. */
import type { Express, RequestHandler } from 'express';
import type { Access } from './access/access.ts';
import { callerOf, requireRole } from './access/http-parts.ts';
import type { Config } from './config.ts';
import { type BilingualName, type QueueConfig, unknownQueue } from './contract/reference.ts';
import { BusinessDays } from './domain/business-days.ts';
import type { HolidayCalendar } from './domain/holidays.ts';
import { type Clock, isoOf } from './lib/clock.ts';
import type { Logger } from './lib/logger.ts';
import type { RequestBook } from './live/request-book.ts';
import { callFacts } from './report/call-facts.ts';
import { ReportFacts, type ReportSource } from './report/facts.ts';
import { both } from './report/format.ts';
import { reportsRouter } from './report/http.ts';
import { Reports } from './report/reports.ts';
import { trendsRouter } from './report/trends-http.ts';
import type { RequestParts } from './request-parts.ts';
import { metricsSource } from './request-routes.ts';
import { backlogFigures, bordersAt } from './requests/backlog.ts';
import { metricsOf } from './requests/metrics-http.ts';
import type { Scope } from './requests/scope.ts';
import { backlogFlow, backlogSince, settledIn, settlementTimes } from './store/backlog.ts';
import type { Database } from './store/database.ts';
import type { EventStore } from './store/events.ts';
import * as factsStore from './store/report-facts.ts';
import * as seals from './store/report-seals.ts';

export interface ReportRouteParts {
  readonly config: Config;
  readonly access: Access;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly db: Database;
  readonly store: Pick<EventStore, 'readWindow'>;
  readonly promises: RequestParts;
  readonly open: RequestBook;
  readonly queues: readonly QueueConfig[];
  readonly holidays: HolidayCalendar;
  readonly gate: RequestHandler;
}

const scopeOf = (borough: string | null): Scope =>
  borough === null
    ? { kind: 'city', name: 'city', borough, unit: null }
    : { kind: 'borough', name: borough, borough, unit: null };

export function mountReportRoutes(app: Express, parts: ReportRouteParts): void {
  const { config, access, clock, logger, db, promises, gate } = parts;
  const { time_zone } = config;
  const facts = new ReportFacts({ source: reportSource(parts), clock, time_zone });
  const nameOf = (items: readonly { readonly id: string; readonly name: BilingualName }[], id: string) =>
    items.find((item) => item.id === id)?.name ?? both(id);
  const boroughName = (code: string): BilingualName | undefined =>
    promises.catalogue.territories.find(({ kind, code: own }) => kind === 'borough' && own === code)?.name;
  const reports = new Reports({
    facts,
    seals: {
      read: (key) => seals.readSeal(db, key),
      list: () => seals.listSeals(db),
      save: (key, seal) => seals.saveSeal(db, key, seal),
      errata: (key) => seals.readErrata(db, key),
      saveErrata: (...errata) => seals.saveErrata(db, ...errata),
    },
    names: {
      queues: parts.queues,
      borough: (code) => boroughName(code) ?? both(code),
      service: (id) => nameOf(promises.catalogue.services, id),
      unit: (id) => promises.unitName(id) ?? both(id),
    },
    boroughName,
    time_zone,
    simulated: config.demo,
    clock,
  });
  app.use(
    reportsRouter({
      reports,
      clock,
      logger,
      gate,
      admin: requireRole(access, 'manager', 'Reports are sealed'),
      publisher: (req) => callerOf(req).actor.name,
    }),
  );
  app.use(
    trendsRouter({
      ...{ facts, queues: parts.queues, time_zone, clock, logger, gate },
      isBorough: (code) => boroughName(code) !== undefined,
    }),
  );
}

function reportSource(parts: ReportRouteParts): ReportSource {
  const { config, clock, db, store, promises, queues } = parts;
  const { time_zone } = config;
  const limit_us = config.call_limit_min * 60_000_000;
  const days = new BusinessDays(time_zone, parts.holidays);
  const queueOf = new Map(queues.map((queue) => [queue.id, queue]));
  return {
    calls: (span, local_days, as_of_us) =>
      callFacts(
        {
          ...span,
          as_of_us,
          days: local_days,
          limits: { waiting_us: limit_us, serving_us: limit_us },
          threshold_s: (id) =>
            (queueOf.get(id) ?? unknownQueue(id, id.startsWith('counter:') ? 'counter' : 'phone'))
              .threshold_s,
          borough: (id) => queueOf.get(id)?.borough ?? null,
        },
        (from_us, to_us) => store.readWindow(from_us, to_us, ['call', 'counter']),
      ),
    metrics: (borough, dates) =>
      metricsOf(
        { metrics: metricsSource(parts), rules: () => promises.rules, days, time_zone },
        scopeOf(borough),
        dates,
        {
          now_us: clock.now_us(),
          // Repeats by the true places would tell a dwelling.
          sees_places: false,
        },
      ),
    async backlog({ borough, from_us, to_us }, as_of_us, by) {
      const span = { scope: { borough, unit: null }, from_us, to_us };
      const question = { scope: span.scope, by, ...bordersAt(as_of_us, time_zone) };
      const flow = await backlogFlow(db, { ...span, by });
      const since = await backlogSince(db, { ...question, as_of_us });
      const settled = await settledIn(db, { ...span, by });
      const times = await settlementTimes(db, span);
      const open = parts.open.standing(question);
      const figures = backlogFigures(
        { flow, open, standing: [...open, ...since], settled, times },
        scopeOf(borough),
        by,
      );
      return { ...figures, as_of: isoOf(as_of_us), from: isoOf(from_us), to: isoOf(to_us) };
    },
    created: (span) => factsStore.createdIn(db, span),
    times: (span, by) => factsStore.settlementTimesBy(db, span, by),
    complaints: (span) => factsStore.complaintsIn(db, span),
    flowDays: (span, days_us) => factsStore.flowDays(db, span, days_us),
    channelEvents: (span) => factsStore.channelEventsIn(db, span),
    familyDays: (span, days_us) => factsStore.familyDays(db, span, days_us),
    refused: (span) => factsStore.refusedIn(db, span),
    beginnings: () => factsStore.beginnings(db),
    earliestSince: (since_us) => factsStore.earliestSince(db, since_us),
    readFacts: (keys) => factsStore.readFacts(db, keys),
    saveFacts: (...kept) => factsStore.saveFacts(db, ...kept),
    factsChecked: (...checked) => factsStore.factsChecked(db, ...checked),
  };
}

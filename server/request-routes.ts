/** Joins what is asked of requests over HTTP to the store: lists and records, backlog, hand-over, the audit, and Open311. */
import type { Express, Request, RequestHandler } from 'express';
import type { Access } from './access/access.ts';
import type { Config } from './config.ts';
import type { BilingualName, QueueConfig } from './contract/reference.ts';
import { isOpenStatus, REQUEST_STATUSES } from './contract/requests.ts';
import { BusinessDays } from './domain/business-days.ts';
import type { HolidayCalendar } from './domain/holidays.ts';
import { boxAround, distance_m } from './domain/place.ts';
import type { Submitter } from './ingest/intake.ts';
import type { Clock } from './lib/clock.ts';
import type { Logger } from './lib/logger.ts';
import type { RequestBook } from './live/request-book.ts';
import { open311Router } from './open311/http.ts';
import { type RequestQuery, type RequestRow, type RequestSource, settingsOf } from './open311/sources.ts';
import type { RequestParts } from './request-parts.ts';
import { backlogRouter } from './requests/backlog-http.ts';
import { breachForecastRouter } from './requests/breach-forecast-http.ts';
import { countsRouter } from './requests/counts-http.ts';
import { doctorRouter } from './requests/doctor-http.ts';
import { handoverRouter } from './requests/handover-http.ts';
import { requestsRouter } from './requests/http.ts';
import { type MetricsSource, metricsRouter } from './requests/metrics-http.ts';
import { summaryOf } from './requests/view.ts';
import { webFormsRouter } from './requests/web-forms-http.ts';
import { backlogFlow, backlogSince, settledIn, settlementTimes, tellingsSince } from './store/backlog.ts';
import { dueBetween, livesUntil } from './store/breach-forecast.ts';
import type { Database } from './store/database.ts';
import { callsAtClosings } from './store/handover.ts';
import { allRecords, backlogChecks, recordsAt, recordsSize } from './store/request-audit.ts';
import { mergedChain, mergedHere, requestsNear } from './store/request-links.ts';
import {
  beginsAt,
  changedSince,
  reopeningsIn,
  repeatsIn,
  statusesAt,
  timesIn,
  transmissionsIn,
} from './store/request-metrics.ts';
import {
  countRequests,
  listRequests,
  newestRequests,
  type RequestCreationRow,
  type RequestFilter,
  requestById,
  requestsByBorough,
  sourceNames,
} from './store/request-query.ts';
import { formsIn } from './store/web-forms.ts';
import { eventSubmitter } from './submit-event.ts';

export interface RequestRouteParts {
  readonly config: Config;
  readonly access: Access;
  readonly batcher: Submitter;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly db: Database;
  readonly promises: RequestParts;
  /** What is open, in memory. */
  readonly open: RequestBook;
  readonly queues: readonly QueueConfig[];
  readonly holidays: HolidayCalendar;
  /** Lets pass who may read. */
  readonly gate: RequestHandler;
}

export function mountRequestRoutes(app: Express, parts: RequestRouteParts): void {
  const { config, access, clock, logger, db, promises, gate } = parts;
  const reader = { clock, logger, gate };
  const rules = () => promises.rules;
  // Where anybody may read, the place itself is for those who show a key.
  const mayReadPlaces = (req: Request) => !config.public_read || access.mayReadByKey(req);
  app.use(
    requestsRouter({
      ...reader,
      rules,
      city: {
        service: (id) => promises.rules.service(id) !== null,
        borough: (code) => promises.catalogue.territories.some((territory) => territory.code === code),
        territoryAt: (longitude, latitude) => promises.territories.at(longitude, latitude),
      },
      requests: {
        list: (...question) => listRequests(db, ...question),
        count: (filter, cap) => countRequests(db, filter, cap),
        byId: (id) => requestById(db, id),
        sourceNames: (ids) => sourceNames(db, ids),
        mergedChain: (id, into) => mergedChain(db, id, into),
        mergedHere: (id) => mergedHere(db, id),
        near: (question) => requestsNear(db, question),
      },
      mayReadPlaces,
      time_zone: config.time_zone,
      name: (kind, id) => nameIn(promises, kind, id),
    }),
  );
  app.use(
    backlogRouter({
      ...reader,
      time_zone: config.time_zone,
      backlog: {
        flow: (span) => backlogFlow(db, span),
        open: (question) => parts.open.standing(question),
        since: (question) => backlogSince(db, question),
        settled: (span) => settledIn(db, span),
        settlementTimes: (span) => settlementTimes(db, span),
        tellings: (question) => tellingsSince(db, question),
      },
    }),
  );
  app.use(
    breachForecastRouter({
      ...reader,
      time_zone: config.time_zone,
      forecast: {
        lives: (question) => livesUntil(db, question),
        due: (...question) => dueBetween(db, ...question),
      },
    }),
  );
  app.use(
    countsRouter({ ...reader, counts: (...question) => requestsByBorough(db, ...question) }),
    webFormsRouter({
      ...reader,
      time_zone: config.time_zone,
      forms: (...question) => formsIn(db, ...question),
    }),
  );
  app.use(
    metricsRouter({
      ...reader,
      rules,
      time_zone: config.time_zone,
      days: new BusinessDays(config.time_zone, parts.holidays),
      mayReadPlaces,
      metrics: metricsSource(parts),
      beginsAt: (scope) => beginsAt(db, scope),
    }),
  );
  const limit_us = config.call_limit_min * 60_000_000;
  app.use(
    handoverRouter({
      ...reader,
      queues: parts.queues,
      holidays: parts.holidays,
      time_zone: config.time_zone,
      calls: (closings, as_of_us) =>
        callsAtClosings(db, closings, as_of_us, { waiting_us: limit_us, serving_us: limit_us }),
    }),
  );
  app.use(
    doctorRouter({
      ...reader,
      rules,
      source: {
        backlog: () => backlogChecks(db),
        size: () => recordsSize(db),
        all: () => allRecords(db),
        at: (numbers) => recordsAt(db, numbers),
      },
    }),
  );
  app.use(
    open311Router({
      services: {
        list: () => promises.catalogue.services,
        get: (id) => promises.catalogue.services.find((service) => service.id === id),
      },
      requests: open311Source(db, clock),
      territory: (longitude, latitude) => promises.territories.at(longitude, latitude),
      region: null,
      access,
      submit: eventSubmitter(parts.batcher, clock),
      clock,
      logger,
      settings: settingsOf(config),
      texts: {
        unit: (id) => promises.unitName(id),
        notice: () => undefined,
      },
    }),
  );
}

function nameIn(
  promises: RequestParts,
  kind: 'service' | 'borough' | 'unit',
  id: string,
): BilingualName | undefined {
  if (kind === 'unit') return promises.unitName(id);
  const { services, territories } = promises.catalogue;
  return kind === 'service'
    ? services.find((service) => service.id === id)?.name
    : territories.find(({ code }) => code === id)?.name;
}

/** What the metrics of requests are counted from. */
export function metricsSource({ db, open }: Pick<RequestRouteParts, 'db' | 'open'>): MetricsSource {
  return {
    flow: (span) => backlogFlow(db, span),
    open: (question) => open.standing(question),
    since: (question) => backlogSince(db, question),
    settled: (span) => settledIn(db, span),
    transmissions: (span) => transmissionsIn(db, span),
    reopenings: (span, now_us) => reopeningsIn(db, span, now_us),
    repeats: (span, snapped) => repeatsIn(db, span, snapped),
    times: (span, days) => timesIn(db, span, days),
    statuses: (scope, as_of_us) => statusesAt(db, scope, as_of_us),
    changedSince: (scope, as_of_us) => changedSince(db, scope, as_of_us),
  };
}

const PAGE_ROWS = 1_000;

/** Requests as Open311 asks for them. */
function open311Source(db: Database, clock: Clock): RequestSource {
  const rowOf = (row: RequestCreationRow): RequestRow => {
    const { address, description } = row;
    return { ...summaryOf(row, { now_us: clock.now_us(), sees_places: true }), address, description };
  };
  return {
    async byIds(ids) {
      return (await newestRequests(db, { ids }, ids.length)).map(rowOf);
    },
    async find(query) {
      const { circle, limit, offset } = query;
      const filter = filterOf(query);
      if (!circle) return (await newestRequests(db, filter, limit, offset)).map(rowOf);
      const found: RequestCreationRow[] = [];
      // The box around a circle holds a quarter more: what lies in it is read until a page of the circle is full.
      for (let skip = 0; found.length < offset + limit; skip += PAGE_ROWS) {
        const page = await newestRequests(db, filter, PAGE_ROWS, skip);
        for (const row of page) {
          const { longitude, latitude } = row;
          if (longitude === null || latitude === null) continue;
          if (distance_m(circle, { longitude, latitude }) <= circle.radius_m) found.push(row);
        }
        if (page.length < PAGE_ROWS) break;
      }
      return found.slice(offset, offset + limit).map(rowOf);
    },
  };
}

/** Open311's spans include their end, ours do not. */
function filterOf(query: RequestQuery): RequestFilter {
  const { service, statuses, created_from_us, created_to_us, updated_from_us, updated_to_us } = query;
  const box = query.circle ? boxAround(query.circle) : query.box;
  return {
    created_from_us,
    created_to_us: created_to_us + 1,
    ...(service && { services: service }),
    ...(statuses !== 'all' && {
      statuses: REQUEST_STATUSES.filter((status) => isOpenStatus(status) === (statuses === 'open')),
    }),
    ...(updated_from_us !== undefined && { updated_from_us }),
    ...(updated_to_us !== undefined && { updated_to_us: updated_to_us + 1 }),
    ...(box && { box }),
  };
}

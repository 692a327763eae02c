/** Open311 as a server has it, on a real database and batcher; the requests are kept in memory, as a projection of what was committed. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { Access } from '../../server/access/access.ts';
import { type NewKey, newSecret } from '../../server/access/keys.ts';
import type { ServiceDefinition } from '../../server/contract/catalogue.ts';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { type Box, distance_m, isInside } from '../../server/domain/place.ts';
import { Batcher } from '../../server/ingest/batcher.ts';
import { limitServer } from '../../server/ingest/http.ts';
import { isoOf, systemClock } from '../../server/lib/clock.ts';
import { type Open311Options, open311Router } from '../../server/open311/http.ts';
import type { RequestQuery, RequestRow, RequestSource, ServiceSource } from '../../server/open311/sources.ts';
import { EventStore } from '../../server/store/events.ts';
import { KeyStore } from '../../server/store/keys.ts';
import { UserStore } from '../../server/store/users.ts';
import { eventSubmitter } from '../../server/submit-event.ts';
import { type TestDatabase, testDatabase, testLogger } from '../setup/database.ts';

const DAY_US = 86_400_000_000;

const service = (id: string, more: Partial<ServiceDefinition> = {}): ServiceDefinition => ({
  id,
  name: { fr: `Service ${id}`, en: `${id} service` },
  description: { fr: 'Ce qu’on y fait', en: 'What is done' },
  nature: 'request',
  group: 'voirie',
  keywords: ['rue', 'chaussée'],
  unit: 'travaux',
  policy: null,
  placed: true,
  retired: false,
  ...more,
});
export const SERVICES: readonly ServiceDefinition[] = [
  service('nid-de-poule', {
    name: { fr: 'Nid-de-poule', en: 'Pothole' },
    description: { fr: 'Trous & fissures <de la chaussée>', en: 'Holes & cracks <of the road>' },
  }),
  service('compte-de-taxes', { nature: 'information', placed: false, group: 'taxes', unit: 'finances' }),
  service('permis-de-velo', { retired: true }),
];
export const serviceSource: ServiceSource = {
  list: () => SERVICES,
  get: (id) => SERVICES.find((one) => one.id === id),
};

/** What the tests take for the territory, and the place inside it where things happen. */
export const TERRITORY: Box = { west: -73.99, south: 45.4, east: -73.47, north: 45.71 };
export const AT = { latitude: 45.508_888, longitude: -73.561_668 };

/** A request as a source has it. */
export const row = (id: string, more: Partial<RequestRow> = {}): RequestRow => ({
  id,
  number: 1,
  status: 'received',
  open: true,
  service: 'nid-de-poule',
  nature: 'request',
  channel: 'web',
  borough: 'VM',
  place_borough: 'VM',
  unit: 'VM-travaux',
  ...AT,
  created_at: new Date().toISOString(),
  updated_at: new Date().toISOString(),
  due_at: null,
  overdue: false,
  settled_at: null,
  resolution: null,
  reopened: 0,
  requesters: 1,
  merged_into: null,
  work_order: null,
  published: null,
  address: '275, rue Notre-Dame Est',
  description: 'Un trou devant la porte',
  ...more,
});

/** Deadline of the requests that come in through the server under test, after their creation. */
export const DUE_AFTER_US = 3 * DAY_US;

function rowOf(event: EventRecord): RequestRow {
  const { data, time_us } = event;
  return row(event.subject, {
    service: data.service ?? null,
    nature: data.nature ?? null,
    channel: data.channel ?? null,
    borough: data.borough ?? null,
    place_borough: data.place_borough ?? null,
    longitude: data.longitude ?? null,
    latitude: data.latitude ?? null,
    address: data.address ?? null,
    description: data.description ?? null,
    created_at: isoOf(time_us),
    updated_at: isoOf(time_us),
    due_at: isoOf(time_us + DUE_AFTER_US),
  });
}

const us = (iso: string | null): number => (iso === null ? Number.NaN : Date.parse(iso) * 1000);

function fits(one: RequestRow, query: RequestQuery): boolean {
  const { service: services, statuses, box, circle } = query;
  const { longitude, latitude } = one;
  const place = longitude === null || latitude === null ? undefined : { longitude, latitude };
  const created_us = us(one.created_at);
  const updated_us = us(one.updated_at);
  return (
    (services === undefined || services.includes(one.service ?? '')) &&
    (statuses === 'all' || one.open === (statuses === 'open')) &&
    created_us >= query.created_from_us &&
    created_us <= query.created_to_us &&
    updated_us >= (query.updated_from_us ?? 0) &&
    updated_us <= (query.updated_to_us ?? Number.POSITIVE_INFINITY) &&
    (box === undefined || (place !== undefined && isInside(place, box))) &&
    (circle === undefined || (place !== undefined && distance_m(place, circle) <= circle.radius_m))
  );
}

export class MemoryRequests implements RequestSource {
  readonly rows = new Map<string, RequestRow>();
  /** Of the last question. */
  last: RequestQuery | undefined;
  put(...rows: readonly RequestRow[]): void {
    for (const one of rows) this.rows.set(one.id, one);
  }
  async byIds(ids: readonly string[]): Promise<readonly RequestRow[]> {
    return ids.flatMap((id) => this.rows.get(id) ?? []).reverse();
  }
  async find(query: RequestQuery): Promise<readonly RequestRow[]> {
    this.last = query;
    return [...this.rows.values()]
      .filter((one) => fits(one, query))
      .sort((a, b) => us(b.created_at) - us(a.created_at) || (a.id < b.id ? -1 : 1))
      .slice(query.offset, query.offset + query.limit);
  }
}

export interface Open311Server {
  readonly url: string;
  readonly requests: MemoryRequests;
  readonly database: TestDatabase;
  readonly batcher: Batcher;
  key(more?: Partial<NewKey>): Promise<string>;
  /** GET below /open311. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** POST of a form to requests.json, or elsewhere. */
  post(fields: Record<string, string> | URLSearchParams, path?: string): Promise<Response>;
  close(): Promise<void>;
}

export async function startOpen311(change: Partial<Open311Options> = {}): Promise<Open311Server> {
  const database = await testDatabase();
  const clock = systemClock;
  const store = new EventStore(database.db, { server_id: crypto.randomUUID(), logger: testLogger });
  const requests = new MemoryRequests();
  const batcher = new Batcher({
    store,
    clock,
    logger: testLogger,
    onCommit: ({ events }) => {
      for (const event of events) if (event.type === 'request.created') requests.put(rowOf(event));
    },
  });
  const keys = new KeyStore(database.db);
  const access = new Access({
    keys,
    people: new UserStore(database.db),
    clock,
    ingest_key: null,
    public_read: true,
  });
  const app = express();
  app.use(
    open311Router({
      services: serviceSource,
      requests,
      territory: (longitude, latitude) => (isInside({ longitude, latitude }, TERRITORY) ? 'VM' : null),
      region: null,
      access,
      submit: eventSubmitter(batcher, clock),
      clock,
      logger: testLogger,
      settings: { jurisdiction_id: 'ville.example', contact: null, public_url: null, test: true },
      ...change,
    }),
  );
  const server = http.createServer(app);
  limitServer(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/open311`;
  return {
    url,
    requests,
    database,
    batcher,
    async key(more = {}) {
      const { id, secret, secret_sha256 } = newSecret();
      const types = ['request.created'];
      const made = { name: 'app', types, sources: ['*'], origins: [], can_read: false, ...more };
      const by = { actor: { kind: 'bootstrap', id: 'bootstrap', name: 'bootstrap' }, why: null } as const;
      await keys.create({ ...made, id, secret_sha256 }, by);
      return secret;
    },
    get: (path, headers = {}) => fetch(url + path, { headers }),
    post: (fields, path = '/v2/requests.json') =>
      fetch(url + path, { method: 'POST', body: new URLSearchParams(fields) }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await batcher.stop();
      const { pool } = database.db;
      for (let turn = 0; turn < 100 && pool.totalCount > pool.idleCount; turn += 1) await sleep(10);
      await database.close();
    },
  };
}

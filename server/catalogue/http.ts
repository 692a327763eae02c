/** `/api/v1/catalogue`: what the city promises, to be read and to be changed. */
import { type Request, type RequestHandler, Router } from 'express';
import type { AuditNote, By } from '../contract/audit.ts';
import type { Catalogue, CatalogueImpact } from '../contract/catalogue.ts';
import {
  type CatalogueChange,
  catalogueChange,
  catalogueNotes,
  changeFaults,
  mergedCatalogue,
} from '../domain/catalogue-change.ts';
import { catalogueFrom, type Fault } from '../domain/catalogue-shape.ts';
import { localDate } from '../domain/office-hours.ts';
import type { Clock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { BODY_BYTES_MAX, decodeText, parseJson, readBody } from '../lib/http-body.ts';
import { errorHandler, sendError, sendJson } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';

/** What the router needs of the tables. */
export interface CatalogueStore {
  read(): Promise<Catalogue & { readonly revision: number }>;
  /** All or nothing; `accept` sees what is stored, and throws when the change must not be. @returns the revision */
  save(
    said: Catalogue,
    accept: (stored: Catalogue & { readonly revision: number }) => void,
    audit: { readonly by: By; readonly notes: (stored: Catalogue) => readonly AuditNote[] },
  ): Promise<number>;
  /** What open requests would become by other promises. Changes nothing. */
  impact(catalogue: Catalogue): Promise<CatalogueImpact>;
}
export interface CatalogueRouterOptions {
  readonly store: CatalogueStore;
  /** Lets pass who may read. */
  readonly gate: RequestHandler;
  /** Lets pass who may change the city's settings. */
  readonly admin: RequestHandler;
  /** Who passed `admin`, and why he changes it. */
  readonly by: (req: Request, why: unknown) => By;
  readonly clock: Clock;
  /** IANA name: by its date a version is in force, or not yet. */
  readonly time_zone: string;
  readonly logger: Logger;
}

/** What `PUT /api/v1/catalogue` answers. */
export type CatalogueAnswer = CatalogueChange & { readonly revision: number };

const FAULTS_MAX = 200;
const FAULTS_TOLD = 3;

/** Many things may be wrong: the message tells the first, the answer lists them. */
class CatalogueRefused extends VigieError {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    const told = faults.slice(0, FAULTS_TOLD).map(({ path, message }) => `${path || 'the body'}: ${message}`);
    const more = faults.length > FAULTS_TOLD ? ` … and ${faults.length - FAULTS_TOLD} more` : '';
    super('catalogue_invalid', `Nothing was stored. ${told.join('; ')}${more}`, { status: 400 });
    this.faults = faults;
  }
}

/** Beside the catalogue: the number of the one that was read, and why it is changed. */
function askedOf(body: unknown): {
  readonly revision?: unknown;
  readonly why?: unknown;
  readonly body: unknown;
} {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { body };
  const { revision, why, ...catalogue } = body as Record<string, unknown>;
  return { revision, why, body: catalogue };
}
const changedSince = (): VigieError =>
  new VigieError(
    'changed_since',
    'Nothing was stored: somebody else has changed the catalogue since. Read it again, and look at the change.',
    { status: 409 },
  );

export function catalogueRouter(options: CatalogueRouterOptions): Router {
  const { store, gate, admin, by, clock, time_zone, logger } = options;
  const router = Router();
  router.get('/api/v1/catalogue', gate, async (_req, res, next) => {
    try {
      res.setHeader('cache-control', 'no-store');
      sendJson(res, 200, await store.read());
    } catch (error) {
      next(error);
    }
  });
  router.put('/api/v1/catalogue', admin, async (req, res, next) => {
    try {
      const {
        revision: read,
        why,
        body,
      } = askedOf(parseJson(decodeText(await readBody(req, BODY_BYTES_MAX))));
      const shaped = catalogueFrom(body);
      if ('faults' in shaped) throw new CatalogueRefused(shaped.faults);
      const said = shaped.catalogue;
      const today = localDate(clock.now_us(), time_zone);
      let change: CatalogueChange | undefined;
      const accept = (stored: Catalogue & { readonly revision: number }): void => {
        if (read !== undefined && read !== stored.revision) throw changedSince();
        const faults = changeFaults(stored, said, today);
        if (faults.length > 0) throw new CatalogueRefused(faults);
        change = catalogueChange(stored, said);
      };
      const notes = (stored: Catalogue) => catalogueNotes(stored, said);
      const revision = await store.save(said, accept, { by: by(req, why), notes });
      sendJson(res, 200, { ...change, revision });
    } catch (error) {
      if (error instanceof CatalogueRefused)
        sendError(res, error, { faults: error.faults.slice(0, FAULTS_MAX) });
      else next(error);
    }
  });
  router.post('/api/v1/catalogue/preview', admin, async (req, res, next) => {
    try {
      const { body } = askedOf(parseJson(decodeText(await readBody(req, BODY_BYTES_MAX))));
      const shaped = catalogueFrom(body);
      if ('faults' in shaped) throw new CatalogueRefused(shaped.faults);
      const { revision, ...stored } = await store.read();
      const faults = changeFaults(stored, shaped.catalogue, localDate(clock.now_us(), time_zone));
      if (faults.length > 0) throw new CatalogueRefused(faults);
      const impact = await store.impact(mergedCatalogue(stored, shaped.catalogue));
      sendJson(res, 200, { ...catalogueChange(stored, shaped.catalogue), impact, revision });
    } catch (error) {
      if (error instanceof CatalogueRefused)
        sendError(res, error, { faults: error.faults.slice(0, FAULTS_MAX) });
      else next(error);
    }
  });
  router.use(errorHandler(logger));
  return router;
}

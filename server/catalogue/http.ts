/** `/api/v1/catalogue`: what the city promises, to be read and to be changed. */
import { type RequestHandler, Router } from 'express';
import type { Catalogue } from '../contract/catalogue.ts';
import { type CatalogueChange, catalogueChange, changeFaults } from '../domain/catalogue-change.ts';
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
  save(said: Catalogue, accept: (stored: Catalogue) => void): Promise<number>;
}
export interface CatalogueRouterOptions {
  readonly store: CatalogueStore;
  /** Lets pass who may read. */
  readonly gate: RequestHandler;
  /** Lets pass who may change the city's settings. */
  readonly admin: RequestHandler;
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

export function catalogueRouter(options: CatalogueRouterOptions): Router {
  const { store, gate, admin, clock, time_zone, logger } = options;
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
      const shaped = catalogueFrom(parseJson(decodeText(await readBody(req, BODY_BYTES_MAX))));
      if ('faults' in shaped) throw new CatalogueRefused(shaped.faults);
      const said = shaped.catalogue;
      const today = localDate(clock.now_us(), time_zone);
      let change: CatalogueChange | undefined;
      const revision = await store.save(said, (stored) => {
        const faults = changeFaults(stored, said, today);
        if (faults.length > 0) throw new CatalogueRefused(faults);
        change = catalogueChange(stored, said);
      });
      sendJson(res, 200, { ...change, revision });
    } catch (error) {
      if (error instanceof CatalogueRefused)
        sendError(res, error, { faults: error.faults.slice(0, FAULTS_MAX) });
      else next(error);
    }
  });
  router.use(errorHandler(logger));
  return router;
}

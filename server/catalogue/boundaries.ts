/** `PUT /api/v1/boundaries`: where the city's boroughs end. */
import { type Request, type RequestHandler, Router } from 'express';
import type { By } from '../contract/audit.ts';
import { boundaryFault } from '../domain/boundary.ts';
import { VigieError } from '../lib/errors.ts';
import { BODY_BYTES_MAX, decodeText, parseJson, readBody } from '../lib/http-body.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { TerritoryBoundary } from '../store/boundaries.ts';

/** What the router needs of the table of territories. */
export interface BoundaryStore {
  codes(): Promise<readonly string[]>;
  /** All or none. @returns how many were replaced */
  save(items: readonly TerritoryBoundary[], by: By): Promise<number>;
}
export interface BoundaryRouterOptions {
  readonly store: BoundaryStore;
  /** Lets pass who may change the city's settings. */
  readonly admin: RequestHandler;
  /** Who passed `admin`. */
  readonly by: (req: Request, why: unknown) => By;
  readonly logger: Logger;
}

const ITEMS_MAX = 1_000;

/** Replaces the boundaries that are given; those of other territories stay. Nothing is stored when anything is wrong. */
export function boundariesRouter({ store, admin, by, logger }: BoundaryRouterOptions): Router {
  const router = Router();
  router.put('/api/v1/boundaries', admin, async (req, res, next) => {
    try {
      const items = itemsOf(parseJson(decodeText(await readBody(req, BODY_BYTES_MAX))));
      const known = new Set(await store.codes());
      const strange = items.map(({ code }) => code).filter((code) => !known.has(code));
      if (strange.length > 0) {
        throw invalid(
          `there is no territory ${strange.slice(0, 10).join(', ')}: the catalogue has ${[...known].join(', ')}`,
        );
      }
      sendJson(res, 200, { updated: await store.save(items, by(req, undefined)) });
    } catch (error) {
      next(error);
    }
  });
  router.use(errorHandler(logger));
  return router;
}

const invalid = (message: string): VigieError =>
  new VigieError('boundaries_invalid', `Nothing was stored: ${message}.`, { status: 400 });

function itemsOf(body: unknown): TerritoryBoundary[] {
  const items = typeof body === 'object' && body !== null && 'items' in body ? body.items : undefined;
  if (!Array.isArray(items) || items.length === 0 || items.length > ITEMS_MAX) {
    throw invalid(`the body must be {"items":[{"code","geometry"}]}, with 1 to ${ITEMS_MAX} of them`);
  }
  const seen = new Set<string>();
  return items.map((item: unknown, index) => {
    const { code, geometry } = (item ?? {}) as { code?: unknown; geometry?: unknown };
    if (typeof code !== 'string' || code === '') throw invalid(`item ${index} has no code`);
    if (seen.has(code)) throw invalid(`item ${index}: ${code} stands there twice`);
    seen.add(code);
    const fault = boundaryFault(geometry);
    if (fault !== undefined) throw invalid(`item ${index} (${code}) ${fault}`);
    const { type, coordinates } = geometry as TerritoryBoundary['geometry'];
    // Without members that GeoJSON does not have.
    return { code, geometry: { type, coordinates } as TerritoryBoundary['geometry'] };
  });
}

/** What the routers of requests share: reading only, behind the gate, never cached. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Clock } from '../lib/clock.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';

export interface ReaderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lets pass who may read; without it all may. */
  readonly gate?: RequestHandler;
}

/** @returns the value to be sent, or undefined when the answer has been sent */
type Answer = (req: Request, res: Response) => Promise<object | undefined>;

/** A router of GETs. @param paths what each is answered with; they are tried in this order */
export function readerRouter(
  { gate, logger }: ReaderOptions,
  paths: Readonly<Record<string, Answer>>,
): Router {
  const router = Router();
  for (const [path, answer] of Object.entries(paths)) {
    const handle: RequestHandler = async (req, res, next) => {
      try {
        res.setHeader('cache-control', 'no-store');
        const value = await answer(req, res);
        if (value !== undefined) sendJson(res, 200, value);
      } catch (error) {
        next(error);
      }
    };
    if (gate) router.get(path, gate, handle);
    else router.get(path, handle);
  }
  router.use(errorHandler(logger));
  return router;
}

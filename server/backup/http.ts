/** `GET /api/v1/backup`: everything that the database holds, as one file, while the server goes on serving. */
import { pipeline } from 'node:stream/promises';
import { type RequestHandler, Router } from 'express';
import { type Clock, isoOf } from '../lib/clock.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import { errorHandler } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';
import { backupText, compressor } from './file.ts';
import type { BackupSource } from './types.ts';

/** Who takes nothing for so long has gone: the database must not keep old rows for nobody. */
const SILENCE_MS_MAX = 120_000;

export interface BackupRouterOptions {
  readonly open: () => Promise<BackupSource>;
  readonly admin: RequestHandler;
  /** Of Vigie 311. */
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function backupRouter({ open, admin, version, clock, logger }: BackupRouterOptions): Router {
  const router = Router();
  let busy = false;
  /** The end of the one before: its file is whole before its database is closed. */
  let closed: Promise<unknown> = Promise.resolve();
  router.get('/api/v1/backup', admin, (_req, res, next) => {
    if (busy) {
      const message = 'A backup is being made already; ask again when that is done.';
      return next(new VigieError('busy', message, { status: 503, retry_after_s: 60 }));
    }
    busy = true;
    const created_at = isoOf(clock.now_us());
    const began = performance.now();
    const send = async (): Promise<void> => {
      await closed;
      const source = await open();
      try {
        res.setHeader('content-type', 'application/zstd');
        res.setHeader('cache-control', 'no-store');
        const name = `vigie-${created_at.slice(0, 19).replaceAll(':', '')}.backup`;
        res.setHeader('content-disposition', `attachment; filename="${name}"`);
        res.setTimeout(SILENCE_MS_MAX, () => res.destroy());
        await pipeline(backupText(source, version, created_at), compressor(), res);
        logger.info({ took_s: (performance.now() - began) / 1000 }, 'a backup was made');
      } finally {
        closed = source.close().catch((error: unknown) => {
          logger.error({ error: messageOf(error) }, 'what a backup was read from was not closed');
        });
      }
    };
    send()
      .catch((error: unknown) => {
        logger.warn({ error: messageOf(error) }, 'a backup was not finished');
        // Without its last line, the file says so itself.
        if (res.headersSent) res.destroy();
        else next(error);
      })
      .finally(() => {
        busy = false;
      });
  });
  router.use(errorHandler(logger));
  return router;
}

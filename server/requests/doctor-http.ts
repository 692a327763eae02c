/** `GET /api/v1/doctor`: does the store agree with itself. One at a time, since looking at everything takes a while. */
import type { Router } from 'express';
import type { DeadlineRules } from '../domain/request-deadlines.ts';
import { VigieError } from '../lib/errors.ts';
import { queryFlag, refuseOthers } from '../lib/http-query.ts';
import { type AuditSource, audit } from './audit.ts';
import { type ReaderOptions, readerRouter } from './reader.ts';

export interface DoctorOptions extends ReaderOptions {
  readonly source: AuditSource;
  /** The city's promises as they are now. */
  readonly rules: () => DeadlineRules;
}

export function doctorRouter(options: DoctorOptions): Router {
  let busy = false;
  return readerRouter(options, {
    '/api/v1/doctor': async (req) => {
      refuseOthers(req, ['deep']);
      const deep = queryFlag(req, 'deep') ?? false;
      if (busy) {
        const message = 'Somebody is having it looked at already; ask again when that is done.';
        throw new VigieError('busy', message, { status: 503, retry_after_s: 10 });
      }
      busy = true;
      try {
        return await audit({
          source: options.source,
          rules: options.rules(),
          now_us: options.clock.now_us(),
          deep,
        });
      } finally {
        busy = false;
      }
    },
  });
}

/** `GET /api/v1/audit`: the history of settings, newest first. */
import { Router } from 'express';
import { AUDIT_SUBJECTS, type AuditEntry, type AuditSubject } from '../contract/audit.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import { queryInteger, queryList, queryText, refuseOthers } from '../lib/http-query.ts';
import type { Logger } from '../lib/logger.ts';
import { type Access, reaches } from './access.ts';
import { callerOf, requireRole, wrapped } from './http-parts.ts';

export interface AuditRouterOptions {
  readonly access: Access;
  /** @param before the number of the entry after which the page begins */
  readonly list: (question: {
    readonly subjects: readonly AuditSubject[];
    readonly id: string | null;
    readonly before: number | null;
    readonly rows_max: number;
  }) => Promise<readonly AuditEntry[]>;
  readonly logger: Logger;
}

const ROWS_USUAL = 50;
const ROWS_MAX = 500;
/** What is an administrator's business alone. */
const PRIVATE: readonly AuditSubject[] = ['user', 'key'];

export function auditRouter({ access, list, logger }: AuditRouterOptions): Router {
  const router = Router();
  router.get(
    '/api/v1/audit',
    requireRole(access, 'manager', 'The history is read'),
    wrapped(async (req, res) => {
      refuseOthers(req, ['subject', 'id', 'limit', 'cursor']);
      const asked = queryList(req, 'subject', AUDIT_SUBJECTS.length);
      const all = reaches(callerOf(req), 'administrator');
      const subjects = AUDIT_SUBJECTS.filter(
        (subject) => (all || !PRIVATE.includes(subject)) && (asked?.includes(subject) ?? true),
      );
      const rows_max = queryInteger(req, 'limit', 1, ROWS_MAX) ?? ROWS_USUAL;
      const id = queryText(req, 'id') ?? null;
      const before = queryInteger(req, 'cursor', 1, Number.MAX_SAFE_INTEGER) ?? null;
      const found = await list({ subjects, id, before, rows_max: rows_max + 1 });
      const items = found.slice(0, rows_max);
      const address = new URL(req.originalUrl, 'http://host');
      address.searchParams.set('cursor', String(items.at(-1)?.number));
      res.setHeader('cache-control', 'no-store');
      sendJson(res, 200, {
        items,
        next: found.length > rows_max ? `${address.pathname}${address.search}` : null,
      });
    }),
  );
  router.use(errorHandler(logger));
  return router;
}

/** `/vigie.js` as it is served: the source beside this file without comments and indentation. */
import { readFileSync } from 'node:fs';
import { Router } from 'express';

/** The most it may have, bytes: it is on every page of a city, also over a slow telephone. */
export const PAGE_SCRIPT_BYTES_MAX = 2_048;

export function pageScript(): string {
  const source = readFileSync(new URL('./page-script.js', import.meta.url), 'utf8');
  const lines = source.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('//')).join('\n');
}

/** Serves it, to pages of any site; a new version is seen within a day. */
export function pageScriptRouter(): Router {
  const body = Buffer.from(pageScript());
  const router = Router();
  router.get('/vigie.js', (_req, res) => {
    res.setHeader('content-type', 'text/javascript; charset=utf-8');
    res.setHeader('cache-control', 'public, max-age=86400');
    res.setHeader('cross-origin-resource-policy', 'cross-origin');
    res.send(body);
  });
  return router;
}

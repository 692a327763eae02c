/** The pages that describe the server to programs, and the script for the city's web pages. */
import { readFileSync } from 'node:fs';
import { Router } from 'express';
import { asyncApiPage } from '../contract/asyncapi.ts';
import { eventsSchemaPage } from '../contract/json-schema.ts';
import { openApiPage } from '../contract/openapi.ts';
import { pageScript } from './page-script.ts';

const DAY_S = 86_400;

/** Bodies are made once: nothing in them changes while a server runs. */
export function docsRouter(): Router {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const router = Router();
  const serve = (path: string, type: string, body: string, max_age_s: number): void => {
    const bytes = Buffer.from(body);
    router.get(path, (_req, res) => {
      res.setHeader('content-type', type);
      res.setHeader('cache-control', `public, max-age=${max_age_s}`);
      res.setHeader('access-control-allow-origin', '*');
      res.send(bytes);
    });
  };
  serve('/api/v1/events/schema', 'application/schema+json', JSON.stringify(eventsSchemaPage()), 300);
  serve('/api/openapi.json', 'application/json', JSON.stringify(openApiPage(version)), 300);
  serve('/api/asyncapi.json', 'application/json', JSON.stringify(asyncApiPage(version)), 300);
  serve('/vigie.js', 'text/javascript; charset=utf-8', pageScript(), DAY_S);
  return router;
}

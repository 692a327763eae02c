/** The pages that describe the server to programs. */
import { Router } from 'express';
import { asyncApiPage } from '../contract/asyncapi.ts';
import { eventsSchemaPage } from '../contract/json-schema.ts';
import { openApiPage } from '../contract/openapi.ts';
import { productVersion } from '../lib/version.ts';

/** How long a program may keep a page before it asks again, s. */
const KEEP_S = 300;

/** Bodies are made once: nothing in them changes while a server runs. */
export function docsRouter(): Router {
  const version = productVersion();
  const router = Router();
  const serve = (path: string, type: string, page: object): void => {
    const bytes = Buffer.from(JSON.stringify(page));
    router.get(path, (_req, res) => {
      res.setHeader('content-type', type);
      res.setHeader('cache-control', `public, max-age=${KEEP_S}`);
      res.setHeader('access-control-allow-origin', '*');
      res.send(bytes);
    });
  };
  serve('/api/v1/events/schema', 'application/schema+json', eventsSchemaPage());
  serve('/api/openapi.json', 'application/json', openApiPage(version));
  serve('/api/asyncapi.json', 'application/json', asyncApiPage(version));
  return router;
}

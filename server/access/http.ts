/** Keys and sessions over HTTP, and the gate before everything that is read. */
import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import { bearerOf } from '../lib/bearer.ts';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Access } from './access.ts';
import { jsonObject, sessionCookie, wrapped } from './http-parts.ts';
import { type KeyRepository, type NewKey, newKeyFault, newSecret } from './keys.ts';

export interface AccessRouterOptions {
  readonly access: Access;
  readonly keys: KeyRepository;
  readonly logger: Logger;
}

/** How long a browser stays logged in, s. */
const SESSION_S = 12 * 3_600;

/** Lets pass who may read; others get 401 or 403. For use before the routes that show state. */
export function requireRead(access: Access): RequestHandler {
  return wrappedGate(async (req) => {
    if (await access.mayRead(req)) return;
    throw refusal(req, 'Reading needs a key that may read: send "Authorization: Bearer <key>", or log in.');
  });
}
/** Lets pass the bootstrap key alone. @param what is done with it, such as `Keys are managed` */
export function requireAdmin(access: Access, what: string): RequestHandler {
  return wrappedGate(async (req) => {
    const secret = bearerOf(req.headers);
    if (secret !== undefined && (await access.grant(secret))?.admin) return;
    throw refusal(req, `${what} with the bootstrap key, the one of VIGIE_INGEST_KEY.`);
  });
}
function wrappedGate(check: (req: Request) => Promise<void>): RequestHandler {
  return (req: Request, _res: Response, next: NextFunction) => {
    check(req).then(() => next(), next);
  };
}
function refusal(req: Request, message: string): VigieError {
  const known = bearerOf(req.headers) !== undefined;
  return new VigieError(known ? 'not_allowed' : 'key_missing', message, { status: known ? 403 : 401 });
}

/** `/api/v1/keys` and `/api/v1/session`. */
export function accessRouter({ access, keys, logger }: AccessRouterOptions): Router {
  const router = Router();
  const admin = requireAdmin(access, 'Keys are managed');

  router.post(
    '/api/v1/keys',
    admin,
    wrapped(async (req, res) => {
      const wanted = newKeyOf(await jsonObject(req));
      const { id, secret, secret_sha256 } = newSecret();
      const key = await keys.create({ ...wanted, id, secret_sha256 });
      access.forget();
      // The only time the secret is shown: nothing that is stored can give it back.
      sendJson(res, 201, { ...key, secret });
    }),
  );
  router.get(
    '/api/v1/keys',
    admin,
    wrapped(async (_req, res) => sendJson(res, 200, { items: await keys.list(), next: null })),
  );
  router.delete(
    '/api/v1/keys/:id',
    admin,
    wrapped(async (req, res) => {
      const revoked = await keys.revoke(String(req.params.id));
      access.forget();
      if (!revoked) throw new VigieError('key_unknown', 'There is no such key in force.', { status: 404 });
      res.status(204).end();
    }),
  );

  router.get(
    '/api/v1/session',
    wrapped(async (req, res) => sendJson(res, 200, { may_read: await access.mayRead(req) })),
  );
  router.post(
    '/api/v1/session',
    wrapped(async (req, res) => {
      const { key } = await jsonObject(req);
      const secret = typeof key === 'string' ? key : '';
      const grant = secret === '' ? undefined : await access.grant(secret);
      if (grant === undefined) {
        throw new VigieError('key_wrong', 'This key is unknown or was revoked.', { status: 401 });
      }
      if (!grant.can_read) throw new VigieError('not_allowed', 'This key may not read.', { status: 403 });
      res.setHeader('set-cookie', sessionCookie(req, secret, SESSION_S));
      sendJson(res, 200, { may_read: true });
    }),
  );
  router.delete('/api/v1/session', (req, res) => {
    res.setHeader('set-cookie', sessionCookie(req, '', 0));
    res.status(204).end();
  });
  router.use(errorHandler(logger));
  return router;
}

function textList(
  body: Record<string, unknown>,
  name: string,
  fallback: readonly string[],
): readonly string[] {
  const value = body[name];
  if (value === undefined) return fallback;
  const fits =
    Array.isArray(value) &&
    value.length <= 100 &&
    value.every((item) => typeof item === 'string' && item.length <= 512);
  if (fits) return value;
  throw new VigieError('key_invalid', `${name} must be a list of at most 100 texts.`, { status: 400 });
}

function newKeyOf(body: Record<string, unknown>): NewKey {
  const fault = (message: string): VigieError =>
    new VigieError('key_invalid', `${message}.`, { status: 400 });
  const { name, can_read = false } = body;
  if (typeof name !== 'string') throw fault('name must be a text of 1 to 200 characters');
  if (typeof can_read !== 'boolean') throw fault('can_read must be true or false');
  const key: NewKey = {
    name,
    types: textList(body, 'types', []),
    sources: textList(body, 'sources', ['*']),
    origins: textList(body, 'origins', []),
    can_read,
  };
  const found = newKeyFault(key);
  if (found !== undefined) throw fault(found);
  return key;
}

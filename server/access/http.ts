/** Keys over HTTP. */
import { Router } from 'express';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Access } from './access.ts';
import { byOf, jsonObject, requireRole, wrapped } from './http-parts.ts';
import { type KeyRepository, type NewKey, newKeyFault, newSecret } from './keys.ts';

export interface KeysRouterOptions {
  readonly access: Access;
  readonly keys: KeyRepository;
  readonly logger: Logger;
}

/** `/api/v1/keys`. */
export function keysRouter({ access, keys, logger }: KeysRouterOptions): Router {
  const router = Router();
  const admin = requireRole(access, 'administrator', 'Keys are managed');

  router.post(
    '/api/v1/keys',
    admin,
    wrapped(async (req, res) => {
      const { why, ...body } = await jsonObject(req);
      const wanted = newKeyOf(body);
      const { id, secret, secret_sha256 } = newSecret();
      const key = await keys.create({ ...wanted, id, secret_sha256 }, byOf(req, why));
      access.forget();
      res.setHeader('cache-control', 'no-store');
      // The only time the secret is shown: nothing that is stored can give it back.
      sendJson(res, 201, { ...key, secret });
    }),
  );
  router.get(
    '/api/v1/keys',
    admin,
    wrapped(async (_req, res) => {
      res.setHeader('cache-control', 'no-store');
      sendJson(res, 200, { items: await keys.list(), next: null });
    }),
  );
  router.delete(
    '/api/v1/keys/:id',
    admin,
    wrapped(async (req, res) => {
      const revoked = await keys.revoke(String(req.params.id), byOf(req, undefined));
      access.forget();
      if (!revoked) throw new VigieError('key_unknown', 'There is no such key in force.', { status: 404 });
      res.status(204).end();
    }),
  );
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

/** `/api/v1/session`: signing in, with a password or with a key, and out. */
import { randomBytes } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { SESSION_S, type SessionAnswer } from '../contract/people.ts';
import type { Clock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import { queryFlag } from '../lib/http-query.ts';
import type { Logger } from '../lib/logger.ts';
import { type Access, isOwnPage, SESSION_PREFIX, sessionOf } from './access.ts';
import { Attempts, addressOf } from './attempts.ts';
import { byOf, callerOf, jsonObject, requireRole, sessionCookie, wrapped } from './http-parts.ts';
import { sha256Hex } from './keys.ts';
import { hashPassword, isPassword, passwordFault } from './passwords.ts';
import type { PeopleRepository } from './people.ts';

export interface SessionsRouterOptions {
  readonly access: Access;
  readonly people: PeopleRepository;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function sessionsRouter({ access, people, clock, logger }: SessionsRouterOptions): Router {
  const router = Router();
  const attempts = new Attempts(clock);

  async function answer(req: Request, res: Response): Promise<void> {
    const caller = await access.whoIs(req);
    res.setHeader('cache-control', 'no-store');
    sendJson(res, 200, {
      may_read: await access.mayRead(req),
      role: caller && !caller.wall ? caller.role : null,
      user: caller?.email ? { email: caller.email, name: caller.actor.name } : null,
    } satisfies SessionAnswer);
  }
  /** Always another secret, so that one which somebody put into the browser before is worth nothing. */
  async function begin(req: Request, res: Response, owner: { user_id: string } | { key_sha256: string }) {
    const before = sessionOf(req.headers);
    if (before?.startsWith(SESSION_PREFIX)) await people.endSession(sha256Hex(before));
    const secret = `${SESSION_PREFIX}${randomBytes(32).toString('base64url')}`;
    await people.beginSession(sha256Hex(secret), owner);
    access.forget();
    res.setHeader('set-cookie', sessionCookie(req, secret, SESSION_S));
    // The answer is that of the next question, which comes with the cookie.
    req.headers.cookie = sessionCookie(req, secret, SESSION_S).split(';', 1)[0];
    await answer(req, res);
  }

  router.get('/api/v1/session', wrapped(answer));
  router.post(
    '/api/v1/session',
    wrapped(async (req, res) => {
      refuseOtherSites(req);
      const { key, email, password } = await jsonObject(req);
      if (email === undefined && password === undefined) {
        const succeed = attempts.begin(null, addressOf(req));
        const key_sha256 = await keyHash(access, key);
        succeed();
        return begin(req, res, { key_sha256 });
      }
      const account = typeof email === 'string' ? email.trim().toLowerCase().slice(0, 300) : '';
      const succeed = attempts.begin(account, addressOf(req));
      const found = await people.passwordByEmail(account);
      // Unknown, disabled and wrong are one answer, after one time.
      if (!(await isPassword(asPassword(password), found?.password ?? null)) || found === null) {
        const message = 'This e-mail address and password do not go together.';
        throw new VigieError('sign_in_wrong', message, { status: 401 });
      }
      succeed();
      await begin(req, res, { user_id: found.id });
    }),
  );
  router.delete(
    '/api/v1/session',
    wrapped(async (req, res) => {
      refuseOtherSites(req);
      const secret = sessionOf(req.headers);
      const caller = await access.caller(req);
      if (queryFlag(req, 'everywhere') && caller?.actor.kind === 'user')
        await people.endSessions(caller.actor.id, { actor: caller.actor, why: null });
      else if (secret?.startsWith(SESSION_PREFIX)) await people.endSession(sha256Hex(secret));
      access.forget();
      res.setHeader('set-cookie', sessionCookie(req, '', 0));
      res.status(204).end();
    }),
  );
  router.post(
    '/api/v1/session/password',
    requireRole(access, 'reader', 'A password is changed'),
    wrapped(async (req, res) => {
      const { actor, email } = callerOf(req);
      const { password, new_password } = await jsonObject(req);
      if (actor.kind !== 'user' || email === null)
        throw new VigieError('no_password', 'A key has no password.', { status: 400 });
      const fault = passwordFault(asPassword(new_password), { email, name: actor.name });
      if (fault !== undefined) throw new VigieError('password_invalid', `${fault}.`, { status: 400 });
      const succeed = attempts.begin(email, addressOf(req));
      const found = await people.passwordById(actor.id);
      if (!(await isPassword(asPassword(password), found?.password ?? null)))
        throw new VigieError('password_wrong', 'The present password is another one.', { status: 403 });
      succeed();
      const kept = sha256Hex(sessionOf(req.headers) ?? '');
      const change = { password: await hashPassword(asPassword(new_password)) };
      await people.change(actor.id, null, change, byOf(req, undefined), kept);
      access.forget();
      res.status(204).end();
    }),
  );
  router.use(errorHandler(logger));
  return router;
}

const asPassword = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 1_000) : '');

/** Another site must neither sign somebody in (as its own person) nor out. A program says nothing of pages. */
function refuseOtherSites(req: Request): void {
  const { origin, 'sec-fetch-site': site } = req.headers;
  if ((origin === undefined && site === undefined) || isOwnPage(req.headers)) return;
  const message = 'Only pages of this server sign in and out.';
  throw new VigieError('foreign_page', message, { status: 403 });
}

/** @throws VigieError when nobody signs in with it */
async function keyHash(access: Access, key: unknown): Promise<string> {
  const secret = typeof key === 'string' ? key : '';
  const grant = secret === '' ? undefined : await access.grant(secret);
  if (grant === undefined)
    throw new VigieError('key_wrong', 'This key is unknown or was revoked.', { status: 401 });
  if (!grant.can_read) throw new VigieError('not_allowed', 'This key may not read.', { status: 403 });
  return sha256Hex(secret);
}

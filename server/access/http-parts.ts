/** What the routes of access share: bodies, handlers, who asks, and the cookie of a session. */
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { type By, WHY_LENGTH_MAX } from '../contract/audit.ts';
import type { Role } from '../contract/people.ts';
import { bearerOf } from '../lib/bearer.ts';
import { VigieError } from '../lib/errors.ts';
import { decodeText, parseJson, readBody } from '../lib/http-body.ts';
import { type Access, type Caller, isOwnPage, reaches, SESSION_COOKIE, sessionOf } from './access.ts';

const BODY_BYTES_MAX = 65_536;

type Handler = (req: Request, res: Response) => Promise<void>;
export const wrapped =
  (handler: Handler): RequestHandler =>
  (req, res, next) => {
    handler(req, res).catch(next);
  };

/** Lets pass who may read; others get 401 or 403. For use before the routes that show state. */
export function requireRead(access: Access): RequestHandler {
  return gate(async (req) => {
    if (await access.mayRead(req)) return;
    const message = 'Reading needs a key that may read: send "Authorization: Bearer <key>", or log in.';
    throw refusal(bearerOf(req.headers) !== undefined, message);
  });
}
const callers = new WeakMap<Request, Caller>();
/** Lets pass who has the role, or one above it. @param what is done with it, such as `Keys are managed` */
export function requireRole(access: Access, role: Role, what: string): RequestHandler {
  return gate(async (req) => {
    const caller = await access.caller(req);
    if (caller === undefined || !reaches(caller, role))
      throw refusedRole(req, caller !== undefined || bearerOf(req.headers) !== undefined, role, what);
    callers.set(req, caller);
  });
}
/** @param known whether the asker shows a key, or has signed in */
export function refusedRole(req: Request, known: boolean, role: Role, what: string): VigieError {
  if (!known && sessionOf(req.headers) !== undefined && !isOwnPage(req.headers)) {
    const message = 'With a session, only pages of this server change anything; send a key instead.';
    return new VigieError('foreign_page', message, { status: 403 });
  }
  const by = role === 'administrator' ? 'an administrator' : `a ${role} or above`;
  return refusal(known, `${what} by ${by} who has signed in, or with the bootstrap key.`);
}
/** Who passed `requireRole`. */
export function callerOf(req: Request): Caller {
  const caller = callers.get(req);
  if (caller === undefined) throw new Error('the route has no gate');
  return caller;
}
function gate(check: (req: Request) => Promise<void>): RequestHandler {
  return (req: Request, _res: Response, next: NextFunction) => {
    check(req).then(() => next(), next);
  };
}
const refusal = (known: boolean, message: string): VigieError =>
  new VigieError(known ? 'not_allowed' : 'key_missing', message, { status: known ? 403 : 401 });

/** Who changes something, and why, as the body may say. @throws VigieError 400 */
export function byOf(req: Request, why: unknown): By {
  const { actor } = callerOf(req);
  if (why === undefined || why === null || why === '') return { actor, why: null };
  if (typeof why === 'string' && why.length <= WHY_LENGTH_MAX) return { actor, why };
  const message = `why must be a text of at most ${WHY_LENGTH_MAX} characters.`;
  throw new VigieError('why_invalid', message, { status: 400 });
}

/** The body, which must be a JSON object. @throws VigieError 400 */
export async function jsonObject(req: Request): Promise<Record<string, unknown>> {
  const body = parseJson(decodeText(await readBody(req, BODY_BYTES_MAX)));
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw new VigieError('body_invalid', 'The body must be a JSON object.', { status: 400 });
}

/** A cookie that no script reads, and that other sites do not send with what changes anything. */
export function sessionCookie(req: Request, secret: string, max_age_s: number): string {
  const secure = 'encrypted' in req.socket || req.headers['x-forwarded-proto'] === 'https';
  const value = encodeURIComponent(secret);
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${max_age_s}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

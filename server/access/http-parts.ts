/** What the routes of access share: bodies, handlers, and the cookie of a session. */
import type { Request, RequestHandler, Response } from 'express';
import { VigieError } from '../lib/errors.ts';
import { decodeText, parseJson, readBody } from '../lib/http-body.ts';
import { SESSION_COOKIE } from './access.ts';

const BODY_BYTES_MAX = 65_536;

type Handler = (req: Request, res: Response) => Promise<void>;
export const wrapped =
  (handler: Handler): RequestHandler =>
  (req, res, next) => {
    handler(req, res).catch(next);
  };

/** The body, which must be a JSON object. @throws VigieError 400 */
export async function jsonObject(req: Request): Promise<Record<string, unknown>> {
  const body = parseJson(decodeText(await readBody(req, BODY_BYTES_MAX)));
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Record<string, unknown>;
  throw new VigieError('body_invalid', 'The body must be a JSON object.', { status: 400 });
}

/** A cookie that no script reads and no other site sends along. It gives reading only: sending events takes a header. */
export function sessionCookie(req: Request, secret: string, max_age_s: number): string {
  const secure = 'encrypted' in req.socket || req.headers['x-forwarded-proto'] === 'https';
  const value = encodeURIComponent(secret);
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${max_age_s}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

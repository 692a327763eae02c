/** The one form in which HTTP tells an error: `{"error":{"code","message"}}`, with Retry-After where it helps. */
import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import { VigieError } from './errors.ts';
import type { Logger } from './logger.ts';

/** @param more further members of the answer's object, such as what was stored before the error. */
export function sendError(res: ServerResponse, error: VigieError, more: Record<string, unknown> = {}): void {
  if (res.headersSent || res.destroyed) return;
  const { code, message, status, retry_after_s } = error;
  const body = JSON.stringify({ error: { code, message }, ...more });
  res.statusCode = status;
  res.setHeader('content-type', 'application/json; charset=utf-8');
  res.setHeader('content-length', Buffer.byteLength(body));
  if (retry_after_s !== undefined) res.setHeader('retry-after', String(Math.ceil(retry_after_s)));
  if (status === 401) res.setHeader('www-authenticate', 'Bearer realm="vigie"');
  if (status === 408) res.setHeader('connection', 'close');
  res.end(body);
}

export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value);
  res.statusCode = status;
  res.setHeader('content-type', 'application/json; charset=utf-8');
  res.setHeader('content-length', Buffer.byteLength(body));
  res.end(body);
}

/** Express's last handler: an error of ours as it is, any other one logged and told as `internal` without details. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    if (error instanceof VigieError) return sendError(res, error);
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
    if (status >= 400 && status < 500) {
      return sendError(res, new VigieError('bad_request', 'The request cannot be read.', { status }));
    }
    logger.error({ error, method: req.method, path: req.path }, 'a request failed');
    sendError(res, new VigieError('internal', 'The server failed; it is in its log.', { status: 500 }));
  };
}

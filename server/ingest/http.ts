/** `POST /api/v1/events`: from a request to the account of what was stored. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Router } from 'express';
import type { Access } from '../access/access.ts';
import type { Grant } from '../access/keys.ts';
import { bearerOf } from '../lib/bearer.ts';
import type { Clock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { BODY_BYTES_MAX, ClientGone, decodeText, drain, parseJson, readBody } from '../lib/http-body.ts';
import { sendError, sendJson } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';
import { ownTurn } from '../lib/turns.ts';
import { binaryEvent, type Mode, modeOf } from './cloudevents.ts';
import { Intake, type Submitter } from './intake.ts';
import { readStream } from './stream.ts';

const EVENTS_PATH = '/api/v1/events';
export const BATCH_EVENTS_MAX = 10_000;
/** A large batch goes in slices, so that checking it never holds up the event loop for long. */
const SLICE_ROWS = 1_000;
/** A body from this size on is parsed in a turn of its own. */
const TURN_BYTES_MIN = 65_536;

export interface IngestOptions {
  readonly batcher: Submitter;
  readonly access: Access;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function ingestRouter(options: IngestOptions): Router {
  const router = Router();
  const handle = eventsHandler(options);
  router.post(EVENTS_PATH, handle);
  router.options(EVENTS_PATH, async (req, res) => {
    await publicGrant(req, options.access, res).catch(() => undefined);
    res.setHeader('access-control-allow-methods', 'POST');
    res.setHeader('access-control-allow-headers', 'content-type');
    res.setHeader('access-control-max-age', '86400');
    res.statusCode = 204;
    res.end();
  });
  return router;
}

export const isEventsPost = ({ method, url }: IncomingMessage): boolean =>
  method === 'POST' && url !== undefined && (url === EVENTS_PATH || url.startsWith(`${EVENTS_PATH}?`));

/** The same without Express, whose own work per request is several times ours for a single event. */
export function eventsHandler(
  options: IngestOptions,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return async (req, res) => {
    try {
      const grant = await grantFor(req, res, options.access);
      const mode = modeOf(req, grant.origins.length > 0);
      const { batcher, clock } = options;
      const intake = new Intake({ batcher, grant, clock, bulk: mode === 'stream' });
      if (mode === 'stream') await answerStream(req, res, intake);
      else await answerBody(req, res, intake, mode);
    } catch (error) {
      if (error instanceof ClientGone) return;
      if (error instanceof VigieError) {
        if (error.status >= 500 && error.status !== 503)
          options.logger.error({ error }, 'events were refused');
        return sendError(res, error);
      }
      options.logger.error({ error }, 'a request with events failed');
      sendError(res, new VigieError('internal', 'The server failed; its log says how.', { status: 500 }));
    } finally {
      drain(req);
    }
  };
}

/**
 * Time limits against senders that hold connections without using them. A stream may last for ever, so the limit of a
 * whole request is kept by the readers of bodies (see lib/http-body.ts), not by Node's server.
 */
export function limitServer(server: Server): void {
  server.headersTimeout = 15_000;
  server.requestTimeout = 0;
  server.keepAliveTimeout = 65_000;
  server.maxHeadersCount = 100;
}

/** The key's grant. @throws VigieError 401 without a valid key, 403 from an origin that the key is not for. */
async function grantFor(req: IncomingMessage, res: ServerResponse, access: Access): Promise<Grant> {
  const secret = bearerOf(req.headers);
  if (secret === undefined) {
    const grant = await publicGrant(req, access, res);
    if (grant) return grant;
    throw new VigieError(
      'key_missing',
      'A key is needed: send "Authorization: Bearer <key>"; "npm run vigie -- key create" makes one.',
      { status: 401 },
    );
  }
  const grant = await access.grant(secret);
  if (grant === undefined) {
    throw new VigieError('key_wrong', 'This key is unknown or was revoked.', { status: 401 });
  }
  if (grant.origins.length > 0) checkOrigin(req, res, grant);
  return grant;
}

/** The grant of a public key in the query, where navigator.sendBeacon can put it; undefined when there is none. */
async function publicGrant(
  req: IncomingMessage,
  access: Access,
  res: ServerResponse,
): Promise<Grant | undefined> {
  const secret = /[?&]key=([\w-]{1,256})(?:&|$)/.exec(req.url ?? '')?.[1];
  if (secret === undefined) return undefined;
  const grant = await access.grant(secret);
  if (grant === undefined) {
    throw new VigieError('key_wrong', 'This key is unknown or was revoked.', { status: 401 });
  }
  if (grant.origins.length === 0) {
    // Addresses end up in logs: no key that is a secret may stand in one.
    throw new VigieError('key_not_public', 'Only public keys, bound to origins, may stand in the address.', {
      status: 403,
    });
  }
  checkOrigin(req, res, grant);
  return grant;
}

function checkOrigin(req: IncomingMessage, res: ServerResponse, grant: Grant): void {
  const { origin } = req.headers;
  if (origin === undefined || !grant.origins.includes(origin)) {
    throw new VigieError('origin_not_allowed', 'This key is for pages of other origins.', { status: 403 });
  }
  res.setHeader('access-control-allow-origin', origin);
  res.setHeader('vary', 'Origin');
}

async function answerStream(req: IncomingMessage, res: ServerResponse, intake: Intake): Promise<void> {
  const { error, resume_at_line } = await readStream(req, intake);
  if (error === undefined) sendJson(res, 200, intake.answer());
  else if (error instanceof ClientGone) res.destroy();
  else sendError(res, error, { ...intake.answer(), resume_at_line });
}

async function answerBody(
  req: IncomingMessage,
  res: ServerResponse,
  intake: Intake,
  mode: Exclude<Mode, 'stream'>,
): Promise<void> {
  const body = await readBody(req, BODY_BYTES_MAX);
  if (body.length > TURN_BYTES_MIN) await ownTurn();
  const text = decodeText(body);
  const trusted_text = mode !== 'binary' && !text.includes('\\u');
  const events = eventsOf(req, text, mode);
  const slices: Promise<void>[] = [];
  for (let index = 0; index < events.length; index += 1) {
    intake.add(events[index], index, trusted_text);
    if (intake.slice_rows < SLICE_ROWS && index + 1 < events.length) continue;
    if (intake.slice_forbidden && events.length === intake.slice_rows) {
      const { code, message } = intake.last_entry ?? { code: 'not_allowed', message: '' };
      throw new VigieError(code, message, { status: 403 });
    }
    slices.push(intake.store());
    if (index + 1 < events.length) await ownTurn();
  }
  const failed = (await Promise.allSettled(slices)).find((result) => result.status === 'rejected');
  if (failed === undefined) return sendJson(res, 200, intake.answer());
  const error = failed.reason instanceof VigieError ? failed.reason : undefined;
  if (error === undefined) throw failed.reason;
  // Of a batch in one slice nothing is stored, which the plain error says; of a larger one it is told how much.
  if (slices.length === 1) throw error;
  sendError(res, error, { ...intake.answer() });
}

function eventsOf(req: IncomingMessage, text: string, mode: Exclude<Mode, 'stream'>): readonly unknown[] {
  if (mode === 'binary') return [binaryEvent(req, text.trim() === '' ? undefined : parseJson(text))];
  const value = parseJson(text);
  if (mode === 'structured') {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [value];
    throw new VigieError('not_an_event', 'The body must be one event, a JSON object: line 1, column 1.', {
      status: 400,
    });
  }
  if (!Array.isArray(value)) {
    throw new VigieError('not_a_batch', 'A batch must be a JSON array of events: line 1, column 1.', {
      status: 400,
    });
  }
  if (value.length <= BATCH_EVENTS_MAX) return value;
  throw new VigieError(
    'batch_too_large',
    `A batch may have ${BATCH_EVENTS_MAX} events, this one has ${value.length}; use application/x-ndjson for more.`,
    { status: 413 },
  );
}

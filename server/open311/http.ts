/** Open311 GeoReport v2 over HTTP: everything under `/open311`. */
import type { IncomingMessage } from 'node:http';
import { type Request, type Response, Router } from 'express';
import type { Access } from '../access/access.ts';
import type { Grant } from '../access/keys.ts';
import { bearerOf } from '../lib/bearer.ts';
import type { Clock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { ClientGone, drain, readBody } from '../lib/http-body.ts';
import type { Logger } from '../lib/logger.ts';
import { type Address, addressOf, type Format, formatOfAccept } from './address.ts';
import {
  createdAnswer,
  definitionAnswer,
  discoveryAnswer,
  faultAnswer,
  type Language,
  requestAnswer,
  serviceAnswer,
} from './answers.ts';
import { type Fault, fault, quoted, statusOf } from './faults.ts';
import { addressFields, bodyFields, type Fields, merged, textOf } from './fields.ts';
import { findRequests } from './find.ts';
import { parseFilter, type RequestFilter } from './query.ts';
import type { Open311Settings, Open311Texts, RequestSource, SubmitEvent } from './sources.ts';
import {
  createdEvent,
  newRequestId,
  readSubmission,
  SOURCE,
  type SubmissionRules,
  unknownService,
} from './submission.ts';
import { type XmlValue, xmlDocument } from './xml.ts';

export interface Open311Options extends SubmissionRules {
  readonly requests: RequestSource;
  readonly access: Pick<Access, 'grant'>;
  readonly submit: SubmitEvent;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Open311Settings;
  readonly texts?: Open311Texts;
}

/** 4,000 characters of four bytes, each byte escaped, and the other fields. */
export const FORM_BYTES_MAX = 131_072;

/** A request is refused for these reasons. */
class Refused extends Error {
  readonly faults: readonly Fault[];
  constructor(...faults: readonly Fault[]) {
    super('refused');
    this.faults = faults;
  }
}

interface Answer {
  /** Name of the XML's outermost element. */
  readonly root: string;
  readonly value: XmlValue;
  /** The same for everybody: a client may keep it, and ask whether it changed. */
  readonly keep?: boolean;
}
interface Asked {
  readonly req: Request;
  readonly address: Address;
  readonly language: Language;
}

/** Everything under `/open311`, discovery included. What is not there is told in the specification's form too. */
export function open311Router(options: Open311Options): Router {
  const router = Router();
  const started_us = options.clock.now_us();
  router.use('/open311', async (req, res) => {
    const language = req.acceptsLanguages('fr', 'en') === 'en' ? 'en' : 'fr';
    const address = addressOf(req.path);
    const format = ('format' in address && address.format) || formatOfAccept(req.headers.accept);
    res.setHeader('content-language', language);
    res.setHeader('vary', 'Accept, Accept-Language, Authorization');
    res.setHeader('x-content-type-options', 'nosniff');
    try {
      if (req.method === 'OPTIONS') return answerPreflight(res);
      if ('code' in address) throw new Refused(address);
      send(res, format, 200, await answered(options, started_us, { req, address, language }));
    } catch (error) {
      if (error instanceof ClientGone) return;
      sendFaults(res, format, language, options.logger, error);
    } finally {
      drain(req);
    }
  });
  return router;
}

async function answered(options: Open311Options, started_us: number, asked: Asked): Promise<Answer> {
  const { req, address, language } = asked;
  const { resource } = address;
  if (req.method === 'POST' && resource.name === 'requests') return await created(options, asked);
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    throw new Refused(
      fault(
        400,
        'Seuls GET, et POST pour requests, sont offerts ici.',
        'Only GET, and POST for requests, are offered here.',
      ),
    );
  }
  const fields = addressFields(req.url);
  // What everybody may read, pages of other sites may; nothing here is given to a browser's login.
  req.res?.setHeader('access-control-allow-origin', '*');
  checkJurisdiction(fields, options.settings);
  switch (resource.name) {
    case 'discovery': {
      const url = `${publicUrl(req, options.settings)}/open311/v2`;
      const value = discoveryAnswer(options.settings, url, started_us, language);
      return { root: 'discovery', value, keep: true };
    }
    case 'services': {
      const offered = options.services.list().filter(({ retired }) => !retired);
      return { root: 'services', value: offered.map((one) => serviceAnswer(one, language)), keep: true };
    }
    case 'service': {
      const service = options.services.get(resource.id);
      if (service === undefined || service.retired) throw new Refused(unknownService(resource.id));
      return { root: 'service_definition', value: definitionAnswer(service), keep: true };
    }
    case 'token':
      return await tokenAnswer(options, resource.id);
    default: {
      const filter: RequestFilter =
        resource.name === 'request' ? { by: 'id', ids: [resource.id] } : filterOf(fields, options.clock);
      return await requestsAnswer(options, asked, fields, filter, resource.name === 'request');
    }
  }
}

function filterOf(fields: Fields, clock: Clock): RequestFilter {
  const parsed = parseFilter(fields, clock.now_us());
  if ('faults' in parsed) throw new Refused(...parsed.faults);
  return parsed.value;
}

async function requestsAnswer(
  options: Open311Options,
  { req, language }: Asked,
  fields: Fields,
  filter: RequestFilter,
  must_exist: boolean,
): Promise<Answer> {
  const grant = await grantOf(options, req, fields);
  const precise = grant?.can_read ?? false;
  const rows = await findRequests(options.requests, filter, precise);
  if (must_exist && rows.length === 0 && filter.by === 'id')
    throw new Refused(unknownRequest(filter.ids[0] ?? ''));
  const value = rows.map((row) => requestAnswer(row, { language, precise }, options));
  return { root: 'service_requests', value };
}
const unknownRequest = (id: string): Fault =>
  fault(404, `Aucune demande « ${quoted(id)} » n’est connue.`, `No request "${quoted(id)}" is known.`);

/** Posts are answered with the id at once, so a token is one for whoever asks all the same. */
async function tokenAnswer({ requests }: Open311Options, token: string): Promise<Answer> {
  const [row] = await requests.byIds([token]);
  if (row === undefined) throw new Refused(unknownRequest(token));
  return { root: 'service_requests', value: [{ service_request_id: row.id, token }] };
}

async function created(options: Open311Options, { req, language }: Asked): Promise<Answer> {
  const body = await readBody(req, FORM_BYTES_MAX);
  // An old client sends its fields in the address, with an empty body.
  const fields = merged(await bodyFields(body, req.headers['content-type']), addressFields(req.url));
  const grant = await grantOf(options, req, fields);
  if (grant === undefined) {
    throw new Refused(
      fault(
        403,
        'Il manque api_key : déposer une demande exige une clé.',
        'api_key is missing: to post a request takes a key.',
      ),
    );
  }
  if (grant.refuses('request.created', SOURCE) !== undefined) {
    throw new Refused(
      fault(403, 'Cette clé ne permet pas de déposer des demandes.', 'This key may not post requests.'),
    );
  }
  checkJurisdiction(fields, options.settings);
  const parsed = readSubmission(fields, options);
  if ('faults' in parsed) throw new Refused(...parsed.faults);
  const id = newRequestId();
  const event = createdEvent(id, parsed.value, options.clock.now_us());
  const { rejected } = await options.submit(event, grant);
  if (rejected.length > 0) {
    throw new Refused(...rejected.map(({ message }) => fault(400, message, message)));
  }
  return {
    root: 'service_requests',
    value: [createdAnswer(id, parsed.value.service, language, options.texts)],
  };
}

/** What the key allows; undefined without one. @throws Refused 403 when it is none of ours. */
async function grantOf(
  { access }: Open311Options,
  req: IncomingMessage,
  fields: Fields,
): Promise<Grant | undefined> {
  const secret = textOf(fields, 'api_key') ?? bearerOf(req.headers);
  if (secret === undefined) return undefined;
  const grant = secret.length <= 256 ? await access.grant(secret) : undefined;
  if (grant === undefined) {
    throw new Refused(
      fault(403, 'Cette api_key est inconnue ou révoquée.', 'This api_key is unknown or was revoked.'),
    );
  }
  return grant;
}

function checkJurisdiction(fields: Fields, { jurisdiction_id }: Open311Settings): void {
  const asked = textOf(fields, 'jurisdiction_id');
  if (jurisdiction_id === null || asked === undefined || asked === jurisdiction_id) return;
  throw new Refused(
    fault(
      404,
      `jurisdiction_id « ${quoted(asked)} » n’est pas d’ici ; c’est ${jurisdiction_id}.`,
      `jurisdiction_id "${quoted(asked)}" is not here; it is ${jurisdiction_id}.`,
    ),
  );
}

/** The address that was asked, where nobody set a better one: whoever forges it misleads only himself. */
function publicUrl(req: Request, { public_url }: Open311Settings): string {
  if (public_url !== null) return public_url;
  const secure = 'encrypted' in req.socket || req.headers['x-forwarded-proto'] === 'https';
  const host = /^[\w.:[\]-]{1,255}$/.exec(req.headers.host ?? '')?.[0] ?? 'localhost';
  return `${secure ? 'https' : 'http'}://${host}`;
}

function answerPreflight(res: Response): void {
  res.setHeader('access-control-allow-origin', '*');
  res.setHeader('access-control-allow-methods', 'GET');
  res.status(204).end();
}

function send(res: Response, format: Format, status: number, { root, value, keep }: Answer): void {
  const body = format === 'json' ? JSON.stringify(value) : xmlDocument(root, value);
  res.status(status);
  res.setHeader('content-type', `${format === 'json' ? 'application/json' : 'text/xml'}; charset=utf-8`);
  res.setHeader('cache-control', keep ? 'no-cache' : 'no-store');
  res.send(Buffer.from(body));
}

/** Errors in the specification's form. The server's own keep their status, which tells a program whether to come again. */
function sendFaults(res: Response, format: Format, language: Language, logger: Logger, error: unknown): void {
  if (res.headersSent || res.destroyed) return;
  if (error instanceof VigieError) {
    if (error.retry_after_s !== undefined)
      res.setHeader('retry-after', String(Math.ceil(error.retry_after_s)));
    if (error.status === 408) res.setHeader('connection', 'close');
  }
  const { status, value } = told(error, language);
  if (status === 500) logger.error({ error }, 'an Open311 request failed');
  send(res, format, status, { root: 'errors', value });
}

function told(error: unknown, language: Language): { status: number; value: XmlValue } {
  if (error instanceof Refused) {
    return {
      status: statusOf(error.faults),
      value: error.faults.map((one) => faultAnswer(one, language)),
    };
  }
  const { status, message } =
    error instanceof VigieError ? error : { status: 500, message: 'The server failed; it is in its log.' };
  return { status, value: [{ code: status, description: message }] };
}

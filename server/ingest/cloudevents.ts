/** CloudEvents 1.0 over HTTP: which mode a request is in, and the attributes of binary mode. */
import type { IncomingMessage } from 'node:http';
import { VigieError } from '../lib/errors.ts';

export type Mode = 'structured' | 'binary' | 'batch' | 'stream';

export const STRUCTURED = 'application/cloudevents+json';
export const BATCH = 'application/cloudevents-batch+json';
export const STREAM = 'application/x-ndjson';
const ACCEPTED = `${STRUCTURED} (one event), ${BATCH} (an array of events), ${STREAM} (one event a line), or application/json with the ce-* headers of binary mode`;

/** The mode of a request. @throws VigieError 415 that names what is accepted. */
export function modeOf(req: IncomingMessage, public_key: boolean): Mode {
  const [type = '', ...parameters] = (req.headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset="?([^"\s]+)"?\s*$/.exec(parameter)?.[1])
    .find(Boolean);
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw new VigieError('charset_unsupported', 'The charset must be utf-8.', { status: 415 });
  }
  switch (type.trim()) {
    case STRUCTURED:
      return 'structured';
    case BATCH:
      return 'batch';
    case STREAM:
    case 'application/ndjson':
    case 'application/jsonl':
      return 'stream';
  }
  // navigator.sendBeacon sends a text without a preflight request, which a page that is being left has no time for.
  if (public_key && type.trim() === 'text/plain') return 'batch';
  const has_attributes =
    'ce-specversion' in req.headers || 'ce-type' in req.headers || 'ce-id' in req.headers;
  const is_json = /^application\/([\w.-]+\+)?json$/.test(type.trim());
  if (has_attributes && (is_json || (type === '' && !hasBody(req)))) return 'binary';
  throw new VigieError('content_type_unsupported', `content-type must be ${ACCEPTED}.`, { status: 415 });
}

function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}

/** Members of the JSON form that are not attributes: no header may make them. */
const NOT_ATTRIBUTES = new Set(['data', 'data_base64', 'datacontenttype']);

/**
 * The event of a request in binary mode, in its JSON form.
 * @param data the parsed body, undefined when there is none.
 * @throws VigieError 400 when a header is there twice or is not UTF-8 once decoded.
 */
export function binaryEvent(req: IncomingMessage, data: unknown): Record<string, unknown> {
  const event = Object.create(null) as Record<string, unknown>;
  for (const [header, values] of Object.entries(req.headersDistinct)) {
    if (!header.startsWith('ce-') || values === undefined) continue;
    const name = header.slice(3);
    if (values.length > 1) {
      throw new VigieError(
        'header_repeated',
        `The header ${header} is there ${values.length} times; send it once.`,
        {
          status: 400,
        },
      );
    }
    if (NOT_ATTRIBUTES.has(name)) {
      throw new VigieError(
        'header_invalid',
        `The header ${header} is no attribute: the body is the event's data.`,
        {
          status: 400,
        },
      );
    }
    event[name] = decodeHeader(header, values[0] ?? '');
  }
  if (data !== undefined) event.data = data;
  return event;
}

/**
 * Percent-decoding as the HTTP binding of CloudEvents has it. A `%` that no two hexadecimal digits follow stands for
 * itself, since older SDKs do not encode; so do bytes beyond ASCII, which some send as they are.
 */
function decodeHeader(header: string, value: string): string {
  if (!/[%\x80-\xff]/.test(value)) return value;
  const bytes = Buffer.from(
    value.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new VigieError(
      'header_invalid',
      `The header ${header} is not UTF-8 once its percent signs are decoded.`,
      {
        status: 400,
        cause: error,
      },
    );
  }
}

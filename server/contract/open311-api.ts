/** Open311 GeoReport v2 in the OpenAPI page. What the fields mean, its specification says: wiki.open311.org/GeoReport_v2. */
import { listOf, refTo } from './api-schemas.ts';
import type { JsonSchema } from './json-schema.ts';
import { moment, query } from './openapi-parts.ts';

const TAG = 'open311';
const text: JsonSchema = { type: 'string' };
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const nullableText = orNull(text);

const format: JsonSchema = {
  name: 'format',
  in: 'path',
  required: true,
  description: 'Left out with its dot, the header Accept decides; XML if that says nothing',
  schema: { enum: ['xml', 'json'] },
};
const jurisdiction = query('jurisdiction_id', text, 'Must be the one of this server, where one is set');
const apiKey = query(
  'api_key',
  text,
  'A key that may read sees places, addresses and descriptions as they are',
);

/** The same answer in both formats; the XML has the JSON's members as elements. */
const both = (description: string, schema: JsonSchema): JsonSchema => ({
  description,
  content: { 'application/json': { schema }, 'text/xml': { schema: text } },
});
const fault = (description: string): JsonSchema => both(description, refTo('Open311Errors'));
const BAD = { '400': fault('What is wrong, all of it at once; or a format that is not offered') };
const MISSING = { '404': fault('No such service, request, token or jurisdiction') };

const read = (
  summary: string,
  schema: JsonSchema,
  parameters: readonly JsonSchema[],
  more = {},
): JsonSchema => ({
  get: {
    tags: [TAG],
    summary,
    parameters: [...parameters, format, jurisdiction],
    security: [{}, { apiKey: [] }, { key: [] }],
    responses: { '200': both('The answer', schema), ...BAD, ...MISSING, ...more },
  },
});
const inPath = (name: string): JsonSchema => ({ name, in: 'path', required: true, schema: text });
const FORBIDDEN = { '403': fault('The key is unknown or was revoked') };

const FILTERS: readonly JsonSchema[] = [
  query('service_request_id', text, 'Separated by commas, at most 1,000; overrides all other filters'),
  query('service_code', text, 'Separated by commas'),
  query('status', text, 'open, closed or both, separated by a comma'),
  query('start_date', moment, 'Created from here on; at most 90 days before end_date'),
  query('end_date', moment, 'Created up to here; without both dates, the last 90 days'),
  query('updated_after', moment, 'Extension: changed last from here on, whenever it was created'),
  query('updated_before', moment, 'Extension: changed last up to here; at most 90 days after updated_after'),
  query('lat', { type: 'number' }, 'Extension: with long and radius, requests around a place'),
  query('long', { type: 'number' }, 'Extension'),
  query('radius', { type: 'number', maximum: 50_000 }, 'Extension: metres'),
  query('page', { type: 'integer', minimum: 1, default: 1 }, 'Extension'),
  query('page_size', { type: 'integer', minimum: 1, maximum: 1_000, default: 1_000 }, 'Extension'),
  apiKey,
];

const FORM_FIELDS: Readonly<Record<string, JsonSchema>> = {
  api_key: { ...text, description: 'Must allow request.created; may be sent as Authorization: Bearer' },
  jurisdiction_id: text,
  service_code: text,
  lat: { type: 'number', description: 'WGS 84, degrees; together with long' },
  long: { type: 'number' },
  address_string: { ...text, maxLength: 500 },
  address_id: { ...text, maxLength: 500, description: 'Kept beside the listed fields' },
  description: { ...text, maxLength: 4_000 },
  media_url: { ...text, format: 'uri', description: 'May be sent several times; kept, never fetched' },
  email: { ...text, description: 'Taken and dropped, like all that tells who reports' },
  phone: { ...text, description: 'Taken and dropped' },
  first_name: { ...text, description: 'Taken and dropped' },
  last_name: { ...text, description: 'Taken and dropped' },
  account_id: { ...text, description: 'Taken and dropped' },
  device_id: { ...text, description: 'Taken and dropped; that there is one makes the channel mobile' },
};
const form: JsonSchema = { type: 'object', required: ['service_code'], properties: FORM_FIELDS };

const post: JsonSchema = {
  tags: [TAG],
  summary: 'Report something; the answer comes after the commit',
  description:
    'One of lat and long, address_string or address_id is needed where the service needs a place. Attributes are dropped: no service asks for any. 128 KiB at most.',
  parameters: [format],
  security: [{ apiKey: [] }, { key: [] }],
  requestBody: {
    required: true,
    content: {
      'application/x-www-form-urlencoded': { schema: form },
      'multipart/form-data': { schema: form },
      'application/json': { schema: form },
    },
  },
  responses: {
    '200': both('The id of the new request', listOf(refTo('Open311Created'))),
    ...BAD,
    '403': fault('The key is missing, unknown, or may not post requests'),
    '404': fault('No such service or jurisdiction'),
    '413': fault('The body exceeds 128 KiB'),
    '415': fault('Another content type; says which are accepted'),
    '429': fault('The server is full; Retry-After says when to come again'),
    '503': fault('The database is away; Retry-After says when to come again'),
  },
};

const requests = listOf(refTo('Open311Request'));

export const OPEN311_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/open311/discovery.{format}': read(
    'What is offered here, and in which formats',
    refTo('Open311Discovery'),
    [],
  ),
  '/open311/v2/services.{format}': read(
    'Services that can be asked for',
    listOf(refTo('Open311Service')),
    [],
  ),
  '/open311/v2/services/{service_code}.{format}': read(
    'Attributes of a service',
    { type: 'object', properties: { service_code: text, attributes: listOf({}) } },
    [inPath('service_code')],
  ),
  '/open311/v2/requests.{format}': {
    ...read('Requests, newest first; the first 1,000 of 90 days', requests, FILTERS, FORBIDDEN),
    post,
  },
  '/open311/v2/requests/{service_request_id}.{format}': read(
    'One request, as a list of one',
    requests,
    [inPath('service_request_id'), apiKey],
    FORBIDDEN,
  ),
  '/open311/v2/tokens/{token}.{format}': read(
    'The id behind a token; posts are answered with the id itself, which is its own token',
    listOf({ type: 'object', properties: { service_request_id: text, token: text } }),
    [inPath('token')],
  ),
};

export const OPEN311_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Open311Errors: listOf({
    type: 'object',
    required: ['code', 'description'],
    properties: { code: { type: 'integer' }, description: text },
  }),
  Open311Discovery: {
    type: 'object',
    properties: {
      changeset: text,
      contact: text,
      key_service: text,
      endpoints: listOf({
        type: 'object',
        properties: {
          specification: text,
          url: text,
          changeset: text,
          type: { enum: ['production', 'test'] },
          formats: listOf(text),
        },
      }),
    },
  },
  Open311Service: {
    type: 'object',
    properties: {
      service_code: text,
      service_name: text,
      description: text,
      metadata: { type: 'boolean' },
      type: { enum: ['realtime'] },
      keywords: { ...text, description: 'Separated by commas' },
      group: text,
    },
  },
  Open311Created: {
    type: 'object',
    properties: { service_request_id: text, service_notice: nullableText, account_id: { type: 'null' } },
  },
  Open311Request: {
    type: 'object',
    properties: {
      service_request_id: text,
      status: { enum: ['open', 'closed'] },
      status_notes: { ...nullableText, description: 'The last published status' },
      service_name: nullableText,
      service_code: nullableText,
      description: { ...nullableText, description: 'Only with a key that may read' },
      agency_responsible: { ...nullableText, description: 'The responsible unit' },
      service_notice: nullableText,
      requested_datetime: orNull(moment),
      updated_datetime: { ...moment, description: 'Of a closed request: when it was settled' },
      expected_datetime: { ...orNull(moment), description: 'The deadline of its settlement' },
      address: { ...nullableText, description: 'Only with a key that may read' },
      address_id: { type: 'null' },
      zipcode: { type: 'null' },
      lat: {
        ...orNull({ type: 'number' }),
        description: 'Middle of a cell of 100 m, unless the key may read',
      },
      long: orNull({ type: 'number' }),
      media_url: { type: 'null' },
    },
  },
};

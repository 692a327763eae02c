/** `/api/openapi.json`: every HTTP endpoint, its inputs and answers. */
import { listOf, pageOf, refTo, STATE_SCHEMAS } from './api-schemas.ts';
import { BACKLOG_SCHEMAS } from './backlog-schemas.ts';
import { BREACH_FORECAST_SCHEMAS } from './breach-forecast.ts';
import { CATALOGUE_PATHS, CATALOGUE_SCHEMAS } from './catalogue-api.ts';
import { EVENT_TYPE_NAMES, LINES } from './event-types.ts';
import { eventSchemas, type JsonSchema, SCHEMA_DIALECT } from './json-schema.ts';
import { OPEN311_PATHS, OPEN311_SCHEMAS } from './open311-api.ts';
import { ACCESS_PATHS, ACCESS_SCHEMAS, roleErrors } from './openapi-access.ts';
import { BACKUP_PATHS } from './openapi-backup.ts';
import { MAP_PATHS } from './openapi-map.ts';
import { answer, errorAnswer, idParameter, jsonBody, moment, query, read } from './openapi-parts.ts';
import { REPORT_PATHS } from './openapi-reports.ts';
import { REQUEST_PATHS } from './openapi-requests.ts';
import { WALL_PATHS } from './openapi-walls.ts';
import { COUNT_SCHEMAS } from './request-counts.ts';
import { REQUEST_METRICS_SCHEMAS } from './request-metrics-schemas.ts';
import { REQUEST_SCHEMAS } from './request-schemas.ts';

const ingestAnswer: JsonSchema = {
  type: 'object',
  required: ['accepted', 'duplicates', 'rejected'],
  properties: {
    accepted: { type: 'integer', minimum: 0, description: 'New, and committed' },
    duplicates: { type: 'integer', minimum: 0, description: 'Were there already; nothing changed' },
    rejected: listOf({
      type: 'object',
      required: ['index', 'id', 'code', 'message'],
      properties: {
        index: { type: 'integer', description: 'Place in the batch, or line of the stream, from 0' },
        id: { type: ['string', 'null'] },
        code: { type: 'string' },
        message: { type: 'string' },
      },
    }),
    rejected_total: {
      type: 'integer',
      description: 'When more than the 1,000 that are listed were rejected',
    },
    resume_at_line: {
      type: 'integer',
      description: 'Of a stream that broke: everything before this line (from 0) is stored',
    },
  },
};

const postEvents: JsonSchema = {
  post: {
    tags: ['events'],
    summary: 'Send events',
    description:
      'CloudEvents 1.0, structured, binary (ce-* headers) or a batch of at most 10,000 events and 16 MiB, or a stream of lines of any length. The answer comes after the commit. The body may be gzip.',
    security: [{ key: [] }, { publicKey: [] }],
    requestBody: {
      required: true,
      content: {
        'application/cloudevents+json': { schema: refTo('Event') },
        'application/cloudevents-batch+json': { schema: listOf(refTo('Event')) },
        'application/x-ndjson': { schema: { type: 'string', description: 'One event a line' } },
        'application/json': { schema: { type: 'object', description: 'Data of an event in binary mode' } },
      },
    },
    responses: {
      '200': answer({ description: 'What became of the events', schema: refTo('IngestAnswer') }),
      '400': errorAnswer('The body cannot be read; says line and column'),
      '401': errorAnswer('Key missing or wrong'),
      '403': errorAnswer('The key allows none of the events'),
      '408': errorAnswer('The rest of the request did not arrive in time'),
      '413': errorAnswer('More than 10,000 events or 16 MiB'),
      '415': errorAnswer('Another content type; says which are accepted'),
      '429': errorAnswer('The server is full', true),
      '503': errorAnswer('The database is away', true),
    },
  },
};

const boundariesPath: JsonSchema = {
  put: {
    tags: ['catalogue'],
    summary: 'Replace the boundaries of territories; nothing is stored when anything is wrong',
    security: [{ key: [] }, { session: [] }],
    requestBody: jsonBody({
      type: 'object',
      required: ['items'],
      properties: {
        items: listOf({
          type: 'object',
          required: ['code', 'geometry'],
          properties: {
            code: { type: 'string', description: 'Two-letter code of the territory' },
            geometry: { type: 'object', description: 'GeoJSON Polygon or MultiPolygon, WGS 84' },
          },
        }),
      },
    }),
    responses: {
      '200': answer({
        description: 'How many were replaced',
        schema: { type: 'object', required: ['updated'], properties: { updated: { type: 'integer' } } },
      }),
      '400': errorAnswer('What is wrong, and in which item'),
      ...roleErrors('manager'),
    },
  },
};
const plain = (summary: string, type: string, more: JsonSchema = {}): JsonSchema => ({
  get: {
    tags: ['operation'],
    summary,
    responses: { '200': answer({ description: 'The answer', schema: {}, type }), ...more },
  },
});
const unknownQueue = { '404': errorAnswer('No such queue') };

const PATHS: Readonly<Record<string, JsonSchema>> = {
  '/api/v1/events': postEvents,
  '/api/v1/events/schema': plain('JSON Schema of every event type', 'application/schema+json'),
  '/api/v1/queues': read('Live state of all queues', pageOf(refTo('QueueAnswer'))),
  '/api/v1/queues/{id}': read('Live state of a queue', refTo('QueueAnswer'), [idParameter], unknownQueue),
  '/api/v1/queues/{id}/intervals': read(
    '15-minute rows of a queue',
    pageOf(refTo('IntervalRow')),
    [idParameter, query('from', moment, 'First moment'), query('to', moment, 'Moment after the last')],
    { '400': errorAnswer('A moment that cannot be read'), ...unknownQueue },
  ),
  '/api/v1/channels': read('Web site and mail: what is open, and the day', refTo('ChannelsState')),
  '/api/v1/channels/mail/intervals': read(
    '15-minute rows of mail, by receipt',
    pageOf(refTo('MailIntervalRow')),
    [query('from', moment, 'First moment'), query('to', moment, 'Moment after the last')],
    { '400': errorAnswer('A moment that cannot be read') },
  ),
  '/api/v1/definitions': read('Every metric: name, formula, unit, version, in both languages', pageOf({})),
  '/api/v1/route': read('Who must answer a call', { type: 'object' }, [
    query('line', { enum: [...LINES] }, 'Line that was called'),
    query('borough', { type: 'string' }, 'Two-letter borough code'),
    query('at', moment, 'When; now if left out'),
  ]),
  '/api/v1/feeds': read('Each source of events: last event, lag, silence', pageOf(refTo('FeedState'))),
  '/api/v1/rejected': read('Events that were refused, newest first, with reasons', pageOf(refTo('Rejected'))),
  ...REQUEST_PATHS,
  ...REPORT_PATHS,
  ...CATALOGUE_PATHS,
  '/api/v1/boundaries': boundariesPath,
  ...MAP_PATHS,
  ...ACCESS_PATHS,
  ...WALL_PATHS,
  ...BACKUP_PATHS,
  '/api/openapi.json': plain('This page', 'application/json'),
  '/api/asyncapi.json': plain('The socket', 'application/json'),
  ...OPEN311_PATHS,
  '/vigie.js': plain("The script for the city's web pages", 'text/javascript'),
  '/healthz': plain('The process lives', 'application/json'),
  '/readyz': plain('It can serve: database, migrations, state rebuilt', 'application/json', {
    '503': { description: 'Not yet, or no more' },
  }),
  '/metrics': plain('Figures for Prometheus', 'text/plain'),
};

/** @param version of the server. */
export function openApiPage(version: string): JsonSchema {
  const events = Object.fromEntries(
    Object.entries(eventSchemas()).map(([type, schema]) => [`event.${type}`, schema]),
  );
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: SCHEMA_DIALECT,
    info: {
      title: 'Vigie 311',
      version,
      description: "Events of a city's 311 service in; its live state and history out.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: PATHS,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'A key of ours, or the bootstrap key' },
        publicKey: {
          type: 'apiKey',
          in: 'query',
          name: 'key',
          description: 'A key bound to origins, web.* only',
        },
        apiKey: {
          type: 'apiKey',
          in: 'query',
          name: 'api_key',
          description: 'The same, as Open311 sends it',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'vigie_session',
          description: 'Of who has signed in; what changes anything is taken from pages of this server alone',
        },
      },
      schemas: {
        ...STATE_SCHEMAS,
        ...REQUEST_SCHEMAS,
        ...BACKLOG_SCHEMAS,
        ...REQUEST_METRICS_SCHEMAS,
        ...BREACH_FORECAST_SCHEMAS,
        ...COUNT_SCHEMAS,
        ...CATALOGUE_SCHEMAS,
        ...OPEN311_SCHEMAS,
        Event: { oneOf: EVENT_TYPE_NAMES.map((type) => refTo(`event.${type}`)) },
        ...events,
        IngestAnswer: ingestAnswer,
        ...ACCESS_SCHEMAS,
        Rejected: {
          type: 'object',
          properties: {
            received_at: moment,
            source: { type: ['string', 'null'] },
            id: { type: ['string', 'null'] },
            type: { type: ['string', 'null'] },
            code: { type: 'string' },
            message: { type: 'string' },
          },
        },
      },
    },
  };
}

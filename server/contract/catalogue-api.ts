/** The catalogue in the OpenAPI page. */
import { listOf, refTo } from './api-schemas.ts';
import { WHY_LENGTH_MAX } from './audit.ts';
import { CATALOGUE_SCHEMA } from './catalogue-schema.ts';
import type { JsonSchema } from './json-schema.ts';
import { answer, errorAnswer, jsonBody } from './openapi-parts.ts';

const revision: JsonSchema = {
  type: 'object',
  required: ['revision'],
  properties: { revision: { type: 'integer', description: 'Grows with every change' } },
};
/** The catalogue's own members, and the number. */
const stored: JsonSchema = {
  type: 'object',
  properties: { ...(CATALOGUE_SCHEMA.properties as object), ...(revision.properties as object) },
  required: [...Object.keys(CATALOGUE_SCHEMA.properties as object), 'revision'],
};
const ids = listOf({ type: 'string' });
const sectionChange: JsonSchema = {
  type: 'object',
  required: ['added', 'changed', 'unchanged'],
  properties: { added: ids, changed: ids, unchanged: { type: 'integer', minimum: 0 } },
};
const change: JsonSchema = {
  type: 'object',
  description: 'By id; of a territory its code, of a policy id@version',
  properties: {
    ...Object.fromEntries(
      Object.keys(CATALOGUE_SCHEMA.properties as object).map((section) => [section, sectionChange]),
    ),
    ...(revision.properties as object),
  },
};
/** A catalogue, and beside it what is said of the change. */
const change_asked: JsonSchema = {
  ...CATALOGUE_SCHEMA,
  properties: {
    ...(CATALOGUE_SCHEMA.properties as object),
    revision: { type: 'integer', description: 'The one that was read: when it is another one now, 409' },
    why: { type: 'string', maxLength: WHY_LENGTH_MAX, description: 'Kept in the history' },
  },
};
const refused: JsonSchema = {
  allOf: [
    refTo('Error'),
    {
      type: 'object',
      properties: {
        faults: listOf({
          type: 'object',
          required: ['path', 'message'],
          properties: {
            path: { type: 'string', description: 'JSON Pointer into the body' },
            message: { type: 'string' },
          },
        }),
      },
    },
  ],
};

const whole = { type: 'integer', minimum: 0 };
const impact: JsonSchema = {
  type: 'object',
  required: ['looked_at', 'all', 'due_changed', 'newly_overdue', 'no_longer_overdue'],
  properties: {
    looked_at: { ...whole, description: 'Open requests, the oldest first, as many as time allowed' },
    all: { type: 'boolean', description: 'Whether these were all' },
    due_changed: { ...whole, description: 'Those that would be due at another moment' },
    newly_overdue: whole,
    no_longer_overdue: whole,
  },
};

export const CATALOGUE_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Catalogue: CATALOGUE_SCHEMA,
  StoredCatalogue: stored,
  CatalogueChange: change,
};

export const CATALOGUE_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/api/v1/catalogue': {
    get: {
      tags: ['catalogue'],
      summary: 'What the city promises: territories, units, calendars, policies, services',
      security: [{ key: [] }, { session: [] }, {}],
      responses: {
        '200': answer({ description: 'All of it', schema: refTo('StoredCatalogue') }),
        '401': errorAnswer('Reading needs a key'),
        '403': errorAnswer('The key may not read'),
      },
    },
    put: {
      tags: ['catalogue'],
      summary: 'Add to the catalogue and replace what it names; the rest stays',
      description:
        'All or nothing. A version of a policy that is in force is not edited: new times come with a new version and a later date.',
      security: [{ key: [] }, { session: [] }],
      requestBody: jsonBody(change_asked),
      responses: {
        '200': answer({ description: 'What has changed', schema: refTo('CatalogueChange') }),
        '400': answer({ description: 'What does not fit, and where', schema: refused }),
        '401': errorAnswer('No key'),
        '403': errorAnswer('Below the role of manager'),
        '409': errorAnswer('Changed by somebody else since the revision that was given'),
        '413': errorAnswer('More than 16 MiB'),
      },
    },
  },
  '/api/v1/catalogue/preview': {
    post: {
      tags: ['catalogue'],
      summary:
        'What a change would do, before it is made: what it adds and changes, and what becomes of open requests',
      description: 'Takes what PUT /api/v1/catalogue takes, and changes nothing.',
      security: [{ key: [] }, { session: [] }],
      requestBody: jsonBody(refTo('Catalogue')),
      responses: {
        '200': answer({
          description: 'What would change',
          schema: {
            allOf: [
              refTo('CatalogueChange'),
              { type: 'object', required: ['impact'], properties: { impact } },
            ],
          },
        }),
        '400': answer({ description: 'What does not fit, and where', schema: refused }),
        '401': errorAnswer('Nobody has signed in, and there is no key'),
        '403': errorAnswer('Not a manager’s'),
      },
    },
  },
};

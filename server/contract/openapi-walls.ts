/** The chapter of the OpenAPI page on walls and their pairing. */
import { pageOf } from './api-schemas.ts';
import type { JsonSchema } from './json-schema.ts';
import { answer, errorAnswer, idParameter, jsonBody, moment } from './openapi-parts.ts';
import { WALL_EVERY_S, WALL_NAME_LENGTH_MAX, WALL_SCOPES_MAX } from './walls.ts';

const SETTING: JsonSchema = {
  scopes: {
    type: 'array',
    items: { type: 'string' },
    minItems: 1,
    maxItems: WALL_SCOPES_MAX,
    default: ['city'],
    description: '`city`, codes of boroughs, or ids of queues: shown in turn',
  },
  every_s: {
    type: 'number',
    minimum: WALL_EVERY_S.least,
    maximum: WALL_EVERY_S.most,
    default: WALL_EVERY_S.usual,
    description: 'How long each is shown, s',
  },
};
const name: JsonSchema = { type: 'string', minLength: 1, maxLength: WALL_NAME_LENGTH_MAX };
const object = (properties: JsonSchema): JsonSchema => ({ type: 'object', properties });
const supervisor = {
  tags: ['access'],
  security: [{ key: [] }, { session: [] }],
};
const refused = {
  '401': errorAnswer('Neither signed in nor with a key that may read; the key of a wall will not do'),
  '403': errorAnswer('Below the role of supervisor'),
};

export const WALL_PATHS: JsonSchema = {
  '/api/v1/walls': {
    get: {
      ...supervisor,
      summary: 'The walls that are paired',
      responses: {
        '200': answer({
          description: 'The walls, newest first',
          schema: pageOf(object({ id: { type: 'string' }, name, ...SETTING, paired_at: moment })),
        }),
        ...refused,
      },
    },
    post: {
      ...supervisor,
      summary: 'Pair the wall that shows a code',
      requestBody: jsonBody({
        ...object({ code: { type: 'string', examples: ['BDWP-HQPK'] }, name, ...SETTING }),
        required: ['code', 'name'],
      }),
      responses: {
        '202': answer({
          description: 'The wall has its key when it next asks, within seconds',
          schema: object({ name, ...SETTING }),
        }),
        '400': errorAnswer('What is wrong with it'),
        ...refused,
        '404': errorAnswer('No wall shows this code now'),
      },
    },
  },
  '/api/v1/walls/{id}': {
    delete: {
      ...supervisor,
      summary: 'Take its key from a wall',
      parameters: [idParameter],
      responses: {
        '204': { description: 'It reads no more' },
        ...refused,
        '404': errorAnswer('No such wall'),
      },
    },
  },
  '/api/v1/walls/pairings': {
    post: {
      tags: ['access'],
      summary: 'A code for a screen that wants to be a wall',
      security: [{}],
      responses: {
        '201': answer({
          description: 'To be shown; the device’s secret is for the next question alone',
          schema: object({
            code: { type: 'string' },
            device: { type: 'string' },
            expires_s: { type: 'integer' },
            poll_s: { type: 'integer' },
          }),
        }),
        '429': errorAnswer('Too many screens wait', true),
      },
    },
  },
  '/api/v1/walls/pairings/key': {
    post: {
      tags: ['access'],
      summary: 'Whether the code was typed; once it was, the answer sets the session of the wall',
      security: [{}],
      requestBody: jsonBody({ ...object({ device: { type: 'string' } }), required: ['device'] }),
      responses: {
        '200': answer({
          description: 'Paired: what to show',
          schema: object({ paired: { const: true }, ...SETTING }),
        }),
        '202': answer({ description: 'Not yet', schema: object({ paired: { const: false } }) }),
        '404': errorAnswer('The code has expired'),
      },
    },
  },
};

/** Pieces of the OpenAPI page that its chapters share. */
import { refTo } from './api-schemas.ts';
import type { JsonSchema } from './json-schema.ts';

export interface Answer {
  readonly description: string;
  readonly schema?: JsonSchema;
  readonly type?: string;
  readonly retry?: boolean;
}
export const answer = ({ description, schema, type = 'application/json', retry }: Answer): JsonSchema => ({
  description,
  ...(retry && { headers: { 'Retry-After': { schema: { type: 'integer' }, description: 'Seconds' } } }),
  ...(schema && { content: { [type]: { schema } } }),
});
export const errorAnswer = (description: string, retry = false): JsonSchema =>
  answer({ description, schema: refTo('Error'), retry });
export const query = (
  name: string,
  schema: JsonSchema,
  description: string,
  required = false,
): JsonSchema => ({
  name,
  in: 'query',
  required,
  description,
  schema,
});
export const jsonBody = (schema: JsonSchema): JsonSchema => ({
  required: true,
  content: { 'application/json': { schema } },
});
export const moment: JsonSchema = { type: 'string', format: 'date-time' };
export const idParameter: JsonSchema = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

/** A GET that whoever may read may ask. */
export function read(
  summary: string,
  schema: JsonSchema,
  parameters: readonly JsonSchema[] = [],
  more: JsonSchema = {},
): JsonSchema {
  return {
    get: {
      tags: ['state'],
      summary,
      parameters,
      security: [{ key: [] }, { session: [] }, {}],
      responses: {
        '200': answer({ description: 'The answer', schema }),
        '401': errorAnswer('Reading needs a key'),
        '403': errorAnswer('The key may not read'),
        ...more,
      },
    },
  };
}

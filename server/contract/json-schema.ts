/** The JSON Schema (2020-12) page of all event types, made from the table that validation uses. */
import { dataSchema, EVENT_TYPE_NAMES, type EventType, eventTypeSpec, TYPE_PREFIX } from './event-types.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export const SCHEMA_DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** One event of a type in the CloudEvents JSON format. */
export function eventSchema(type: EventType): JsonSchema {
  const { subject, required, anyOf } = eventTypeSpec(type);
  const needs_data = required.length > 0 || anyOf !== undefined;
  return {
    title: TYPE_PREFIX + type,
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'time', 'subject', ...(needs_data ? ['data'] : [])],
    properties: {
      specversion: { const: '1.0' },
      type: { const: TYPE_PREFIX + type },
      source: {
        type: 'string',
        format: 'uri-reference',
        minLength: 1,
        maxLength: 512,
        description: 'What sends the events, such as /montreal/telephone',
      },
      id: {
        type: 'string',
        minLength: 1,
        maxLength: 256,
        description: 'Unique within the source; with source and time the identity of the event',
      },
      time: {
        type: 'string',
        format: 'date-time',
        description: 'When it happened, RFC 3339 with an offset; at most 5 minutes in the future',
      },
      subject: { type: 'string', minLength: 1, maxLength: 256, description: `The ${subject} it is about` },
      datacontenttype: { const: 'application/json' },
      sequence: {
        type: ['string', 'integer'],
        maxLength: 64,
        description: 'Orders events of one subject that have the same time',
      },
      data: dataSchema(type),
    },
    // Extensions of CloudEvents; kept, as are fields of `data` that the type does not name.
    additionalProperties: true,
  };
}

/** All types by name, without the page around them. */
export const eventSchemas = (): Record<string, JsonSchema> =>
  Object.fromEntries(EVENT_TYPE_NAMES.map((type) => [type, eventSchema(type)]));

/** What `GET /api/v1/events/schema` answers: the schema of any one event. */
export function eventsSchemaPage(): JsonSchema {
  return {
    $schema: SCHEMA_DIALECT,
    $id: 'https://vigie311.org/schema/events',
    title: 'Events of a 311 service',
    description: 'One event, in the CloudEvents 1.0 JSON format.',
    oneOf: EVENT_TYPE_NAMES.map((type) => ({ $ref: `#/$defs/${type}` })),
    $defs: eventSchemas(),
  };
}

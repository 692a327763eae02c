/** The map's addresses in `/api/openapi.json`. */
import { refTo } from './api-schemas.ts';
import type { JsonSchema } from './json-schema.ts';
import { MAP_AGE_DAYS, MAP_LAYERS, MAP_PAST_DAYS, MAP_TILE_ZOOM_MAX } from './map.ts';
import { MAP_AGES, MAP_DUE, MAP_WITHOUT } from './map-filter.ts';

const whole = (name: string, maximum: number, description: string): JsonSchema => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'integer', minimum: 0, maximum },
});
const error = (description: string): JsonSchema => ({
  description,
  content: { 'application/json': { schema: refTo('Error') } },
});
const read = (operation: JsonSchema, responses: JsonSchema): JsonSchema => ({
  get: {
    tags: ['map'],
    ...operation,
    security: [{ key: [] }, { session: [] }, {}],
    responses: {
      ...responses,
      '401': error('Reading needs a key'),
      '403': error('The key may not read'),
    },
  },
});
const object = (description: string, properties: JsonSchema): JsonSchema => ({
  description,
  content: {
    'application/json': { schema: { type: 'object', required: Object.keys(properties), properties } },
  },
});
const list = (name: string, description: string, values?: readonly string[]): JsonSchema => ({
  name,
  in: 'query',
  required: false,
  description,
  style: 'form',
  explode: false,
  schema: { type: 'array', items: values ? { enum: values } : { type: 'string' } },
});
/** Which requests, and when: of all that tells points. */
const SHOWN: readonly JsonSchema[] = [
  list('service', `Ids of services; \`${MAP_WITHOUT}\`: without one`),
  list('borough', `Codes of boroughs; \`${MAP_WITHOUT}\`: without one`),
  list('age', `Age classes: up to ${MAP_AGE_DAYS.join(', ')} days, older, unknown`, MAP_AGES),
  list(
    'due',
    'By the settlement deadline, each request in exactly one: passed, by local midnight, within the three days after, later, none',
    MAP_DUE,
  ),
  {
    name: 'as_of',
    in: 'query',
    required: false,
    description: `The map just before this instant, of the last ${MAP_PAST_DAYS} days, in whole minutes; now if left out`,
    schema: { type: 'string', format: 'date-time' },
  },
  {
    name: 'replay',
    in: 'query',
    required: false,
    description: 'The map of a replay that goes on, by its id; 404 when it has ended',
    schema: { type: 'string' },
  },
];
const BOX: JsonSchema = {
  name: 'box',
  in: 'query',
  required: true,
  description: 'west,south,east,north in degrees',
  schema: { type: 'string', examples: ['-73.98,45.40,-73.47,45.71'] },
};
const count: JsonSchema = { type: 'integer', minimum: 0 };
const collection: JsonSchema = { type: 'object', description: 'GeoJSON FeatureCollection of MultiPolygons' };
const last = 2 ** MAP_TILE_ZOOM_MAX - 1;

export const MAP_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/api/v1/map/tiles/{z}/{x}/{y}.mvt': read(
    {
      summary: 'Open requests with a place, as a vector tile (MVT 2.1)',
      description: `Layer \`requests\`: below zoom 14 one feature a pixel of 256, from 14 on one a place; layer \`clusters\` (below 14): squares of 32 pixels. Values: \`n\` requests, of which \`overdue\` and \`new\` (created within 24 hours, not overdue); a value that is missing is 0. The \`n\` of a layer sum to the requests in the tile. From zoom 12 on a feature with \`n\` 1 has the request's number as its id, and \`status\`, \`service\`, \`borough\` and \`age\` (0–5: up to ${MAP_AGE_DAYS.join(', ')} days, older). Places are snapped. Kept by its ETag; compressed with br or gzip.`,
      parameters: [
        whole('z', MAP_TILE_ZOOM_MAX, 'Zoom'),
        whole('x', last, 'Column, from the west; below 2^z'),
        whole('y', last, 'Row, from the north; below 2^z'),
        {
          name: 'layer',
          in: 'query',
          required: false,
          description: 'That layer alone',
          schema: { enum: Object.values(MAP_LAYERS) },
        },
        ...SHOWN,
      ],
    },
    {
      '200': {
        description: 'The tile',
        content: { 'application/vnd.mapbox-vector-tile': { schema: { type: 'string', format: 'binary' } } },
      },
      '204': { description: 'No request lies in it' },
      '304': { description: 'As the client has it (If-None-Match)' },
      '400': error('No such zoom, column, row, layer, filter or moment'),
    },
  ),
  '/api/v1/map/view': read(
    {
      summary: 'What a box of the map holds: counts, and the newest requests in it',
      parameters: [
        BOX,
        {
          name: 'limit',
          in: 'query',
          required: false,
          description: 'Requests to list',
          schema: { type: 'integer', minimum: 0, maximum: 500, default: 50 },
        },
        ...SHOWN,
      ],
    },
    {
      '200': object('The box', {
        n: count,
        overdue: count,
        new: count,
        items: { type: 'array', items: { type: 'object' } },
        next: { type: 'null' },
        as_of: { type: 'string', format: 'date-time' },
      }),
      '400': error('No box, limit, filter or moment'),
    },
  ),
  '/api/v1/map/incidents': read(
    {
      summary:
        'Many reports of one thing as one: the incidents whose middle lies in a box, the largest first',
      description:
        'Five requests or more of one service, received in the last 30 days, each within 150 m and 24 hours of another. By snapped places.',
      parameters: [BOX, ...SHOWN],
    },
    {
      '200': object('At most 200 incidents', {
        items: {
          type: 'array',
          items: {
            type: 'object',
            required: [
              'id',
              'service',
              'boroughs',
              'n',
              'overdue',
              'first_at',
              'last_at',
              'longitude',
              'latitude',
              'radius_m',
              'numbers',
            ],
            properties: {
              id: { type: 'integer', description: 'Number of its first report' },
              service: { type: 'string' },
              boroughs: {
                type: 'array',
                items: { type: 'string' },
                description: 'The one with the most reports first',
              },
              n: count,
              overdue: count,
              first_at: { type: 'string', format: 'date-time' },
              last_at: { type: 'string', format: 'date-time' },
              longitude: { type: 'number' },
              latitude: { type: 'number' },
              radius_m: { type: 'number', description: 'From its middle to the farthest report' },
              numbers: { type: 'array', items: { type: 'integer' }, maxItems: 100 },
            },
          },
        },
        next: { type: 'null' },
        definition: { const: 'incident@1' },
        as_of: { type: 'string', format: 'date-time' },
      }),
      '400': error('No box, filter or moment'),
    },
  ),
  '/api/v1/map/ground.json': read(
    { summary: 'What lies under the points: shore and territories, with attribution', parameters: [] },
    {
      '200': object('The ground', {
        shore: collection,
        territories: collection,
        approximate: { type: 'boolean', description: 'The territories are no boundaries' },
        bounds: { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 },
        attribution: { type: 'string' },
        style: { type: ['string', 'null'], description: "The city's own style (VIGIE_MAP_STYLE)" },
      }),
      '304': { description: 'As the client has it (If-None-Match)' },
    },
  ),
};

/** The addresses of requests, their backlog, their breaches, the hand-over and the audit in `/api/openapi.json`. */
import { pageOf, refTo } from './api-schemas.ts';
import { BACKLOG_GROUPS } from './backlog.ts';
import { DEADLINE_KINDS } from './catalogue.ts';
import { REQUEST_CHANNELS, REQUEST_NATURES } from './event-types.ts';
import type { JsonSchema } from './json-schema.ts';
import { errorAnswer, idParameter, moment, query, read } from './openapi-parts.ts';
import { DEADLINE_EVENT_KINDS, REQUEST_STATUSES } from './requests.ts';

const string: JsonSchema = { type: 'string' };
const flag: JsonSchema = { type: 'boolean' };
const date: JsonSchema = { type: 'string', format: 'date' };
const limit: JsonSchema = { type: 'integer', minimum: 1, maximum: 1_000, default: 100 };
const cursor = query('cursor', string, 'From the address in "next"; opaque');
const scope = query('scope', { ...string, default: 'city' }, 'city, a borough code or the id of a unit');
const badQuestion = {
  '400': errorAnswer('A parameter that cannot be read, or is not known; says which are'),
};

const filters: readonly JsonSchema[] = [
  query('borough', string, 'Borough responsible'),
  query('service', string, 'Id of the service'),
  query('unit', string, 'Id of the responsible unit'),
  query(
    'status',
    { type: 'array', items: { enum: [...REQUEST_STATUSES] } },
    'Any of these, with commas between them',
  ),
  query('channel', { enum: [...REQUEST_CHANNELS] }, 'How it came'),
  query('nature', { enum: [...REQUEST_NATURES] }, 'What it is'),
  query('open', flag, 'Whether it is open'),
  query('overdue', flag, 'Whether it is open and past its settlement deadline'),
  query('due_from', moment, 'Due from this moment on'),
  query('due_before', moment, 'Due before this moment'),
  query('created_from', moment, 'Created from this moment on'),
  query('created_to', moment, 'Created before this moment'),
  query('updated_from', moment, 'Changed last from this moment on'),
  query('updated_to', moment, 'Changed last before this moment'),
  query('ids', string, 'At most 1,000, with commas between them'),
  query('numbers', string, 'At most 1,000 of the numbers by which the map names requests'),
];
const listed: readonly JsonSchema[] = [
  ...filters,
  query(
    'box',
    { ...string, examples: ['-73.60,45.50,-73.55,45.53'] },
    'west,south,east,north in degrees; by the snapped places for a reader who may not see the exact ones',
  ),
  query(
    'sort',
    {
      enum: ['due_at', '-due_at', 'created_at', '-created_at', 'updated_at', '-updated_at'],
      default: 'due_at',
    },
    'With - the highest first; rows without the value come last either way',
  ),
];

const list = read(
  'Requests by filters, a page at a time; text/csv or a spreadsheet has all rows',
  {
    allOf: [
      pageOf(refTo('RequestSummary')),
      {
        type: 'object',
        required: ['total', 'total_is_capped', 'as_of'],
        properties: {
          total: {
            type: ['integer', 'null'],
            description: 'Only with total=true; null in a box for a reader who may not see the exact places',
          },
          total_is_capped: { type: 'boolean', description: 'There are more: counting ended at 10,000' },
          as_of: moment,
        },
      },
    ],
  },
  [...listed, query('limit', limit, 'Rows of a page'), cursor, query('total', flag, 'Count what passes')],
  badQuestion,
);
const file = (summary: string, type: string, more: readonly JsonSchema[] = []): JsonSchema => ({
  get: {
    tags: ['state'],
    summary,
    parameters: [...listed, ...more],
    security: [{ key: [] }, { session: [] }, {}],
    responses: {
      '200': {
        description: 'One row a request, after a row of names',
        headers: {
          'Vigie-Rows': { schema: { type: 'integer' }, description: 'Rows when the file was begun' },
          'Vigie-Rows-Capped': { schema: flag, description: 'There are more than the file holds' },
        },
        content: { [type]: { schema: string } },
      },
      '401': errorAnswer('Reading needs a key'),
      '403': errorAnswer('The key may not read'),
      ...badQuestion,
    },
  },
});

export const REQUEST_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/api/v1/requests': list,
  '/api/v1/requests.csv': file(
    'The same as CSV (RFC 4180), all rows up to 250,000; no cell is a formula to a spreadsheet',
    'text/csv',
  ),
  '/api/v1/requests.xlsx': file(
    'The same as a spreadsheet, with moments as the clocks of the city show them and its names of services, boroughs and units',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    [
      query(
        'lang',
        { enum: ['fr', 'en'] },
        "Of its titles and names; the first of the reader's own if left out",
      ),
    ],
  ),
  '/api/v1/requests/{id}': read(
    'A request with its events, its deadlines with their ledgers, and what was merged or is repeated',
    refTo('RequestDetail'),
    [idParameter],
    { '404': errorAnswer('No such request') },
  ),
  '/api/v1/request-counts': read(
    'How many requests pass the filters of a list, borough by borough',
    refTo('RequestCounts'),
    filters,
    badQuestion,
  ),
  '/api/v1/channels/web/forms': read(
    'Forms of the web site that were begun, sent and given up, and its errors, by service',
    refTo('WebForms'),
    [
      query('scope', { ...string, default: 'city' }, 'city or a borough code'),
      query('from', date, 'First local date; 7 days with the last one if left out'),
      query('to', date, 'Last local date, itself in it; today if left out. At most 400 days'),
    ],
    badQuestion,
  ),
  '/api/v1/backlog': read(
    'What is open, how it became so, how old it is and how much is settled on time',
    refTo('BacklogAnswer'),
    [
      scope,
      query('as_of', moment, 'When; the end of the period if left out, now without one'),
      query('from', moment, 'Beginning of the period; 30 local days if left out'),
      query('to', moment, 'End of the period, itself not in it'),
      query('by', { enum: [...BACKLOG_GROUPS] }, 'The same for each borough, unit or service'),
    ],
    badQuestion,
  ),
  '/api/v1/breaches': read(
    'Deadlines that were broken, at their true moments, the newest first',
    pageOf(refTo('BreachRow')),
    [
      scope,
      query('since', moment, 'The oldest true moment; a day ago if left out'),
      query('kind', { enum: [...DEADLINE_KINDS] }, 'Of this deadline only'),
      query('what', { enum: [...DEADLINE_EVENT_KINDS] }, 'This only; breaches and withdrawals if left out'),
      query('limit', limit, 'Rows of a page'),
      cursor,
    ],
    badQuestion,
  ),
  '/api/v1/breaches/forecast': read(
    'Open requests expected to pass their deadline in seven local days, today the first, and how that was foretold before',
    refTo('BreachForecastAnswer'),
    [scope],
    badQuestion,
  ),
  '/api/v1/trends/requests': read(
    'The metrics of requests in one scope and period of local days, each with its counts and how sure it is',
    refTo('RequestMetrics'),
    [
      scope,
      query('from', date, 'First local date; 30 days with the last one if left out'),
      query('to', date, 'Last local date, itself in it; today if left out. At most 400 days'),
    ],
    badQuestion,
  ),
  '/api/v1/handover': read(
    'Calls that were waiting when the hours of a queue ended on a local date, and who took them',
    refTo('HandoverAnswer'),
    [query('date', date, 'Local date; today if left out'), query('borough', string, 'Only of this borough')],
    badQuestion,
  ),
  '/api/v1/doctor': read(
    'Whether the store agrees with itself: the backlog with the records, the records with their events',
    refTo('DoctorAnswer'),
    [query('deep', flag, 'Every record instead of a sample: minutes, with many')],
    { '503': errorAnswer('Somebody is having it looked at already', true), ...badQuestion },
  ),
};

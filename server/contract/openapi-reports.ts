/** The chapter of the OpenAPI page on monthly reports. */
import { pageOf } from './api-schemas.ts';
import type { JsonSchema } from './json-schema.ts';
import { answer, errorAnswer, moment, query, read } from './openapi-parts.ts';
import { TREND_INTERVALS, TREND_METRICS } from './trends.ts';

const string: JsonSchema = { type: 'string' };
const number: JsonSchema = { type: 'number' };
const names: JsonSchema = { type: 'object', properties: { fr: string, en: string } };
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const object = (properties: JsonSchema): JsonSchema => ({ type: 'object', properties });
const unit: JsonSchema = { enum: ['count', 'share', 's', 'days'], description: '`days` are business days' };
const cell: JsonSchema = object({
  value: { type: ['number', 'null'], description: 'null: a ratio over nothing, or nothing is known' },
  of: { ...number, description: 'What a share is a share of, or how many were measured' },
  low: { ...number, description: '95 % interval (Wilson)' },
  high: number,
  small: { const: true, description: 'Of fewer than 20: not to be ranked' },
  data: { enum: ['none', 'partial'], description: 'The records begin after the period, or in it' },
});
const sealed: JsonSchema = {
  type: ['object', 'null'],
  properties: { at: moment, by: string },
  description: 'null: not published',
};
const column: JsonSchema = object({ id: string, label: names, unit, definition: string });
const table: JsonSchema = object({
  id: string,
  title: names,
  head: names,
  columns: list(column),
  rows: list(object({ id: string, label: names, unit, definition: string, cells: list(cell) })),
  note: names,
});
const content: JsonSchema = object({
  format: { const: 1 },
  month: string,
  scope: string,
  scope_name: names,
  time_zone: string,
  from_at: moment,
  to_at: moment,
  as_of: moment,
  provisional: { type: 'boolean' },
  simulated: { type: 'boolean' },
  summary: list(names),
  sections: list(
    object({ id: string, title: names, sentences: list(names), charts: list({}), tables: list(table) }),
  ),
  definitions: list({}),
});
const report: JsonSchema = object({
  content,
  sha256: { ...string, description: 'Of the content as canonical JSON (RFC 8785)' },
  sealed,
  errata: {
    ...list(
      object({
        seen_at: moment,
        section: string,
        table: string,
        row: string,
        column: string,
        label: names,
        unit,
        sealed: cell,
        now: cell,
      }),
    ),
    description: 'Figures of a sealed report that late or corrected events have changed, with both values',
  },
});

const month: JsonSchema = {
  name: 'month',
  in: 'path',
  required: true,
  schema: { ...string, examples: ['2026-10'] },
};
const scope = query('scope', { ...string, default: 'city' }, 'city, or the code of a borough');
const unknown = { '404': errorAnswer('There is no such month or borough') };
const language = query(
  'lang',
  { enum: ['fr', 'en'] },
  "The first of the reader's own if left out, then French",
);
const form = (summary: string, type: string, more: JsonSchema = {}): JsonSchema => {
  const { get } = read(summary, {}, [month, scope, language], { ...unknown, ...more }) as { get: JsonSchema };
  const responses = get.responses as JsonSchema;
  return {
    get: {
      ...get,
      responses: { ...responses, '200': answer({ description: 'The report', schema: string, type }) },
    },
  };
};

const point: JsonSchema = object({
  at: { ...string, description: 'Local date of a day, or yyyy-mm' },
  ...(cell.properties as JsonSchema),
  provisional: { const: true, description: 'It has not ended' },
});
const trend: JsonSchema = object({
  metric: string,
  name: names,
  unit,
  definition: { type: ['string', 'null'] },
  scope: string,
  interval: { enum: [...TREND_INTERVALS] },
  from: string,
  to: string,
  items: list(point),
  last_year: {
    ...list(point),
    description: 'The same months a year before; of days, 364 days before: the same weekdays',
  },
  target: { type: ['number', 'null'] },
  next: { type: 'null' },
  as_of: moment,
});

export const REPORT_PATHS: JsonSchema = {
  '/api/v1/trends/{metric}': read(
    'A metric over days or months, beside the same a year before; also as text/csv',
    trend,
    [
      { name: 'metric', in: 'path', required: true, schema: { enum: [...TREND_METRICS] } },
      scope,
      query(
        'interval',
        { enum: [...TREND_INTERVALS], default: 'month' },
        'day for calls, received, ended and backlog',
      ),
      query('format', { enum: ['json', 'csv'] }, 'By what is accepted if left out'),
      query('from', string, 'First date or month; 31 days or 13 months with the last one if left out'),
      query(
        'to',
        string,
        'Last date or month, itself in it; the present one if left out. At most 400 days or 120 months',
      ),
    ],
    {
      '400': errorAnswer('A parameter that cannot be read; says what to write'),
      '404': errorAnswer('No such metric'),
    },
  ),
  '/api/v1/reports': read(
    'The months that have a report, newest first',
    pageOf(
      object({
        month: string,
        scope: string,
        ended: { type: 'boolean' },
        sealed,
        sha256: { type: ['string', 'null'] },
      }),
    ),
    [scope],
    unknown,
  ),
  '/api/v1/reports/{month}': read(
    'The report of a month: tables, sentences in both languages, definitions. Also as HTML, PDF, CSV or XLSX, by what is accepted',
    report,
    [month, scope],
    { ...unknown, '406': errorAnswer('None of these forms is accepted') },
  ),
  '/api/v1/reports/{month}.html': form('The report as a page of its own', 'text/html'),
  '/api/v1/reports/{month}.pdf': form('The same page as a tagged PDF', 'application/pdf', {
    '501': errorAnswer('There is no Chromium to print with; says what to install'),
  }),
  '/api/v1/reports/{month}.csv': form('One line a figure', 'text/csv'),
  '/api/v1/reports/{month}.xlsx': form(
    'One sheet a table',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ),
  '/api/v1/reports/{month}/seal': {
    post: {
      tags: ['state'],
      summary: 'Publish a report: from then on its figures never change',
      security: [{ key: [] }],
      parameters: [month, scope],
      responses: {
        '201': answer({ description: 'The sealed report', schema: report }),
        '401': errorAnswer('Sealing needs the bootstrap key'),
        '403': errorAnswer('The key may not seal'),
        '409': errorAnswer('The month has not ended, or the report is sealed already'),
        ...unknown,
      },
    },
  },
};

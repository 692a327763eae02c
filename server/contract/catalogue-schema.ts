/** JSON Schemas of the catalogue as a city writes it: what is checked first, and what OpenAPI shows. */
import { DEADLINE_KINDS, TARGET_UNITS } from './catalogue.ts';
import { REQUEST_NATURES } from './event-types.ts';
import type { JsonSchema } from './json-schema.ts';

const text = (maxLength: number): JsonSchema => ({ type: 'string', minLength: 1, maxLength });
const record = (
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
  properties,
});
/** Neither `@`, which divides a policy from its version, nor a space. */
const id: JsonSchema = { type: 'string', maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9_.:-]*$' };
const date: JsonSchema = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' };
const name = record({ fr: text(200), en: text(200) });
const ranges: JsonSchema = { type: 'array', items: record({ from: text(5), to: text(5) }) };
const policyId: JsonSchema = { ...id, type: ['string', 'null'] };

const target = record({
  amount: { type: 'number', exclusiveMinimum: 0, maximum: 5_256_000 },
  unit: { enum: [...TARGET_UNITS] },
  calendar: id,
});

const calendar = record({
  id,
  name,
  weekly: {
    ...record(Object.fromEntries(['1', '2', '3', '4', '5', '6', '7'].map((day) => [day, ranges]))),
    type: ['object', 'null'],
    required: [],
    description: 'Opening ranges by ISO weekday, 1 = Monday; null: 24/7',
  },
  holidays: { type: 'boolean', description: 'Whether holidays are closed days' },
  closed: {
    type: 'object',
    additionalProperties: name,
    description: 'One-off closed dates with their names',
  },
  open: { type: 'array', items: date, description: 'Dates that are open although they are holidays' },
});

const policy = record({
  id,
  version: { type: 'integer', minimum: 1 },
  valid_from: date,
  targets: record(Object.fromEntries(DEADLINE_KINDS.map((kind) => [kind, target])), DEADLINE_KINDS),
  warning_share: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
});

const service = record(
  {
    id,
    name,
    description: record({ fr: text(2_000), en: text(2_000) }),
    nature: { enum: [...REQUEST_NATURES] },
    group: text(100),
    keywords: { type: 'array', maxItems: 100, items: text(100) },
    unit: id,
    policy: { ...policyId, description: 'null: no predetermined time' },
    earlier_policies: { type: 'array', items: record({ policy: policyId, until: date }) },
    placed: { type: 'boolean' },
    retired: { type: 'boolean' },
  },
  ['earlier_policies'],
);

const territory = record({
  code: { type: 'string', pattern: '^[A-Z]{2}$' },
  kind: { enum: ['borough', 'linked_city'] },
  name,
  population: { type: 'integer', minimum: 0, maximum: 2_147_483_647 },
});

const list = (items: JsonSchema): JsonSchema => ({ type: 'array', maxItems: 10_000, items });
/** What may be said of the catalogue; a list that is left out says nothing. */
export const CATALOGUE_SCHEMA: JsonSchema = {
  ...record({
    territories: list(territory),
    units: list(record({ id, name })),
    calendars: list(calendar),
    policies: list(policy),
    services: list(service),
  }),
  required: [],
};

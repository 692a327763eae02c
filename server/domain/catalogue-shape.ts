/** Whether something that was read from outside has the shape of a catalogue, and what to change where it has not. */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Catalogue } from '../contract/catalogue.ts';
import { CATALOGUE_SCHEMA } from '../contract/catalogue-schema.ts';

/** What does not fit, and where: a JSON Pointer from the catalogue on, such as `/services/3/unit`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}
export type Shaped = { readonly catalogue: Catalogue } | { readonly faults: readonly Fault[] };

export const SECTIONS = ['territories', 'units', 'calendars', 'policies', 'services'] as const;
export type Section = (typeof SECTIONS)[number];

export const EMPTY_CATALOGUE: Catalogue = {
  territories: [],
  units: [],
  calendars: [],
  policies: [],
  services: [],
};

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object {…}',
  array: 'a list […]',
  null: 'null',
};
const PATTERNS: Readonly<Record<string, string>> = {
  '^[0-9]{4}-[0-9]{2}-[0-9]{2}$': 'must be a date, such as 2027-01-31',
  '^[A-Z]{2}$': 'must be two capital letters, such as VM',
};
const ID = 'must be an id of letters, digits and - _ . : only';

type Found = Readonly<Record<string, unknown>>;
const listed = (value: unknown): string => [value].flat().map(String).join(', ');

/** What a fault of the schema means to the person who wrote the file; null: another fault says it better. */
function messageOf(keyword: string, params: Found, fields: readonly string[]): string | null {
  switch (keyword) {
    case 'required':
      return `has no ${listed(params.requiredProperties)}`;
    case 'additionalProperties':
      return `is not a field here; those are ${fields.join(', ')}`;
    case 'type':
      return `must be ${[params.type]
        .flat()
        .map((type) => KINDS[String(type)] ?? type)
        .join(' or ')}`;
    case 'enum':
      return `must be one of ${listed(params.allowedValues)}`;
    case 'pattern':
      return PATTERNS[String(params.pattern)] ?? ID;
    case 'minLength':
      return 'must not be empty';
    case 'exclusiveMinimum':
      return `must be more than ${params.limit}`;
    case 'minimum':
      return `must be at least ${params.limit}`;
    case 'maximum':
    case 'maxLength':
    case 'maxItems':
      return `must be at most ${params.limit}${keyword === 'maxLength' ? ' characters' : ''}`;
    default:
      return null;
  }
}

/** The names of the fields that an object of the schema may have. */
function fieldsAt(schemaPath: string): string[] {
  let schema: unknown = CATALOGUE_SCHEMA;
  for (const step of schemaPath.split('/').slice(1)) schema = (schema as Found | undefined)?.[step];
  return Object.keys(((schema as Found | undefined)?.properties as object | undefined) ?? {});
}

const validator = Compile(CATALOGUE_SCHEMA as TSchema);

/** The catalogue that was read; lists that are left out are empty. */
export function catalogueFrom(value: unknown): Shaped {
  if (validator.Check(value)) return { catalogue: { ...EMPTY_CATALOGUE, ...(value as Partial<Catalogue>) } };
  const faults: Fault[] = [];
  for (const { keyword, instancePath, schemaPath, params } of validator.Errors(value)) {
    const found = params as Found;
    const message = messageOf(keyword, found, keyword === 'additionalProperties' ? fieldsAt(schemaPath) : []);
    if (message === null) continue;
    const names = keyword === 'additionalProperties' ? [found.additionalProperties].flat() : [];
    const paths = names.length > 0 ? names.map((name) => `${instancePath}/${name}`) : [instancePath];
    for (const path of paths) faults.push({ path, message });
  }
  // Whatever the words for it, a value that does not fit is refused.
  return { faults: faults.length > 0 ? faults : [{ path: '', message: 'is not a catalogue' }] };
}

/** What a person is told about an event that was refused: what is wrong, where, and what would be right. */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  EVENT_TYPE_NAMES,
  type EventData,
  type EventType,
  eventTypeSpec,
  FIELDS,
  type FieldName,
  TYPE_PREFIX,
} from '../contract/event-types.ts';
import { isoOf } from '../lib/clock.ts';
import { instantFault, parseInstant } from '../lib/rfc3339.ts';
import type { ValueFault } from './text.ts';

/** The parts of a JSON Schema that the fields of the contract use. */
interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}

/** What came, as it may be repeated in an answer: never a text, which a citizen may have written. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string')
    return value === '' ? 'an empty text' : `a text of ${value.length} characters`;
  return typeof value === 'object' ? 'an object' : String(value);
}
const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
/** Not what begins with an abbreviation. */
const lowered = (text: string): string =>
  /^[A-Z]{2}/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);

function expectation(schema: FieldSchema): string {
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  if (schema.format === 'date-time')
    return 'a moment in RFC 3339 with an offset, of the years 1970 to 2254, such as 2026-11-23T14:05:09-05:00';
  const range =
    schema.maximum === undefined ? `from ${schema.minimum}` : `from ${schema.minimum} to ${schema.maximum}`;
  switch (schema.type) {
    case 'string':
      return `a text of ${schema.minLength ?? 0} to ${schema.maxLength} characters`;
    case 'array':
      return `a list of at most ${schema.maxItems} texts of 1 to 128 characters`;
    case 'integer':
      return `a whole number ${range}`;
    default:
      return `a number ${range}`;
  }
}

const compiled = new Map<TSchema, ReturnType<typeof Compile>>();
function fits(schema: TSchema, value: unknown): boolean {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = Compile(schema);
    compiled.set(schema, check);
  }
  return check.Check(value);
}

/** The first field that is missing or wrong; `wrong` names one whose fault the schema cannot tell. */
export function fieldReason(
  type: EventType,
  data: Readonly<Record<string, unknown>>,
  wrong?: FieldName,
): { code: 'field_missing' | 'field_invalid'; message: string } {
  const { required, optional, narrow, anyOf } = eventTypeSpec(type);
  for (const name of [...required, ...optional]) {
    const schema = narrow?.[name] ?? FIELDS[name];
    const value = data[name];
    const help = `${lowered((schema as FieldSchema).description ?? name)}, ${expectation(schema as FieldSchema)}`;
    if (value === undefined) {
      if (!required.includes(name)) continue;
      return { code: 'field_missing', message: `data.${name} is missing: ${help}.` };
    }
    if (name !== wrong && fits(schema, value)) continue;
    return { code: 'field_invalid', message: `data.${name} is ${shown(value)}; it should be: ${help}.` };
  }
  const names = (anyOf ?? []).map((name) => `data.${name}`).join(' or ');
  return { code: 'field_missing', message: `${names} is missing: ${type} needs one of them.` };
}

/** What cannot be meant of a request, whatever else is known of it; undefined: nothing. */
export function requestReason(
  subject: string,
  time_us: number,
  { due_at, into, longitude, latitude }: EventData,
): string | undefined {
  if ((longitude === undefined) !== (latitude === undefined))
    return 'data.longitude and data.latitude make a place together: send both, or none.';
  if (into === subject) return 'data.into is the request itself; it should be the one it was merged into.';
  const due_us = due_at === undefined ? undefined : parseInstant(due_at)?.time_us;
  if (due_us === undefined || due_us >= time_us) return undefined;
  return "data.due_at is before the event's own time; a due date lies after what is promised by it.";
}

export function attributeReason(
  name: 'id' | 'source' | 'subject' | 'time',
  missing: boolean,
  type?: EventType,
): string {
  const expected = {
    id: "the event's id, unique within its source, a text of 1 to 256 characters",
    source: 'what sends the events, such as /montreal/telephone, a text of 1 to 512 characters',
    subject: `the ${type ? eventTypeSpec(type).subject : 'subject'} it is about, a text of 1 to 256 characters`,
    time: 'when it happened, in RFC 3339 with an offset, such as 2026-11-23T14:05:09-05:00',
  }[name];
  return missing ? `${name} is missing: ${expected}.` : `${name} is not usable; it should be: ${expected}.`;
}

export function typeReason(type: unknown): string {
  if (type === undefined || type === null) return `type is missing: one such as ${TYPE_PREFIX}call.answered.`;
  if (typeof type !== 'string')
    return `type is ${shown(type)}; it should be a text such as ${TYPE_PREFIX}call.answered.`;
  const bare = type.startsWith(TYPE_PREFIX) ? type.slice(TYPE_PREFIX.length) : type;
  const near = nearestType(bare.slice(0, 64));
  const hint = near
    ? `; did you mean ${TYPE_PREFIX}${near}?`
    : '; GET /api/v1/events/schema lists all types.';
  return `type ${quoted(type)} is unknown${hint}`;
}

/** The type that is at most three letters away. */
function nearestType(text: string): EventType | undefined {
  let best: EventType | undefined;
  let least = 4;
  for (const type of EVENT_TYPE_NAMES) {
    const distance = editDistance(text, type);
    if (distance < least) {
      least = distance;
      best = type;
    }
  }
  return best;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

export function timeReason(text: string, now_us: number, code?: 'time_in_future' | 'time_too_old'): string {
  if (code === 'time_too_old')
    return `time ${quoted(text)} is before 1970: check the clock or the format of the source.`;
  if (code === undefined) return `time ${quoted(text)} ${instantFault(text)}.`;
  return `time ${quoted(text)} is more than 5 minutes ahead of the server's clock (${isoOf(now_us)}): check the source's clock and offset.`;
}

/** @param drop a prefix of the path that says nothing to the sender. */
export function valueReason(fault: ValueFault, drop = ''): string {
  const place = fault.path.startsWith(drop) ? fault.path.slice(drop.length) : fault.path;
  switch (fault.code) {
    case 'nul_character':
      return `${quoted(place)} holds a NUL character (U+0000), which no database text can hold: remove it.`;
    case 'lone_surrogate':
      return `${quoted(place)} holds half of a UTF-16 pair, which is no character: send whole characters.`;
    case 'too_deep':
      return `${quoted(place)} is nested deeper than 32 levels.`;
    case 'name_too_long':
      return `${quoted(place)} has a field name of more than 256 characters.`;
    case 'number_inexact':
      return `${quoted(place)} is a number too large to be kept exactly: send it as a text.`;
  }
}

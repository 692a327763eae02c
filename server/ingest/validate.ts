/**
 * From a parsed CloudEvent to the event the server keeps, or to the reason why not. The checks of `data` are compiled
 * from the same table as the JSON Schema page; reasons are only built for events that need one.
 */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  dataSchema,
  EVENT_TYPE_NAMES,
  type EventData,
  type EventRecord,
  type EventType,
  eventTypeSpec,
  FIELDS,
  type FieldName,
  TYPE_PREFIX,
} from '../contract/event-types.ts';
import { parseInstant } from '../lib/rfc3339.ts';
import { eventId } from './identity.ts';
import {
  attributeReason,
  fieldReason,
  requestReason,
  timeReason,
  typeReason,
  valueReason,
} from './reasons.ts';
import { valueFault } from './text.ts';

/** Why an event does not go in. `message` is for the person who can do something about it. */
export class Refusal {
  readonly code: string;
  readonly message: string;
  constructor(code: string, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** An event may be this far ahead of the server's clock, s: other clocks are not exact. */
export const FUTURE_LIMIT_S = 300;
/** Microseconds are exact up to the year 2255. */
const MOMENT_US_MAX = Date.UTC(2255, 0, 1) * 1000;
export const SEQUENCE_LENGTH_MAX = 64;
/** `extra` as JSON, bytes at least; the place for a few fields more, not for documents. */
export const EXTRA_LENGTH_MAX = 65_536;
export const ATTRIBUTE_LENGTH_MAX = { id: 256, source: 512, subject: 256 } as const;

type Json = Record<string, unknown>;
interface TypeCheck {
  readonly type: EventType;
  readonly known: ReadonlySet<string>;
  readonly instants: readonly FieldName[];
  readonly check: (data: unknown) => boolean;
  readonly web: boolean;
  readonly request: boolean;
}

const CHECKS = new Map<unknown, TypeCheck>(
  EVENT_TYPE_NAMES.map((type) => {
    const { required, optional, family } = eventTypeSpec(type);
    const names = [...required, ...optional];
    const compiled = Compile(dataSchema(type));
    const check: TypeCheck = {
      type,
      known: new Set(names),
      instants: names.filter(
        (name) => (FIELDS[name] as TSchema & { format?: string }).format === 'date-time',
      ),
      check: (data) => compiled.Check(data),
      web: family === 'web',
      request: family === 'request',
    };
    return [TYPE_PREFIX + type, check];
  }),
);

/** Attributes that have a place of their own; all others are extensions and go to `extra` as `ce_<name>`. */
const PLACED = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'time',
  'subject',
  'data',
  'data_base64',
  'datacontenttype',
  'sequence',
]);

/**
 * One text for a source instead of one an event: what looks it up afterwards (a dozen maps) compares addresses, and the live
 * state keeps it once.
 */
let last_source = '';
function sameText(source: string): string {
  if (source !== last_source) last_source = source;
  return last_source;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown, length_max: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= length_max;
const isJsonType = (type: string): boolean => /^[\w.+-]+\/([\w.-]+\+)?json\s*(;|$)/i.test(type);

/**
 * @param raw one CloudEvent in its JSON form, parsed.
 * @param now_us the server's clock.
 * @param trusted_text the event came as JSON without any `\u` escape, so that no text in it can hold a NUL or a lone
 *   surrogate: saves looking.
 */
export function checkEvent(raw: unknown, now_us: number, trusted_text: boolean): EventRecord | Refusal {
  if (!isObject(raw)) {
    return new Refusal(
      'not_an_event',
      'This is not a JSON object: each event is one, in the CloudEvents JSON format.',
    );
  }
  const { id, source, subject, time } = raw;
  const check = CHECKS.get(raw.type);
  if (raw.specversion !== '1.0') {
    return new Refusal('specversion_unsupported', 'specversion must be "1.0", the version of CloudEvents.');
  }
  if (!isText(id, ATTRIBUTE_LENGTH_MAX.id)) return attributeRefusal('id', id);
  if (!isText(source, ATTRIBUTE_LENGTH_MAX.source)) return attributeRefusal('source', source);
  if (check === undefined) return typeRefusal(raw.type);
  if (!isText(subject, ATTRIBUTE_LENGTH_MAX.subject)) return attributeRefusal('subject', subject, check.type);
  if (typeof time !== 'string') return attributeRefusal('time', time);
  const instant = parseInstant(time);
  if (instant === undefined || instant.time_us < 0 || instant.time_us > now_us + FUTURE_LIMIT_S * 1_000_000) {
    return timeRefusal(time, instant?.time_us, now_us);
  }
  const sequence = sequenceOf(raw.sequence);
  if (sequence instanceof Refusal) return sequence;
  if (!trusted_text) {
    const fault = valueFault({ id, source, subject, sequence }, 'event');
    if (fault) return new Refusal(fault.code, valueReason(fault, 'event.'));
  }
  const body = bodyOf(raw);
  if (body instanceof Refusal) return body;
  const split = splitData(check, body, extensionsOf(raw), trusted_text);
  if (split instanceof Refusal) return split;
  if (check.request) {
    const reason = requestReason(subject, instant.time_us, split.data);
    if (reason !== undefined) return new Refusal('field_invalid', reason);
  }
  return {
    event_id: eventId(source, id, instant.finer),
    time_us: instant.time_us,
    type: check.type,
    source: sameText(source),
    subject,
    sequence,
    data: split.data,
    extra: split.extra,
  };
}

function sequenceOf(value: unknown): string | null | Refusal {
  if (value === undefined || value === null) return null;
  if (isText(value, SEQUENCE_LENGTH_MAX)) return value;
  if (Number.isSafeInteger(value)) return String(value);
  return new Refusal(
    'attribute_invalid',
    `sequence must be a text of 1 to ${SEQUENCE_LENGTH_MAX} characters.`,
  );
}

/** The event's data as an object, whichever way it came. */
function bodyOf(raw: Json): Json | Refusal {
  const { data, datacontenttype, data_base64 } = raw;
  if (datacontenttype !== undefined && datacontenttype !== null) {
    if (typeof datacontenttype !== 'string' || !isJsonType(datacontenttype)) {
      return new Refusal(
        'datacontenttype_unsupported',
        'datacontenttype must be application/json, or left out.',
      );
    }
  }
  if (isObject(data)) return data;
  if (data === undefined || data === null) return typeof data_base64 === 'string' ? decoded(data_base64) : {};
  return new Refusal('data_not_an_object', 'data must be a JSON object with the fields of the event type.');
}

function decoded(base64: string): Json | Refusal {
  try {
    const bytes = Buffer.from(base64, 'base64');
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    // What is inside has escapes of its own that nobody has looked at.
    const fault = valueFault(value, 'data');
    if (fault) return new Refusal(fault.code, valueReason(fault));
    if (isObject(value)) return value;
  } catch {
    // Told below, like every other data that is no object.
  }
  return new Refusal('data_not_an_object', 'data_base64 must be the Base64 of a JSON object in UTF-8.');
}

/** Extension attributes as they are kept, or undefined when there are none. */
function extensionsOf(raw: Json): Json | undefined {
  let extensions: Json | undefined;
  for (const name in raw) {
    if (PLACED.has(name)) continue;
    // Without a prototype, a name such as __proto__ is a name like any other.
    extensions ??= Object.create(null) as Json;
    extensions[`ce_${name}`] = raw[name];
  }
  return extensions;
}

function splitData(
  check: TypeCheck,
  body: Json,
  extensions: Json | undefined,
  trusted_text: boolean,
): { data: EventData; extra: Json | null } | Refusal {
  let data = body;
  let extra = extensions;
  let as_sent = true;
  for (const name in body) {
    if (check.known.has(name) && body[name] !== null) continue;
    as_sent = false;
    break;
  }
  if (!as_sent) {
    data = {};
    for (const name in body) {
      if (check.known.has(name)) {
        // A field that is null says nothing, which is what its absence says.
        if (body[name] !== null) data[name] = body[name];
      } else {
        extra ??= Object.create(null) as Json;
        extra[name] = body[name];
      }
    }
  }
  if (!check.check(data)) return fieldRefusal(check.type, data);
  for (const name of check.instants) {
    const value = data[name];
    if (value === undefined) continue;
    const instant = parseInstant(String(value));
    if (!(instant && instant.time_us >= 0 && instant.time_us < MOMENT_US_MAX))
      return fieldRefusal(check.type, data, name);
  }
  if (!trusted_text) {
    const fault = valueFault(data, 'data');
    if (fault) return new Refusal(fault.code, valueReason(fault));
  }
  if (extra !== undefined) {
    const refusal = extraRefusal(extra);
    if (refusal) return refusal;
  }
  // What was typed into a page's address belongs to the citizen: the path ends before it.
  if (check.web && typeof data.path === 'string' && /[?#]/.test(data.path)) {
    data = { ...data, path: data.path.replace(/[?#].*$/s, '') };
  }
  return { data: data as EventData, extra: extra ?? null };
}

function extraRefusal(extra: Json): Refusal | undefined {
  const fault = valueFault(extra, 'extra');
  if (fault) return new Refusal(fault.code, valueReason(fault, 'extra.'));
  if (JSON.stringify(extra).length <= EXTRA_LENGTH_MAX) return undefined;
  return new Refusal(
    'extra_too_large',
    'The fields and extensions that the type does not name exceed 64 KiB.',
  );
}

function attributeRefusal(
  name: 'id' | 'source' | 'subject' | 'time',
  value: unknown,
  type?: EventType,
): Refusal {
  const missing = value === undefined || value === null || value === '';
  return new Refusal(
    missing ? 'attribute_missing' : 'attribute_invalid',
    attributeReason(name, missing, type),
  );
}
function typeRefusal(type: unknown): Refusal {
  return new Refusal(type === undefined ? 'attribute_missing' : 'type_unknown', typeReason(type));
}
function timeRefusal(text: string, time_us: number | undefined, now_us: number): Refusal {
  if (time_us === undefined) return new Refusal('time_invalid', timeReason(text, now_us));
  const code = time_us < 0 ? 'time_too_old' : 'time_in_future';
  return new Refusal(code, timeReason(text, now_us, code));
}
function fieldRefusal(type: EventType, data: Json, name?: FieldName): Refusal {
  const { code, message } = fieldReason(type, data, name);
  return new Refusal(code, message);
}

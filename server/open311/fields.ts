/** The fields of a request, whichever way they came: in the address, as a form, or as JSON. Texts by name, in the order sent. */
import { VigieError } from '../lib/errors.ts';
import { decodeText, parseJson } from '../lib/http-body.ts';

export type Fields = ReadonlyMap<string, readonly string[]>;

/** More than any client sends; a list of ids has its own limit. */
const FIELDS_MAX = 1_000;

const bad = (code: string, message: string, status = 400): VigieError =>
  new VigieError(code, message, { status });

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch (cause) {
    // Latin-1, or a % that escapes nothing. Decoded all the same, an é would be stored as a replacement character.
    throw new VigieError('not_urlencoded', 'The fields are not URL-encoded UTF-8.', { status: 400, cause });
  }
}

function collected(entries: Iterable<readonly [string, string]>): Fields {
  const fields = new Map<string, string[]>();
  let count = 0;
  for (const [name, value] of entries) {
    count += 1;
    if (count > FIELDS_MAX) throw bad('too_many_fields', `A request may have ${FIELDS_MAX} fields.`);
    const values = fields.get(name);
    if (values) values.push(value);
    else fields.set(name, [value]);
  }
  return fields;
}

/** `a=1&b=2`. @throws VigieError 400 when it is not URL-encoded UTF-8. */
export function formFields(text: string): Fields {
  const parts = text.split('&').filter((part) => part !== '');
  return collected(
    parts.map((part): [string, string] => {
      const at = part.indexOf('=');
      return at < 0 ? [decoded(part), ''] : [decoded(part.slice(0, at)), decoded(part.slice(at + 1))];
    }),
  );
}

/** Fields of the address, whose path does not matter. */
export function addressFields(url: string): Fields {
  const at = url.indexOf('?');
  return at < 0 ? new Map() : formFields(url.slice(at + 1));
}

/** A JSON object: its texts, numbers and truth values, and lists of these; what is null was not sent. */
function jsonFields(text: string): Fields {
  const body = parseJson(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw bad('not_an_object', 'The body must be a JSON object whose members are the fields of the form.');
  }
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(body)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (['string', 'number', 'boolean'].includes(typeof one)) entries.push([name, String(one)]);
      else if (one !== null && name !== 'attribute' && name !== 'attributes') {
        throw bad('field_invalid', `${JSON.stringify(name.slice(0, 60))} must be a text or a number.`);
      }
    }
  }
  return collected(entries);
}

async function multipartFields(body: Buffer, type: string): Promise<Fields> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch((cause: unknown) => {
      throw new VigieError('not_multipart', 'The body is not whole multipart/form-data.', {
        status: 400,
        cause,
      });
    });
  const entries: [string, string][] = [];
  for (const [name, value] of form.entries()) {
    // Taken and thrown away, a photo would be missed only when somebody looks for it.
    if (typeof value !== 'string') {
      throw bad('files_not_taken', 'Files are not taken: send the address of the picture as media_url.');
    }
    entries.push([name, value]);
  }
  return collected(entries);
}

/**
 * The fields of a body: the form of the specification, JSON, or multipart without files.
 * @throws VigieError 400 when it cannot be read, 415 for anything else.
 */
export async function bodyFields(body: Buffer, content_type: string | undefined): Promise<Fields> {
  if (body.length === 0) return new Map();
  const type = content_type?.split(';', 1)[0]?.trim().toLowerCase() ?? 'application/x-www-form-urlencoded';
  if (type === 'application/x-www-form-urlencoded') return formFields(decodeText(body));
  if (type === 'multipart/form-data') return await multipartFields(body, content_type ?? '');
  if (/^application\/([\w.-]+\+)?json$/.test(type)) return jsonFields(decodeText(body));
  throw bad(
    'unsupported_type',
    'Content-Type must be application/x-www-form-urlencoded, multipart/form-data or application/json.',
    415,
  );
}

/** One set from two, the first having the last word on a name that both have. */
export const merged = (first: Fields, second: Fields): Fields => new Map([...second, ...first]);

/** The one value of a field, trimmed; undefined when it is missing or empty, which the specification holds to be the same. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields.get(name)?.find((one) => one.trim() !== '');
  return value?.trim();
}

/** All values of a field, which may be sent several times and separated by commas. */
export const listOf = (fields: Fields, name: string): string[] => {
  const values = (fields.get(name) ?? []).flatMap((value) => value.split(','));
  return [...new Set(values.map((value) => value.trim()).filter((value) => value !== ''))];
};

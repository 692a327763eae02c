/** What a text may hold: PostgreSQL keeps no NUL, UTF-8 has no lone surrogates, and JSON can spell both. */

export type TextFault = 'nul_character' | 'lone_surrogate';

export function textFault(text: string): TextFault | undefined {
  if (text.includes('\0')) return 'nul_character';
  return text.isWellFormed() ? undefined : 'lone_surrogate';
}

/** The text as it can be kept, cut to a length in UTF-16 units. */
export function storable(text: string, length_max: number): string {
  const cut = text.length > length_max ? text.slice(0, length_max) : text;
  return (cut.includes('\0') ? cut.replaceAll('\0', '\uFFFD') : cut).toWellFormed();
}

/** A value that cannot be kept as it is: where, and why. */
export interface ValueFault {
  readonly code: TextFault | 'too_deep' | 'number_inexact' | 'name_too_long';
  readonly path: string;
}

/** Deeper than this no field of a 311 event is; PostgreSQL's and JSON.stringify's stacks end much later. */
const DEPTH_MAX = 32;
const NAME_LENGTH_MAX = 256;

/** The first thing in a parsed JSON value that would not come back from the database as it was sent. */
export function valueFault(value: unknown, path: string, depth = 0): ValueFault | undefined {
  if (typeof value === 'string') {
    const code = textFault(value);
    return code && { code, path };
  }
  if (typeof value === 'number') {
    // Digits beyond 2^53 are lost by the time JSON is parsed: an account number would come back as another one.
    const exact =
      Number.isFinite(value) && (!Number.isInteger(value) || Math.abs(value) <= Number.MAX_SAFE_INTEGER);
    return exact ? undefined : { code: 'number_inexact', path };
  }
  if (value === null || typeof value !== 'object') return undefined;
  if (depth >= DEPTH_MAX) return { code: 'too_deep', path };
  for (const [name, inner] of Object.entries(value)) {
    const name_fault = textFault(name);
    if (name_fault) return { code: name_fault, path: `a name in ${path}` };
    if (name.length > NAME_LENGTH_MAX) return { code: 'name_too_long', path };
    const fault = valueFault(inner, `${path}.${name.slice(0, 64)}`, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

/** What the query of an address says, read with clear errors. */
import type { Request } from 'express';
import { VigieError } from './errors.ts';

/** @param what completes the sentence that the parameter's name begins. */
export function badParameter(name: string, what: string): VigieError {
  return new VigieError('bad_parameter', `${name} ${what}`, { status: 400 });
}

/** One value of the query; undefined when it is left out. @throws VigieError 400 when it is given twice. */
export function queryText(req: Request, name: string): string | undefined {
  const value: unknown = req.query[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw badParameter(name, 'may be given once only');
  return readable(name, value);
}
/** @throws VigieError 400 when it holds a NUL, which no database text can hold. */
function readable(name: string, text: string): string {
  if (text.includes('\0')) throw badParameter(name, 'holds a NUL character (%00): leave it out');
  return text;
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Moments of questions: events begin in 1970, and days are formed around a moment up to the year 9999. */
const MOMENT_MS_MAX = Date.UTC(9999, 0, 1);

/** A moment, µs. @throws VigieError 400 */
export function queryInstant(req: Request, name: string): number | undefined {
  // A + of an offset that was not escaped arrives as a space.
  const text = queryText(req, name)?.replace(/ (\d{2}:\d{2})$/, '+$1');
  if (text === undefined) return undefined;
  const time_ms = RFC_3339.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN;
  if (Number.isNaN(time_ms))
    throw badParameter(name, 'must be a moment with an offset, such as 2026-11-23T13:00:00-05:00');
  if (time_ms < 0 || time_ms >= MOMENT_MS_MAX)
    throw badParameter(name, 'must be a moment of the years 1970 to 9998');
  return time_ms * 1000;
}

/** A date of the calendar. @throws VigieError 400 */
export function queryDate(req: Request, name: string): string | undefined {
  const text = queryText(req, name);
  if (text === undefined) return undefined;
  const time_ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // The 30th of February is read as a day of March.
  if (Number.isNaN(time_ms) || new Date(time_ms).toISOString().slice(0, 10) !== text)
    throw badParameter(name, 'must be a date, such as 2026-11-23');
  if (time_ms < 0 || time_ms >= MOMENT_MS_MAX)
    throw badParameter(name, 'must be a date of the years 1970 to 9998');
  return text;
}

/** @throws VigieError 400 */
export function queryFlag(req: Request, name: string): boolean | undefined {
  const text = queryText(req, name)?.toLowerCase();
  if (text === undefined) return undefined;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw badParameter(name, 'must be true or false');
}

/** @throws VigieError 400 */
export function queryChoice<const V extends string>(
  req: Request,
  name: string,
  values: readonly V[],
): V | undefined {
  const text = queryText(req, name);
  if (text === undefined) return undefined;
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw badParameter(name, `must be one of ${values.join(', ')}`);
  return value;
}

/** @throws VigieError 400 */
export function queryInteger(req: Request, name: string, min: number, max: number): number | undefined {
  const text = queryText(req, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw badParameter(name, `must be a whole number from ${min} to ${max}`);
  return value;
}

/** Values with commas between them, or the parameter several times. @throws VigieError 400 */
export function queryList(req: Request, name: string, count_max: number): readonly string[] | undefined {
  const value: unknown = req.query[name];
  if (value === undefined || value === '') return undefined;
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const list = given.flatMap((item) => {
    if (typeof item !== 'string') throw badParameter(name, 'must be values with commas between them');
    return readable(name, item)
      .split(',')
      .map((part) => part.trim());
  });
  const values = [...new Set(list.filter((item) => item !== ''))];
  if (values.length === 0) throw badParameter(name, 'must have at least one value');
  if (values.length > count_max) throw badParameter(name, `may have at most ${count_max} values`);
  return values;
}

/** @throws VigieError 400 that lists what can be asked, since a misspelt filter would let everything pass. */
export function refuseOthers(req: Request, names: readonly string[]): void {
  for (const name of Object.keys(req.query)) {
    if (!names.includes(name))
      throw badParameter(
        JSON.stringify(name.slice(0, 60)),
        `is not known here; known are ${names.join(', ')}`,
      );
  }
}

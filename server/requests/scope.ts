/** What a reader asks about: the city, a borough by its two-letter code, or a unit by its id. */
import type { Request } from 'express';
import { badParameter, queryText } from '../lib/http-query.ts';
import type { StoreScope } from '../store/backlog.ts';

export interface Scope extends StoreScope {
  readonly kind: 'city' | 'borough' | 'unit';
  readonly name: string;
}

const CITY: Scope = { kind: 'city', name: 'city', borough: null, unit: null };
const BOROUGH = /^[A-Za-z]{2}$/;
const LENGTH_MAX = 200;

/** The city when nothing is asked. @throws VigieError 400 */
export function scopeOf(req: Request): Scope {
  const text = queryText(req, 'scope') ?? CITY.name;
  if (text.toLowerCase() === CITY.name) return CITY;
  if (text.length > LENGTH_MAX)
    throw badParameter('scope', 'must be city, a borough code or the id of a unit');
  if (BOROUGH.test(text)) {
    const borough = text.toUpperCase();
    return { kind: 'borough', name: borough, borough, unit: null };
  }
  return { kind: 'unit', name: text, borough: null, unit: text };
}

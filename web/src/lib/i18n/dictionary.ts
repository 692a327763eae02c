/** The shape that both languages fill: a text that is missing in one is an error of types. */
import type { Language } from './address.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { frenchSpaces } from './typography.ts';

export type Dictionary = typeof fr;
export const DICTIONARIES: Readonly<Record<Language, Dictionary>> = { fr: frenchSpaces(fr), en };

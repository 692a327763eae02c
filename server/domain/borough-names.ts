/** Names of boroughs as files spell them, to the codes of the territories: one file spells the same borough in three ways. */
import type { Territory } from '../contract/catalogue.ts';

/** What of a territory its names are made from. */
export type NamedTerritory = Pick<Territory, 'code' | 'name'>;
/** @returns undefined for a name that is none of them. */
export type BoroughCodeOf = (name: string) => string | undefined;

/** Said before a name, and no part of it: « Arrondissement du Sud-Ouest », « Ville de Westmount ». */
const TITLE =
  /^(?:arrondissement|borough|ville|cite|city|town|village|municipalite)\s+(?:de\s+la|de|du|d|of)\s+/;
const ARTICLES = new Set(['le', 'la', 'les', 'l', 'the']);
const LONG_FORMS: Readonly<Record<string, string>> = { st: 'saint', ste: 'sainte', mt: 'mont' };

/** Without accents, case, ligatures, dashes of any length, apostrophes of any form and doubled spaces. */
function wordsOf(name: string): string[] {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('œ', 'oe')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
    .replace(TITLE, '');
  return plain.split(' ').map((word) => LONG_FORMS[word] ?? word);
}
const whole = (words: readonly string[]): string => words.join('');
/** « Le Sud-Ouest » and « SUD-OUEST » are one; « LaSalle » and « La Salle » are, by the whole name. */
const withoutArticles = (words: readonly string[]): string =>
  words.filter((word) => !ARTICLES.has(word)).join('');

/** A name of this form that two territories have names neither. */
class Index {
  readonly #codes = new Map<string, string | null>();
  add(key: string, code: string): void {
    const known = this.#codes.get(key);
    this.#codes.set(key, known === undefined || known === code ? code : null);
  }
  get(key: string): string | undefined {
    return this.#codes.get(key) ?? undefined;
  }
}

/** Files have millions of rows and a few dozen spellings: each is read once. Strange ones do not pile up. */
const SPELLINGS_KEPT = 2_000;

/**
 * Knows territories by their names in both languages, and by their codes in capitals.
 * @example boroughNames(territories)('Rosemont - La Petite-Patrie') // 'RO'
 */
export function boroughNames(territories: readonly NamedTerritory[]): BoroughCodeOf {
  const exact = new Index();
  const loose = new Index();
  const codes = new Set(territories.map(({ code }) => code));
  for (const { code, name } of territories) {
    for (const words of [wordsOf(name.fr), wordsOf(name.en)]) {
      exact.add(whole(words), code);
      loose.add(withoutArticles(words), code);
    }
  }
  const spellings = new Map<string, string | undefined>();
  return (name) => {
    if (codes.has(name)) return name;
    if (spellings.has(name)) return spellings.get(name);
    const words = wordsOf(name);
    const code = exact.get(whole(words)) ?? loose.get(withoutArticles(words));
    if (spellings.size < SPELLINGS_KEPT) spellings.set(name, code);
    return code;
  };
}

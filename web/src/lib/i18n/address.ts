/** Which language a page is in, from its address, what was chosen before, or French. */
export const LANGUAGES = ['fr', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
export const LANGUAGE_COOKIE = 'vigie_lang';

/** Segments of the pages' addresses: French, English; `*` is any. `definitions` is the same in both. The longer ones first. */
const PATHS: readonly (readonly [fr: string, en: string])[] = [
  ['arrondissements/*/demandes', 'boroughs/*/requests'],
  ['arrondissements', 'boroughs'],
  ['mur', 'wall'],
  ['demandes', 'requests'],
  ['tendances', 'trends'],
  ['rapports', 'reports'],
  ['carte', 'map'],
  ['rejeu', 'replay'],
  ['sante', 'health'],
  ['connexion', 'sign-in'],
  ['appairage', 'pairing'],
  ['reglages/delais', 'settings/deadlines'],
  ['reglages/calendriers', 'settings/calendars'],
  ['reglages/unites', 'settings/units'],
  ['reglages/files', 'settings/queues'],
  ['reglages/personnes', 'settings/people'],
  ['reglages/cles', 'settings/keys'],
  ['reglages/historique', 'settings/history'],
  ['reglages', 'settings'],
  ['aide', 'help'],
];

/** The path with the segments that `from` names put as `to` has them; null: it does not begin so. */
function replaceFirst(path: string, from: string, to: string): string | null {
  const [named, put, given] = [from, to, path.slice(1)].map((text) => text.split('/')) as [
    string[],
    string[],
    string[],
  ];
  const fits = named.every((segment, at) => (segment === '*' ? given[at] : segment === given[at]));
  if (!fits) return null;
  return `/${given.map((segment, at) => ((put[at] ?? '*') === '*' ? segment : put[at])).join('/')}`;
}

/** The address of the folder under `routes`. */
export function frenchPath(path: string): string {
  for (const [fr, en] of PATHS) {
    const changed = replaceFirst(path, en, fr);
    if (changed !== null) return changed;
  }
  return path;
}

/** The same page's address in a language. */
export function pathIn(language: Language, path: string): string {
  const french = frenchPath(path);
  if (language === 'fr') return french;
  for (const [fr, en] of PATHS) {
    const changed = replaceFirst(french, fr, en);
    if (changed !== null) return changed;
  }
  return french;
}

export const asLanguage = (value: string | null | undefined): Language | null =>
  value === 'fr' || value === 'en' ? value : null;

/** `?lang=`, then an English address, then what was chosen before, then French. */
export function languageOf(url: URL, remembered: string | undefined): Language {
  const asked = asLanguage(url.searchParams.get('lang'));
  if (asked) return asked;
  if (frenchPath(url.pathname) !== url.pathname) return 'en';
  return asLanguage(remembered) ?? 'fr';
}

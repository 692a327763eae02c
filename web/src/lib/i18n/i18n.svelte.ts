/** The language of the screens below, its texts and its formats. */
import { getContext, setContext } from 'svelte';
import { rememberChoice } from '../ui/remember.ts';
import type { Language } from './address.ts';
import { DICTIONARIES, type Dictionary } from './dictionary.ts';
import { type Format, formatFor } from './format.ts';

const KEY = Symbol('i18n');
/** Until the server has named the city's own. */
const TIME_ZONE = 'America/Toronto';

export class I18n {
  lang: Language = $state('fr');
  timeZone: string = $state(TIME_ZONE);
  readonly t: Dictionary = $derived(DICTIONARIES[this.lang]);
  readonly format: Format = $derived(formatFor(this.lang, this.timeZone));

  constructor(lang: Language) {
    this.lang = lang;
  }
  get other(): Language {
    return this.lang === 'fr' ? 'en' : 'fr';
  }
  /** Changes the language here and for the next visits. */
  choose(lang: Language): void {
    this.lang = lang;
    document.documentElement.lang = lang;
    rememberChoice('lang', lang);
  }
}

export const provideI18n = (i18n: I18n): I18n => setContext(KEY, i18n);
export function useI18n(): I18n {
  const i18n = getContext<I18n | undefined>(KEY);
  if (!i18n) throw new Error('no language was provided above this component');
  return i18n;
}

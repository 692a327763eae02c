import type { ServerLoad } from '@sveltejs/kit';
import { LANGUAGE_COOKIE, languageOf } from '#lib/i18n/address.ts';
import { asTheme, THEME_COOKIE } from '#lib/ui/theme.ts';

export const load: ServerLoad = ({ url, cookies }) => ({
  lang: languageOf(url, cookies.get(LANGUAGE_COOKIE)),
  theme: asTheme(cookies.get(THEME_COOKIE)) ?? ('auto' as const),
});

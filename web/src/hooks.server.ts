/** Gives the page its language and theme before the first byte, so that nothing flashes or is read out wrongly. */
import type { Cookies } from '@sveltejs/kit';
import type { Handle } from '@sveltejs/kit/hooks';
import { asLanguage, LANGUAGE_COOKIE, languageOf } from '#lib/i18n/address.ts';
import { asTheme, THEME_COOKIE } from '#lib/ui/theme.ts';

const YEAR_S = 31_536_000;
/** As `app.html` has it. */
const TEMPLATE_TAG = '<html lang="fr" data-theme="auto">';

function remember(cookies: Cookies, name: string, value: string | null): void {
  // Walls in a city hall are often served without TLS, on a closed network.
  if (value !== null) cookies.set(name, value, { path: '/', maxAge: YEAR_S, sameSite: 'lax', secure: false });
}

/** Where the style of the city's own map comes from, when that is another server: what the page's policy must let it fetch. */
const styleOrigin = URL.parse(process.env.VIGIE_MAP_STYLE?.trim() ?? '')?.origin;

/** SvelteKit makes the policy when it is built, and the map's style is set when it is started. */
function allowStyle(response: Response): Response {
  const policy = response.headers.get('content-security-policy');
  if (policy === null || styleOrigin === undefined) return response;
  const widened = policy
    .replace("connect-src 'self'", `connect-src 'self' ${styleOrigin}`)
    .replace("img-src 'self'", `img-src 'self' ${styleOrigin}`);
  response.headers.set('content-security-policy', widened);
  return response;
}

export const handle: Handle = async ({ event, resolve }) => {
  const asked = event.url.searchParams;
  remember(event.cookies, LANGUAGE_COOKIE, asLanguage(asked.get('lang')));
  remember(event.cookies, THEME_COOKIE, asTheme(asked.get('theme')));
  const lang = languageOf(event.url, event.cookies.get(LANGUAGE_COOKIE));
  const theme = asTheme(event.cookies.get(THEME_COOKIE)) ?? 'auto';
  const response = await resolve(event, {
    transformPageChunk: ({ html }) =>
      html.replace(TEMPLATE_TAG, `<html lang="${lang}" data-theme="${theme}">`),
  });
  return allowStyle(response);
};

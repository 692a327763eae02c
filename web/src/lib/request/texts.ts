/** Moments, lengths and targets of a request in words. */
import type { I18n } from '#lib/i18n/i18n.svelte.ts';

const NBSP = '\u00a0';

/** "2 mars 2026, 9 h 05"; with seconds where they tell. */
export function momentText(at: string, { format, timeZone }: I18n): string {
  const day = new Intl.DateTimeFormat(format.locale, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone,
  });
  const exact = new Date(at).getUTCSeconds() !== 0 || /\.\d*[1-9]/.test(at);
  const time = exact ? format.timeWithSeconds(at) : format.time(at);
  return `${day.format(new Date(at))}, ${time}`;
}

/** The two largest units of a length: "3 j 4 h", "2 h 05 min", "40 s". */
export function lengthText(seconds: number, { lang }: I18n): string {
  const whole = Math.round(Math.abs(seconds));
  const parts = [
    [Math.floor(whole / 86_400), lang === 'fr' ? 'j' : 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  const shown = parts
    .slice(Math.max(0, first), Math.max(0, first) + 2)
    .filter(([count], index) => index === 0 || count > 0);
  return first === -1 ? `0${NBSP}s` : shown.map(([count, unit]) => `${count}${NBSP}${unit}`).join(NBSP);
}

/** "3 jours ouvrables" of `3 business_days`. */
export function targetText(target: string, { t, format }: I18n): string {
  const [amount = '', unit = ''] = target.split(' ');
  const words = (t.request.units as Record<string, ((n: string) => string) | undefined>)[unit];
  const n = Number(amount);
  return words && Number.isFinite(n)
    ? words(new Intl.NumberFormat(format.locale).format(n))
    : t.request.byDate;
}

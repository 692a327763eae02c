/** Times, numbers and shares as Québec writes them (18 h 15, 12,5 %, 12 345), and as its English readers do. */
import type { Language } from './address.ts';

/** Instead of a figure over nothing. */
export const DASH = '—';
const LOCALES: Record<Language, string> = { fr: 'fr-CA', en: 'en-CA' };
const NBSP = '\u00a0';

export interface Format {
  readonly locale: string;
  /** A whole number, or a dash. */
  count(value: number | null): string;
  /** With one decimal where it is not whole. */
  amount(value: number): string;
  /** A share 0–1 as a percentage with at most `digits` decimals, or a dash. */
  share(value: number | null, digits?: number): string;
  /** A share without its sign, for where the sign is set smaller, and the sign with its space. */
  shareParts(value: number | null, digits?: number): { readonly number: string; readonly unit: string };
  /** A wait as on a stopwatch: 0:45, 3:25, 1:02:10. */
  wait(seconds: number | null): string;
  /** A wait where room is short: from ten minutes on in whole minutes, their unit apart. */
  waitParts(seconds: number | null): { readonly number: string; readonly unit: string };
  /** A wait for a voice or a sentence: 3 min 25 s. */
  span(seconds: number): string;
  /** A threshold: 100 s, 15 min. */
  threshold(seconds: number): string;
  /** Time of day: 18 h 15, 18:15. */
  time(ms: number | string): string;
  timeWithSeconds(ms: number | string): string;
  /** lundi 23 novembre. */
  day(ms: number | string): string;
}

/** A shorter wait is told to the second everywhere. */
const LONG_WAIT_S = 600;

const pad = (value: number): string => String(value).padStart(2, '0');

function wait(seconds: number | null): string {
  if (seconds === null) return DASH;
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(rest)}` : `${minutes}:${pad(rest)}`;
}

export function formatFor(language: Language, timeZone: string): Format {
  const locale = LOCALES[language];
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const amount = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const shares = [0, 1].map(
    (digits) =>
      new Intl.NumberFormat(locale, {
        style: 'percent',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }),
  );
  const clock = { hour: 'numeric', minute: '2-digit', hour12: false, timeZone } as const;
  const time = new Intl.DateTimeFormat(locale, clock);
  const timeWithSeconds = new Intl.DateTimeFormat(locale, { ...clock, second: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone });
  const unbroken = (text: string): string => text.replaceAll(/[ \u202f]/g, NBSP);
  const shareOf = (value: number, digits: number): Intl.NumberFormatPart[] =>
    (shares[digits] ?? shares[0]!).formatToParts(value);

  return {
    locale,
    count: (value) => (value === null ? DASH : number.format(value)),
    amount: (value) => amount.format(value),
    share: (value, digits = 0) =>
      value === null
        ? DASH
        : shareOf(value, digits)
            .map((part) => part.value)
            .join(''),
    shareParts(value, digits = 0) {
      if (value === null) return { number: DASH, unit: '' };
      const parts = shareOf(value, digits);
      const numeric = parts.filter(({ type }) =>
        ['minusSign', 'integer', 'group', 'decimal', 'fraction'].includes(type),
      );
      return {
        number: numeric.map((part) => part.value).join(''),
        unit: language === 'fr' ? `${NBSP}%` : '%',
      };
    },
    wait,
    waitParts: (seconds) =>
      seconds === null || seconds < LONG_WAIT_S
        ? { number: wait(seconds), unit: '' }
        : { number: number.format(Math.floor(seconds / 60)), unit: `${NBSP}min` },
    span(seconds) {
      const whole = Math.max(0, Math.floor(seconds));
      const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
      const parts = hours > 0 ? [`${hours} h`, `${pad(minutes)}${language === 'fr' ? '' : ' min'}`] : [];
      if (hours === 0 && minutes > 0) parts.push(`${minutes} min`);
      if (hours === 0 && (rest > 0 || minutes === 0)) parts.push(`${rest} s`);
      return unbroken(parts.join(' '));
    },
    threshold: (seconds) =>
      seconds % 60 === 0 ? `${number.format(seconds / 60)}${NBSP}min` : `${number.format(seconds)}${NBSP}s`,
    time: (ms) => unbroken(time.format(new Date(ms))),
    timeWithSeconds: (ms) => unbroken(timeWithSeconds.format(new Date(ms))),
    day: (ms) => day.format(new Date(ms)),
  };
}

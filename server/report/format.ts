/** Figures of a report as Québec writes them, and as its English readers do. */
import type { BilingualName } from '../contract/reference.ts';
import type { ReportCell, ReportUnit } from '../contract/report.ts';

export const REPORT_LANGUAGES = ['fr', 'en'] as const;
export type ReportLanguage = (typeof REPORT_LANGUAGES)[number];

const LOCALES = { fr: 'fr-CA', en: 'en-CA' } as const;
const NBSP = '\u00a0';
/** Instead of a figure over nothing. */
export const DASH = '—';

/** The same in both languages. */
export const both = (text: string): BilingualName => ({ fr: text, en: text });
export const inBoth = (write: (language: ReportLanguage) => string): BilingualName => ({
  fr: write('fr'),
  en: write('en'),
});

const unbroken = (text: string): string => text.replaceAll(/[ \u202f]/g, NBSP);
function each<T>(make: (locale: string) => T): Record<ReportLanguage, T> {
  return { fr: make(LOCALES.fr), en: make(LOCALES.en) };
}
const COUNT = each((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }));
const TENTH = each(
  (locale) => new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
);
const SHARE = each(
  (locale) =>
    new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }),
);

export const countText = (value: number, language: ReportLanguage): string =>
  unbroken(COUNT[language].format(value));
export const shareText = (value: number, language: ReportLanguage): string =>
  unbroken(SHARE[language].format(value));
/** Without a decimal that is 0: `80 %`. */
export const percentText = (value: number, language: ReportLanguage): string =>
  shareText(value, language).replace(/[,.]0(?=\D*$)/, '');
const tenth = (value: number, language: ReportLanguage): string => unbroken(TENTH[language].format(value));

const DAY_S = 86_400;
/** A wait to the second; what takes hours or days to a tenth of them. */
export function timeText(seconds: number, language: ReportLanguage): string {
  if (seconds >= 2 * DAY_S)
    return `${tenth(seconds / DAY_S, language)}${NBSP}${language === 'fr' ? 'j' : 'd'}`;
  if (seconds >= 3_600) return `${tenth(seconds / 3_600, language)}${NBSP}h`;
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes === 0) return `${rest}${NBSP}s`;
  return rest === 0 ? `${minutes}${NBSP}min` : `${minutes}${NBSP}min${NBSP}${rest}${NBSP}s`;
}
export function valueText(value: number | null, unit: ReportUnit, language: ReportLanguage): string {
  if (value === null) return DASH;
  if (unit === 'count') return countText(value, language);
  if (unit === 'share') return shareText(value, language);
  if (unit === 's') return timeText(value, language);
  return `${tenth(value, language)}${NBSP}${language === 'fr' ? 'j ouvr.' : 'bus. d'}`;
}
/** `71,0–74,2 %` */
export function intervalText({ low, high }: ReportCell, language: ReportLanguage): string {
  if (low === undefined || high === undefined) return '';
  const [from, to] = [tenth(low * 100, language), tenth(high * 100, language)];
  return language === 'fr' ? `${from}–${to}${NBSP}%` : `${from}–${to}%`;
}

const DAYS = each(
  (locale) =>
    new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }),
);
const MONTHS = each(
  (locale) => new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }),
);
const MONTH_ALONE = each((locale) => new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' }));
const at = (month: string): Date => new Date(`${month}-01T00:00:00Z`);
export const dateText = (date: string, language: ReportLanguage): string =>
  unbroken(DAYS[language].format(new Date(`${date}T00:00:00Z`)));
export const monthText = (month: string, language: ReportLanguage): string =>
  unbroken(MONTHS[language].format(at(month)));
export function monthsText({ from, to }: { from: string; to: string }, language: ReportLanguage): string {
  if (from === to) return monthText(to, language);
  return `${MONTH_ALONE[language].format(at(from))}–${monthText(to, language)}`;
}
/** `d’octobre`, `de mai`: after a noun in French. */
export function ofMonth(month: string): string {
  const text = monthText(month, 'fr');
  return /^[aeiouyé]/.test(text) ? `d’${text}` : `de ${text}`;
}

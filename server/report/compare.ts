/** How sentences speak of a change: only as far as the counts carry. */
import type { BilingualName } from '../contract/reference.ts';
import type { ReportCell, ReportPeriod } from '../contract/report.ts';
import { SMALL_NUMBER } from '../contract/request-metrics.ts';
import { countsDiffer, differenceOf } from '../domain/rates.ts';
import {
  countText,
  inBoth,
  intervalText,
  monthText,
  ofMonth,
  type ReportLanguage,
  shareText,
} from './format.ts';
import type { ReportInput } from './input.ts';
import { addMonths } from './months.ts';

export const plural = (n: number, language: ReportLanguage, one: string, many: string): string =>
  `${countText(n, language)} ${(language === 'fr' ? Math.abs(n) < 2 : n === 1) ? one : many}`;

/** `en octobre 2025`; `in October 2025` */
export function inMonth(month: string, language: ReportLanguage): string {
  return language === 'fr' ? `en ${monthText(month, 'fr')}` : `in ${monthText(month, 'en')}`;
}
/** `qu’en octobre 2025`, `than in October 2025` */
const than = (month: string, language: ReportLanguage): string =>
  language === 'fr' ? `qu’${inMonth(month, 'fr')}` : `than ${inMonth(month, 'en')}`;

/** The period that a month is compared with: the same month a year ago where it is known, otherwise the month before. */
export function comparedWith(
  input: ReportInput,
  family: 'call' | 'counter' | 'web' | 'mail' | 'request',
): { readonly which: ReportPeriod; readonly month: string } | null {
  for (const [which, months] of [
    ['last_year', -12],
    ['previous', -1],
  ] as const) {
    if (input.periods[which].data[family] === undefined)
      return { which, month: addMonths(input.month, months) };
  }
  return null;
}

/** Of counts: `4,2 % de plus qu’en octobre 2025`, or that the difference may be chance. */
export function countChange(now: number, before: number, month: string, language: ReportLanguage): string {
  const fr = language === 'fr';
  if (before === 0) return fr ? `aucun ${inMonth(month, 'fr')}` : `none ${inMonth(month, 'en')}`;
  if (!countsDiffer(now, before)) {
    const n = countText(before, language);
    return fr
      ? `à peu près autant ${than(month, 'fr')} (${n}), l’écart pouvant être dû au hasard`
      : `about as many as ${inMonth(month, 'en')} (${n}); the difference may be chance`;
  }
  const change = shareText(Math.abs(now - before) / before, language);
  if (now > before) return `${change} ${fr ? 'de plus' : 'more'} ${than(month, language)}`;
  return `${change} ${fr ? 'de moins' : 'fewer'} ${than(month, language)}`;
}

const POINTS = (value: number, language: ReportLanguage): string =>
  shareText(Math.abs(value), language).replace(/[\s\u00a0]?%$/, '') +
  (language === 'fr' ? '\u00a0points' : ' points');

const countedOf = ({ value, of }: ReportCell) => ({
  part: Math.round((value ?? 0) * (of ?? 0)),
  whole: of ?? 0,
});
/** Of shares: `2,1 points de mieux …`; only where the interval of the difference leaves 0 out. */
export function shareChange(
  now: ReportCell,
  before: ReportCell,
  month: string,
  language: ReportLanguage,
): string | null {
  const difference = differenceOf(countedOf(now), countedOf(before));
  if (difference === null || (before.of ?? 0) < SMALL_NUMBER || (now.of ?? 0) < SMALL_NUMBER) return null;
  const fr = language === 'fr';
  const was = shareText(before.value!, language);
  if (difference.low <= 0 && difference.high >= 0)
    return fr
      ? `comparable à ${monthText(month, 'fr')} (${was}), l’écart pouvant être dû au hasard`
      : `comparable with ${monthText(month, 'en')} (${was}); the difference may be chance`;
  const points = POINTS(difference.value, language);
  const more = difference.value > 0;
  return fr
    ? `${points} de ${more ? 'plus' : 'moins'} ${than(month, 'fr')} (${was})`
    : `${points} ${more ? 'more' : 'less'} ${than(month, 'en')} (${was})`;
}

/** `73,4 % (95 % : 71,0–75,6 %, sur 1 234)` */
export function shareWithCount(cell: ReportCell, language: ReportLanguage): string {
  if (cell.value === null) return '—';
  const of = countText(cell.of ?? 0, language);
  const share = shareText(cell.value, language);
  if (cell.small) return language === 'fr' ? `${share} (de ${of} seulement)` : `${share} (of only ${of})`;
  const interval = intervalText(cell, language);
  return language === 'fr'
    ? `${share} (intervalle de 95\u00a0%\u00a0: ${interval})`
    : `${share} (95% interval: ${interval})`;
}

/** A sentence in both languages, or none where there is nothing to say. */
export function sentence(write: (language: ReportLanguage) => string | null): readonly BilingualName[] {
  const [fr, en] = [write('fr'), write('en')];
  return fr === null || en === null ? [] : [{ fr, en }];
}
export { inBoth, ofMonth };

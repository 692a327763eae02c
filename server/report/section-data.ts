/** Where the data are silent: days without events, what was refused. */
import type { BilingualName } from '../contract/reference.ts';
import type { ReportSection } from '../contract/report.ts';
import { count } from './cells.ts';
import { sentence } from './compare.ts';
import { countText, dateText } from './format.ts';
import type { ReportInput } from './input.ts';
import { daysOf } from './months.ts';
import { TEXT } from './text.ts';

const FAMILIES = ['call', 'counter', 'web', 'mail', 'request'] as const;
type Family = (typeof FAMILIES)[number];
/** Named one by one up to so many. */
const NAMED_MAX = 5;
/** Mail and counters rest at weekends and on holidays: a day without them is no gap. */
const EVERY_DAY: readonly Family[] = ['call', 'web', 'request'];

/** Dates of the month that have passed and had no event. */
function silentDays(input: ReportInput, family: Family): string[] {
  const told = new Set(
    input.data.family_days.filter((row) => row.family === family && row.n > 0).map(({ day }) => day),
  );
  const days = daysOf(input.periods.month.span, input.time_zone);
  const ends = [...days.slice(1).map(({ from_us }) => from_us), input.periods.month.span.to_us];
  return days
    .filter((_, index) => ends[index]! <= input.as_of_us && !told.has(index))
    .map(({ date }) => date);
}

export function dataSection(input: ReportInput): ReportSection {
  const t = TEXT.data;
  const days = daysOf(input.periods.month.span, input.time_zone).filter(
    ({ from_us }) => from_us < input.as_of_us,
  ).length;
  const silent = FAMILIES.map((family) => ({ family, dates: silentDays(input, family) }));
  return {
    id: 'data',
    title: t.title,
    sentences: gapSentences(silent, days),
    charts: [],
    tables: [
      {
        id: 'gaps',
        title: t.gaps,
        head: t.family,
        columns: [
          { id: 'days_without', label: t.days_without, unit: 'count' },
          { id: 'days', label: t.days, unit: 'count' },
        ],
        rows: silent.map(({ family, dates }) => ({
          id: family,
          label: t.families[family],
          cells: [count(dates.length), count(days)],
        })),
      },
      {
        id: 'refused',
        title: t.refused,
        head: t.reason,
        columns: [{ id: 'n', label: t.refused_count, unit: 'count' }],
        rows: input.data.refused.map(({ code, n }) => ({
          id: code,
          label: { fr: code, en: code },
          cells: [count(n)],
        })),
        note: t.refused_note,
      },
    ],
  };
}

function gapSentences(
  silent: readonly { readonly family: Family; readonly dates: readonly string[] }[],
  days: number,
): BilingualName[] {
  return silent
    .filter(({ family, dates }) => EVERY_DAY.includes(family) && dates.length > 0)
    .flatMap(({ family, dates }) =>
      sentence((language) => {
        const what = TEXT.data.families[family][language];
        if (dates.length === days)
          return language === 'fr'
            ? `${what}\u00a0: rien n’est connu de ce mois.`
            : `${what}: nothing is known of this month.`;
        const n = countText(dates.length, language);
        const named =
          dates.length <= NAMED_MAX ? dates.map((date) => dateText(date, language)).join(', ') : null;
        return language === 'fr'
          ? `${what}\u00a0: ${n} ${dates.length < 2 ? 'jour' : 'jours'} sans aucun événement${named ? ` (${named})` : ''}.`
          : `${what}: ${n} ${dates.length === 1 ? 'day' : 'days'} without any event${named ? ` (${named})` : ''}.`;
      }),
    );
}

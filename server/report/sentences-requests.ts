/** What the figures of requests say. */
import type { BilingualName } from '../contract/reference.ts';
import type { ReportCell } from '../contract/report.ts';
import { SMALL_NUMBER } from '../contract/request-metrics.ts';
import { rate, shareOf } from './cells.ts';
import { comparedWith, countChange, plural, sentence, shareChange, shareWithCount } from './compare.ts';
import { countText, shareText, timeText } from './format.ts';
import type { PeriodFacts, ReportInput } from './input.ts';

const isKnown = (input: ReportInput): boolean => input.periods.month.data.request !== 'none';
const before = (input: ReportInput) => comparedWith(input, 'request');

export function flowSentences(input: ReportInput): readonly BilingualName[] {
  if (!isKnown(input)) return [];
  const { flow } = input.periods.month.requests.metrics;
  const earlier = before(input);
  const ended = flow.closed + flow.cancelled + flow.merged;
  const change = flow.closing - flow.opening;
  return [
    ...sentence((language) => {
      const told =
        language === 'fr'
          ? plural(flow.received, 'fr', 'demande reçue', 'demandes reçues')
          : plural(flow.received, 'en', 'request received', 'requests received');
      const than =
        earlier &&
        countChange(
          flow.received,
          input.periods[earlier.which].requests.metrics.flow.received,
          earlier.month,
          language,
        );
      return `${told}${than ? (language === 'fr' ? `\u00a0: ${than}` : `: ${than}`) : ''}.`;
    }),
    ...sentence((language) => {
      const [closed, opening, closing] = [flow.closed, flow.opening, flow.closing].map((value) =>
        countText(value, language),
      );
      const by = countText(Math.abs(change), language);
      if (language === 'fr')
        return `Sorties\u00a0: ${plural(ended, 'fr', 'demande', 'demandes')}, dont ${closed} par un règlement\u00a0; le nombre d’ouvertes est passé de ${opening} à ${closing}${change === 0 ? '' : change > 0 ? ` (${by} de plus)` : ` (${by} de moins)`}.`;
      return `Out: ${plural(ended, 'en', 'request', 'requests')}, ${closed} of them settled; the number open went from ${opening} to ${closing}${change === 0 ? '' : change > 0 ? ` (${by} more)` : ` (${by} fewer)`}.`;
    }),
    ...(change > 0 && flow.closing >= SMALL_NUMBER && ended > 0
      ? sentence((language) => {
          const { from_us, to_us } = input.periods.month.span;
          const left = paceText(((flow.closing / ended) * (to_us - from_us)) / DAY_US, language);
          return language === 'fr'
            ? `Au rythme du mois, régler ce qui reste ouvert prendrait environ ${left}, sans rien de nouveau.`
            : `At the month’s pace, settling what is still open would take about ${left}, with nothing new.`;
        })
      : []),
  ];
}

const DAY_US = 86_400_000_000;
/** In weeks up to two months, then in months. */
function paceText(days: number, language: 'fr' | 'en'): string {
  const weeks = Math.max(1, Math.round(days / 7));
  if (weeks <= 8)
    return language === 'fr'
      ? plural(weeks, 'fr', 'semaine', 'semaines')
      : plural(weeks, 'en', 'week', 'weeks');
  const months = Math.round(days / 30.4);
  return language === 'fr' ? `${countText(months, 'fr')}\u00a0mois` : plural(months, 'en', 'month', 'months');
}

export function ageingSentences(input: ReportInput): readonly BilingualName[] {
  if (!isKnown(input)) return [];
  const { ageing, open } = input.periods.month.requests.backlog;
  const of = (band: string): number => ageing.by_deadline.find((each) => each.band === band)?.open ?? 0;
  const overdue = of('overdue_over_30_days') + of('overdue_8_to_30_days') + of('overdue_to_7_days');
  const total = open.value ?? 0;
  if (total === 0)
    return [
      {
        fr: 'Aucune demande n’était ouverte à la fin du mois.',
        en: 'No request was open at the end of the month.',
      },
    ];
  return sentence((language) => {
    const [n, all, old] = [overdue, total, of('overdue_over_30_days')].map((value) =>
      countText(value, language),
    );
    const share = shareText(overdue / total, language);
    return language === 'fr'
      ? `Des ${all} ouvertes à la fin, ${n} (${share}) avaient passé leur échéance, dont ${old} depuis plus de 30 jours.`
      : `Of ${all} open at the end, ${n} (${share}) were past their deadline, ${old} of them by more than 30 days.`;
  });
}

const onTimeOf = ({ requests }: PeriodFacts): ReportCell => rate(requests.metrics.on_time);

export function onTimeSentences(input: ReportInput): readonly BilingualName[] {
  const { month } = input.periods;
  const cell = onTimeOf(month);
  if (!isKnown(input) || cell.value === null) return [];
  const earlier = before(input);
  const settled = rate(month.requests.metrics.on_time_settled);
  return [
    ...sentence((language) => {
      const change =
        earlier && shareChange(cell, onTimeOf(input.periods[earlier.which]), earlier.month, language);
      return language === 'fr'
        ? `À temps\u00a0: ${shareWithCount(cell, 'fr')}${change ? `\u00a0; ${change}` : ''}. Parmi les seules demandes réglées\u00a0: ${shareText(settled.value ?? 0, 'fr')}.`
        : `On time: ${shareWithCount(cell, 'en')}${change ? `; ${change}` : ''}. Of the settled requests alone: ${shareText(settled.value ?? 0, 'en')}.`;
    }),
    ...sentence((language) => {
      const { settlement_p50, settlement_p90 } = month.requests.metrics;
      if (settlement_p50.value === null || settlement_p90.value === null) return null;
      const [p50, p90] = [timeText(settlement_p50.value, language), timeText(settlement_p90.value, language)];
      return language === 'fr'
        ? `La moitié des demandes réglées l’ont été en ${p50} au plus, neuf sur dix en ${p90} au plus.`
        : `Half of the settled requests took at most ${p50}, nine in ten at most ${p90}.`;
    }),
  ];
}

export function serviceSentences(input: ReportInput): readonly BilingualName[] {
  const { services, times } = input.periods.month.requests;
  const asked = services
    .filter(({ key, received }) => key !== null && received > 0)
    .toSorted((a, b) => b.received - a.received)[0];
  const slow = times.service
    .filter(({ key, n, p90_s }) => key !== null && p90_s !== null && n >= SMALL_NUMBER)
    .toSorted((a, b) => b.p90_s! - a.p90_s!)[0];
  return [
    ...(asked
      ? sentence((language) => {
          const name = input.names.service(asked.key!)[language];
          const n = countText(asked.received, language);
          return language === 'fr'
            ? `Le service le plus demandé\u00a0: ${name} (${n} demandes).`
            : `The most asked service: ${name} (${n} requests).`;
        })
      : []),
    ...(slow
      ? sentence((language) => {
          const name = input.names.service(slow.key!)[language];
          const time = timeText(slow.p90_s!, language);
          const n = countText(slow.n, language);
          return language === 'fr'
            ? `Le plus lent\u00a0: ${name}, dont une demande réglée sur dix a pris plus de ${time} (${n} réglées).`
            : `The slowest: ${name}, of whose settled requests one in ten took more than ${time} (${n} settled).`;
        })
      : []),
  ];
}

export function complaintSentences(input: ReportInput): readonly BilingualName[] {
  if (!isKnown(input)) return [];
  const { received, settled } = input.periods.month.requests.complaints;
  const earlier = before(input);
  return sentence((language) => {
    const change =
      earlier &&
      countChange(
        received,
        input.periods[earlier.which].requests.complaints.received,
        earlier.month,
        language,
      );
    return language === 'fr'
      ? `${plural(received, 'fr', 'plainte reçue', 'plaintes reçues')}${change ? `, ${change}` : ''}\u00a0; ${plural(settled, 'fr', 'réglée', 'réglées')}.`
      : `${plural(received, 'en', 'complaint received', 'complaints received')}${change ? `, ${change}` : ''}; ${countText(settled, 'en')} settled.`;
  });
}

export function returnSentences(input: ReportInput): readonly BilingualName[] {
  const { reopened, repeat } = input.periods.month.requests.metrics;
  if (!isKnown(input) || reopened.value === null) return [];
  return sentence((language) => {
    const again = shareWithCount(rate(reopened), language);
    const repeated = shareWithCount(rate(repeat), language);
    return language === 'fr'
      ? `Rouvertes dans les 30 jours\u00a0: ${again}. Répétées au même endroit\u00a0: ${repeated}.`
      : `Reopened within 30 days: ${again}. Repeated in the same place: ${repeated}.`;
  });
}

const WHOLE = ['settled_on_time', 'settled_late', 'open_overdue'];
/** Names only those whose whole interval lies on one side of the city's share. */
export function boroughSentences(input: ReportInput): readonly BilingualName[] {
  const city = onTimeOf(input.periods.month);
  if (city.value === null) return [];
  const cells = input.periods.month.requests.boroughs
    .filter(({ key }) => key !== null)
    .map(({ key, on_time }) => ({ key: key!, cell: shareOf(on_time, 'settled_on_time', WHOLE) }))
    .filter(({ cell }) => !cell.small);
  const named = (chosen: typeof cells, language: 'fr' | 'en'): string =>
    chosen
      .map(({ key, cell }) => `${input.names.borough(key)[language]} (${shareText(cell.value!, language)})`)
      .join(', ');
  const below = cells
    .filter(({ cell }) => cell.high! < city.value!)
    .toSorted((a, b) => a.cell.value! - b.cell.value!);
  const above = cells
    .filter(({ cell }) => cell.low! > city.value!)
    .toSorted((a, b) => b.cell.value! - a.cell.value!);
  if (below.length + above.length === 0)
    return [
      {
        fr: 'Aucun arrondissement ne s’écarte de la ville plus que le hasard ne l’explique.',
        en: 'No borough differs from the city by more than chance explains.',
      },
    ];
  return sentence((language) => {
    const all = shareText(city.value!, language);
    const parts =
      language === 'fr'
        ? [
            below.length ? `au-dessous\u00a0: ${named(below, 'fr')}` : '',
            above.length ? `au-dessus\u00a0: ${named(above, 'fr')}` : '',
          ]
        : [
            below.length ? `below: ${named(below, 'en')}` : '',
            above.length ? `above: ${named(above, 'en')}` : '',
          ];
    const told = parts
      .filter((part) => part !== '')
      .join('\u00a0; '.replace('\u00a0', language === 'fr' ? '\u00a0' : ''));
    return language === 'fr'
      ? `À temps dans la ville\u00a0: ${all}. Nettement ${told}.`
      : `On time in the city: ${all}. Clearly ${told}.`;
  });
}

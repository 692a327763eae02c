/** Requests: the backlog identity, ageing, promises kept, services, complaints, what came back, the boroughs side by side. */

import { DEADLINE_BANDS } from '../contract/backlog.ts';
import { definitionRef } from '../contract/definitions.ts';
import type { BilingualName } from '../contract/reference.ts';
import type { ReportCell, ReportColumn, ReportRow, ReportSection, ReportTable } from '../contract/report.ts';
import { SMALL_NUMBER } from '../contract/request-metrics.ts';
import { count, measure, PERIOD_COLUMNS, periodRow, type RowSpec, rate, shareOf, unknown } from './cells.ts';
import type { PeriodFacts, ReportInput } from './input.ts';
import { daysOf } from './months.ts';
import {
  ageingSentences,
  boroughSentences,
  complaintSentences,
  flowSentences,
  onTimeSentences,
  returnSentences,
  serviceSentences,
} from './sentences-requests.ts';
import { TEXT } from './text.ts';

const request = (input: ReportInput, spec: Omit<RowSpec, 'of'>): ReportRow =>
  periodRow(input, { ...spec, of: 'request' });

const STEPS = [
  'received',
  'reopened',
  'transferred_in',
  'closed',
  'cancelled',
  'merged',
  'transferred_out',
] as const;

export function requestsSection(input: ReportInput): ReportSection {
  const t = TEXT.requests;
  const steps =
    input.scope.borough === null ? STEPS.filter((step) => !step.startsWith('transferred')) : STEPS;
  const flow: ReportTable = {
    id: 'backlog',
    title: t.identity,
    head: TEXT.figure,
    columns: PERIOD_COLUMNS(input),
    note: t.identity_note,
    rows: (['opening', ...steps, 'closing'] as const).map((id) =>
      request(input, {
        id,
        label: t.steps[id],
        unit: 'count',
        definition: 'backlog',
        cell: ({ requests }) => count(requests.metrics.flow[id]),
      }),
    ),
  };
  const resolutions: ReportTable = {
    id: 'by_resolution',
    title: t.by_resolution,
    head: t.outcome,
    columns: PERIOD_COLUMNS(input),
    rows: (['done', 'referred', 'no_action', 'duplicate', 'not_found', 'not_said'] as const).map((id) =>
      request(input, {
        id,
        label: t.resolutions[id],
        unit: 'count',
        definition: 'by_resolution',
        cell: ({ requests }) => count(requests.metrics.by_resolution.counts[id] ?? 0),
      }),
    ),
  };
  return {
    id: 'requests',
    title: t.title,
    sentences: flowSentences(input),
    charts: [
      { kind: 'lines', table: 'requests_by_day', columns: ['received', 'ended'] },
      { kind: 'lines', table: 'requests_by_day', columns: ['open'] },
    ],
    tables: [flow, resolutions, requestDays(input)],
  };
}

/** What came, what went, what was open at the end of each day. */
function requestDays(input: ReportInput): ReportTable {
  const { span, requests, data } = input.periods.month;
  const t = TEXT.requests;
  let open = requests.metrics.flow.opening;
  const steps = new Map(requests.days.map((day) => [day.day, day]));
  const rows = daysOf(span, input.time_zone).map(({ date, from_us }, index): ReportRow => {
    const day = steps.get(index);
    open += day?.moved ?? 0;
    const known = from_us < input.as_of_us && data.request !== 'none';
    return {
      id: date,
      label: { fr: date, en: date },
      cells: known
        ? [count(day?.received ?? 0), count(day?.ended ?? 0), count(open)]
        : [unknown, unknown, unknown],
    };
  });
  return {
    id: 'requests_by_day',
    title: t.by_day,
    head: TEXT.day,
    columns: [
      { id: 'received', label: t.steps.received, unit: 'count' },
      { id: 'ended', label: t.ended, unit: 'count' },
      { id: 'open', label: t.open_evening, unit: 'count', definition: definitionRef('backlog') },
    ],
    rows,
  };
}

export function ageingSection(input: ReportInput): ReportSection {
  const t = TEXT.ageing;
  const bands = input.periods.month.requests.backlog.ageing.by_age;
  const by_age: ReportTable = {
    id: 'by_age',
    title: t.by_age,
    head: t.age,
    columns: PERIOD_COLUMNS(input),
    rows: bands.map(({ from_days, to_days }, index) =>
      request(input, {
        id: to_days === null ? `from_${from_days}` : `${from_days}_${to_days}`,
        label: t.days(from_days, to_days),
        unit: 'count',
        definition: 'ageing',
        cell: ({ requests }) => count(requests.backlog.ageing.by_age[index]!.open),
      }),
    ),
  };
  const by_deadline: ReportTable = {
    id: 'by_deadline',
    title: t.by_deadline,
    head: t.deadline,
    columns: PERIOD_COLUMNS(input),
    rows: DEADLINE_BANDS.map((band, index) =>
      request(input, {
        id: band,
        label: t.bands[band],
        unit: 'count',
        definition: 'ageing',
        cell: ({ requests }) => count(requests.backlog.ageing.by_deadline[index]!.open),
      }),
    ),
  };
  return {
    id: 'ageing',
    title: t.title,
    sentences: ageingSentences(input),
    charts: [],
    tables: [by_age, by_deadline],
  };
}

const RATES = ['on_time', 'on_time_settled', 'transmission_on_time', 'status_current'] as const;
const TIMES = ['settlement_p50', 'settlement_p90'] as const;
const BUSINESS = ['settlement_business_p50', 'settlement_business_p90'] as const;

export function onTimeSection(input: ReportInput): ReportSection {
  const t = TEXT.on_time;
  const table: ReportTable = {
    id: 'on_time',
    title: t.table,
    head: TEXT.figure,
    columns: PERIOD_COLUMNS(input),
    note: t.note,
    rows: [
      ...RATES.map((id) =>
        request(input, {
          id,
          label: t.rates[id],
          unit: 'share',
          definition: id,
          cell: ({ requests }) => rate(requests.metrics[id]),
        }),
      ),
      ...TIMES.map((id) =>
        request(input, {
          id,
          label: t.times[id],
          unit: 's',
          definition: id,
          cell: ({ requests }) =>
            measure(requests.metrics[id].value, requests.metrics[id].counts.settled ?? 0),
        }),
      ),
      ...BUSINESS.map((id) =>
        request(input, {
          id,
          label: t.times[id],
          unit: 'days',
          definition: id,
          cell: ({ requests }) =>
            measure(requests.metrics[id].value, requests.metrics[id].counts.settled ?? 0),
        }),
      ),
    ],
  };
  return { id: 'on_time', title: t.title, sentences: onTimeSentences(input), charts: [], tables: [table] };
}

const ON_TIME_WHOLE = ['settled_on_time', 'settled_late', 'open_overdue'];
const GROUP_COLUMNS = (): ReportColumn[] => {
  const t = TEXT.services;
  return [
    { id: 'received', label: t.received, unit: 'count' },
    { id: 'closed', label: t.settled, unit: 'count' },
    { id: 'open', label: t.open, unit: 'count', definition: definitionRef('backlog') },
    { id: 'overdue', label: t.overdue, unit: 'count', definition: definitionRef('overdue') },
    { id: 'on_time', label: TEXT.on_time.rates.on_time, unit: 'share', definition: definitionRef('on_time') },
    { id: 'p50', label: t.p50, unit: 's', definition: definitionRef('settlement_p50') },
    { id: 'p90', label: t.p90, unit: 's', definition: definitionRef('settlement_p90') },
  ];
};
type Groups = PeriodFacts['requests']['services'];
function groupRows(
  groups: Groups,
  times: PeriodFacts['requests']['times']['service'],
  nameOf: (key: string) => BilingualName,
): ReportRow[] {
  const timesOf = new Map(times.map((row) => [row.key, row]));
  return groups.map((group): ReportRow => {
    const time = timesOf.get(group.key);
    const cells: ReportCell[] = [
      count(group.received),
      count(group.closed),
      count(group.open),
      count(group.overdue),
      shareOf(group.on_time, 'settled_on_time', ON_TIME_WHOLE),
      measure(time?.p50_s ?? null, time?.n ?? 0),
      measure(time?.p90_s ?? null, time?.n ?? 0),
    ];
    return {
      id: group.key ?? 'unknown',
      label: group.key === null ? TEXT.unknown : nameOf(group.key),
      cells,
    };
  });
}

const MOST = 10;
const SLOWEST_AT = GROUP_COLUMNS().findIndex(({ id }) => id === 'p90');

/** Rows by a cell, the largest first; where it is of fewer than 20 they are not ranked. */
export function ranked(rows: readonly ReportRow[], at: number, rows_max: number): ReportRow[] {
  return rows
    .filter(({ cells }) => {
      const { value, of } = cells[at]!;
      return value !== null && (of === undefined ? value > 0 : of >= SMALL_NUMBER);
    })
    .toSorted((a, b) => b.cells[at]!.value! - a.cells[at]!.value! || (a.id < b.id ? -1 : 1))
    .slice(0, rows_max);
}

export function servicesSection(input: ReportInput): ReportSection {
  const t = TEXT.services;
  const { services, times } = input.periods.month.requests;
  const rows = groupRows(services, times.service, input.names.service);
  const table = (
    id: string,
    title: BilingualName,
    chosen: ReportRow[],
    note?: BilingualName,
  ): ReportTable => ({
    id,
    title,
    head: t.service,
    columns: GROUP_COLUMNS(),
    rows: chosen,
    ...(note && { note }),
  });
  return {
    id: 'services',
    title: t.title,
    sentences: serviceSentences(input),
    charts: [],
    tables: [
      table('most_asked', t.most_asked, ranked(rows, 0, MOST)),
      table('slowest', t.slowest, ranked(rows, SLOWEST_AT, MOST), t.slowest_note),
    ],
  };
}

export function complaintsSection(input: ReportInput): ReportSection {
  const t = TEXT.complaints;
  const of = (id: 'received' | 'settled' | 'on_time' | 'late'): ReportRow =>
    request(input, {
      id,
      label: t.rows[id],
      unit: 'count',
      cell: ({ requests }) => count(requests.complaints[id]),
    });
  const by_service = new Map<string | null, number>();
  for (const { nature, service, n } of input.periods.month.requests.created)
    if (nature === 'complaint') by_service.set(service, (by_service.get(service) ?? 0) + n);
  const rows = Array.from(
    by_service,
    ([service, n]): ReportRow => ({
      id: service ?? 'unknown',
      label: service === null ? TEXT.unknown : input.names.service(service),
      cells: [count(n)],
    }),
  );
  return {
    id: 'complaints',
    title: t.title,
    sentences: complaintSentences(input),
    charts: [],
    tables: [
      {
        id: 'complaints',
        title: t.table,
        head: TEXT.figure,
        columns: PERIOD_COLUMNS(input),
        rows: (['received', 'settled', 'on_time', 'late'] as const).map(of),
      },
      {
        id: 'complaints_by_service',
        title: t.by_service,
        head: TEXT.services.service,
        columns: [{ id: 'received', label: t.rows.received, unit: 'count' }],
        rows: ranked(rows, 0, MOST),
      },
    ],
  };
}

export function returnsSection(input: ReportInput): ReportSection {
  const t = TEXT.returns;
  return {
    id: 'returns',
    title: t.title,
    sentences: returnSentences(input),
    charts: [],
    tables: [
      {
        id: 'returns',
        title: t.table,
        head: TEXT.figure,
        columns: PERIOD_COLUMNS(input),
        note: t.note,
        rows: (['reopened', 'repeat'] as const).map((id) =>
          request(input, {
            id,
            label: t.rates[id],
            unit: 'share',
            definition: id,
            cell: ({ requests }) => rate(requests.metrics[id]),
          }),
        ),
      },
    ],
  };
}

/** In the order of their names: a rank would claim more than the intervals carry. */
export function boroughsSection(input: ReportInput): ReportSection {
  const t = TEXT.boroughs;
  const { boroughs, times } = input.periods.month.requests;
  const rows = groupRows(
    boroughs.filter(({ key }) => key !== null),
    times.borough,
    input.names.borough,
  ).toSorted((a, b) => a.label.fr.localeCompare(b.label.fr, 'fr'));
  return {
    id: 'boroughs',
    title: t.title,
    sentences: boroughSentences(input),
    charts: [{ kind: 'intervals', table: 'boroughs', columns: ['on_time'] }],
    tables: [
      { id: 'boroughs', title: t.table, head: t.borough, columns: GROUP_COLUMNS(), rows, note: t.note },
    ],
  };
}

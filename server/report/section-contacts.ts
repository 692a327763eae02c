/** Contacts by channel, calls with their service level, counters. */
import type { DefinitionId } from '../contract/definitions.ts';
import { definitionRef } from '../contract/definitions.ts';
import { REQUEST_CHANNELS } from '../contract/event-types.ts';
import type { ContactCounts, MetricId } from '../contract/live.ts';
import type { BilingualName } from '../contract/reference.ts';
import type { ReportColumn, ReportRow, ReportSection, ReportTable } from '../contract/report.ts';
import { addSums, type ContactSums } from './call-facts.ts';
import { count, PERIOD_COLUMNS, periodRow } from './cells.ts';
import { callsOf, eventsOf, metricCell, metrics, visitsOf } from './contacts.ts';
import type { PeriodFacts, ReportInput } from './input.ts';
import { callSentences, contactSentences } from './sentences-contacts.ts';
import { CHANNELS, TEXT } from './text.ts';

export function contactsSection(input: ReportInput): ReportSection {
  const line = (
    id: string,
    label: BilingualName,
    of: 'call' | 'counter' | 'web' | 'mail',
    value: (period: PeriodFacts) => number,
  ): ReportRow => periodRow(input, { id, label, unit: 'count', of, cell: (period) => count(value(period)) });
  const t = TEXT.contacts;
  const contacts: ReportTable = {
    id: 'contacts',
    title: t.table,
    head: t.head,
    columns: PERIOD_COLUMNS(input),
    rows: [
      line('calls', t.calls, 'call', (period) => callsOf(period, input).counts.offered),
      line('counter', t.counter, 'counter', (period) => visitsOf(period, input).counts.offered),
      line('web_forms', t.web_forms, 'web', (period) => eventsOf(period, 'web', 'form_submitted')),
      line('mail', t.mail, 'mail', (period) => eventsOf(period, 'mail.post', 'received')),
      line('email', t.email, 'mail', (period) => eventsOf(period, 'mail.email', 'received')),
    ],
  };
  const web: ReportTable = {
    id: 'web',
    title: t.web,
    head: t.head,
    columns: PERIOD_COLUMNS(input),
    rows: [
      line('page_views', t.page_views, 'web', (period) => eventsOf(period, 'web', 'page_viewed')),
      line('searches', t.searches, 'web', (period) => eventsOf(period, 'web', 'search_made')),
      line('searches_empty', t.searches_empty, 'web', ({ channels }) =>
        channels.events.reduce(
          (sum, row) =>
            row.family === 'web' && row.type === 'search_made' ? sum + row.without_results : sum,
          0,
        ),
      ),
      line('forms_started', t.forms_started, 'web', (period) => eventsOf(period, 'web', 'form_started')),
      line('forms_submitted', t.web_forms, 'web', (period) => eventsOf(period, 'web', 'form_submitted')),
      line('forms_abandoned', t.forms_abandoned, 'web', (period) =>
        eventsOf(period, 'web', 'form_abandoned'),
      ),
      line('errors', t.errors, 'web', (period) => eventsOf(period, 'web', 'error')),
    ],
  };
  return {
    id: 'contacts',
    title: t.title,
    sentences: contactSentences(input),
    charts: [],
    tables: [contacts, requestsByChannel(input), web],
  };
}

function requestsByChannel(input: ReportInput): ReportTable {
  const of = (period: PeriodFacts, channel: string | null): number =>
    period.requests.created.reduce((sum, row) => (row.channel === channel ? sum + row.n : sum), 0);
  return {
    id: 'requests_by_channel',
    title: TEXT.contacts.requests,
    head: TEXT.contacts.head,
    columns: PERIOD_COLUMNS(input),
    rows: [...REQUEST_CHANNELS, null].map((channel) =>
      periodRow(input, {
        id: channel ?? 'unknown',
        label: channel === null ? TEXT.unknown : CHANNELS[channel],
        unit: 'count',
        of: 'request',
        cell: (period) => count(of(period, channel)),
      }),
    ),
  };
}

const SHARES: readonly MetricId[] = ['service_level', 'service_level_offered', 'abandonment'];
const TIMES: readonly MetricId[] = ['asa', 'wait_p50', 'wait_p90', 'aht'];
const COUNTS = [
  'offered',
  'answered',
  'abandoned',
  'short_abandons',
  'timed_out',
  'answered_elsewhere',
] as const;

function contactRows(
  input: ReportInput,
  of: 'call' | 'counter',
  sumsOf: (period: PeriodFacts, input: ReportInput) => ContactSums,
  counts: readonly (keyof ContactCounts & keyof typeof TEXT.counts)[],
): ReportRow[] {
  return [
    ...counts.map((id) =>
      periodRow(input, {
        id,
        label: TEXT.counts[id],
        unit: 'count',
        of,
        cell: (period) => count(sumsOf(period, input).counts[id]),
      }),
    ),
    ...[...SHARES, ...TIMES].map((id) =>
      periodRow(input, {
        id,
        label: TEXT.metrics[id as keyof typeof TEXT.metrics],
        unit: SHARES.includes(id) ? 'share' : 's',
        definition: id as DefinitionId,
        of,
        cell: (period) => metricCell(id, metrics(sumsOf(period, input))[id]),
      }),
    ),
  ];
}

const SIDE_BY_SIDE = ['service_level', 'abandonment', 'asa', 'wait_p90'] as const;
const groupColumns = (): ReportColumn[] => [
  { id: 'offered', label: TEXT.counts.offered, unit: 'count' },
  { id: 'answered', label: TEXT.counts.answered, unit: 'count' },
  ...SIDE_BY_SIDE.map(
    (id): ReportColumn => ({
      id,
      label: TEXT.metrics[id],
      unit: SHARES.includes(id) ? 'share' : 's',
      definition: definitionRef(id),
    }),
  ),
];
function groupRow(id: string, label: BilingualName, sums: ContactSums): ReportRow {
  const figures = metrics(sums);
  const { offered, answered } = sums.counts;
  return {
    id,
    label,
    cells: [
      count(offered),
      count(answered),
      ...SIDE_BY_SIDE.map((metric) => metricCell(metric, figures[metric])),
    ],
  };
}

/** Who answered: the centre, the boroughs, for the linked cities. */
function answeredBy(input: ReportInput): ReportTable {
  const { calls } = input.periods.month;
  const { borough } = input.scope;
  const phones = input.names.queues.filter(({ kind }) => kind === 'phone');
  const t = TEXT.calls;
  const rows =
    borough === null
      ? [
          groupRow(
            'centre',
            t.centre,
            addSums(phones.filter((queue) => queue.borough === null).map(({ id }) => calls.queues[id])),
          ),
          groupRow(
            'boroughs',
            t.boroughs,
            addSums(phones.filter((queue) => queue.borough !== null).map(({ id }) => calls.queues[id])),
          ),
          groupRow('linked_cities', t.linked_cities, addSums([calls.lines.linked_city])),
          groupRow('corporate', t.corporate, addSums([calls.lines.corporate])),
        ]
      : [
          groupRow(
            'own',
            t.own,
            addSums(phones.filter((queue) => queue.borough === borough).map(({ id }) => calls.queues[id])),
          ),
          groupRow('elsewhere', t.elsewhere, addSums([calls.elsewhere[borough]])),
        ];
  return {
    id: 'answered_by',
    title: t.answered_by,
    head: t.head,
    columns: groupColumns(),
    rows,
    note: t.note,
  };
}
function byQueue(input: ReportInput): ReportTable {
  const { queues } = input.periods.month.calls;
  const rows = input.names.queues
    .filter(({ kind, id }) => kind === 'phone' && queues[id] !== undefined)
    .map(({ id, name }) => groupRow(id, name, queues[id]!));
  return {
    id: 'calls_by_queue',
    title: TEXT.calls.by_queue,
    head: TEXT.calls.queue,
    columns: groupColumns(),
    rows,
  };
}
function callDays(input: ReportInput): ReportTable {
  const rows = input.days.map(({ date, scopes }): ReportRow => {
    const known = scopes[input.scope.id];
    const sums = addSums([known]);
    const { offered, abandoned } = sums.counts;
    const level = metricCell('service_level', metrics(sums).service_level);
    return {
      id: date,
      label: { fr: date, en: date },
      // A day that is to come, or of which nothing is known, is a gap and no zero.
      cells: known
        ? [count(offered), count(abandoned), level]
        : [{ value: null }, { value: null }, { value: null }],
    };
  });
  return {
    id: 'calls_by_day',
    title: TEXT.calls.by_day,
    head: TEXT.day,
    columns: [
      { id: 'offered', label: TEXT.counts.offered, unit: 'count' },
      { id: 'abandoned', label: TEXT.counts.abandoned, unit: 'count' },
      {
        id: 'service_level',
        label: TEXT.metrics.service_level,
        unit: 'share',
        definition: definitionRef('service_level'),
      },
    ],
    rows,
  };
}

export function callsSection(input: ReportInput): ReportSection {
  const target = input.names.queues.find(({ kind }) => kind === 'phone');
  const calls: ReportTable = {
    id: 'calls',
    title: TEXT.calls.table,
    head: TEXT.figure,
    columns: PERIOD_COLUMNS(input),
    rows: [
      ...contactRows(input, 'call', callsOf, COUNTS),
      periodRow(input, {
        id: 'misdirected',
        label: TEXT.counts.misdirected,
        unit: 'count',
        definition: 'misdirected',
        of: 'call',
        cell: (period) => count(callsOf(period, input).counts.misdirected),
      }),
    ],
  };
  const counters: ReportTable = {
    id: 'counters',
    title: TEXT.calls.counters,
    head: TEXT.figure,
    columns: PERIOD_COLUMNS(input),
    rows: contactRows(input, 'counter', visitsOf, ['offered', 'answered', 'abandoned']),
  };
  return {
    id: 'calls',
    title: TEXT.calls.title,
    sentences: callSentences(input),
    charts: [
      { kind: 'lines', table: 'calls_by_day', columns: ['offered', 'abandoned'] },
      {
        kind: 'lines',
        table: 'calls_by_day',
        columns: ['service_level'],
        ...(target && { target: { value: target.target, label: TEXT.target } }),
      },
    ],
    tables: [
      calls,
      answeredBy(input),
      ...(input.scope.borough === null ? [byQueue(input)] : []),
      callDays(input),
      counters,
    ],
  };
}

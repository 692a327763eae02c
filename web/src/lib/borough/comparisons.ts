/** Which shares the desk sets beside the city's. */
import type { BacklogAnswer } from '#contract/backlog.ts';
import { DEFINITIONS } from '#contract/definitions.ts';
import type { QueueState } from '#contract/live.ts';
import type { RequestMetrics } from '#contract/request-metrics.ts';
import type { I18n } from '#lib/i18n/i18n.svelte.ts';
import type { Span } from '#lib/ui/definition.svelte.ts';
import type { Comparison } from './Compare.svelte';
import type { LastYear } from './last-year.ts';
import { callShares, onTimeShare, overdueShare, rateShare } from './shares.ts';

interface Sides<T> {
  readonly own: T;
  readonly city: T;
}
interface Compared {
  readonly backlog: Sides<BacklogAnswer>;
  /** null: not yet known. */
  readonly metrics: Sides<RequestMetrics> | null;
  /** null: not yet known. */
  readonly last_year: LastYear | null;
  readonly calls: Sides<QueueState | null>;
  readonly calls_as_of: string;
  /** Of what is not of now or of today. */
  readonly span: Span;
}

export function comparisonsOf(compared: Compared, { t, lang }: I18n): Comparison[] {
  const { backlog, metrics, last_year, calls, calls_as_of, span } = compared;
  const then = last_year === null ? undefined : last_year.backlog;
  const thenOf = <T, R>(source: T | null | undefined, read: (source: T) => R): R | null | undefined =>
    source === undefined ? undefined : source === null ? null : read(source);
  const { own, city } = backlog;
  const label = (id: Comparison['id']): string => DEFINITIONS[id].name[lang];
  const rows: Comparison[] = (['on_time', 'on_time_settled'] as const).map((id) => ({
    ...{ id, label: label(id), span, as_of: own.as_of, counts: own[id].counts },
    borough: onTimeShare(own[id]),
    city: onTimeShare(city[id]),
    before: thenOf(then, (year) => onTimeShare(year[id])),
  }));
  rows.push({
    ...{ id: 'overdue', label: t.borough.compare.overdueShare, span: 'now', as_of: own.as_of },
    counts: { open_requests: own.open.value ?? 0, overdue_requests: own.open.counts.overdue ?? 0 },
    borough: overdueShare(own),
    city: overdueShare(city),
    before: thenOf(then, overdueShare),
  });
  for (const id of ['transmission_on_time', 'status_current', 'reopened', 'repeat'] as const) {
    if (metrics === null) break;
    const figure = metrics.own[id];
    rows.push({
      ...{ id, label: label(id), span: id === 'status_current' ? 'now' : span, counts: figure.counts },
      as_of: metrics.own.as_of,
      borough: rateShare(figure),
      city: rateShare(metrics.city[id]),
      before: thenOf(last_year === null ? undefined : last_year.metrics, (year) => rateShare(year[id])),
    });
  }
  if (calls.own === null || calls.city === null) return rows;
  const [mine, whole] = [callShares(calls.own), callShares(calls.city)];
  const { service_level, abandonment } = calls.own.today.metrics;
  for (const [id, figure, share] of [
    ['service_level', service_level, 'level'],
    ['abandonment', abandonment, 'abandoned'],
  ] as const) {
    rows.push({
      id,
      label: t.borough.compare.calls(label(id)),
      span: 'today',
      borough: mine[share],
      city: whole[share],
      as_of: calls_as_of,
      counts: figure.counts,
    });
  }
  return rows;
}

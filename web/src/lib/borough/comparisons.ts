/** Which shares the desk sets beside the city's. */
import type { BacklogAnswer } from '#contract/backlog.ts';
import { DEFINITIONS } from '#contract/definitions.ts';
import type { QueueState } from '#contract/live.ts';
import type { I18n } from '#lib/i18n/i18n.svelte.ts';
import type { Span } from '#lib/ui/definition.svelte.ts';
import type { Comparison } from './Compare.svelte';
import { callShares, onTimeShare, overdueShare } from './shares.ts';

export function comparisonsOf(
  backlog: { readonly own: BacklogAnswer; readonly city: BacklogAnswer; readonly span: Span },
  calls: {
    readonly own: QueueState | null;
    readonly city: (QueueState & { readonly as_of: string }) | null;
  },
  { t, lang }: I18n,
): Comparison[] {
  const { own, city, span } = backlog;
  const { as_of } = own;
  const rows: Comparison[] = (['on_time', 'on_time_settled'] as const).map((id) => ({
    id,
    label: DEFINITIONS[id].name[lang],
    span,
    borough: onTimeShare(own[id]),
    city: onTimeShare(city[id]),
    as_of,
    counts: own[id].counts,
  }));
  rows.push({
    id: 'overdue',
    label: t.borough.compare.overdueShare,
    span: 'now',
    borough: overdueShare(own),
    city: overdueShare(city),
    as_of,
    counts: { open_requests: own.open.value ?? 0, overdue_requests: own.open.counts.overdue ?? 0 },
  });
  if (calls.own === null || calls.city === null) return rows;
  const [mine, whole] = [callShares(calls.own), callShares(calls.city)];
  const { service_level, abandonment } = calls.own.today.metrics;
  for (const [id, figure, share] of [
    ['service_level', service_level, 'level'],
    ['abandonment', abandonment, 'abandoned'],
  ] as const) {
    rows.push({
      id,
      label: t.borough.compare.calls(DEFINITIONS[id].name[lang]),
      span: 'today',
      borough: mine[share],
      city: whole[share],
      as_of: calls.city.as_of,
      counts: figure.counts,
    });
  }
  return rows;
}

/** The contacts of a report's scope, as its tables and its sentences take them. */
import type { Figure, MetricId, Metrics } from '../contract/live.ts';
import type { ReportCell } from '../contract/report.ts';
import { metricsOf } from '../domain/metrics.ts';
import { addSums, type ContactSums } from './call-facts.ts';
import { measure, shareOf } from './cells.ts';
import type { PeriodFacts, ReportInput } from './input.ts';

/** All metrics of these contacts but those of agents. */
export const metrics = ({ counts, bins }: ContactSums): Metrics => metricsOf(counts, bins, null);

/** The calls that a report is about: of the city each once, of a borough those of its queues and those for it elsewhere. */
export function callsOf({ calls }: PeriodFacts, input: ReportInput): ContactSums {
  const { borough } = input.scope;
  if (borough === null) return calls.city;
  const own = input.names.queues.filter((queue) => queue.kind === 'phone' && queue.borough === borough);
  return addSums([...own.map(({ id }) => calls.queues[id]), calls.elsewhere[borough]]);
}
export function visitsOf({ calls }: PeriodFacts, input: ReportInput): ContactSums {
  const { borough } = input.scope;
  const counters = input.names.queues.filter(
    ({ kind, borough: own }) => kind === 'counter' && (borough === null || own === borough),
  );
  const known = new Set(input.names.queues.map(({ id }) => id));
  // A counter that nobody described is one of the city.
  const others =
    borough === null
      ? Object.keys(calls.queues).filter((id) => id.startsWith('counter:') && !known.has(id))
      : [];
  return addSums([...counters.map(({ id }) => calls.queues[id]), ...others.map((id) => calls.queues[id])]);
}
export const eventsOf = ({ channels }: PeriodFacts, family: string, type: string): number =>
  channels.events.reduce((sum, row) => (row.family === family && row.type === type ? sum + row.n : sum), 0);

/** A metric of contacts as a cell: a share with its interval, a time with how many were measured. */
export function metricCell(id: MetricId, figure: Figure): ReportCell {
  const { counts, value } = figure;
  if (id === 'service_level') return shareOf(figure, 'answered_within', ['answered', 'abandoned_after']);
  if (id === 'service_level_offered')
    return shareOf(figure, 'answered_within', ['answered', 'abandoned', 'timed_out']);
  if (id === 'abandonment') return shareOf(figure, 'abandoned', ['offered']);
  return measure(value, counts.answered ?? counts.left ?? counts.completed ?? 0);
}

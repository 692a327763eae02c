/**
 * Every ratio of the queue table, from counts, when it is read. A ratio over nothing is null. Contacts whose wait is
 * unknown are left out of what asks for waits (the counts name what was used).
 */
import { definitionRef } from '../contract/definitions.ts';
import type { ContactCounts, Figure, MetricId, Metrics } from '../contract/live.ts';
import { quantile_s } from './histogram.ts';

/** Agents' time over the same span, s. */
export interface AgentTime {
  readonly handling_s: number;
  readonly available_s: number;
}

function figure(id: MetricId, value: number | null, counts: Record<string, number>): Figure {
  return { value, definition: definitionRef(id), counts };
}

const over = (numerator: number, denominator: number): number | null =>
  denominator > 0 ? numerator / denominator : null;

function serviceLevels(c: ContactCounts) {
  const answered = c.wait_known;
  const abandoned = c.abandoned - c.abandoned_unknown;
  const timed_out = c.timed_out - c.timed_out_unknown;
  const completed = c.completed - c.completed_unknown;
  const entered = c.entered - c.wait_unknown;
  const abandoned_after = abandoned - c.abandoned_within;
  const { answered_within, abandoned_within, completed_within, left_within } = c;
  return {
    service_level: figure('service_level', over(answered_within, answered + abandoned_after), {
      answered_within,
      answered,
      abandoned_after,
    }),
    service_level_offered: figure(
      'service_level_offered',
      over(answered_within, answered + abandoned + timed_out),
      { answered_within, answered, abandoned, timed_out },
    ),
    service_level_asterisk: figure('service_level_asterisk', over(completed_within, completed), {
      completed_within,
      completed,
    }),
    service_level_asterisk2: figure(
      'service_level_asterisk2',
      over(abandoned_within + completed_within, abandoned + completed),
      { abandoned_within, completed_within, abandoned, completed },
    ),
    service_level_connect: figure('service_level_connect', over(left_within, entered), {
      left_within,
      entered,
    }),
  };
}

/** All metrics of a span. `bins` is the histogram of the waits of the contacts that left, by `binOf`. */
export function metricsOf(counts: ContactCounts, bins: ArrayLike<number>, agents: AgentTime | null): Metrics {
  const { abandoned, offered, wait_sum_s, wait_known, talk_sum_s, hold_sum_s, wrap_up_sum_s, handled } =
    counts;
  let left = 0;
  for (let bin = 0; bin < bins.length; bin += 1) left += bins[bin]!;
  const handling_s = Math.round(agents?.handling_s ?? 0);
  const available_s = Math.round(agents?.available_s ?? 0);
  return {
    ...serviceLevels(counts),
    abandonment: figure('abandonment', over(abandoned, offered), { abandoned, offered }),
    asa: figure('asa', over(wait_sum_s, wait_known), { wait_sum_s, answered: wait_known }),
    wait_p50: figure('wait_p50', quantile_s(bins, 0.5), { left }),
    wait_p90: figure('wait_p90', quantile_s(bins, 0.9), { left }),
    wait_p99: figure('wait_p99', quantile_s(bins, 0.99), { left }),
    aht: figure('aht', over(talk_sum_s + hold_sum_s + wrap_up_sum_s, handled), {
      talk_sum_s,
      hold_sum_s,
      wrap_up_sum_s,
      completed: handled,
    }),
    occupancy: figure('occupancy', over(handling_s, handling_s + available_s), { handling_s, available_s }),
  };
}

/** What the next hour asks of a queue: contacts expected, and the agents that they need. */
import { definitionRef } from '../contract/definitions.ts';
import type { Expected, Figure, Outlook } from '../contract/live.ts';
import { type Load, requiredErlangA, requiredErlangC } from './erlang.ts';
import type { Forecast, QueueForecast } from './forecast.ts';
import { INTERVAL_US } from './interval.ts';

/** An outlook without what changes by the moment. */
export type MadeOutlook = Omit<Outlook, 'agents_missing'>;

/** What a queue's contacts were like over the last day. */
export interface Handling {
  /** Completed contacts with a known handling time, and the sum of these. */
  readonly handled: number;
  readonly handling_s: number;
  readonly abandoned: number;
  /** Waits of all who left the queue, added up. */
  readonly waited_s: number;
}
export interface QueueTargets {
  readonly threshold_s: number;
  readonly target: number;
  readonly abandonment_target: number;
}

/** From fewer contacts no mean is taken: the city's is, or none. */
const CONTACTS_MIN = 20;
const INTERVAL_S = INTERVAL_US / 1_000_000;

/** Mean time to handle a contact, s. */
const ahtOf = ({ handled, handling_s }: Handling): number | null =>
  handled < CONTACTS_MIN ? null : handling_s / handled;
/**
 * Mean patience, s: time waited by all ÷ number who gave up, the maximum-likelihood estimate for exponential patience of which
 * most is not seen to its end (Brown et al., "Statistical analysis of a telephone call center", 2005, section 5).
 */
const patienceOf = ({ abandoned, waited_s }: Handling): number | null =>
  abandoned < CONTACTS_MIN || waited_s <= 0 ? null : waited_s / abandoned;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

const shown = ({ expected, low, high }: Forecast): Expected => ({
  expected: rounded(expected, 1),
  low,
  high,
});

/** When an outlook was made, and the beginning of its hour, µs. */
export interface Moment {
  readonly as_of_us: number;
  readonly from_us: number;
}

function madeOf(
  { as_of_us, from_us }: Moment,
  forecast: QueueForecast,
  required_agents: Figure,
): MadeOutlook {
  const { intervals, total, total_error, past } = forecast;
  const counts: Record<string, number> = {
    low: total.low,
    high: total.high,
    hours_tried: total_error.trials,
  };
  if (total_error.wape !== null) counts.error = rounded(total_error.wape, 3);
  if (total_error.coverage !== null) counts.coverage = rounded(total_error.coverage, 3);
  return {
    as_of: new Date(as_of_us / 1000).toISOString(),
    from: new Date(from_us / 1000).toISOString(),
    to: new Date((from_us + intervals.length * INTERVAL_US) / 1000).toISOString(),
    forecast: { value: rounded(total.expected, 1), definition: definitionRef('forecast'), counts },
    intervals: intervals.map(shown),
    past: past && { ...shown(past), entered: Math.round(past.entered) },
    required_agents,
  };
}

/** The outlook of a queue. `others` stand in where its own contacts are too few. */
export function outlookOf(
  moment: Moment,
  forecast: QueueForecast,
  own: Handling,
  others: Handling,
  queue: QueueTargets,
): MadeOutlook {
  return madeOf(moment, forecast, requiredFigure(forecast, own, others, queue));
}

/** The outlook of the whole city; its agents are those of its queues added up, since none helps another. */
export function cityOutlookOf(
  moment: Moment,
  forecast: QueueForecast,
  queues: Iterable<MadeOutlook>,
): MadeOutlook {
  let value = 0;
  let erlang_c = 0;
  let counted = 0;
  for (const { required_agents } of queues) {
    if (required_agents.value === null) continue;
    value += required_agents.value;
    erlang_c += required_agents.counts.erlang_c ?? 0;
    counted += 1;
  }
  return madeOf(moment, forecast, {
    value: counted === 0 ? null : value,
    definition: definitionRef('required_agents'),
    counts: { queues: counted, erlang_c },
  });
}

/** For the busiest quarter of the hour: who is enough for it is enough for the others. */
function requiredFigure(
  forecast: QueueForecast,
  own: Handling,
  others: Handling,
  { threshold_s, target, abandonment_target }: QueueTargets,
): Figure {
  const aht_s = ahtOf(own) ?? ahtOf(others);
  const patience_s = patienceOf(own) ?? patienceOf(others);
  const busiest = Math.max(...forecast.intervals.map(({ expected }) => expected));
  const counts: Record<string, number> = {
    contacts: rounded(busiest, 1),
    threshold_s,
    target,
    abandonment_target,
  };
  let value: number | null = null;
  if (aht_s !== null) {
    counts.aht_s = Math.round(aht_s);
    const load: Load = { rate_per_s: busiest / INTERVAL_S, aht_s, threshold_s };
    const erlang_c = requiredErlangC(load, target);
    if (erlang_c !== null) counts.erlang_c = erlang_c;
    if (patience_s !== null) {
      counts.patience_s = Math.round(patience_s);
      value = requiredErlangA(load, patience_s, target, abandonment_target);
    }
  }
  return { value, definition: definitionRef('required_agents'), counts };
}

/** What the next hour asks of a queue: contacts expected, and the agents that they need. */
import { definitionRef } from '../contract/definitions.ts';
import type { Figure, Outlook } from '../contract/live.ts';
import { type Load, requiredErlangA, requiredErlangC } from './erlang.ts';
import type { QueueForecast } from './forecast.ts';
import { INTERVAL_US } from './interval.ts';

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

/** @param from_us beginning of the hour, µs. */
export function outlookOf(
  from_us: number,
  forecast: QueueForecast,
  own: Handling,
  city: Handling,
  queue: QueueTargets,
): Outlook {
  const { total, error } = forecast;
  const counts: Record<string, number> = {
    low: total.low,
    high: total.high,
    intervals_tried: error.intervals,
  };
  if (error.wape !== null) counts.error = rounded(error.wape, 3);
  if (error.coverage !== null) counts.coverage = rounded(error.coverage, 3);
  return {
    from: new Date(from_us / 1000).toISOString(),
    to: new Date((from_us + forecast.intervals.length * INTERVAL_US) / 1000).toISOString(),
    forecast: { value: rounded(total.expected, 1), definition: definitionRef('forecast'), counts },
    required_agents: requiredFigure(forecast, own, city, queue),
  };
}

/** For the busiest quarter of the hour: who is enough for it is enough for the others. */
function requiredFigure(
  forecast: QueueForecast,
  own: Handling,
  city: Handling,
  { threshold_s, target, abandonment_target }: QueueTargets,
): Figure {
  const aht_s = ahtOf(own) ?? ahtOf(city);
  const patience_s = patienceOf(own) ?? patienceOf(city);
  const busiest = Math.max(...forecast.intervals.map(({ expected }) => expected));
  const counts: Record<string, number> = { contacts: rounded(busiest, 1), threshold_s, target };
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

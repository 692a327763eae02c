import { describe, expect, it } from 'vitest';
import { requiredErlangA, requiredErlangC } from '../../server/domain/erlang.ts';
import type { QueueForecast } from '../../server/domain/forecast.ts';
import { cityOutlookOf, type Handling, outlookOf } from '../../server/domain/outlook.ts';

const FROM_US = Date.parse('2026-11-24T14:00:00Z') * 1000;
const AT = { from_us: FROM_US, as_of_us: FROM_US + 25_000_000 };
const of = (expected: number) => ({ expected, low: 0, high: 2 * expected });
const forecast: QueueForecast = {
  intervals: [of(50), of(62), of(40), of(45)],
  total: { expected: 197, low: 180, high: 215 },
  error: { wape: 0.3, coverage: 0.85, trials: 420 },
  total_error: { wape: 0.1234, coverage: 0.81, trials: 400 },
  past: { expected: 190.26, low: 170, high: 211, entered: 188 },
};
const queue = { threshold_s: 100, target: 0.8, abandonment_target: 0.1 };
const own: Handling = { handled: 200, handling_s: 200 * 300, abandoned: 40, waited_s: 40 * 240 };
const few: Handling = { handled: 19, handling_s: 19 * 900, abandoned: 3, waited_s: 90 };

describe('the outlook', () => {
  it('is about the hour that begins, with the forecast and its measured error', () => {
    const outlook = outlookOf(AT, forecast, own, few, queue);
    expect(outlook).toMatchObject({ from: '2026-11-24T14:00:00.000Z', to: '2026-11-24T15:00:00.000Z' });
    expect(outlook.forecast).toEqual({
      value: 197,
      definition: 'forecast@1',
      counts: { low: 180, high: 215, hours_tried: 400, error: 0.123, coverage: 0.81 },
    });
    expect(outlook.as_of).toBe('2026-11-24T14:00:25.000Z');
    expect(outlook.intervals[1]).toEqual({ expected: 62, low: 0, high: 124 });
    expect(outlook.past).toEqual({ expected: 190.3, low: 170, high: 211, entered: 188 });
  });
  it('asks for the agents of its busiest quarter, by Erlang A with Erlang C beside it', () => {
    const { value, counts, definition } = outlookOf(AT, forecast, own, few, queue).required_agents;
    const load = { rate_per_s: 62 / 900, aht_s: 300, threshold_s: 100 };
    expect(definition).toBe('required_agents@1');
    expect(value).toBe(requiredErlangA(load, 240, 0.8, 0.1));
    expect(counts).toMatchObject({
      contacts: 62,
      aht_s: 300,
      patience_s: 240,
      threshold_s: 100,
      target: 0.8,
    });
    expect(counts.erlang_c).toBe(requiredErlangC(load, 0.8));
  });
  it('takes the means of the city where the queue has too few contacts, and none where the city has', () => {
    expect(outlookOf(AT, forecast, few, own, queue).required_agents.counts).toMatchObject({
      aht_s: 300,
    });
    expect(outlookOf(AT, forecast, few, few, queue).required_agents).toMatchObject({ value: null });
  });
  it('of the city adds up the agents of its queues, of which none helps another', () => {
    const one = outlookOf(AT, forecast, own, few, queue);
    const unknown = outlookOf(AT, forecast, few, few, queue);
    const { value, counts } = cityOutlookOf(AT, forecast, [one, one, unknown]).required_agents;
    expect(value).toBe(2 * (one.required_agents.value ?? 0));
    expect(counts).toEqual({ queues: 2, erlang_c: 2 * (one.required_agents.counts.erlang_c ?? 0) });
    expect(cityOutlookOf(AT, forecast, [unknown]).required_agents.value).toBeNull();
  });
});

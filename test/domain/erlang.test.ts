import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { erlangA, erlangC, type Load, requiredErlangA, requiredErlangC } from '../../server/domain/erlang.ts';
import { uniform } from './random.ts';

/** Contacts in an hour. */
const load = (an_hour: number, aht_s: number, threshold_s: number): Load => ({
  rate_per_s: an_hour / 3_600,
  aht_s,
  threshold_s,
});

/** The same queue caller by caller: who comes, how long each would wait, who gives up before. */
function simulated(agents: number, { rate_per_s, aht_s, threshold_s }: Load, patience_s: number) {
  const random = uniform(311);
  const exponential = (mean: number): number => -mean * Math.log(1 - random());
  const free_at = new Array<number>(agents).fill(0);
  const counts = { offered: 0, answered: 0, within: 0, abandoned: 0, abandoned_after: 0 };
  let now = 0;
  for (let caller = 0; caller < 400_000; caller += 1) {
    now += exponential(1 / rate_per_s);
    let first = 0;
    for (let agent = 1; agent < agents; agent += 1) if (free_at[agent]! < free_at[first]!) first = agent;
    const wait = Math.max(0, free_at[first]! - now);
    const patience = exponential(patience_s);
    counts.offered += 1;
    if (patience < wait) {
      counts.abandoned += 1;
      if (patience > threshold_s) counts.abandoned_after += 1;
      continue;
    }
    counts.answered += 1;
    if (wait <= threshold_s) counts.within += 1;
    free_at[first] = now + wait + exponential(aht_s);
  }
  return {
    service_level: counts.within / (counts.answered + counts.abandoned_after),
    abandonment: counts.abandoned / counts.offered,
  };
}

/**
 * The same queue state by state (the birth and death process of M/M/n+M): a second way, by sums of positive terms instead of
 * integrals. The sums of the states with k callers in the queue are series of incomplete gamma functions.
 */
function byStates(agents: number, { rate_per_s, aht_s, threshold_s }: Load, patience_s: number) {
  const [service, leaves] = [agents / aht_s, 1 / patience_s];
  let below = 1;
  for (let n = 1; n < agents; n += 1) below = 1 + (n / (rate_per_s * aht_s)) * below;
  /** Sum of the states with all agents busy, and of their queues; `scale` is the logarithm of what both are divided by. */
  const waiting = (rate: number) => {
    let term = 1 / service;
    let [sum, queue, scale] = [0, 0, 0];
    for (let k = 0; term > sum * 1e-17; k += 1) {
      sum += term;
      queue += k * term;
      term *= rate / (service + (k + 1) * leaves);
      if (sum < 1e200) continue;
      [sum, queue, term, scale] = [sum / 1e200, queue / 1e200, term / 1e200, scale + Math.log(1e200)];
    }
    return { sum, queue, scale };
  };
  const all = waiting(rate_per_s);
  const total = below * Math.exp(-all.scale) + rate_per_s * all.sum;
  const stays = Math.exp(-leaves * threshold_s);
  const late = waiting(rate_per_s * stays);
  const power = rate_per_s * patience_s * (1 - stays) - service * threshold_s - all.scale;
  const after = late.sum * Math.exp(late.scale + power);
  const at_once = (below - 1) * Math.exp(-all.scale);
  const answered_within = (at_once + Math.exp(power) + service * (all.sum - after)) / total;
  const gone_within = 1 - (stays * rate_per_s * after) / total;
  return {
    service_level: answered_within / (1 - (gone_within - answered_within)),
    abandonment: (leaves * all.queue) / total,
  };
}

describe('Erlang C', () => {
  it('gives the values of the books', () => {
    // One agent is M/M/1: waits with probability ρ, and then exponentially.
    expect(erlangC(1, { rate_per_s: 0.005, aht_s: 100, threshold_s: 0 })).toBeCloseTo(0.5, 12);
    expect(erlangC(1, { rate_per_s: 0.005, aht_s: 100, threshold_s: 200 })).toBeCloseTo(
      1 - 0.5 * Math.exp(-1),
      12,
    );
    // Two agents, one erlang: 1/3 waits.
    expect(erlangC(2, { rate_per_s: 0.01, aht_s: 100, threshold_s: 0 })).toBeCloseTo(2 / 3, 12);
    // 100 calls in half an hour of 180 s each, 80 % in 20 s: 14 agents give 88.8 %, 13 less than the target.
    expect(erlangC(14, load(200, 180, 20))).toBeCloseTo(0.888, 3);
    expect(requiredErlangC(load(200, 180, 20), 0.8)).toBe(14);
  });
  it('needs more agents than erlangs', () => {
    expect(erlangC(10, load(200, 180, 20))).toBe(0);
    expect(requiredErlangC(load(0, 180, 20), 0.8)).toBe(0);
    expect(requiredErlangC({ rate_per_s: 100, aht_s: 300, threshold_s: 20 }, 0.8)).toBeNull();
  });
});

describe('Erlang A', () => {
  it.each([
    [14, load(200, 180, 20), 120],
    [9, load(200, 180, 20), 120],
    [3, load(40, 300, 100), 240],
    [1, load(20, 240, 100), 180],
    [40, load(600, 260, 100), 90],
  ])('is what happens to callers one by one: %d agents', (agents, queue, patience_s) => {
    const outlook = erlangA(agents, queue, patience_s);
    const seen = simulated(agents, queue, patience_s);
    expect(Math.abs(outlook.service_level - seen.service_level)).toBeLessThan(0.01);
    expect(Math.abs(outlook.abandonment - seen.abandonment)).toBeLessThan(0.01);
  });
  it('is what the states of the queue add up to, up to 5,000 erlangs', () => {
    for (const erlangs of [0.05, 3, 20, 150, 1_000, 5_000]) {
      for (const share of [0.85, 1, 1.1, 1.5]) {
        for (const patience_s of [60, 420, 3_600]) {
          for (const threshold_s of [0, 20, 100, 900]) {
            const agents = Math.max(1, Math.round(erlangs * share));
            const queue = { rate_per_s: erlangs / 280, aht_s: 280, threshold_s };
            const outlook = erlangA(agents, queue, patience_s);
            const states = byStates(agents, queue, patience_s);
            expect(Math.abs(outlook.service_level - states.service_level)).toBeLessThan(1e-4);
            expect(Math.abs(outlook.abandonment - states.abandonment)).toBeLessThan(1e-4);
          }
        }
      }
    }
  });
  it('becomes Erlang C when nobody gives up', () => {
    const queue = load(200, 180, 20);
    for (const agents of [11, 12, 14, 18])
      expect(erlangA(agents, queue, 1e7).service_level).toBeCloseTo(erlangC(agents, queue), 3);
  });
  it('is stable for loads of any size, and more agents never make it worse', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 5_000, noNaN: true }),
        fc.integer({ min: 30, max: 1_200 }),
        fc.integer({ min: 5, max: 3_600 }),
        fc.integer({ min: 0, max: 300 }),
        (erlangs, aht_s, patience_s, threshold_s) => {
          const queue = { rate_per_s: erlangs / aht_s, aht_s, threshold_s };
          const n = Math.max(1, Math.round(erlangs));
          const [fewer, more] = [erlangA(n, queue, patience_s), erlangA(n + 1, queue, patience_s)];
          for (const { service_level, abandonment } of [fewer, more]) {
            expect(service_level).toBeGreaterThanOrEqual(0);
            expect(service_level).toBeLessThanOrEqual(1);
            expect(abandonment).toBeGreaterThanOrEqual(0);
            expect(abandonment).toBeLessThanOrEqual(1);
          }
          expect(more.service_level).toBeGreaterThanOrEqual(fewer.service_level - 1e-6);
          expect(more.abandonment).toBeLessThanOrEqual(fewer.abandonment + 1e-6);
        },
      ),
      { numRuns: 100 },
    );
  });
  it('asks for fewer agents than Erlang C, and for the least that reach both targets', () => {
    const queue = load(200, 180, 20);
    const agents = requiredErlangA(queue, 120, 0.8, 0.1);
    expect(agents).toBe(12);
    expect(agents).toBeLessThan(requiredErlangC(queue, 0.8) ?? 0);
    const fewer = erlangA(11, queue, 120);
    expect(fewer.service_level < 0.8 || fewer.abandonment > 0.1).toBe(true);
    expect(requiredErlangA(load(0, 180, 20), 120, 0.8, 0.1)).toBe(0);
  });
});

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

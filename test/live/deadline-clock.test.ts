import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../server/lib/clock.ts';
import { DeadlineClock, type DueSource } from '../../server/live/deadline-clock.ts';
import type { CommittedBatch } from '../../server/store/events.types.ts';
import { testLogger } from '../setup/database.ts';

const S = 1_000_000;
/** What is due, at most two at a look, as the store has it. */
function make(due_us: number[]) {
  const clock = new ManualClock(0);
  const told: number[] = [];
  const batch = (numbers: readonly number[]): CommittedBatch => ({
    batch: 1,
    received_us: 0,
    events: [],
    rejected: {},
    projected: { requests: numbers.map((number) => ({ number }) as never), told: [] },
  });
  const source: DueSource = {
    nextDue: async () => due_us[0] ?? null,
    tellDue: async (now_us) => {
      const ready = due_us.filter((at_us) => at_us <= now_us).slice(0, 2);
      due_us.splice(0, ready.length);
      return { batch: batch(ready), more: ready.length === 2 };
    },
  };
  const deadlines = new DeadlineClock({
    source,
    clock,
    logger: testLogger,
    onTold: ({ projected }) => told.push(...(projected?.requests ?? []).map(({ number }) => number)),
  });
  return { clock, told, deadlines };
}

describe('the deadline clock', () => {
  it('tells all that is due, however much, and nothing before its time', async () => {
    const { clock, told, deadlines } = make([1 * S, 2 * S, 3 * S, 4 * S, 5 * S, 9 * S]);
    expect(await deadlines.look()).toBe(1 * S);
    expect(told).toEqual([]);
    clock.set_us(5 * S);
    await deadlines.look();
    expect(told).toEqual([1 * S, 2 * S, 3 * S, 4 * S, 5 * S]);
    expect(await deadlines.look()).toBe(9 * S);
  });

  it('knows what is due next when it has told what was due', async () => {
    const { clock, deadlines } = make([1 * S, 4 * S]);
    clock.set_us(2 * S);
    expect(await deadlines.look()).toBe(4 * S);
  });

  it('tells each once when the clock goes back, and when it jumps ahead', async () => {
    const { clock, told, deadlines } = make([1 * S, 2 * S, 3_600 * S]);
    clock.set_us(2 * S);
    await deadlines.look();
    clock.set_us(0);
    await deadlines.look();
    expect(told).toEqual([1 * S, 2 * S]);
    clock.set_us(7_200 * S);
    await deadlines.look();
    expect(told).toEqual([1 * S, 2 * S, 3_600 * S]);
  });
});

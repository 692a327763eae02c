import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { callEvent } from '../../server/domain/call.ts';
import { CLOSING_LIMITS, closeByRule, foldContact, type Leg } from '../../server/domain/contact.ts';
import { BIN_BORDERS_MS, BIN_COUNT, binOf, quantile_s } from '../../server/domain/histogram.ts';
import { compareEvents } from '../../server/domain/subject.ts';
import { event, us } from './history.ts';

const T0 = us('2026-11-23T15:00:00Z');
const s = (seconds: number) => T0 + seconds * 1_000_000;
const ada = { agent: 'ada' };
const legsOf = (events: EventRecord[]): Leg[] =>
  foldContact(events.map((some) => callEvent(some)!).sort(compareEvents));
const short = (leg: Leg) => [leg.queue, leg.outcome, leg.wait_ms, leg.completed, leg.transferred];

describe('a call', () => {
  it('that moves on while waiting leaves the first queue as moved', () => {
    const legs = legsOf([
      event('call.queued', 'c', s(0), { queue: 'a' }),
      event('call.queued', 'c', s(30), { queue: 'b' }),
      event('call.answered', 'c', s(40), { queue: 'b', ...ada }),
    ]);
    expect(legs.map(short)).toEqual([
      ['a', 'moved', 30_000, false, false],
      ['b', 'answered', 10_000, false, false],
    ]);
  });

  it('answered by another queue counts where it entered', () => {
    const [leg] = legsOf([
      event('call.queued', 'c', s(0), { queue: 'a' }),
      event('call.answered', 'c', s(5), { queue: 'b', ...ada }),
      event('call.completed', 'c', s(65), { queue: 'b', ...ada, talk_s: 60 }),
    ]);
    expect(leg).toMatchObject({
      queue: 'a',
      answered_queue: 'b',
      wait_ms: 5_000,
      completed: true,
      talk_ms: 60_000,
    });
  });

  it('queued again in the same queue only changed its position', () => {
    const legs = legsOf([
      event('call.queued', 'c', s(0), { queue: 'a', position: 3 }),
      event('call.queued', 'c', s(20), { queue: 'a', position: 1 }),
      event('call.abandoned', 'c', s(30), { queue: 'a' }),
    ]);
    expect(legs.map(short)).toEqual([['a', 'abandoned', 30_000, false, false]]);
  });

  it('queued again after an end is a new leg', () => {
    const legs = legsOf([
      event('call.queued', 'c', s(0), { queue: 'a' }),
      event('call.timed_out', 'c', s(20), { queue: 'a' }),
      event('call.queued', 'c', s(21), { queue: 'a' }),
    ]);
    expect(legs.map((leg) => leg.status)).toEqual(['ended', 'waiting']);
  });

  it('transferred waits in the other queue from the transfer, until its own event says since when', () => {
    const events = [
      event('call.queued', 'c', s(0), { queue: 'a' }),
      event('call.answered', 'c', s(5), { queue: 'a', ...ada }),
      event('call.transferred', 'c', s(65), { from_queue: 'a', to_queue: 'b' }),
    ];
    expect(legsOf(events)[1]).toMatchObject({
      queue: 'b',
      status: 'waiting',
      inferred: true,
      entered_us: s(65),
    });
    const confirmed = legsOf([...events, event('call.queued', 'c', s(67), { queue: 'b' })]);
    expect(confirmed[0]).toMatchObject({ transferred: true, completed: false, ended_us: s(65) });
    expect(confirmed[1]).toMatchObject({ queue: 'b', inferred: false, entered_us: s(67) });
  });

  it('whose transfer and arrival share an instant is in the other queue once', () => {
    const legs = legsOf([
      event('call.queued', 'c', s(0), { queue: 'a' }),
      event('call.answered', 'c', s(5), { queue: 'a', ...ada }),
      event('call.transferred', 'c', s(65), { from_queue: 'a', to_queue: 'b' }),
      event('call.queued', 'c', s(65), { queue: 'b' }),
      event('call.answered', 'c', s(65), { queue: 'b', agent: 'bob' }),
    ]);
    expect(legs.map(short)).toEqual([
      ['a', 'answered', 5_000, false, true],
      ['b', 'answered', 0, false, false],
    ]);
  });

  it('completed without an answer was answered a conversation earlier', () => {
    const [leg] = legsOf([
      event('call.queued', 'c', s(0), { queue: 'a' }),
      event('call.completed', 'c', s(100), { queue: 'a', ...ada, talk_s: 70, hold_s: 10 }),
    ]);
    expect(leg).toMatchObject({ outcome: 'answered', wait_ms: 20_000, wait_known: true });
  });

  it('with an end and no beginning counts with its wait unknown', () => {
    for (const type of ['call.answered', 'call.abandoned', 'call.completed'] as const) {
      expect(legsOf([event(type, 'c', s(0), { queue: 'a', ...ada })])).toMatchObject([
        { queue: 'a', entered_us: s(0), wait_known: false, wait_ms: null },
      ]);
    }
  });

  it('keeps the first end of a leg', () => {
    const legs = legsOf([
      event('call.queued', 'c', s(0), { queue: 'a' }),
      event('call.abandoned', 'c', s(10), { queue: 'a' }),
      event('call.timed_out', 'c', s(11), { queue: 'a' }),
    ]);
    expect(legs.map(short)).toEqual([['a', 'abandoned', 10_000, false, false]]);
  });

  it('within one instant happens in the order of nature, or of its sequence', () => {
    const at = s(0);
    const events = [
      event('call.completed', 'c', at, { queue: 'a', ...ada, talk_s: 0 }),
      event('call.answered', 'c', at, { queue: 'a', ...ada }),
      event('call.queued', 'c', at, { queue: 'a' }),
    ];
    expect(legsOf(events).map(short)).toEqual([['a', 'answered', 0, true, false]]);
    const numbered = [
      { ...event('call.queued', 'c', at, { queue: 'a' }), sequence: '3' },
      { ...event('call.abandoned', 'c', at, { queue: 'a' }), sequence: '2' },
      { ...event('call.queued', 'c', at, { queue: 'a' }), sequence: '1' },
    ];
    expect(legsOf(numbered).map((leg) => leg.outcome)).toEqual(['abandoned', null]);
  });

  it('without an end is closed by rule after the limit, and revived by an event', () => {
    const queued = event('call.queued', 'c', s(0), { queue: 'a' });
    const [leg] = legsOf([queued]);
    closeByRule(leg!, s(4 * 3600), CLOSING_LIMITS);
    expect(leg!.closed_us).toBeNull();
    closeByRule(leg!, s(4 * 3600) + 1, CLOSING_LIMITS);
    expect(leg!.closed_us).toBe(s(4 * 3600));
    const [revived] = legsOf([queued, event('call.answered', 'c', s(4 * 3600 + 60), { queue: 'a', ...ada })]);
    closeByRule(revived!, s(4 * 3600 + 61), CLOSING_LIMITS);
    expect(revived).toMatchObject({ outcome: 'answered', closed_us: null, wait_ms: (4 * 3600 + 60) * 1000 });
  });
});

describe('a histogram of waits', () => {
  it('has bins no wider than a tenth, and every wait in one', () => {
    for (let bin = 1; bin < BIN_BORDERS_MS.length; bin += 1) {
      expect(BIN_BORDERS_MS[bin]! / BIN_BORDERS_MS[bin - 1]!).toBeLessThan(1.11);
    }
    expect(binOf(0)).toBe(0);
    expect(binOf(BIN_BORDERS_MS[7]!)).toBe(8);
    expect(binOf(BIN_BORDERS_MS[7]! - 1)).toBe(7);
    expect(binOf(1e12)).toBe(BIN_COUNT - 1);
  });

  it('tells nothing of nothing', () => {
    expect(quantile_s(new Float64Array(BIN_COUNT), 0.5)).toBeNull();
  });
});

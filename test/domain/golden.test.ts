/**
 * One log made by hand, and every figure it must give computed by hand beside it. T is 20 s.
 *
 * | call | what happens                                             | wait  | ends        |
 * |------|----------------------------------------------------------|-------|-------------|
 * | A    | queued 0:00, answered 0:10, 100 s talk 20 hold 30 wrap-up | 10 s  | completed   |
 * | B    | queued 0:00, answered 0:20, 50 s talk                     | 20 s  | completed   |
 * | C    | queued 0:00, answered 0:20.001                            | 20.001| transferred after 60 s to 911 |
 * | D    | queued 0:00, abandoned 0:03                               | 3 s   | abandoned   |
 * | E    | offered 0:00, queued 0:01, abandoned 0:41                 | 40 s  | abandoned   |
 * | F    | queued 0:00, timed out 2:00                               | 120 s | timed out   |
 * | G    | answered 0:30 (its beginning is missing), completed       | ?     | completed   |
 * | H    | queued 0:00, callback asked for 0:15                      | 15 s  | callback    |
 * | I    | offered 0:00 and never heard of again                     |       | only offered |
 * | J    | queued 0:00, still there                                  |       | waiting     |
 */
import { describe, expect, it } from 'vitest';
import type { IntervalRow } from '../../server/contract/live.ts';
import { unknownQueue } from '../../server/contract/reference.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { LiveState } from '../../server/live/state.ts';
import { event } from './history.ts';

const q = { queue: 'q' };
const at = (clock: string) => `2026-11-23T15:${clock.padStart(5, '0')}Z`;
const done = (talk_s: number, hold_s = 0, wrap_up_s = 0) => ({
  ...q,
  agent: 'ada',
  talk_s,
  hold_s,
  wrap_up_s,
});

const LOG = [
  event('call.queued', 'A', at('00:00'), q),
  event('call.answered', 'A', at('00:10'), { ...q, agent: 'ada' }),
  event('call.completed', 'A', at('02:10'), done(100, 20, 30)),
  event('call.queued', 'B', at('00:00'), q),
  event('call.answered', 'B', at('00:20'), { ...q, agent: 'bob' }),
  event('call.completed', 'B', at('01:10'), { ...done(50), agent: 'bob' }),
  event('call.queued', 'C', at('00:00'), q),
  event('call.answered', 'C', at('00:20.001'), { ...q, agent: 'cid' }),
  event('call.transferred', 'C', at('01:20.001'), { from_queue: 'q', to_external: '911' }),
  event('call.queued', 'D', at('00:00'), q),
  event('call.abandoned', 'D', at('00:03'), q),
  event('call.offered', 'E', at('00:00'), q),
  event('call.queued', 'E', at('00:01'), q),
  event('call.abandoned', 'E', at('00:41'), q),
  event('call.queued', 'F', at('00:00'), q),
  event('call.timed_out', 'F', at('02:00'), q),
  event('call.answered', 'G', at('00:30'), { ...q, agent: 'dan' }),
  event('call.completed', 'G', at('01:30'), { ...done(60), agent: 'dan' }),
  event('call.queued', 'H', at('00:00'), q),
  event('call.callback_requested', 'H', at('00:15'), q),
  event('call.offered', 'I', at('00:00'), q),
  event('call.queued', 'J', at('00:00'), q),
  // Ada: 10 s available, 120 s busy, 30 s wrap-up, then available again until 15:10, when she leaves.
  event('agent.state', 'ada', at('00:00'), { queues: ['q'], state: 'available' }),
  event('agent.state', 'ada', at('10:00'), { queues: ['q'], state: 'offline' }),
];

function goldenRow(): IntervalRow {
  const clock = new ManualClock('2026-11-23T15:12:00Z');
  const queues = [{ ...unknownQueue('q', 'phone'), threshold_s: 20 }];
  const state = new LiveState({ queues, time_zone: 'America/Toronto', clock });
  state.restore(LOG);
  const rows = state.intervals('q', 0, Number.MAX_SAFE_INTEGER) ?? [];
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

describe('the golden log', () => {
  const row = goldenRow();

  it('gives the counts that a person counts', () => {
    expect(row).toMatchObject({
      from: '2026-11-23T15:00:00.000Z',
      to: '2026-11-23T15:15:00.000Z',
      provisional: true,
      offered: 10,
      entered: 9,
      answered: 4,
      abandoned: 2,
      short_abandons: 1,
      timed_out: 1,
      callbacks: 1,
      moved: 0,
      transferred: 1,
      completed: 3,
      misdirected: 1,
      waiting: 1,
      closed_by_rule: 0,
      answered_elsewhere: 0,
      answered_within: 2,
      abandoned_within: 1,
      completed_within: 2,
      left_within: 4,
      wait_known: 3,
      wait_sum_s: 50.001,
      wait_unknown: 1,
      abandoned_unknown: 0,
      timed_out_unknown: 0,
      completed_unknown: 1,
      transfer_sum_s: 60,
      handled: 3,
      talk_sum_s: 210,
      hold_sum_s: 20,
      wrap_up_sum_s: 30,
    });
  });

  it.each([
    ['service_level', 2 / (3 + 1), 'A and B ÷ (A, B, C + E)'],
    ['service_level_offered', 2 / (3 + 2 + 1), 'A and B ÷ (A, B, C + D, E + F)'],
    ['service_level_asterisk', 2 / 2, 'A and B ÷ (A, B): the wait of G is unknown'],
    ['service_level_asterisk2', (1 + 2) / (2 + 2), '(D + A, B) ÷ (D, E + A, B)'],
    ['service_level_connect', 4 / 8, '(A, B, D, H) ÷ all that entered with a known wait'],
    ['abandonment', 2 / 10, '(D, E) ÷ all offered'],
    ['asa', 50.001 / 3, 'the waits of A, B and C'],
    ['aht', (100 + 20 + 30 + 50 + 60) / 3, 'A, B and G'],
  ] as const)('gives %s = %d: %s', (id, value, _made_of) => {
    expect(row.metrics[id].value).toBeCloseTo(value, 12);
    expect(row.metrics[id].definition).toBe(`${id}@1`);
  });

  it('gives the percentiles of 3, 10, 15, 20, 20.001, 40 and 120 s to 10 %', () => {
    for (const [id, value] of [
      ['wait_p50', 20],
      ['wait_p90', 120],
      ['wait_p99', 120],
    ] as const) {
      expect(Math.abs(row.metrics[id].value! / value - 1)).toBeLessThan(0.1);
      expect(row.metrics[id].counts).toEqual({ left: 7 });
    }
  });

  it('gives the occupancy of the agents, busy and wrapping up against available', () => {
    // Ada 150 s of 600; Bob 50 and Dan 60, available since (15:01:10 and 15:01:30 to 15:12); Cid 60, available from 15:01:20.001.
    const handling = 150 + 50 + 60 + 60;
    const available = 450 + 650 + 630 + 639.999;
    expect(row.metrics.occupancy.counts).toEqual({
      handling_s: handling,
      available_s: Math.round(available),
    });
    expect(row.metrics.occupancy.value).toBeCloseTo(handling / (handling + available), 3);
  });

  it('counts each call once in the city', () => {
    const clock = new ManualClock('2026-11-23T15:12:00Z');
    const state = new LiveState({ queues: [], time_zone: 'America/Toronto', clock });
    state.restore(LOG);
    expect(state.item('queues', 'city')?.today.counts).toMatchObject({
      offered: 10,
      entered: 9,
      answered: 4,
      completed: 3,
    });
    expect(state.item('queues', 'city')?.waiting).toBe(1);
  });
});

describe('a ratio over nothing', () => {
  it('is a dash, not 0 % or 100 %', () => {
    const clock = new ManualClock('2026-11-23T15:12:00Z');
    const state = new LiveState({
      queues: [unknownQueue('q', 'phone')],
      time_zone: 'America/Toronto',
      clock,
    });
    for (const figure of Object.values(state.item('queues', 'q')!.today.metrics))
      expect(figure.value).toBeNull();
  });
});

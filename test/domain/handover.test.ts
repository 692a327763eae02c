import { describe, expect, it } from 'vitest';
import type { EventData, EventRecord, EventType } from '../../server/contract/event-types.ts';
import { callEvent } from '../../server/domain/call.ts';
import { CLOSING_LIMITS, closeByRule, foldContact, type Leg } from '../../server/domain/contact.ts';
import { handedOver, handoverOf } from '../../server/domain/handover.ts';
import { closingsOn } from '../../server/domain/office-hours.ts';
import { compareEvents } from '../../server/domain/subject.ts';
import { event, us } from './history.ts';
import { at, holidays, iso, week, ZONE } from './offices.ts';

const closing = { queue: 'VM', at_us: us('2026-11-23T17:00:00-05:00') };
type Step = readonly [type: EventType, time: string, data: EventData];
const call = (...steps: Step[]): EventRecord[] =>
  steps.map(([type, time, data]) => event(type, 'call', `2026-11-23T${time}-05:00`, data));
function legsOf(events: readonly EventRecord[], now = '2026-11-24T12:00:00-05:00'): Leg[] {
  const taken = events.map(callEvent).filter((one) => one !== null);
  const legs = foldContact(taken.sort(compareEvents));
  for (const leg of legs) closeByRule(leg, us(now), CLOSING_LIMITS);
  return legs;
}
const queued = (time: string): Step => ['call.queued', time, { queue: 'VM' }];
const MINUTE_US = 60_000_000;

describe('a call when the hours of its queue end', () => {
  it('is handed over to the queue it is transferred to, and waits from its entry to the answer there', () => {
    const legs = legsOf(
      call(
        queued('16:58:00'),
        ['call.transferred', '17:00:00', { from_queue: 'VM', to_queue: 'centre' }],
        ['call.queued', '17:00:00', { queue: 'centre' }],
        ['call.answered', '17:03:00', { queue: 'centre', agent: 'a' }],
      ),
    );
    expect(handedOver(legs, closing)).toEqual({
      taken_by: 'centre',
      fate: 'answered',
      waited_before_us: 2 * MINUTE_US,
      waited_after_us: 3 * MINUTE_US,
    });
  });

  it('may be answered where it waited, after the hours', () => {
    const legs = legsOf(call(queued('16:59:00'), ['call.answered', '17:01:00', { queue: 'VM', agent: 'a' }]));
    expect(handedOver(legs, closing)).toMatchObject({ taken_by: 'VM', fate: 'answered' });
  });

  it.each([
    ['answered before', [queued('16:50:00'), ['call.answered', '16:59:59', { queue: 'VM', agent: 'a' }]]],
    ['that came at the closing or later', [queued('17:00:00')]],
    ['that was only offered', [['call.offered', '16:59:00', { queue: 'VM' }]]],
    ['of another queue', [['call.queued', '16:59:00', { queue: 'RO' }]]],
    ['that the rule had closed before', [queued('12:00:00')]],
  ] as [string, Step[]][])('is none %s', (_what, steps) => {
    expect(handedOver(legsOf(call(...steps)), closing)).toBeNull();
  });

  it.each([
    ['abandoned', [queued('16:59:00'), ['call.abandoned', '17:00:30', { queue: 'VM' }]], 30 * 1_000_000],
    ['timed_out', [queued('16:59:00'), ['call.timed_out', '17:00:30', { queue: 'VM' }]], 30 * 1_000_000],
    ['callback', [queued('16:59:00'), ['call.callback_requested', '17:00:00', { queue: 'VM' }]], 0],
    ['unknown', [queued('16:59:00')], null],
    [
      'unknown',
      [queued('16:59:00'), ['call.transferred', '17:01:00', { from_queue: 'VM', to_external: '911' }]],
      null,
    ],
  ] as [string, Step[], number | null][])('ends as its events say: %s', (fate, steps, after_us) => {
    expect(handedOver(legsOf(call(...steps)), closing)).toMatchObject({
      taken_by: 'VM',
      fate,
      waited_before_us: MINUTE_US,
      waited_after_us: after_us,
    });
  });

  it('still waits while nothing else is known', () => {
    const legs = legsOf(call(queued('16:59:00')), '2026-11-23T17:10:00-05:00');
    expect(handedOver(legs, closing)).toMatchObject({ fate: 'waiting', waited_after_us: null });
  });
});

describe('a hand-over', () => {
  it('sums its calls: who took how many, how long they waited', () => {
    const moved = (entered: string, answered: string) =>
      legsOf(
        call(
          queued(entered),
          ['call.transferred', '17:00:05', { from_queue: 'VM', to_queue: 'centre' }],
          ['call.answered', answered, { queue: 'centre', agent: 'a' }],
        ),
      );
    const calls = [
      moved('16:58:00', '17:02:00'),
      moved('16:59:00', '17:01:00'),
      legsOf(call(queued('16:55:00'), ['call.abandoned', '17:00:30', { queue: 'VM' }])),
      legsOf(call(queued('16:55:00'), ['call.answered', '16:57:00', { queue: 'VM', agent: 'a' }])),
      legsOf(call(queued('16:59:30'))),
    ];
    expect(handoverOf(closing, calls)).toEqual({
      ...closing,
      waiting: 4,
      taken: [
        { queue: 'centre', fate: 'answered', calls: 2 },
        { queue: 'VM', fate: 'abandoned', calls: 1 },
        { queue: 'VM', fate: 'unknown', calls: 1 },
      ],
      longest_wait_at_close_s: 300,
      ended: 3,
      mean_wait_s: (240 + 120 + 330) / 3,
      longest_wait_s: 330,
    });
  });

  it('of nothing has no waits, not waits of zero', () => {
    expect(handoverOf(closing, [])).toMatchObject({
      waiting: 0,
      taken: [],
      longest_wait_at_close_s: null,
      mean_wait_s: null,
      longest_wait_s: null,
    });
  });
});

describe('the closings of a date', () => {
  const closings = (ranges: string, date: string) =>
    closingsOn([{ season: null, weekly: week('1-7', ranges) }], date, ZONE, holidays).map((each) =>
      iso(each),
    );
  it('are the ends of its openings, each', () => {
    expect(closings('08:30-12:00 13:00-16:30', '2026-11-23')).toEqual([
      '2026-11-23T17:00:00.000Z',
      '2026-11-23T21:30:00.000Z',
    ]);
  });
  it('count midnight to the date that ends, and an opening past it to the next', () => {
    expect(closings('08:00-24:00', '2026-11-23')).toEqual(['2026-11-24T05:00:00.000Z']);
    expect(closings('20:00-02:00', '2026-11-23')).toEqual(['2026-11-23T07:00:00.000Z']);
  });
  it('are none where an office is open always, never, or on a holiday', () => {
    expect(closingsOn(null, '2026-11-23', ZONE, holidays)).toEqual([]);
    expect(closingsOn([], '2026-11-23', ZONE, holidays)).toEqual([]);
    expect(closings('08:30-16:30', '2026-12-25')).toEqual([]);
  });
  it('keep to the wall clock across the changes of time', () => {
    expect(closings('08:30-16:30', '2026-03-08')).toEqual([iso(at('2026-03-08T16:30-04:00'))]);
    expect(closings('08:30-16:30', '2026-11-01')).toEqual([iso(at('2026-11-01T16:30-05:00'))]);
  });
});

import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { unknownQueue } from '../../server/contract/reference.ts';
import { localDay } from '../../server/domain/local-day.ts';
import { isoOf, ManualClock } from '../../server/lib/clock.ts';
import { LiveService } from '../../server/live/service.ts';
import { LiveState } from '../../server/live/state.ts';
import { event, us } from '../domain/history.ts';
import { testLogger } from '../setup/database.ts';

const q = { queue: 'q' };
function make(now: string, more: Partial<ConstructorParameters<typeof LiveState>[0]> = {}) {
  const clock = new ManualClock(now);
  const state = new LiveState({
    queues: [unknownQueue('q', 'phone')],
    time_zone: 'America/Toronto',
    clock,
    ...more,
  });
  const apply = (...events: EventRecord[]) =>
    state.apply({ batch: 1, received_us: clock.now_us(), events, rejected: {} });
  const queue = () => state.item('queues', 'q')!;
  return { clock, state, apply, queue };
}

describe('time alone', () => {
  it('makes a wait longer, and marks only the queues in which somebody waits', () => {
    const { clock, state, apply, queue } = make('2026-11-23T15:00:00Z', {
      queues: [unknownQueue('q', 'phone'), unknownQueue('quiet', 'phone')],
    });
    apply(event('call.queued', 'c', '2026-11-23T15:00:00Z', q));
    const dirty: string[] = [];
    state.onDirty((topic, key) => dirty.push(`${topic} ${key}`));
    clock.advance_s(7);
    state.tick();
    expect(queue()).toMatchObject({ waiting: 1, longest_wait_s: 7, oldest_at: '2026-11-23T15:00:00.000Z' });
    expect(dirty.sort()).toEqual(['queues city', 'queues q']);
  });

  it('closes by rule what has no end, and lets it go from the waiting', () => {
    const { clock, state, apply, queue } = make('2026-11-23T15:00:00Z');
    apply(event('call.queued', 'c', '2026-11-23T15:00:00Z', q));
    clock.advance_s(4 * 3600 + 1);
    state.tick();
    expect(queue()).toMatchObject({
      waiting: 0,
      today: { counts: { entered: 1, waiting: 0, closed_by_rule: 1 } },
    });
    apply(event('call.answered', 'c', '2026-11-23T19:00:01Z', { ...q, agent: 'ada' }));
    expect(queue()).toMatchObject({ in_service: 1, today: { counts: { answered: 1, closed_by_rule: 0 } } });
  });

  it('begins the day anew at local midnight, and the recent figures every quarter of an hour', () => {
    const { clock, state, apply, queue } = make('2026-11-24T04:50:00Z');
    apply(
      event('call.queued', 'c', '2026-11-24T04:50:00Z', q),
      event('call.abandoned', 'c', '2026-11-24T04:50:09Z', q),
    );
    expect(queue().today.counts.abandoned).toBe(1);
    clock.set_us(us('2026-11-24T05:00:01Z'));
    state.tick();
    expect(queue()).toMatchObject({
      today: { counts: { abandoned: 0 } },
      recent: { counts: { abandoned: 1 } },
    });
    clock.set_us(us('2026-11-24T05:15:01Z'));
    state.tick();
    expect(queue().recent.counts.abandoned).toBe(0);
    expect(state.intervals('q', 0, clock.now_us())).toHaveLength(1);
  });

  it('draws the curve of waiting callers from the contacts, with late ones put right', () => {
    const { apply, queue } = make('2026-11-23T15:10:30Z');
    apply(event('call.queued', 'a', '2026-11-23T15:02:10Z', q));
    expect(queue().waiting_curve.slice(-10)).toEqual([null, null, 1, 1, 1, 1, 1, 1, 1, 1]);
    apply(
      event('call.queued', 'b', '2026-11-23T15:00:00Z', q),
      event('call.abandoned', 'b', '2026-11-23T15:05:00Z', q),
      event('call.answered', 'a', '2026-11-23T15:07:30Z', { ...q, agent: 'ada' }),
    );
    expect(queue().waiting_curve.slice(-11)).toEqual([1, 1, 1, 2, 2, 1, 1, 1, 0, 0, 0]);
  });

  it('opens and closes the queue as the rule says', () => {
    const { clock, state, queue } = make('2026-11-23T21:59:30Z', {
      open: (_, now_us) => now_us < us('2026-11-23T22:00:00Z'),
    });
    expect(queue().open).toBe(true);
    clock.advance_s(30);
    state.tick();
    expect(queue().open).toBe(false);
  });
});

describe('the local day', () => {
  it.each([
    ['2026-03-08T12:00:00Z', 23],
    ['2026-11-01T12:00:00Z', 25],
    ['2026-11-23T12:00:00Z', 24],
  ])('that holds %s has %i hours', (instant, hours) => {
    const day = localDay(us(instant), 'America/Toronto');
    expect((day.end_us - day.start_us) / 3_600_000_000).toBe(hours);
  });
  it('has its window from noon of the day before', () => {
    expect(isoOf(localDay(us('2026-11-01T12:00:00Z'), 'America/Toronto').window_start_us)).toBe(
      '2026-10-31T16:00:00.000Z',
    );
  });
});

describe('agents', () => {
  const agents = { queues: ['q'] };
  it('are busy from the answer to the end, wrap up as long as told, and are then what they last said', () => {
    const { clock, state, apply, queue } = make('2026-11-23T15:00:00Z');
    apply(event('agent.state', 'ada', '2026-11-23T14:00:00Z', { ...agents, state: 'available' }));
    apply(event('call.answered', 'c', '2026-11-23T15:00:00Z', { ...q, agent: 'ada' }));
    expect(queue().agents).toMatchObject({ available: 0, busy: 1 });
    clock.advance_s(60);
    apply(
      event('call.completed', 'c', '2026-11-23T15:01:00Z', { ...q, agent: 'ada', talk_s: 60, wrap_up_s: 20 }),
    );
    expect(queue().agents).toMatchObject({ busy: 0, wrap_up: 1 });
    clock.advance_s(20);
    state.tick();
    expect(queue().agents).toMatchObject({ available: 1, wrap_up: 0 });
    apply(event('agent.state', 'ada', '2026-11-23T15:01:20Z', { ...agents, state: 'paused' }));
    expect(state.item('agents', 'city')).toMatchObject({ agents: { paused: 1 }, longest_in_state_s: {} });
    clock.advance_s(3600);
    state.tick();
    expect(state.item('agents', 'q')).toMatchObject({ longest_in_state_s: { paused: 3600 } });
  });

  it('are gone a week after what they said last, and four hours after a conversation when they say nothing', () => {
    const { clock, state, apply, queue } = make('2026-11-23T15:00:00Z');
    apply(
      event('agent.state', 'ada', '2026-11-23T14:00:00Z', { ...agents, state: 'available' }),
      event('call.answered', 'c', '2026-11-23T14:30:00Z', { ...q, agent: 'bob' }),
      event('call.completed', 'c', '2026-11-23T14:40:00Z', { ...q, agent: 'bob', talk_s: 600 }),
    );
    expect(queue().agents).toMatchObject({ available: 2 });
    clock.set_us(us('2026-11-23T18:39:59Z'));
    state.tick();
    expect(queue().agents).toMatchObject({ available: 2 });
    clock.advance_s(1);
    state.tick();
    expect(queue().agents).toMatchObject({ available: 1 });
    for (const [now, available] of [
      ['2026-11-30T13:59:59Z', 1],
      ['2026-11-30T14:00:00Z', 0],
    ] as const) {
      clock.set_us(us(now));
      for (let tick = 0; tick < 5; tick += 1) state.tick();
      expect(queue().agents).toMatchObject({ available });
    }
  });
});

describe('feeds', () => {
  it('are silent after ten of their own gaps, at least a minute', () => {
    const { clock, state, apply } = make('2026-11-23T15:00:00Z');
    // 60 events in the 21 minutes that they touch.
    for (let n = 0; n < 60; n += 1) {
      clock.advance_s(20);
      apply(event('call.queued', `c${n}`, clock.now_us(), q));
    }
    expect(state.item('feeds', 'test')).toMatchObject({
      status: 'live',
      events_today: 60,
      lag_s: 0,
      silent_after_s: 210,
    });
    clock.advance_s(211);
    state.tick();
    expect(state.item('feeds', 'test')).toMatchObject({ status: 'silent' });
  });

  it('that tell of the past are filling it in, and leave the live figures alone', () => {
    const { state, apply } = make('2026-11-23T15:00:00Z');
    apply(event('call.queued', 'c', '2026-01-23T15:00:00Z', q));
    expect(state.item('feeds', 'test')).toMatchObject({ backfill: true, status: 'live', events_today: 0 });
    expect(state.item('queues', 'q')).toMatchObject({ waiting: 0, last_event_at: null });
  });
});

describe('the service', () => {
  it('puts in what was committed while the window was read, and nothing twice', async () => {
    const { clock, state, queue } = make('2026-11-23T15:00:00Z');
    const a = event('call.queued', 'a', '2026-11-23T14:59:00Z', q);
    const b = event('call.queued', 'b', '2026-11-23T14:59:30Z', q);
    const source = {
      async *readWindow() {
        yield [a];
        service.apply({ batch: 2, received_us: clock.now_us(), events: [a, b], rejected: {} });
        yield [b];
      },
    };
    const service: LiveService = new LiveService({ state, source, clock, logger: testLogger });
    await service.start();
    expect(service.ready).toBe(true);
    expect(queue()).toMatchObject({ waiting: 2, today: { counts: { entered: 2 } } });
    expect(state.item('feeds', 'test')).toMatchObject({ events_today: 2 });
    await service.stop();
  });
});

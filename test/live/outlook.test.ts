import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../server/contract/event-types.ts';
import type { AgentStateName } from '../../server/contract/live.ts';
import { type QueueConfig, unknownQueue } from '../../server/contract/reference.ts';
import { intervalOf, intervalStart_us } from '../../server/domain/interval.ts';
import { forecastRule } from '../../server/domain/local-grid.ts';
import type { MadeOutlook } from '../../server/domain/outlook.ts';
import { isoOf, ManualClock } from '../../server/lib/clock.ts';
import { OutlookService } from '../../server/live/outlook.ts';
import { LiveState } from '../../server/live/state.ts';
import { event } from '../domain/history.ts';
import { testLogger } from '../setup/database.ts';

const NOW = intervalOf(Date.parse('2026-11-24T14:00:00Z') * 1000);
const time_zone = 'America/Toronto';
const made = (required: number | null): MadeOutlook => ({
  as_of: '2026-11-24T14:00:25.000Z',
  from: '2026-11-24T14:00:00.000Z',
  to: '2026-11-24T15:00:00.000Z',
  forecast: { value: 40, definition: 'forecast@1', counts: { low: 31, high: 49 } },
  intervals: [],
  past: null,
  required_agents: { value: required, definition: 'required_agents@1', counts: {} },
});

function make(open: (queue: QueueConfig) => boolean | null = () => null) {
  const clock = new ManualClock(intervalStart_us(NOW));
  const queues = ['a', 'b', 'c'].map((id) => unknownQueue(id, 'phone'));
  const state = new LiveState({ queues, time_zone, clock, open });
  const apply = (...events: EventRecord[]) =>
    state.apply({ batch: 1, received_us: clock.now_us(), events, rejected: {} });
  const says = (agent: string, queues: string[], said: AgentStateName) =>
    event('agent.state', agent, isoOf(clock.now_us()), { queues, state: said });
  const missing = (key: string) => state.item('queues', key)?.outlook?.agents_missing.value;
  return { clock, state, apply, says, missing };
}

describe('agents missing', () => {
  it('are those required beyond the ones at work; who pauses is missing too', () => {
    const { state, apply, says, missing } = make();
    state.setOutlooks(new Map([['a', made(3)]]));
    expect(missing('a')).toBeNull();
    apply(says('ada', ['a'], 'available'), says('bob', ['a'], 'busy'), says('eve', ['a'], 'paused'));
    expect(missing('a')).toBe(1);
    expect(state.item('queues', 'a')?.outlook?.agents_missing).toEqual({
      value: 1,
      definition: 'agents_missing@1',
      counts: { required: 3, available: 1, busy: 1, wrap_up: 0 },
    });
    expect(missing('b')).toBeUndefined();
  });

  it('are never less than none, and one queue with too many helps no other', () => {
    const { state, apply, says, missing } = make();
    state.setOutlooks(
      new Map([
        ['a', made(1)],
        ['b', made(2)],
        ['c', made(null)],
        ['city', made(3)],
      ]),
    );
    apply(
      says('ada', ['a'], 'available'),
      says('bob', ['a'], 'available'),
      says('eve', ['a'], 'available'),
      says('kim', ['b', 'c'], 'wrap_up'),
    );
    expect([missing('a'), missing('b'), missing('c')]).toEqual([0, 1, null]);
    expect(missing('city')).toBe(1);
    expect(state.item('queues', 'city')?.outlook?.agents_missing.counts).toEqual({ queues: 2 });
  });

  it('are not told outside office hours', () => {
    const { state, apply, says, missing } = make(() => false);
    state.setOutlooks(new Map([['a', made(3)]]));
    apply(says('ada', ['a'], 'offline'));
    expect(missing('a')).toBeNull();
  });
});

describe('the outlook', () => {
  const weeks = (count: number) =>
    new Map(
      Array.from({ length: count * 672 }, (_, ago) => [NOW - 1 - ago, 10] as const).filter(
        ([interval]) => interval < NOW,
      ),
    );

  it('is made again soon only while the history grows', async () => {
    const { clock, state } = make();
    let history = new Map<string, ReadonlyMap<number, number>>();
    const entries = async () => history;
    const rule = forecastRule(time_zone);
    const service = new OutlookService({ state, entries, rule, clock, logger: testLogger });
    await service.make(NOW);
    expect(service.filling).toBe(true);
    expect(state.item('queues', 'a')?.outlook).toBeNull();
    history = new Map([['a', weeks(3)]]);
    await service.make(NOW);
    expect(service.filling).toBe(true);
    await service.make(NOW);
    // Queues `b` and `c` never had a contact, and never will: that is no reason to ask every minute.
    expect(service.filling).toBe(false);
    expect(state.item('queues', 'a')?.outlook?.forecast.value).toBe(40);
    expect(state.item('queues', 'b')?.outlook).toBeNull();
  });

  it('of the city counts a call that enters two queues once', async () => {
    const { clock, state, apply } = make();
    const at = (second: number) => isoOf(clock.now_us() - 600_000_000 + second * 1_000_000);
    apply(
      event('call.queued', 'x', at(0), { queue: 'a' }),
      event('call.transferred', 'x', at(60), { from_queue: 'a', to_queue: 'b' }),
      event('call.queued', 'x', at(61), { queue: 'b' }),
      event('call.queued', 'y', at(0), { queue: 'a' }),
    );
    const history = new Map([
      ['a', weeks(3)],
      ['b', weeks(3)],
    ]);
    const rule = forecastRule(time_zone);
    const service = new OutlookService({
      state,
      entries: async () => history,
      rule,
      clock,
      logger: testLogger,
    });
    await service.make(NOW);
    // Two calls, three entries.
    expect(state.item('queues', 'city')?.outlook?.forecast.value).toBeCloseTo((80 * 2) / 3, 1);
  });
});

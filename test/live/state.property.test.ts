import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { CITY_KEY, type QueueState, TOPICS, type Topic } from '../../server/contract/live.ts';
import { unknownQueue } from '../../server/contract/reference.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { LiveState } from '../../server/live/state.ts';
import { arrivals, histories, us } from '../domain/history.ts';

// Hundreds of histories, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const DAY = us('2026-11-22T17:00:00Z');
const NOW = '2026-11-23T20:00:00Z';

function stateAt(now: string | number = NOW): { state: LiveState; clock: ManualClock } {
  const clock = new ManualClock(now);
  const state = new LiveState({
    queues: [unknownQueue('north', 'phone')],
    time_zone: 'America/Toronto',
    clock,
  });
  return { state, clock };
}
const batch = (events: readonly EventRecord[]) => ({ batch: 1, received_us: us(NOW), events, rejected: {} });

/** Everything the state shows, with what is in no order put in one. */
function shown(state: LiveState, topics: readonly Topic[] = TOPICS): unknown {
  const items = topics.map((topic) => [
    topic,
    [...state.keys(topic)].sort().map((key) => [key, state.item(topic, key)]),
  ]);
  const rows = [...state.keys('queues')]
    .sort()
    .map((key) => state.intervals(key, 0, Number.MAX_SAFE_INTEGER));
  return { items, rows, channels: state.channels() };
}

describe('live state', () => {
  it('is the same for any order of arrival, with any event repeated', () => {
    fc.assert(
      fc.property(arrivals(DAY), ({ events, arrived }) => {
        const inOrder = stateAt().state;
        inOrder.apply(batch(events));
        const shuffled = stateAt().state;
        for (const event of arrived) shuffled.apply(batch([event]));
        expect(shown(shuffled)).toEqual(shown(inOrder));
      }),
      { numRuns: 100 },
    );
  });

  it('is the same when it lived through the events as when it is rebuilt from them', () => {
    fc.assert(
      fc.property(histories(DAY), (events) => {
        const { state: lived, clock } = stateAt(DAY);
        for (const event of events) {
          if (event.time_us > clock.now_us()) clock.set_us(event.time_us);
          lived.tick();
          lived.apply(batch([event]));
        }
        clock.set_us(Math.max(us(NOW), clock.now_us()));
        for (let tick = 0; tick < 20; tick += 1) lived.tick();
        const { state: rebuilt } = stateAt(clock.now_us());
        rebuilt.restore(events);
        rebuilt.tick();
        expect(shown(lived, ['queues', 'agents'])).toEqual(shown(rebuilt, ['queues', 'agents']));
      }),
      { numRuns: 80 },
    );
  });

  it('counts each call once in the city, and every leg in its queue', () => {
    fc.assert(
      fc.property(histories(DAY), (events) => {
        const { state } = stateAt();
        state.restore(events);
        const rows = (key: string) => state.intervals(key, 0, Number.MAX_SAFE_INTEGER) ?? [];
        const total = (keys: string[], name: 'offered' | 'entered' | 'answered' | 'waiting' | 'completed') =>
          keys.flatMap(rows).reduce((sum, row) => sum + row[name], 0);
        const queues = [...state.keys('queues')].filter(
          (key) => key !== CITY_KEY && !key.startsWith('counter:'),
        );
        const calls = new Set(
          events.filter(({ type }) => type.startsWith('call.')).map(({ subject }) => subject),
        );
        expect(total([CITY_KEY], 'offered')).toBe(calls.size);
        expect(total([CITY_KEY], 'waiting')).toBe(total(queues, 'waiting'));
        for (const name of ['offered', 'entered', 'answered', 'completed'] as const) {
          expect(total([CITY_KEY], name)).toBeLessThanOrEqual(total(queues, name));
        }
      }),
    );
  });

  it('loses no contact: entered is answered, given up, moved, waiting or closed by rule', () => {
    fc.assert(
      fc.property(histories(DAY), (events) => {
        const { state } = stateAt();
        state.restore(events);
        for (const key of state.keys('queues')) {
          if (key === CITY_KEY) continue;
          for (const row of state.intervals(key, 0, Number.MAX_SAFE_INTEGER) ?? []) {
            const ended = row.answered + row.abandoned + row.timed_out + row.callbacks + row.moved;
            const rest = row.entered - ended - row.waiting;
            expect(rest).toBeGreaterThanOrEqual(0);
            expect(rest).toBeLessThanOrEqual(row.closed_by_rule);
            for (const figure of Object.values(row.metrics)) {
              if (figure.definition.startsWith('wait_') || figure.definition.startsWith('a')) continue;
              if (figure.value !== null) expect(figure.value).toBeGreaterThanOrEqual(0);
              if (figure.value !== null) expect(figure.value).toBeLessThanOrEqual(1);
            }
          }
        }
      }),
    );
  });

  it('tells of every item that a batch changed', () => {
    fc.assert(
      fc.property(histories(DAY), (events) => {
        const { state } = stateAt();
        const dirty = new Set<string>();
        state.onDirty((topic, key) => dirty.add(`${topic} ${key}`));
        const before = new Map<string, unknown>();
        for (const event of events) {
          dirty.clear();
          state.apply(batch([event]));
          for (const topic of ['queues', 'agents', 'feeds'] as const) {
            for (const key of state.keys(topic)) {
              const now = state.item(topic, key);
              // The first event of all tells since when anything is known: every curve shows it from the next minute on.
              const item = topic === 'queues' ? { ...(now as QueueState), waiting_curve: null } : now;
              if (!dirty.has(`${topic} ${key}`)) expect(item).toEqual(before.get(`${topic} ${key}`) ?? item);
              before.set(`${topic} ${key}`, item);
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** Events of tests, written short, and random histories of calls, visits and agents with everything that goes wrong in life. */
import fc from 'fast-check';
import type { EventData, EventRecord, EventType } from '../../server/contract/event-types.ts';

let made = 0;
const uuidOf = (n: number): string => `00000000000050008000${n.toString(16).padStart(12, '0')}`;

export const us = (iso: string): number => Date.parse(iso) * 1000;

/** An event at `at` (RFC 3339, or µs). */
export function event(type: EventType, subject: string, at: string | number, data: EventData): EventRecord {
  made += 1;
  const time_us = typeof at === 'number' ? at : us(at);
  return {
    event_id: uuidOf(made),
    time_us,
    type,
    source: 'test',
    subject,
    sequence: null,
    data,
    extra: null,
  };
}

export const QUEUES = ['north', 'south', 'centre'];
const AGENTS = ['ada', 'bob', 'eve'];

const queue = fc.constantFrom(...QUEUES);
const agent = fc.constantFrom(...AGENTS);
const seconds = fc.oneof(
  fc.integer({ min: 0, max: 400 }),
  fc.integer({ min: 0, max: 99_999 }).map((n) => n / 1000),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const callStep = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      'call.offered',
      'call.queued',
      'call.abandoned',
      'call.timed_out',
      'call.callback_requested',
    ),
    queue,
  }),
  fc.record({ type: fc.constantFrom('call.offered', 'call.queued'), queue }),
  fc.record({ type: fc.constant('call.answered'), queue, agent }),
  fc.record({
    type: fc.constant('call.transferred'),
    from_queue: queue,
    to_queue: maybe(queue),
    to_external: maybe(fc.constantFrom('911', 'police')),
  }),
  fc.record({
    type: fc.constant('call.completed'),
    queue,
    agent,
    talk_s: maybe(seconds),
    hold_s: maybe(seconds),
    wrap_up_s: maybe(seconds),
    outcome: maybe(fc.constantFrom('answered', 'misdirected_emergency')),
  }),
) as fc.Arbitrary<{ type: EventType } & EventData>;
const visitStep = fc.record({
  type: fc.constantFrom('counter.arrived', 'counter.called', 'counter.served', 'counter.left'),
  counter: fc.constantFrom('east', 'west'),
}) as fc.Arbitrary<{ type: EventType } & EventData>;
const agentStep = fc.record({
  type: fc.constant('agent.state'),
  queues: fc.uniqueArray(queue, { maxLength: 3 }),
  state: fc.constantFrom('available', 'busy', 'wrap_up', 'paused', 'offline'),
}) as fc.Arbitrary<{ type: EventType } & EventData>;
const otherStep = fc.record({
  type: fc.constantFrom('web.page_viewed', 'web.form_started', 'mail.received', 'request.closed'),
}) as fc.Arbitrary<{ type: EventType } & EventData>;

/** Gaps between a subject's events, µs: none, within a millisecond, seconds, and long enough for the rule to close. */
const gap_us = fc.oneof(
  fc.constant(0),
  fc.constant(1_000_000),
  fc.integer({ min: 1, max: 1_500 }),
  fc.integer({ min: 0, max: 600_000_000 }),
  fc.integer({ min: 0, max: 300 }).map((minutes) => minutes * 60_000_000),
);

const subjectOf = (step: fc.Arbitrary<{ type: EventType } & EventData>, names: string[], max: number) =>
  fc.record({
    subject: fc.constantFrom(...names),
    start_us: fc.integer({ min: 0, max: 86_400 }).map((second) => second * 1_000_000),
    steps: fc.array(fc.tuple(step, gap_us, fc.constantFrom(null, null, null, '1', '2')), {
      minLength: 1,
      maxLength: max,
    }),
  });

/**
 * Histories within the 26 hours from `from_us`, in event order. Subjects meet, types come in any order with any one
 * missing, many share an instant.
 */
export const histories = (from_us: number): fc.Arbitrary<EventRecord[]> =>
  fc
    .array(
      fc.oneof(
        { weight: 6, arbitrary: subjectOf(callStep, ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8'], 7) },
        { weight: 2, arbitrary: subjectOf(visitStep, ['v1', 'v2', 'v3'], 4) },
        { weight: 2, arbitrary: subjectOf(agentStep, AGENTS, 5) },
        { weight: 1, arbitrary: subjectOf(otherStep, ['w1', 'w2'], 3) },
      ),
      { minLength: 1, maxLength: 14 },
    )
    .map((subjects) => {
      let n = 0;
      const events = subjects.flatMap(({ subject, start_us, steps }) => {
        let time_us = from_us + start_us;
        return steps.map(([{ type, ...data }, gap, sequence]) => {
          time_us += gap;
          n += 1;
          const given = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
          return {
            event_id: uuidOf(n),
            time_us,
            type,
            source: `source ${n % 2}`,
            subject,
            sequence,
            data: given,
            extra: null,
          };
        });
      });
      const until_us = from_us + 26 * 3_600_000_000;
      return events
        .filter(({ time_us }) => time_us < until_us)
        .sort((a, b) => a.time_us - b.time_us || (a.event_id < b.event_id ? -1 : 1));
    });

/** A history and one way it may arrive: shuffled, with events repeated. */
export const arrivals = (from_us: number) =>
  histories(from_us).chain((events) =>
    fc.record({
      events: fc.constant(events),
      arrived: fc
        .shuffledSubarray([...events, ...events], { minLength: events.length, maxLength: 2 * events.length })
        .map((some) => [...some, ...events.filter((event) => !some.includes(event))]),
    }),
  );

/** What agents said in the eight days before `from_us`, in event order. */
export const earlierStates = (from_us: number): fc.Arbitrary<EventRecord[]> =>
  fc
    .array(
      fc.tuple(
        agentStep,
        fc.constantFrom(...AGENTS),
        fc.integer({ min: 1, max: 8 * 24 * 60 }).map((minutes) => from_us - minutes * 60_000_000),
      ),
      { maxLength: 6 },
    )
    .map((said) =>
      said
        .map(([{ type, ...data }, subject, time_us], n) => ({
          event_id: uuidOf(1_000_000 + n),
          time_us,
          type,
          source: 'source 0',
          subject,
          sequence: null,
          data,
          extra: null,
        }))
        .sort((a, b) => a.time_us - b.time_us || (a.event_id < b.event_id ? -1 : 1)),
    );

/** Mail of the ten weeks before `until_us`, in event order: written to again, answered twice, unanswered, out of nowhere. */
export const mailHistories = (until_us: number): fc.Arbitrary<EventRecord[]> =>
  fc
    .array(
      fc.record({
        subject: fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6'),
        start_min: fc.integer({ min: 0, max: 70 * 24 * 60 }),
        steps: fc.array(
          fc.tuple(
            fc.constantFrom<EventType>('mail.received', 'mail.received', 'mail.opened', 'mail.answered'),
            fc.oneof(
              fc.constant(0),
              fc.integer({ min: 1, max: 3_000_000 }),
              fc.integer({ min: 0, max: 25 * 24 * 60 }).map((minutes) => minutes * 60_000_000),
            ),
            fc.constantFrom(null, null, '1', '2'),
          ),
          { minLength: 1, maxLength: 5 },
        ),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((items) => {
      let n = 2_000_000;
      const events = items.flatMap(({ subject, start_min, steps }) => {
        let time_us = until_us - 70 * 86_400_000_000 + start_min * 60_000_000;
        return steps.map(([type, gap_us, sequence]) => {
          time_us += gap_us;
          n += 1;
          const data: EventData = {};
          return { event_id: uuidOf(n), time_us, type, source: 'mail', subject, sequence, data, extra: null };
        });
      });
      return events
        .filter(({ time_us }) => time_us < until_us)
        .sort((a, b) => a.time_us - b.time_us || (a.event_id < b.event_id ? -1 : 1));
    });

/** Random lives of requests with all that goes wrong in life: any type after any other, equal times, duplicates, losses, any order. */
import fc from 'fast-check';
import type { EventData, EventRecord } from '../../server/contract/event-types.ts';
import { type RequestEvent, requestEvent } from '../../server/domain/request.ts';
import { compareEvents } from '../../server/domain/subject.ts';
import { eventOf, us } from './support.ts';

export const HISTORY_FROM_US = us('2026-02-23T14:00:00Z');
const MINUTE_US = 60_000_000;
const DAY_US = 1_440 * MINUTE_US;

const borough = fc.constantFrom('VM', 'RPP', 'PM');
const unit = fc.constantFrom('works', 'parks', 'roads');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const date = fc
  .integer({ min: -2 * 24 * 60, max: 40 * 24 * 60 })
  .map((minutes) => new Date((HISTORY_FROM_US + minutes * MINUTE_US) / 1000).toISOString());

interface Step {
  readonly short: string;
  readonly data: EventData;
}
const step = (short: string, data: fc.Arbitrary<object> = fc.constant({})): fc.Arbitrary<Step> =>
  data.map((given) => {
    const kept = Object.entries(given).filter(([, value]) => value !== undefined);
    return { short, data: Object.fromEntries(kept) as EventData };
  });

/** Four corners near one another, some of them within 50 m, and one far away. */
const place = fc.constantFrom(
  { longitude: -73.56, latitude: 45.5 },
  { longitude: -73.56, latitude: 45.5004 },
  { longitude: -73.5605, latitude: 45.5004 },
  { longitude: -73.5594, latitude: 45.5008 },
  { longitude: -73.7, latitude: 45.4 },
);
const creation = step(
  'created',
  fc
    .tuple(
      fc.record({
        service: fc.constantFrom('pothole', 'leak', 'question', 'unheard-of'),
        nature: fc.constant('request'),
        channel: fc.constantFrom('phone', 'web'),
        borough: maybe(borough),
        due_at: fc.option(date, { nil: undefined, freq: 5 }),
      }),
      maybe(place),
    )
    .map(([data, where]) => ({ ...data, ...where })),
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: creation },
  { weight: 3, arbitrary: step('transmitted', fc.record({ unit, borough: maybe(borough) })) },
  { weight: 3, arbitrary: step('transferred', fc.record({ unit, borough: maybe(borough) })) },
  { weight: 2, arbitrary: step('acknowledged', fc.record({ unit: maybe(unit) })) },
  {
    weight: 2,
    arbitrary: step('work_ordered', fc.record({ unit: maybe(unit), work_order: maybe(fc.constant('W1')) })),
  },
  { weight: 3, arbitrary: step('paused', fc.record({ reason: fc.constant('parts') })) },
  { weight: 3, arbitrary: step('resumed', fc.record({ reason: fc.constant('parts') })) },
  {
    weight: 2,
    arbitrary: step('status_published', fc.record({ text: fc.constant('…'), expected_at: maybe(date) })),
  },
  { weight: 3, arbitrary: step('resolved', fc.record({ resolution: fc.constantFrom('done', 'referred') })) },
  { weight: 2, arbitrary: step('closed') },
  { weight: 3, arbitrary: step('reopened') },
  { weight: 1, arbitrary: step('cancelled') },
  { weight: 1, arbitrary: step('merged', fc.record({ into: fc.constantFrom('itself', 'elsewhere') })) },
  {
    weight: 2,
    arbitrary: step(
      'revised',
      fc.record({
        service: maybe(fc.constantFrom('pothole', 'leak', 'question')),
        borough: maybe(borough),
        due_at: fc.option(date, { nil: undefined, freq: 4 }),
        policy: maybe(fc.constantFrom('works@1', 'works@2', 'urgent@1', 'works@9')),
      }),
    ),
  },
);

/** Between two events of a life, µs: nothing, the blink of an eye, minutes, days. */
const gap_us = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 600 }).map((minutes) => minutes * MINUTE_US),
  fc.integer({ min: 1, max: 6 * 24 * 4 }).map((quarters) => quarters * 15 * MINUTE_US),
);
const sequence = fc.constantFrom(null, null, null, '1', '2');

const life = fc.record({
  start_us: fc.integer({ min: 0, max: 3 * 24 * 4 }).map((quarters) => quarters * 15 * MINUTE_US),
  // Seven times in eight a life begins as lives do.
  first: fc.option(creation, { freq: 7 }),
  steps: fc.array(fc.tuple(steps, gap_us, sequence), { minLength: 1, maxLength: 9 }),
});

let run = 0;
/** The lives of a few requests, in no order, each event once. Their ids are new each time. */
export const histories: fc.Arbitrary<EventRecord[]> = fc
  .array(life, { minLength: 1, maxLength: 4 })
  .map((lives) => {
    run += 1;
    return lives.flatMap(({ start_us, first, steps: taken }, index) => {
      const id = `H${run}-${index}`;
      let at_us = HISTORY_FROM_US + start_us;
      const events = first ? [eventOf(id, first.short, at_us, first.data)] : [];
      for (const [{ short, data }, gap, order] of taken) {
        at_us += gap;
        const merged = short === 'merged' && data.into === 'itself' ? { into: id } : data;
        events.push({ ...eventOf(id, short, at_us, merged), sequence: order });
      }
      return events;
    });
  });

/** A history as it arrives: out of order, in batches, with duplicates inside a batch and of earlier ones. */
export interface Arrival {
  readonly events: readonly EventRecord[];
  /** Each with the time that passes before it comes, µs, and whether the next comes at the same time as it. */
  readonly batches: readonly {
    readonly events: readonly EventRecord[];
    readonly after_us: number;
    readonly together: boolean;
  }[];
}
export const arrivals: fc.Arbitrary<Arrival> = histories.chain((events) =>
  fc
    .tuple(
      fc.boolean(),
      fc.shuffledSubarray([...events, ...events], {
        minLength: events.length,
        maxLength: 2 * events.length,
      }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 9 }), fc.boolean()), {
        minLength: 1,
        maxLength: 6,
      }),
    )
    .map(([shuffled, some, sizes]) => {
      const arriving = shuffled ? [...some, ...events] : [...events].sort((a, b) => a.time_us - b.time_us);
      const batches: { events: EventRecord[]; after_us: number; together: boolean }[] = [];
      for (let at = 0; at < arriving.length; ) {
        const [size, days, together] = sizes[batches.length % sizes.length]!;
        batches.push({ events: arriving.slice(at, at + size), after_us: days * DAY_US, together });
        at += size;
      }
      return { events, batches };
    }),
);

/** The events of each request, in the order in which they are folded. */
export function bySubject(events: readonly EventRecord[]): Map<string, RequestEvent[]> {
  const lives = new Map<string, RequestEvent[]>();
  for (const event of events) {
    const taken = requestEvent(event);
    if (taken) lives.set(event.subject, [...(lives.get(event.subject) ?? []), taken]);
  }
  for (const one of lives.values()) one.sort(compareEvents);
  return lives;
}

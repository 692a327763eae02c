/** Events for the tests of the store: of every type, with and without their optional fields. */
import fc from 'fast-check';
import {
  EVENT_TYPE_NAMES,
  type EventData,
  type EventRecord,
  type EventType,
  eventTypeSpec,
  type FieldName,
} from '../../server/contract/event-types.ts';
import { rfc3339Of } from '../../server/store/instants.ts';

export const DAY_US = 86_400_000_000;
export const START_US = Date.parse('2026-11-02T00:00:00Z') * 1000;

/** An event's id that only this number has. */
export const idOf = (n: number): string => `00000000000040008000${n.toString(16).padStart(12, '0')}`;

/** The n-th of a stream of calls, one every 7 s. */
export function callEvent(n: number, more: Partial<EventRecord> = {}): EventRecord {
  const type = (['call.queued', 'call.answered', 'call.completed', 'call.abandoned'] as const)[n % 4]!;
  return {
    event_id: idOf(n),
    time_us: START_US + n * 7_000_001,
    type,
    source: 'asterisk/test',
    subject: `call-${n >> 2}`,
    sequence: null,
    data: {
      queue: `q${n % 23}`,
      ...(type === 'call.completed' ? { agent: 'a7', talk_s: 61.5, hold_s: 3 } : {}),
    },
    extra: null,
    ...more,
  };
}

/** Text of all kinds: empty, with quotes, braces, line ends, beyond the BMP; without what the contract refuses. */
const anyText = fc
  .string({ unit: 'grapheme', maxLength: 70 })
  .map((text) => text.toWellFormed().replaceAll('\0', ''));
const instant = fc.integer({ min: -2_000_000_000, max: 4_000_000_000 }).map((s) => rfc3339Of(s * 1_000_000));
const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -180, max: 604_800 });
const VALUES: Partial<Record<FieldName, fc.Arbitrary<unknown>>> = {
  position: fc.integer({ min: 0, max: 1_000_000 }),
  results: fc.maxSafeNat(),
  requesters: fc.maxSafeNat(),
  ring_s: number,
  talk_s: number,
  hold_s: number,
  wrap_up_s: number,
  longitude: number,
  latitude: number,
  queues: fc.array(anyText, { maxLength: 5 }),
  due_at: instant,
  expected_at: instant,
};

function dataOf(type: EventType): fc.Arbitrary<EventData> {
  const { required, optional } = eventTypeSpec(type);
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  for (const name of [...required, ...optional]) model[name] = VALUES[name] ?? anyText;
  return fc.record(model, { requiredKeys: [...required], noNullPrototype: true }) as fc.Arbitrary<EventData>;
}

export const anyEvent: fc.Arbitrary<EventRecord> = fc.constantFrom(...EVENT_TYPE_NAMES).chain((type) =>
  fc.record({
    event_id: fc.uuid().map((uuid) => uuid.replaceAll('-', '')),
    time_us: fc.integer({ min: START_US, max: START_US + 30 * DAY_US }),
    type: fc.constant(type),
    source: fc.constantFrom('city/a', 'city/b', "l'été/☎"),
    subject: anyText,
    sequence: fc.option(anyText),
    data: dataOf(type),
    extra: fc.option(
      fc.dictionary(
        anyText.filter((key) => key !== '__proto__'),
        fc.jsonValue().map(clean),
        { maxKeys: 3, noNullPrototype: true },
      ),
    ),
  }),
);

/** JSON without what jsonb cannot keep: NUL, lone surrogates, a negative zero. */
function clean(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, item) => {
    if (typeof item === 'string') return item.toWellFormed().replaceAll('\0', '');
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      return Object.is(item, -0) ? 0 : item;
    return Object.fromEntries(
      Object.entries(item).map(([key, inner]) => [key.toWellFormed().replaceAll('\0', ''), inner]),
    );
  });
}

export async function collect<T>(chunks: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const chunk of chunks) all.push(...chunk);
  return all;
}

export const byTime = (a: EventRecord, b: EventRecord): number =>
  a.time_us - b.time_us || (a.event_id < b.event_id ? -1 : 1);

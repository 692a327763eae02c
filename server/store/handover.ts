/** The calls that may have been waiting when a queue's hours ended, from the stored events. */
import Type from 'typebox';
import { EVENT_TYPE_NAMES, type EventData, type EventRecord } from '../contract/event-types.ts';
import { callEvent } from '../domain/call.ts';
import { type ClosingLimits, closeByRule, foldContact, type Leg } from '../domain/contact.ts';
import type { Closing } from '../domain/handover.ts';
import { compareEvents } from '../domain/subject.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many, plannedEachTime } from './sql.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const TextOrNull = orNull(Type.String());
const SecondsOrNull = orNull(Type.Number());
const Row = Type.Object({
  subject: Type.String(),
  time_us: Type.Integer(),
  event_id: Type.String(),
  sequence: TextOrNull,
  type: Type.Enum([...EVENT_TYPE_NAMES]),
  queue: TextOrNull,
  from_queue: TextOrNull,
  to_queue: TextOrNull,
  to_external: TextOrNull,
  agent: TextOrNull,
  talk_s: SecondsOrNull,
  hold_s: SecondsOrNull,
  wrap_up_s: SecondsOrNull,
  outcome: TextOrNull,
});
const sql = loadSql(import.meta.url, { handover_calls: plannedEachTime(many(Row)) });

function recordOf({
  subject,
  time_us,
  event_id,
  sequence,
  type,
  ...fields
}: Type.Static<typeof Row>): EventRecord {
  const given = Object.entries(fields).filter(([, value]) => value !== null);
  const data = Object.fromEntries(given) as EventData;
  return { event_id, time_us, type, source: '', subject, sequence, data, extra: null };
}

/** The legs of each call that was in one of the queues before it closed, as is known at `as_of_us`. */
export async function callsAtClosings(
  db: Database,
  closings: readonly Closing[],
  as_of_us: number,
  limits: ClosingLimits,
): Promise<Leg[][]> {
  if (closings.length === 0) return [];
  const instants = closings.map(({ at_us }) => at_us);
  // A call without an event for longer than the limits is closed by rule: nobody waits longer.
  const reach_us = limits.waiting_us + limits.serving_us;
  const rows = await sql.handover_calls(db, {
    queues: closings.map(({ queue }) => queue),
    instants: instants.map(rfc3339Of),
    limit_s: limits.waiting_us / 1_000_000,
    from: rfc3339Of(Math.min(...instants) - reach_us),
    to: rfc3339Of(Math.max(...instants) + reach_us),
  });
  return [...Map.groupBy(rows, ({ subject }) => subject).values()].map((call) => {
    const events = call.map((row) => callEvent(recordOf(row))).filter((event) => event !== null);
    const legs = foldContact(events.sort(compareEvents));
    for (const leg of legs) closeByRule(leg, as_of_us, limits);
    return legs;
  });
}

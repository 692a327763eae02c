/** The state that each agent said last: the live state needs it of those who said nothing since its window began. */
import Type from 'typebox';
import { AGENT_STATES, type EventRecord } from '../contract/event-types.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many } from './sql.ts';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const sql = loadSql(import.meta.url, {
  last_agent_states: many(
    Type.Object({
      time_us: Type.Integer(),
      event_id: Type.String(),
      source: Type.String(),
      subject: Type.String(),
      sequence: TextOrNull,
      state: Type.Enum(AGENT_STATES),
      queues: Type.Array(Type.String()),
    }),
  ),
});

/** One event an agent: the last that said a state in [from_us, to_us). */
export async function lastAgentStates(db: Database, from_us: number, to_us: number): Promise<EventRecord[]> {
  const rows = await sql.last_agent_states(db, { from: rfc3339Of(from_us), to: rfc3339Of(to_us) });
  return rows.map(({ state, queues, ...event }) => ({
    ...event,
    type: 'agent.state' as const,
    data: { state, queues },
    extra: null,
  }));
}

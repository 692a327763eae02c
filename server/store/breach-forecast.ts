/** What breaches to come are foretold from: how long requests took, and what is due. */
import Type from 'typebox';
import { type AtRisk, LIFE_BORDERS_S, type LifeRow } from '../domain/breach-forecast.ts';
import type { StoreScope } from './backlog.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many, plannedEachTime } from './sql.ts';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Life = Type.Object({
  service: Type.String(),
  borough: TextOrNull,
  bin: Type.Integer(),
  settled: Type.Integer(),
  open: Type.Integer(),
});
const Due = Type.Object({
  service: TextOrNull,
  borough: TextOrNull,
  age_s: Type.Number(),
  left_s: Type.Number(),
  passed: Type.Boolean(),
});
const sql = loadSql(import.meta.url, {
  lives: plannedEachTime(many(Life)),
  due_between: plannedEachTime(many(Due)),
});

/** `passed` of those alone whose deadline lies in the past. */
export interface DueRow extends AtRisk {
  readonly passed: boolean;
}

/** @param question.borough whose requests are told apart from the others of the city; null: all boroughs, each apart */
export function livesUntil(
  db: Database,
  question: {
    readonly borough: string | null;
    readonly services: readonly string[];
    readonly from_us: number;
    readonly as_of_us: number;
  },
): Promise<LifeRow[]> {
  const { borough, services, from_us, as_of_us } = question;
  return sql.lives(db, {
    borough,
    services,
    from: rfc3339Of(from_us),
    as_of: rfc3339Of(as_of_us),
    borders: LIFE_BORDERS_S,
  });
}

export function dueBetween(
  db: Database,
  scope: StoreScope,
  as_of_us: number,
  until_us: number,
): Promise<DueRow[]> {
  return sql.due_between(db, { ...scope, as_of: rfc3339Of(as_of_us), until: rfc3339Of(until_us) });
}

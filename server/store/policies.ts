/** How long data is kept. The limits themselves, and why, stand in `sql/repeatable/policies.sql`. */
import Type from 'typebox';
import type { Database } from './database.ts';
import { loadSql, one } from './sql.ts';

const sql = loadSql(import.meta.url, { set_policies: one(Type.Object({ done: Type.String() })) });

export interface Retention {
  /** Events are kept this long; their aggregates outlive them. */
  readonly retention_days: number;
  readonly rejected_retention_days: number;
  /** Records of settled requests are kept this long. */
  readonly request_retention_days: number;
}

/** Makes the database keep to the settings. To be called at each start, after the migrations; changes nothing twice. */
export async function applyPolicies(db: Database, retention: Retention): Promise<void> {
  const { retention_days, rejected_retention_days, request_retention_days } = retention;
  await sql.set_policies(db, {
    retention_days,
    rejected_days: rejected_retention_days,
    record_days: request_retention_days,
  });
}

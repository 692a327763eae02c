/** The boundaries of territories, which take the place of approximate areas. */
import Type from 'typebox';
import type { By } from '../contract/audit.ts';
import type { Boundary } from '../domain/boundary.ts';
import { writeAudit } from './audit.ts';
import { nextRevision } from './catalogue.ts';
import type { Database } from './database.ts';
import { loadSql, many, none } from './sql.ts';

const sql = loadSql(import.meta.url, {
  known_codes: many(Type.Object({ code: Type.String() })),
  save_boundaries: none,
});

export interface TerritoryBoundary {
  /** Two-letter code of the territory. */
  readonly code: string;
  readonly geometry: Boundary;
}

/** Codes of all territories. */
export async function territoryCodes(db: Database): Promise<string[]> {
  return (await sql.known_codes(db)).map(({ code }) => code);
}

/**
 * Replaces the boundaries of territories that are there, all or none; other servers notice, as with any change of the catalogue.
 * @returns how many there were
 */
export async function saveBoundaries(
  db: Database,
  items: readonly TerritoryBoundary[],
  by: By,
): Promise<number> {
  return db.transaction(async (client) => {
    await nextRevision(client);
    // A boundary has thousands of points: the history keeps that it was replaced.
    const notes = items.map(
      ({ code: id }) => ({ subject: 'boundary', id, action: 'changed', before: null, after: null }) as const,
    );
    await writeAudit(client, by, notes);
    return sql.save_boundaries(client, { items: JSON.stringify(items) });
  });
}

/** Reports that were published, and what late events changed of them since. */
import Type from 'typebox';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many, none, zeroOrOne } from './sql.ts';

const Seal = Type.Object({
  sha256: Type.String(),
  sealed_us: Type.Integer(),
  sealed_by: Type.String(),
});
const Erratum = Type.Object({
  section: Type.String(),
  table: Type.String(),
  row: Type.String(),
  column: Type.String(),
  seen_us: Type.Integer(),
  now: Type.Unknown(),
});
const sql = loadSql(import.meta.url, {
  read_seal: zeroOrOne(Type.Intersect([Seal, Type.Object({ content: Type.String() })])),
  list_seals: many(Type.Intersect([Seal, Type.Object({ month: Type.String(), scope: Type.String() })])),
  save_seal: none,
  read_errata: many(Erratum),
  save_errata: none,
});

export interface ReportKey {
  /** `yyyy-mm` */
  readonly month: string;
  readonly scope: string;
}
export type StoredSeal = Type.Static<typeof Seal> & { readonly content: string };
export type ListedSeal = Type.Static<typeof Seal> & ReportKey;
/** `now` is the figure as JSON; null: its row is gone. */
export type StoredErratum = Type.Static<typeof Erratum>;

const keyOf = ({ month, scope }: ReportKey) => ({ month, scope });

export const readSeal = (db: Database, key: ReportKey): Promise<StoredSeal | null> =>
  sql.read_seal(db, keyOf(key));
export const listSeals = (db: Database): Promise<ListedSeal[]> => sql.list_seals(db);
/** @returns false: it was published before */
export async function saveSeal(db: Database, key: ReportKey, seal: StoredSeal): Promise<boolean> {
  const { content, sha256, sealed_us, sealed_by } = seal;
  const row = { ...keyOf(key), content, sha256, sealed_at: rfc3339Of(sealed_us), sealed_by };
  return (await sql.save_seal(db, row)) === 1;
}
export const readErrata = (db: Database, key: ReportKey): Promise<StoredErratum[]> =>
  sql.read_errata(db, keyOf(key));
/** Those known keep the time at which they were first seen. */
export async function saveErrata(
  db: Database,
  key: ReportKey,
  errata: readonly Omit<StoredErratum, 'seen_us'>[],
  seen_us: number,
): Promise<void> {
  if (errata.length === 0) return;
  const row = { ...keyOf(key), errata: JSON.stringify(errata), seen_at: rfc3339Of(seen_us) };
  await sql.save_errata(db, row);
}

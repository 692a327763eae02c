/** What the city promises, in the database: read whole, written all or nothing. */
import Type from 'typebox';
import type { AuditNote, By } from '../contract/audit.ts';
import type { Catalogue, ServiceDefinition, Territory } from '../contract/catalogue.ts';
import { writeAudit } from './audit.ts';
import type { Database } from './database.ts';
import { loadSql, many, none, one, type Queryable } from './sql.ts';

const Revision = Type.Object({ revision: Type.Integer() });
const Named = Type.Object({ name: Type.Object({}) });
const TerritoryRow = Type.Object({ code: Type.String(), approximate: Type.Boolean() });
const PolicyRow = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  valid_from: Type.String(),
  targets: Type.Object({}),
});
const sql = loadSql(import.meta.url, {
  revision: one(Revision),
  lock_revision: one(Revision),
  next_revision: one(Revision),
  list_territories: many(TerritoryRow),
  list_units: many(Named),
  list_calendars: many(Named),
  list_policies: many(PolicyRow),
  list_services: many(Named),
  save_territories: none,
  save_units: none,
  save_calendars: none,
  save_policies: none,
  save_services: none,
});

/** A territory with its shape. */
export interface TerritoryShape extends Territory {
  /** A GeoJSON geometry (Polygon or MultiPolygon, WGS 84); null until boundaries were imported. */
  readonly geometry: { readonly type: string; readonly coordinates: unknown } | null;
  /** The shape is a guess, not the city's boundary. */
  readonly approximate: boolean;
}

/** The catalogue, and the number that it had then. */
export interface StoredCatalogue extends Catalogue {
  readonly revision: number;
}

/** Grows by one with every change that is committed: a server that holds another number reads anew. */
export async function catalogueRevision(on: Queryable): Promise<number> {
  return (await sql.revision(on)).revision;
}

/**
 * To be called inside the transaction of whoever changes a table of the catalogue, before the change: writers follow one
 * another, and other servers notice. @returns the new revision.
 */
export async function nextRevision(client: Queryable): Promise<number> {
  return (await sql.next_revision(client)).revision;
}

/** All of it, by id. */
export async function readCatalogue(on: Queryable): Promise<StoredCatalogue> {
  // The number first: what changes between the two is then read again, never missed.
  const { revision } = await sql.revision(on);
  return { ...(await readTables(on)), revision };
}

async function readTables(on: Queryable): Promise<Catalogue> {
  // One after the other: on the one connection of a transaction there is no other way.
  const shapes = await territories(on);
  const tables = {
    units: await sql.list_units(on),
    calendars: await sql.list_calendars(on),
    policies: await sql.list_policies(on),
    services: (await sql.list_services(on)).map(withoutEmpty),
  };
  // The columns and their types are those of the contract: the tables have no others.
  return {
    territories: shapes.map(({ code, kind, name, population }) => ({ code, kind, name, population })),
    ...tables,
  } as unknown as Catalogue;
}

/** A service that never had another policy says nothing of it, as in the files. */
function withoutEmpty(row: object): object {
  const { earlier_policies = [], ...rest } = row as ServiceDefinition;
  return earlier_policies.length > 0 ? { ...rest, earlier_policies } : rest;
}

/** All territories by code, with their shapes. */
export async function territories(on: Queryable): Promise<TerritoryShape[]> {
  return (await sql.list_territories(on)) as unknown as TerritoryShape[];
}

export interface SaveOptions {
  /** True: what is said replaces what is there. False: only what is missing is added, and what a city has changed stays. */
  readonly replace: boolean;
  /** Looks at what is there, while nobody else can change it, and throws when the change must not be. */
  readonly accept?: (stored: StoredCatalogue) => void;
  /** Whose change it is, and what the history keeps of it. */
  readonly audit?: { readonly by: By; readonly notes: (stored: Catalogue) => readonly AuditNote[] };
}

/**
 * Adds to the catalogue; what it does not name stays. One transaction: all or nothing.
 * @returns the revision, which is another one only when something has changed.
 */
export async function saveCatalogue(
  db: Database,
  catalogue: Catalogue,
  { replace, accept, audit }: SaveOptions,
): Promise<number> {
  return db.transaction(async (client) => {
    const { revision } = await sql.lock_revision(client);
    const stored = accept || audit ? { ...(await readTables(client)), revision } : null;
    if (accept && stored) accept(stored);
    if (audit && stored) await writeAudit(client, audit.by, audit.notes(stored));
    const save = (block: typeof sql.save_units, rows: readonly unknown[]): Promise<number> =>
      rows.length === 0 ? Promise.resolve(0) : block(client, { rows: JSON.stringify(rows), replace });
    let changed = await save(sql.save_territories, catalogue.territories);
    changed += await save(sql.save_units, catalogue.units);
    changed += await save(sql.save_calendars, catalogue.calendars);
    changed += await save(sql.save_policies, catalogue.policies);
    changed += await save(sql.save_services, catalogue.services);
    return changed > 0 ? nextRevision(client) : revision;
  });
}

/**
 * The table of API keys. Of a secret only the SHA-256 is stored and asked for: it has 256 random bits, so a plain hash
 * cannot be searched, and how long the index takes to find a hash tells nothing about the secret.
 */
import Type from 'typebox';
import type { KeyRecord, KeyRepository, NewKey } from '../access/keys.ts';
import type { Database } from './database.ts';
import { loadSql, many, none, one, zeroOrOne } from './sql.ts';

const Row = Type.Object({
  id: Type.String(),
  name: Type.String(),
  types: Type.Array(Type.String()),
  sources: Type.Array(Type.String()),
  origins: Type.Array(Type.String()),
  can_read: Type.Boolean(),
  wall: Type.Union([Type.Object({ scopes: Type.Array(Type.String()), every_s: Type.Number() }), Type.Null()]),
  created_at: Type.String(),
  revoked_at: Type.Union([Type.String(), Type.Null()]),
});
type Row = Type.Static<typeof Row>;
const sql = loadSql(import.meta.url, {
  find_key: zeroOrOne(Row),
  create_key: one(Row),
  list_keys: many(Row),
  revoke_key: none,
});

/** The database writes `+00:00`. */
const utc = (text: string): string => text.replace(/\+00:00$/, 'Z');
const recordOf = (row: Row): KeyRecord => ({
  ...row,
  created_at: utc(row.created_at),
  revoked_at: row.revoked_at === null ? null : utc(row.revoked_at),
});

export class KeyStore implements KeyRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async findByHash(secret_sha256: string): Promise<KeyRecord | null> {
    const row = await sql.find_key(this.#db, { secret_sha256 });
    return row === null ? null : recordOf(row);
  }

  async create(key: NewKey & { readonly id: string; readonly secret_sha256: string }): Promise<KeyRecord> {
    const { id, name, secret_sha256, types, sources, origins, can_read } = key;
    return recordOf(
      await sql.create_key(this.#db, { id, name, secret_sha256, types, sources, origins, can_read }),
    );
  }

  async list(): Promise<readonly KeyRecord[]> {
    return (await sql.list_keys(this.#db)).map(recordOf);
  }

  async revoke(id: string): Promise<boolean> {
    return (await sql.revoke_key(this.#db, { id })) === 1;
  }
}

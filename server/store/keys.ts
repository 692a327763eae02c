/**
 * The table of API keys. Of a secret only the SHA-256 is stored and asked for: it has 256 random bits, so a plain hash
 * cannot be searched, and how long the index takes to find a hash tells nothing about the secret.
 */
import Type from 'typebox';
import type { KeyRecord, KeyRepository, NewKey } from '../access/keys.ts';
import type { AuditNote, By } from '../contract/audit.ts';
import { writeAudit } from './audit.ts';
import type { Database } from './database.ts';
import { loadSql, many, one, zeroOrOne } from './sql.ts';
import { utc, utcOrNull } from './utc.ts';

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
  revoke_key: zeroOrOne(Row),
});

const recordOf = (row: Row): KeyRecord => ({
  ...row,
  created_at: utc(row.created_at),
  revoked_at: utcOrNull(row.revoked_at),
});
/** What the history keeps of a key; of a wall's, what it shows. */
const keyTold = ({ name, types, sources, origins, can_read, wall }: KeyRecord): object =>
  wall === null ? { name, types, sources, origins, can_read } : { name, ...wall };
const revokedNote = (key: KeyRecord): AuditNote => ({
  subject: key.wall === null ? 'key' : 'wall',
  id: key.id,
  action: 'revoked',
  before: keyTold(key),
  after: null,
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

  create(key: NewKey & { readonly id: string; readonly secret_sha256: string }, by: By): Promise<KeyRecord> {
    const { id, name, secret_sha256, types, sources, origins, can_read } = key;
    return this.#db.transaction(async (client) => {
      const row = { id, name, secret_sha256, types, sources, origins, can_read };
      const made = recordOf(await sql.create_key(client, row));
      const note = { subject: 'key', id, action: 'created', before: null, after: keyTold(made) } as const;
      await writeAudit(client, by, [note]);
      return made;
    });
  }

  async list(): Promise<readonly KeyRecord[]> {
    return (await sql.list_keys(this.#db)).map(recordOf);
  }

  revoke(id: string, by: By): Promise<boolean> {
    return this.#db.transaction(async (client) => {
      const row = await sql.revoke_key(client, { id });
      if (row === null) return false;
      await writeAudit(client, by, [revokedNote(recordOf(row))]);
      return true;
    });
  }
}

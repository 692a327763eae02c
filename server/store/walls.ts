/** Screens that wait to be paired, and the keys of those that are. */
import Type from 'typebox';
import type { WallRepository } from '../access/walls.ts';
import type { Actor, By } from '../contract/audit.ts';
import type { Wall, WallSetting } from '../contract/walls.ts';
import { writeAudit } from './audit.ts';
import type { Database } from './database.ts';
import { loadSql, many, none, one, zeroOrOne } from './sql.ts';
import { utc } from './utc.ts';

const Setting = Type.Object({ scopes: Type.Array(Type.String()), every_s: Type.Number() });
const sql = loadSql(import.meta.url, {
  forget_pairings: none,
  begin_pairing: none,
  approve_pairing: none,
  is_waiting: one(Type.Object({ waiting: Type.Boolean() })),
  take_key: zeroOrOne(
    Type.Object({
      name: Type.String(),
      wall: Setting,
      approved_by: Type.Union([Type.Object({}), Type.Null()]),
    }),
  ),
  list_walls: many(
    Type.Object({ id: Type.String(), name: Type.String(), wall: Setting, created_at: Type.String() }),
  ),
  revoke_wall: zeroOrOne(Type.Object({ name: Type.String(), wall: Setting })),
});

export class WallStore implements WallRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async begin(pairing: Parameters<WallRepository['begin']>[0]): Promise<boolean> {
    await sql.forget_pairings(this.#db);
    return (await sql.begin_pairing(this.#db, { ...pairing })) === 1;
  }

  async approve(code: string, name: string, setting: WallSetting, actor: Actor): Promise<boolean> {
    const approved = { code, name, wall: JSON.stringify(setting), actor: JSON.stringify(actor) };
    return (await sql.approve_pairing(this.#db, approved)) === 1;
  }

  takeKey(device_sha256: string, key: { id: string; secret_sha256: string }): Promise<WallSetting | null> {
    return this.#db.transaction(async (client) => {
      const taken = await sql.take_key(client, { device_sha256, ...key });
      if (taken === null) return null;
      const { name, wall, approved_by } = taken;
      // A code that an earlier version of this server took has nobody's name.
      const actor = (approved_by ?? { kind: 'key', id: '', name: '' }) as Actor;
      const after = { name, ...wall };
      const note = { subject: 'wall', id: key.id, action: 'created', before: null, after } as const;
      await writeAudit(client, { actor, why: null }, [note]);
      return wall;
    });
  }

  async isWaiting(device_sha256: string): Promise<boolean> {
    return (await sql.is_waiting(this.#db, { device_sha256 })).waiting;
  }

  async list(): Promise<readonly Wall[]> {
    const rows = await sql.list_walls(this.#db);
    return rows.map(({ id, name, wall, created_at }) => ({
      id,
      name,
      ...wall,
      paired_at: utc(created_at),
    }));
  }

  revoke(id: string, by: By): Promise<boolean> {
    return this.#db.transaction(async (client) => {
      const revoked = await sql.revoke_wall(client, { id });
      if (revoked === null) return false;
      const before = { name: revoked.name, ...revoked.wall };
      await writeAudit(client, by, [{ subject: 'wall', id, action: 'revoked', before, after: null }]);
      return true;
    });
  }
}

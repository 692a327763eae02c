/** Screens that wait to be paired, and the keys of those that are. */
import Type from 'typebox';
import type { WallRepository } from '../access/walls.ts';
import type { Wall, WallSetting } from '../contract/walls.ts';
import type { Database } from './database.ts';
import { loadSql, many, none, one, zeroOrOne } from './sql.ts';

const Setting = Type.Object({ scopes: Type.Array(Type.String()), every_s: Type.Number() });
const sql = loadSql(import.meta.url, {
  forget_pairings: none,
  begin_pairing: none,
  approve_pairing: none,
  is_waiting: one(Type.Object({ waiting: Type.Boolean() })),
  take_key: zeroOrOne(Type.Object({ wall: Setting })),
  list_walls: many(
    Type.Object({ id: Type.String(), name: Type.String(), wall: Setting, created_at: Type.String() }),
  ),
  revoke_wall: none,
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

  async approve(code: string, name: string, setting: WallSetting): Promise<boolean> {
    return (await sql.approve_pairing(this.#db, { code, name, wall: JSON.stringify(setting) })) === 1;
  }

  async takeKey(
    device_sha256: string,
    key: { id: string; secret_sha256: string },
  ): Promise<WallSetting | null> {
    return (await sql.take_key(this.#db, { device_sha256, ...key }))?.wall ?? null;
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
      paired_at: created_at.replace(/\+00:00$/, 'Z'),
    }));
  }

  async revoke(id: string): Promise<boolean> {
    return (await sql.revoke_wall(this.#db, { id })) === 1;
  }
}

/** Where events come from: rows carry a source's number, this knows its name. All of them are kept in memory. */
import Type from 'typebox';
import type { Database } from './database.ts';
import { loadSql, many, none } from './sql.ts';

const sql = loadSql(import.meta.url, {
  all_sources: many(Type.Object({ id: Type.Integer(), name: Type.String() })),
  add_sources: none,
});

/** A city has dozens. A sender that makes up a new source for every event is stopped here. */
export const SOURCES_MAX = 10_000;

export class Sources {
  readonly #db: Database;
  readonly #max: number;
  #loaded = false;
  readonly #ids = new Map<string, number>();
  readonly #names = new Map<number, string>();

  constructor(db: Database, max: number = SOURCES_MAX) {
    this.#db = db;
    this.#max = max;
  }

  /** Numbers by name, of all that are known. */
  get ids(): ReadonlyMap<string, number> {
    return this.#ids;
  }

  async #load(): Promise<void> {
    for (const { id, name } of await sql.all_sources(this.#db)) {
      this.#ids.set(name, id);
      this.#names.set(id, name);
    }
    this.#loaded = true;
  }

  /** Gives numbers to sources that have none yet, as far as there is room: the rest stays unknown. */
  async add(names: ReadonlySet<string>): Promise<void> {
    if (!this.#loaded) await this.#load();
    const room = Math.max(0, this.#max - this.#ids.size);
    const missing = [...names].filter((name) => !this.#ids.has(name)).slice(0, room);
    if (missing.length === 0) return;
    await sql.add_sources(this.#db, { names: missing });
    await this.#load();
  }

  /** The name of a number; another server may have given it a moment ago. */
  async nameOf(id: number): Promise<string> {
    if (!this.#names.has(id)) await this.#load();
    const name = this.#names.get(id);
    if (name === undefined) throw new Error(`event_source has no row ${id}`);
    return name;
  }
}

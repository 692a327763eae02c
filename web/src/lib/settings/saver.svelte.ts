/** The saving of one entry: what the server said of it, field by field, and what others have stored meanwhile. */
import type { Fault, ItemOf, Section, StoredCatalogue } from './api.ts';
import { keyOf, same, saveItem } from './api.ts';
import type { Settings } from './context.svelte.ts';

export type Said = 'saved' | 'unchanged' | 'changedSince' | 'refused' | 'failed' | 'faults';

export class Saver<S extends Section> {
  why = $state('');
  busy = $state(false);
  said: Said | null = $state(null);
  faults: readonly Fault[] = $state.raw([]);
  /** What somebody else has stored while the form was filled. */
  stored: ItemOf<S> | null = $state.raw(null);
  readonly #section: S;
  readonly #settings: Settings;
  /** The entry as the form was filled from it; null: a new one. */
  #read: ItemOf<S> | null;
  #revision: number;

  constructor(section: S, settings: Settings, catalogue: StoredCatalogue, read: ItemOf<S> | null) {
    this.#section = section;
    this.#settings = settings;
    this.#read = read;
    this.#revision = catalogue.revision;
  }

  /** @returns whether it was saved */
  async save(item: ItemOf<S>): Promise<boolean> {
    this.faults = [];
    this.stored = null;
    this.said = null;
    if (this.#read !== null && same(item, this.#read)) {
      this.said = 'unchanged';
      return false;
    }
    const items = (this.#settings.catalogue?.[this.#section] ?? []) as readonly ItemOf<S>[];
    const known = this.#read === null && items.find((other) => keyOf(other) === keyOf(item));
    if (known) {
      // A new entry must not replace another one that has its name.
      this.stored = known;
      this.said = 'changedSince';
      this.#read = known;
      return false;
    }
    this.busy = true;
    const saved = await saveItem(this.#section, item, this.#read, this.#revision, this.why.trim());
    this.busy = false;
    if (saved.outcome === 'faults') {
      this.faults = saved.faults;
      this.said = 'faults';
    } else if (saved.outcome === 'saved' || saved.outcome === 'changed') {
      this.#settings.catalogue = saved.catalogue;
      this.#revision = saved.catalogue.revision;
      this.#read = saved.outcome === 'saved' ? item : saved.stored;
      this.stored = saved.outcome === 'saved' ? null : saved.stored;
      this.said = saved.outcome === 'saved' ? 'saved' : 'changedSince';
      if (saved.outcome === 'saved') this.why = '';
    } else this.said = saved.outcome;
    return saved.outcome === 'saved';
  }

  /** Faults of a field: those of its own path and of what lies under it. */
  of(path: string): readonly Fault[] {
    return this.faults.filter((fault) => fault.path === path || fault.path.startsWith(`${path}/`));
  }
  /** Faults that no field shows. */
  others(paths: readonly string[]): readonly Fault[] {
    return this.faults.filter(
      ({ path }) => !paths.some((field) => path === field || path.startsWith(`${field}/`)),
    );
  }
}

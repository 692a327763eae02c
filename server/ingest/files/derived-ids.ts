/** Ids for rows that have none: made of what they say, and of how many rows before them said the same. */
import { hash } from 'node:crypto';

const SLOTS_MIN = 1_024;
const LOAD_MAX = 0.7;
const KEY_HEX_DIGITS = 13;

/**
 * Counts equal texts. Twelve bytes a place instead of some hundred in a Map: half of a city's rows of ten years can be without an id.
 * A text is known by 52 bits of its hash; should two of some millions share them, only the number beside the whole hash is another one.
 */
class Counter {
  #keys = new Float64Array(SLOTS_MIN);
  #counts = new Uint32Array(SLOTS_MIN);
  #used = 0;

  /** How often the key, not 0, was counted before. */
  next(key: number): number {
    if (this.#used > this.#keys.length * LOAD_MAX) this.#grow();
    const slot = this.#slot(key);
    if (this.#keys[slot] === 0) {
      this.#keys[slot] = key;
      this.#used += 1;
    }
    const count = this.#counts[slot]!;
    this.#counts[slot] = count + 1;
    return count;
  }

  #slot(key: number): number {
    const slots = this.#keys.length;
    let slot = key % slots;
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) % slots;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const counts = this.#counts;
    this.#keys = new Float64Array(keys.length * 2);
    this.#counts = new Uint32Array(keys.length * 2);
    keys.forEach((key, old) => {
      if (key === 0) return;
      const slot = this.#slot(key);
      this.#keys[slot] = key;
      this.#counts[slot] = counts[old]!;
    });
  }
}

export class DerivedIds {
  readonly #counter = new Counter();

  /** The same parts give the same ids in the same order, in every reading of the file. */
  next(parts: readonly string[]): string {
    const hex = hash('sha256', parts.join('\u001f'), 'hex');
    const ordinal = this.#counter.next(Number.parseInt(hex.slice(0, KEY_HEX_DIGITS), 16) + 1);
    return `row-${hex.slice(0, 24)}-${ordinal + 1}`;
  }
}

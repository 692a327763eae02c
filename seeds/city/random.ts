/**
 * Random numbers that are the same on every machine: sfc32 (Doty-Humphrey, PractRand), seeded by a hash of names. Each
 * thing that happens by chance draws from a stream of its own, named after it, so that a change in one leaves the
 * others as they were, and any day can be made without those before it.
 */

/** 32 bits of a text (FNV-1a with the finaliser of MurmurHash3). */
function hash(text: string, salt: number): number {
  let h = (0x811c9dc5 ^ salt) >>> 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const WARM_UP_ROUNDS = 12;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** A stream is known by its names, such as `(seed, '2026-11-23', 'telephone', 'VM')`. */
  constructor(...names: readonly (string | number)[]) {
    const text = names.join('\u001f');
    this.#a = hash(text, 1);
    this.#b = hash(text, 2);
    this.#c = hash(text, 3);
    for (let i = 0; i < WARM_UP_ROUNDS; i++) this.#bits();
  }

  #bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** Uniform in (0, 1): never 0, so that its logarithm is finite. */
  uniform(): number {
    return (this.#bits() + 0.5) / 4_294_967_296;
  }
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }
  exponential(mean: number): number {
    return -mean * Math.log(this.uniform());
  }
  /** Standard normal (Box and Muller; the second value is not kept, so that a stream's place depends on calls only). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
  lognormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }
  /** Counts of a Poisson process: Knuth's product below a mean of 30, a rounded normal above. */
  poisson(mean: number): number {
    if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let product = this.uniform();
    let count = 0;
    while (product > limit) {
      product *= this.uniform();
      count += 1;
    }
    return count;
  }
}

/** Draws indices in proportion to weights. */
export class Weighted<T> {
  readonly #items: readonly T[];
  readonly #cumulative: Float64Array;
  readonly total: number;

  constructor(items: readonly T[], weightOf: (item: T) => number) {
    this.#items = items;
    this.#cumulative = new Float64Array(items.length);
    let total = 0;
    items.forEach((item, index) => {
      total += weightOf(item);
      this.#cumulative[index] = total;
    });
    this.total = total;
  }

  pick(random: Random): T {
    const at = random.uniform() * this.total;
    let low = 0;
    let high = this.#cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#cumulative[middle]! > at) high = middle;
      else low = middle + 1;
    }
    return this.#items[low]!;
  }
}

/**
 * Where the request with a number is kept. The server gives numbers out in order, so the open ones lie close together: pages of
 * 1,024 numbers, each there while one of its numbers is. A million entries take four to twenty megabytes and no hashing, where a `Map`
 * takes forty.
 */
const PAGE_BITS = 10;
const PAGE_MASK = (1 << PAGE_BITS) - 1;

interface Page {
  /** Slot + 1 of a number; 0: not there. */
  readonly slots: Uint32Array;
  used: number;
}

export class NumberTable {
  readonly #pages = new Map<number, Page>();
  /** The page last used: numbers come in order. */
  #last: Page | undefined;
  #lastId = -1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  #page(number: number): Page | undefined {
    const id = number >>> PAGE_BITS;
    if (id === this.#lastId) return this.#last;
    const page = this.#pages.get(id);
    this.#last = page;
    this.#lastId = id;
    return page;
  }

  copy(): NumberTable {
    const copy = new NumberTable();
    for (const [id, { slots, used }] of this.#pages) copy.#pages.set(id, { slots: slots.slice(), used });
    copy.#size = this.#size;
    return copy;
  }

  /** The slot of the number, or -1. */
  get(number: number): number {
    const page = this.#page(number);
    return page === undefined ? -1 : page.slots[number & PAGE_MASK]! - 1;
  }

  /** Says where a number is now. */
  set(number: number, slot: number): void {
    const page = this.#page(number) ?? this.#newPage(number);
    const at = number & PAGE_MASK;
    if (page.slots[at] === 0) {
      page.used += 1;
      this.#size += 1;
    }
    page.slots[at] = slot + 1;
  }

  delete(number: number): void {
    const page = this.#page(number);
    const at = number & PAGE_MASK;
    if (page === undefined || page.slots[at] === 0) return;
    page.slots[at] = 0;
    page.used -= 1;
    this.#size -= 1;
    if (page.used > 0) return;
    this.#pages.delete(number >>> PAGE_BITS);
    this.#lastId = -1;
    this.#last = undefined;
  }

  #newPage(number: number): Page {
    const page: Page = { slots: new Uint32Array(1 << PAGE_BITS), used: 0 };
    this.#lastId = number >>> PAGE_BITS;
    this.#last = page;
    this.#pages.set(this.#lastId, page);
    return page;
  }
}

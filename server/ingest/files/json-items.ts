/** The objects of a list in a JSON file of any length, in flat memory: each is cut out whole, and parsed by itself. */
import { VigieError } from '../../lib/errors.ts';

export interface CutItem {
  /** Of the file, from 1. */
  readonly line: number;
  /** One item, or its beginning when it is not whole. */
  readonly text: string;
  /** Why it is not whole. */
  readonly fault: string | null;
}

/** A request or a service is a few kilobytes. */
export const ITEM_LENGTH_MAX = 1_048_576;
export const HEAD_LENGTH = 1_024;
export const TORN = 'the file ends in the middle of it';
export const TOO_LONG = 'is longer than 1 MiB: torn, or no such item';

/** Lists have these names, or none: `[…]`, `{"service_requests": […]}`, `{"service_requests": {"request": […]}}`. */
const LISTS = new Set(['service_requests', 'requests', 'request', 'services', 'service', 'errors']);
/** Deeper than this is no answer of a city, and costs memory. */
const DEPTH_MAX = 200;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

interface Open {
  readonly list: boolean;
  /** A list whose objects are items. */
  readonly items: boolean;
}

export class JsonItems {
  readonly #stack: Open[] = [];
  #line = 1;
  #in_text = false;
  #escaped = false;
  /** The text before, which is a name when a list follows it. */
  #word = '';
  #item_line = 0;
  #item_depth = -1;
  #item = '';
  #cut = false;
  #single: string | null = '';
  #seen = 0;

  /** The items that end in this piece of the file. */
  push(text: string): CutItem[] {
    const items: CutItem[] = [];
    if (this.#single !== null) {
      this.#single = this.#single.length + text.length > ITEM_LENGTH_MAX ? null : this.#single + text;
    }
    let from = this.#item_depth >= 0 ? 0 : -1;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === 0x0a) this.#line += 1;
      if (this.#in_text) {
        this.#inText(code, text.charAt(at));
      } else if (code === QUOTE) {
        this.#in_text = true;
        this.#word = '';
      } else if (code === 0x7b || code === 0x5b) {
        if (this.#opens(code === 0x5b)) from = at;
      } else if (code === 0x7d || code === 0x5d) {
        this.#stack.pop();
        if (this.#stack.length === this.#item_depth) {
          this.#grow(text.slice(from, at + 1));
          items.push(this.#itemEnd(this.#cut ? TOO_LONG : null));
          from = -1;
        }
      }
    }
    if (from >= 0) this.#grow(text.slice(from));
    return items;
  }

  /** What is left when the file ends: an item that is torn, or the file itself when it is one item. */
  end(): CutItem[] {
    if (this.#item_depth >= 0) return [this.#itemEnd(TORN)];
    const whole = this.#stack.length === 0;
    if (this.#seen === 0 && this.#single?.trimStart().startsWith('{')) {
      return [{ line: 1, text: this.#single.trim(), fault: whole ? null : TORN }];
    }
    if (!whole)
      return [
        { line: this.#line, text: '', fault: 'the file ends before its list does: some may be missing' },
      ];
    return [];
  }

  #inText(code: number, char: string): void {
    if (this.#escaped) this.#escaped = false;
    else if (code === BACKSLASH) this.#escaped = true;
    else if (code === QUOTE) this.#in_text = false;
    else if (this.#word.length < 32) this.#word += char;
  }

  /** @returns whether an item begins here. */
  #opens(list: boolean): boolean {
    if (this.#stack.length >= DEPTH_MAX) {
      throw new VigieError('json_refused', `Line ${this.#line}: nested more than ${DEPTH_MAX} deep.`);
    }
    const parent = this.#stack.at(-1);
    const in_item = this.#item_depth >= 0;
    const begins = !list && !in_item && parent?.items === true;
    if (begins) {
      this.#item_depth = this.#stack.length;
      this.#item_line = this.#line;
      this.#seen += 1;
    }
    const named = parent === undefined || LISTS.has(this.#word);
    this.#stack.push({ list, items: list && !in_item && named });
    return begins;
  }

  #grow(text: string): void {
    if (this.#item.length + text.length > ITEM_LENGTH_MAX) {
      this.#cut = true;
      this.#item = (this.#item + text.slice(0, HEAD_LENGTH)).slice(0, HEAD_LENGTH);
    } else if (!this.#cut) this.#item += text;
  }

  #itemEnd(fault: string | null): CutItem {
    const item = { line: this.#item_line, text: this.#item, fault };
    this.#item = '';
    this.#cut = false;
    this.#item_depth = -1;
    return item;
  }
}

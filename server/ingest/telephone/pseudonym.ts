/**
 * Agents and destinations as they leave the telephone system. An interface such as `Local/2004@from-internal/n` or an
 * extension such as `911` says nothing of a person and stays as it is. A telephone number in it, or the name of a
 * member, is replaced by a pseudonym: the same one for the same number on the same source, so that counts still hold.
 */
import { scryptSync } from 'node:crypto';

/** Seven digits or more, or a number written with separators: longer than any extension. */
const TELEPHONE_NUMBER = /\+?\d{7,}|\+?(?:\d{1,3}[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}/g;

/**
 * All telephone numbers of a country are tried against a fast hash within minutes; a slow one makes that take years,
 * and costs a log 10 ms for each number that it has.
 */
const SLOWNESS = { N: 4096, r: 8, p: 1 };

export class Pseudonyms {
  readonly #source: string;
  readonly #known = new Map<string, string>();

  constructor(source: string) {
    this.#source = source;
  }

  /** An agent as it may be shown: an interface or a code as it is, with telephone numbers hidden; a name hidden whole. */
  agent(name: string): string {
    const is_code = /[\d/]/.test(name) && !/\s/.test(name);
    return is_code ? this.text(name) : `member-${this.#hide(name)}`;
  }

  /** A text with every telephone number in it replaced. */
  text(text: string): string {
    return text.replace(TELEPHONE_NUMBER, (number) => `number-${this.#hide(number.replace(/\D/g, ''))}`);
  }

  #hide(secret: string): string {
    let hidden = this.#known.get(secret);
    if (hidden === undefined) {
      hidden = scryptSync(secret, `vigie ${this.#source}`, 9, SLOWNESS).toString('base64url');
      this.#known.set(secret, hidden);
    }
    return hidden;
  }
}

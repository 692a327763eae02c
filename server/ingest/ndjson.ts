/** A stream of lines of any length and number, in flat memory. */
import { isUtf8 } from 'node:buffer';

/** 256 KiB: the most one event may have as a line. */
export const LINE_BYTES_MAX = 256 * 1024;
/** What is kept of a line that is too long, to be recognised by. */
const HEAD_BYTES = 1_024;
const NEWLINE = 0x0a;

export type Line =
  | { readonly kind: 'text'; readonly text: string; readonly index: number }
  /** `text` is only its beginning. */
  | { readonly kind: 'too_long'; readonly text: string; readonly index: number }
  | { readonly kind: 'not_utf8'; readonly text: string; readonly index: number };

/**
 * Cuts chunks of bytes into lines. A line beyond the limit is skipped as it arrives, without being held: its neighbours
 * go in. Empty lines are passed over, but counted in `index` (from 0), which is the line's number in the file.
 */
export class LineCutter {
  #index = 0;
  #held: Buffer[] = [];
  #held_bytes = 0;
  #skipping = false;

  /** The lines that are complete with this chunk. */
  push(chunk: Buffer): Line[] {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last === -1) {
      this.#hold(chunk);
      return [];
    }
    const lines: Line[] = [];
    let from = 0;
    if (this.#held_bytes > 0) {
      // The line that began in an earlier chunk ends here.
      from = chunk.indexOf(NEWLINE) + 1;
      this.#hold(chunk.subarray(0, from - 1));
      this.#release(lines);
    }
    this.#cut(chunk.subarray(from, last + 1), lines);
    if (last + 1 < chunk.length) this.#hold(chunk.subarray(last + 1));
    return lines;
  }

  /** The last line, when no newline ends it. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.#held_bytes > 0) this.#release(lines);
    return lines;
  }

  #hold(part: Buffer): void {
    this.#held_bytes += part.length;
    if (this.#skipping) return;
    if (this.#held_bytes <= LINE_BYTES_MAX) {
      // A copy: the part is a view of a chunk, which a held part would keep alive whole.
      this.#held.push(Buffer.from(part));
      return;
    }
    this.#skipping = true;
    const head = Buffer.concat([...this.#held, part.subarray(0, HEAD_BYTES)]).subarray(0, HEAD_BYTES);
    this.#held = [Buffer.from(head)];
  }

  #release(lines: Line[]): void {
    const bytes = Buffer.concat(this.#held);
    if (this.#skipping) lines.push({ kind: 'too_long', text: bytes.toString('utf8'), index: this.#index });
    else this.#line(bytes, lines);
    this.#index += 1;
    this.#held = [];
    this.#held_bytes = 0;
    this.#skipping = false;
  }

  /** Whole lines: decoded together, which is much faster than one by one. */
  #cut(bytes: Buffer, lines: Line[]): void {
    if (bytes.length === 0) return;
    if (!isUtf8(bytes)) {
      for (let from = 0; from < bytes.length; ) {
        const to = bytes.indexOf(NEWLINE, from);
        this.#line(bytes.subarray(from, to), lines);
        this.#index += 1;
        from = to + 1;
      }
      return;
    }
    const texts = bytes.toString('utf8', 0, bytes.length - 1).split('\n');
    for (const text of texts) {
      this.#text(text, lines);
      this.#index += 1;
    }
  }

  #line(bytes: Buffer, lines: Line[]): void {
    const text = bytes.toString('utf8');
    if (isUtf8(bytes)) this.#text(text, lines);
    else lines.push({ kind: 'not_utf8', text, index: this.#index });
  }

  #text(text: string, lines: Line[]): void {
    const clean = this.#index === 0 && text.startsWith('\uFEFF') ? text.slice(1) : text;
    if (clean.trim() === '') return;
    const kind = clean.length > LINE_BYTES_MAX ? 'too_long' : 'text';
    lines.push({ kind, text: clean, index: this.#index });
  }
}

/**
 * Records of a CSV file of any length, in flat memory, each with the number of its first line. A record that cannot be read costs
 * itself only: a quote that is opened and never closed would else swallow all that follows.
 */
import { parse } from 'csv-parse/sync';
import { VigieError } from '../../lib/errors.ts';
import type { Line } from '../ndjson.ts';
import type { Row } from './row.ts';

export interface Columns {
  /** Without these it is another file. */
  readonly required: readonly string[];
  readonly optional: readonly string[];
}
export type CsvItem =
  | { readonly kind: 'row'; readonly line: number; readonly text: string; readonly row: Row }
  | { readonly kind: 'rejected'; readonly line: number; readonly text: string; readonly reason: string };

/** A quoted field may hold line ends, but no text of a request is longer than this. */
const RECORD_LINES_MAX = 500;
const RECORD_LENGTH_MAX = 262_144;
const DELIMITERS = [',', ';', '\t'] as const;

interface Raw {
  readonly line: number;
  readonly text: string;
}

function quotesOf(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count += 1;
  return count;
}
const isOpen = (text: string): boolean => quotesOf(text) % 2 === 1;

export class CsvRecords {
  readonly #columns: Columns;
  #delimiter: string = ',';
  /** Names by place; null before the first line. */
  #header: readonly string[] | null = null;
  /** Lines of a record whose quoted field is still open. */
  #open: Raw[] = [];
  #open_length = 0;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /**
   * The records that are complete with these lines.
   * @throws VigieError `wrong_columns` that names those that are missing.
   */
  push(lines: readonly Line[]): CsvItem[] {
    const items: CsvItem[] = [];
    const whole: Raw[] = [];
    for (const line of lines) {
      if (this.#header === null) {
        this.#readHeader(line);
        continue;
      }
      if (line.kind !== 'text') {
        this.#abandonAll(items, whole);
        const reason = line.kind === 'too_long' ? 'the line is longer than 256 KiB' : NOT_UTF8;
        items.push({ kind: 'rejected', line: line.index + 1, text: line.text, reason });
        continue;
      }
      this.#take({ line: line.index + 1, text: line.text.replace(/\r$/, '') }, whole, items);
    }
    this.#flush(whole, items);
    return items;
  }

  /** What is left when the file ends. @throws VigieError `file_empty`, `wrong_columns` */
  end(): CsvItem[] {
    if (this.#header === null) throw new VigieError('file_empty', 'The file is empty.');
    const items: CsvItem[] = [];
    const whole: Raw[] = [];
    this.#abandonAll(items, whole);
    return items;
  }

  #readHeader(line: Line): void {
    const text = line.text.replace(/\r$/, '');
    const known = new Map(
      [...this.#columns.required, ...this.#columns.optional].map((name) => [name.toLowerCase(), name]),
    );
    const candidates = DELIMITERS.map((delimiter) => {
      const names = (parsed(text, delimiter)?.[0] ?? []).map((name) => name.trim());
      return { delimiter, names, found: names.filter((name) => known.has(name.toLowerCase())).length };
    });
    const best = candidates.reduce((a, b) => (b.found > a.found ? b : a));
    const header = best.names.map((name) => known.get(name.toLowerCase()) ?? name);
    const missing = this.#columns.required.filter((name) => !header.includes(name));
    if (missing.length > 0 || line.kind !== 'text') {
      const has = header.join(', ').slice(0, 300);
      throw new VigieError(
        'wrong_columns',
        `It is no such file: the first line has no column ${missing.join(', ')}. It has: ${has}`,
      );
    }
    const twice = header.find((name, index) => name !== '' && header.indexOf(name) !== index);
    if (twice !== undefined) throw new VigieError('wrong_columns', `The column ${twice} stands there twice.`);
    this.#delimiter = best.delimiter;
    this.#header = header;
  }

  #take(raw: Raw, whole: Raw[], items: CsvItem[]): void {
    if (this.#open.length === 0) {
      if (!isOpen(raw.text)) whole.push(raw);
      else this.#hold(raw);
      return;
    }
    this.#hold(raw);
    if (isOpen(raw.text)) {
      const item = this.#single(this.#joined());
      if (item.kind === 'row') {
        // In the order of the file.
        this.#flush(whole, items);
        items.push(item);
        this.#open = [];
        this.#open_length = 0;
      } else this.#abandon(items, whole);
    } else if (this.#open.length > RECORD_LINES_MAX || this.#open_length > RECORD_LENGTH_MAX) {
      this.#abandon(items, whole);
    }
  }

  #hold(raw: Raw): void {
    this.#open.push(raw);
    this.#open_length += raw.text.length;
  }

  /** The held lines as one record; empty lines, which the cutter passes over, are put back. */
  #joined(): Raw {
    const [first] = this.#open;
    let text = first!.text;
    let last = first!.line;
    for (const { line, text: more } of this.#open.slice(1)) {
      text += '\n'.repeat(line - last) + more;
      last = line;
    }
    return { line: first!.line, text };
  }

  /** The quote that was opened closes nowhere: the line it stands in is read alone, and those after it anew. */
  #abandon(items: CsvItem[], whole: Raw[]): void {
    const [first, ...rest] = this.#open;
    this.#open = [];
    this.#open_length = 0;
    this.#flush(whole, items);
    items.push(this.#single(first!, 'a quote is opened and not closed'));
    for (const raw of rest) this.#take(raw, whole, items);
  }

  /** Nothing more can close it: the file ends, or a line comes that is no text. */
  #abandonAll(items: CsvItem[], whole: Raw[]): void {
    while (this.#open.length > 0) this.#abandon(items, whole);
    this.#flush(whole, items);
  }

  /** Many records at once, which is several times faster than one by one. */
  #flush(whole: Raw[], items: CsvItem[]): void {
    if (whole.length === 0) return;
    const records = parsed(whole.map(({ text }) => text).join('\n'), this.#delimiter);
    if (records?.length === whole.length) {
      for (const [index, raw] of whole.entries()) items.push(this.#item(raw, records[index]!));
    } else {
      for (const raw of whole) items.push(this.#single(raw));
    }
    whole.length = 0;
  }

  #single(raw: Raw, why = 'its quotes cannot be understood'): CsvItem {
    const records = parsed(raw.text, this.#delimiter) ?? parsed(raw.text, this.#delimiter, true);
    if (records?.length !== 1) return { kind: 'rejected', ...raw, reason: why };
    return this.#item(raw, records[0]!);
  }

  #item(raw: Raw, fields: readonly string[]): CsvItem {
    const header = this.#header!;
    if (fields.length !== header.length) {
      const reason = `has ${fields.length} fields, not ${header.length}: torn, or with a wrong quote or delimiter`;
      return { kind: 'rejected', ...raw, reason };
    }
    const row: Record<string, string> = {};
    for (let at = 0; at < header.length; at += 1) row[header[at]!] = fields[at]!.trim();
    return { kind: 'row', ...raw, row };
  }
}

const NOT_UTF8 =
  'the line is not UTF-8; when all of the file is in the Windows or Latin-1 encoding, say --encoding windows-1252';

/** @returns undefined when the quotes do not fit. */
function parsed(text: string, delimiter: string, relax_quotes = false): string[][] | undefined {
  try {
    return parse(text, { delimiter, relax_quotes, relax_column_count: true, record_delimiter: '\n' });
  } catch {
    return undefined;
  }
}

/**
 * PostgreSQL's binary forms, written straight into one growing buffer: rows for `COPY … (FORMAT binary)` and arrays for
 * `unnest($1::uuid[], …)`. This is the hottest path of the server: binary spares the database the parsing of times,
 * UUIDs and numbers, and short ASCII strings are written byte by byte, which is several times faster than a call to
 * `Buffer.write` each.
 * Formats: PostgreSQL documentation, "COPY", "Binary Format"; the types' own are those of their `…_send` functions.
 */

/** Microseconds from 1970, where ours begin, to 2000, where the database's do. */
const EPOCH_SHIFT_US = 946_684_800_000_000;
const TWO_32 = 4_294_967_296;
/** Longer strings are worth the call. */
const SHORT_TEXT = 48;

/** Value of a hexadecimal digit by its character code; 255 for what is none. */
const NIBBLES = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 255 : value;
});

export class BinaryWriter {
  #buffer: Buffer;
  #view: DataView;
  length = 0;

  constructor(capacity = 65_536) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity);
    this.#view = new DataView(this.#buffer.buffer);
  }

  /** What was written, as a copy: the writer may be used again. */
  take(): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(0, this.length));
    this.length = 0;
    return bytes;
  }

  #reserve(bytes: number): void {
    if (this.length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.length + bytes));
    this.#buffer.copy(grown, 0, 0, this.length);
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.length);
    this.length += bytes.length;
  }
  int16(value: number): void {
    this.#reserve(2);
    this.#view.setInt16(this.length, value);
    this.length += 2;
  }
  int32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.length, value);
    this.length += 4;
  }
  /** Overwrites an int32 that was written before, such as a length known only later. */
  int32At(offset: number, value: number): void {
    this.#view.setInt32(offset, value);
  }

  /** NULL as a field of a row or an element of an array. */
  null(): void {
    this.int32(-1);
  }
  int4Field(value: number): void {
    if ((value | 0) !== value) throw new RangeError(`${value} is not a 32-bit integer`);
    this.#reserve(8);
    this.#view.setInt32(this.length, 4);
    this.#view.setInt32(this.length + 4, value);
    this.length += 8;
  }
  int8Field(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an exact integer`);
    this.#reserve(12);
    const high = Math.floor(value / TWO_32);
    this.#view.setInt32(this.length, 8);
    this.#view.setInt32(this.length + 4, high);
    this.#view.setUint32(this.length + 8, value - high * TWO_32);
    this.length += 12;
  }
  boolField(value: boolean): void {
    this.#reserve(5);
    this.#view.setInt32(this.length, 1);
    this.#view.setUint8(this.length + 4, value ? 1 : 0);
    this.length += 5;
  }
  float8Field(value: number): void {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is not a finite number`);
    this.#reserve(12);
    this.#view.setInt32(this.length, 8);
    this.#view.setFloat64(this.length + 4, value);
    this.length += 12;
  }
  /** A timestamptz from microseconds since 1970. */
  timeField(time_us: number): void {
    this.int8Field(time_us - EPOCH_SHIFT_US);
  }

  /** A UUID as 32 hexadecimal digits, or with dashes as `8-4-4-4-12`. */
  uuidField(uuid: string): void {
    const digits = uuid.length === 36 ? uuid.replaceAll('-', '') : uuid;
    if (digits.length !== 32) throw new RangeError('not a UUID');
    this.#reserve(20);
    this.#view.setInt32(this.length, 16);
    const buffer = this.#buffer;
    let at = this.length + 4;
    let faults = 0;
    for (let i = 0; i < 32; i += 2) {
      const high = NIBBLES[digits.charCodeAt(i) & 255] as number;
      const low = NIBBLES[digits.charCodeAt(i + 1) & 255] as number;
      faults |= high | low;
      buffer[at] = (high << 4) | low;
      at += 1;
    }
    if (faults > 15) throw new RangeError('not a UUID');
    this.length = at;
  }

  /**
   * Text in UTF-8. Two things that JSON can carry and the database refuses become U+FFFD, so that one hostile string
   * never costs its neighbours their transaction: NUL, and halves of surrogate pairs.
   */
  textField(text: string): void {
    const { length } = text;
    this.#reserve(4 + 3 * length);
    const start = this.length + 4;
    if (length <= SHORT_TEXT) {
      const buffer = this.#buffer;
      let i = 0;
      for (; i < length; i += 1) {
        const code = text.charCodeAt(i);
        if (code > 127 || code === 0) break;
        buffer[start + i] = code;
      }
      if (i === length) {
        this.#view.setInt32(this.length, length);
        this.length = start + length;
        return;
      }
    }
    const clean = text.includes('\0') ? text.replaceAll('\0', '\u{fffd}') : text;
    // Node writes a lone surrogate as U+FFFD.
    const written = this.#buffer.write(clean, start, 'utf8');
    this.#view.setInt32(this.length, written);
    this.length = start + written;
  }

  /** `text[]` of one dimension. */
  textArrayField(items: readonly string[]): void {
    const start = this.length;
    this.int32(0);
    this.arrayHeader(25, items.length);
    for (const item of items) this.textField(item);
    this.int32At(start, this.length - start - 4);
  }

  jsonbField(value: unknown): void {
    const start = this.length;
    this.int32(0);
    this.#reserve(1);
    this.#buffer[this.length] = 1; // version of the jsonb wire format
    this.length += 1;
    const json = storableJson(value);
    this.#reserve(3 * json.length);
    this.length += this.#buffer.write(json, this.length, 'utf8');
    this.int32At(start, this.length - start - 4);
  }

  /** Header of an array value; `count` elements follow, each with its length in front. */
  arrayHeader(elementOid: number, count: number): void {
    this.int32(count === 0 ? 0 : 1);
    this.int32(1);
    this.int32(elementOid);
    if (count === 0) return;
    this.int32(count);
    this.int32(1);
  }
}

/** JSON text that jsonb takes: NUL and lone surrogates, which it refuses even when escaped, become U+FFFD. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  // Most texts have no such escape, which `includes` finds many times faster than the expression.
  const unfit = json.includes('\\u') && /\\u(?:0000|d[89a-f])/i.test(json);
  return unfit ? JSON.stringify(cleaned(value)) : json;
}
const cleanText = (text: string): string => text.toWellFormed().replaceAll('\0', '\u{fffd}');
function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), cleaned(item)]));
}

/** `PGCOPY\n\xff\r\n\0`, no flags, no extension. */
export const COPY_HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

/**
 * RFC 3339, exact to the microsecond, which JavaScript's Date is not: it drops what is finer than a millisecond and
 * accepts a 30th of February in some spellings.
 */
export interface Instant {
  /** Microseconds since 1970 in UTC, an integer. What is finer is cut off, not rounded. */
  readonly time_us: number;
  /** The digits finer than a microsecond, without trailing zeros: part of an event's identity. */
  readonly finer: string;
}

const ZERO = 48;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Two digits at `at`, or NaN. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
const isDigit = (code: number): boolean => code >= ZERO && code <= ZERO + 9;

function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0);
}

/** Minutes east of UTC of the offset at `at`, which must end the text; NaN when it is none. */
function offsetAt(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  if (sign === 0x5a || sign === 0x7a) return text.length === at + 1 ? 0 : Number.NaN;
  if ((sign !== 0x2b && sign !== 0x2d) || text.length !== at + 6 || text[at + 3] !== ':') return Number.NaN;
  const hours = two(text, at + 1);
  const minutes = two(text, at + 4);
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN;
  return sign === 0x2b ? hours * 60 + minutes : -(hours * 60 + minutes);
}

/** The instant, or undefined when the text is not RFC 3339 with an offset; `instantFault` then says why. */
export function parseInstant(text: string): Instant | undefined {
  if (text.length < 20 || text[4] !== '-' || text[7] !== '-' || text[13] !== ':' || text[16] !== ':')
    return undefined;
  if (text[10] !== 'T' && text[10] !== 't') return undefined;
  const year = two(text, 0) * 100 + two(text, 2);
  const month = two(text, 5);
  const day = two(text, 8);
  const hour = two(text, 11);
  const minute = two(text, 14);
  const second = two(text, 17);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return undefined;

  let at = 19;
  let micros = 0;
  let finer = '';
  if (text[at] === '.') {
    let scale = 100_000;
    at += 1;
    while (isDigit(text.charCodeAt(at))) {
      micros += scale * (text.charCodeAt(at) - ZERO);
      scale = scale === 1 ? 0 : scale / 10;
      at += 1;
    }
    if (at === 20) return undefined;
    if (at > 26) finer = text.slice(26, at).replace(/0+$/, '');
  }
  const offset_min = offsetAt(text, at);
  // Date.UTC takes years below 100 for 19xx; year 0 to 99 is none that a 311 service has seen.
  if (Number.isNaN(offset_min) || !(year >= 100)) return undefined;
  const utc_s = Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - offset_min * 60;
  if (second === 60) {
    // A leap second is the last one of a UTC day; like every clock of a computer we give it the next second's name.
    if (utc_s % 86_400 !== 0) return undefined;
    finer = `leap${finer}`;
  }
  return { time_us: utc_s * 1_000_000 + micros, finer };
}

/** Why a text is no instant, for the person who sent it. */
export function instantFault(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text)) {
    return 'has no offset: end it with Z, or with one such as -05:00';
  }
  if (/^\d{4}-\d{2}-\d{2} /.test(text)) return 'has a space between date and time: write a T there';
  if (/:60(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text)) return 'names a leap second that no UTC day ends with';
  if (/^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text)) {
    return 'is a date, a time of day or an offset that does not exist';
  }
  return 'is not RFC 3339, such as 2026-11-23T14:05:09.250-05:00';
}

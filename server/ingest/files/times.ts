/**
 * Times as files write them. One without an offset is local time in the city's zone:
 *
 * - Of the hour that comes twice in autumn it is the first one, except where something says otherwise: a later step of the same row
 *   that would else lie before its creation; or the order of the file, as long as its creations have only ever gone up, and then
 *   go back inside that hour. What other rows say beyond that is not used: a row must give the same event in every export.
 * - A time of the hour that never is in spring is moved on with the clocks.
 */
import { localReader, type ReadLocal } from '../../domain/local-time.ts';
import { parseInstant } from '../../lib/rfc3339.ts';

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/;
const ISO_WITH_OFFSET = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/;
/** As in the United States: month first, and half days. */
const US = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AaPp][Mm]))?)?$/;

type Wall = { readonly wall_us: number } | { readonly instant_us: number };

/** The parts as if they were UTC, µs; undefined when there is no such day or time of day. */
function wallOf(parts: readonly number[], micros: number): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  if (hour > 23 || minute > 59 || second > 59 || year < 1000) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return ms * 1000 + micros;
}

function parseTime(text: string): Wall | undefined {
  const iso = ISO.exec(text);
  if (iso) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = iso;
    const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
    const wall_us = wallOf([year, month, day, hour, minute, second].map(Number), micros);
    return wall_us === undefined ? undefined : { wall_us };
  }
  const us = US.exec(text);
  if (us) {
    const [, month, day, year, hour = '0', minute = '0', second = '0', half] = us;
    let hours = Number(hour);
    if (half !== undefined) {
      if (hours < 1 || hours > 12) return undefined;
      hours = (hours % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
    }
    const wall_us = wallOf(
      [Number(year), Number(month), Number(day), hours, Number(minute), Number(second)],
      0,
    );
    return wall_us === undefined ? undefined : { wall_us };
  }
  if (!ISO_WITH_OFFSET.test(text)) return undefined;
  const instant = parseInstant(text.replace(' ', 'T').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return instant && { instant_us: instant.time_us };
}

/** RFC 3339 in UTC, exact to the microsecond. */
export function rfc3339(time_us: number): string {
  const ms = Math.floor(time_us / 1000);
  const finer = time_us - ms * 1000;
  const text = new Date(ms).toISOString();
  return finer === 0 ? text : `${text.slice(0, -1)}${String(finer).padStart(3, '0')}Z`;
}

/** The time that a row's step has. */
export interface StepTime {
  readonly time_us: number;
  /** The file says a time before the creation; `time_us` is then the creation, which no step comes before. */
  readonly before_creation: boolean;
}

/** The times of one file, in the order of its rows. */
export class FileTimes {
  readonly #read: ReadLocal;
  /** The creations have only ever gone up, so that their order says something. */
  #ascending = true;
  #last_wall_us = Number.NEGATIVE_INFINITY;
  #last_twice = false;
  #second_pass = false;
  #seen_before_hour = false;

  constructor(time_zone: string) {
    this.#read = localReader(time_zone);
  }

  /** When a row's request was created, µs; undefined when the text is no time. To be asked once a row, in their order. */
  created(text: string): number | undefined {
    const parsed = parseTime(text);
    if (parsed === undefined) return undefined;
    if ('instant_us' in parsed) return parsed.instant_us;
    const { wall_us } = parsed;
    const { first_us, second_us } = this.#read(wall_us);
    const twice = second_us !== null;
    const back = wall_us < this.#last_wall_us;
    if (back && twice && this.#last_twice && !this.#second_pass && this.#seen_before_hour) {
      this.#second_pass = this.#ascending;
    } else if (back) {
      this.#ascending = false;
    }
    if (!twice) {
      this.#second_pass = false;
      this.#seen_before_hour = true;
    }
    this.#last_wall_us = wall_us;
    this.#last_twice = twice;
    return twice && this.#second_pass && this.#ascending ? second_us : first_us;
  }

  /** When a later step of a row was, never before its creation; undefined when the text is no time. */
  later(text: string, created_us: number): StepTime | undefined {
    const parsed = parseTime(text);
    if (parsed === undefined) return undefined;
    const time_us = this.#notBefore(parsed, created_us);
    if (time_us >= created_us) return { time_us, before_creation: false };
    return { time_us: created_us, before_creation: true };
  }

  /** When a request is due: RFC 3339, or why the text says nothing, as the end of a sentence. Empty text is no due date. */
  due(text: string, created_us: number): { readonly due_at?: string; readonly fault?: string } {
    if (text === '') return {};
    const parsed = parseTime(text);
    if (parsed === undefined) return { fault: 'is no time' };
    const due_us = this.#notBefore(parsed, created_us);
    // What is promised lies ahead; the server takes nothing else.
    return due_us < created_us ? { fault: 'is before the creation' } : { due_at: rfc3339(due_us) };
  }

  #notBefore(parsed: Wall, created_us: number): number {
    if ('instant_us' in parsed) return parsed.instant_us;
    const { first_us, second_us } = this.#read(parsed.wall_us);
    return second_us !== null && first_us < created_us ? second_us : first_us;
  }
}

/** What every file of requests has in common: a row becomes the events of one request. */
import { type EventData, type EventType, TYPE_PREFIX } from '../../contract/event-types.ts';
import type { BoroughCodeOf } from '../../domain/borough-names.ts';
import type { CloudEvent } from '../telephone/events.ts';
import type { ServiceOf } from './services.ts';
import { rfc3339 } from './times.ts';

export type Row = Readonly<Record<string, string>>;

export type Translation =
  | {
      readonly kind: 'events';
      readonly events: readonly CloudEvent[];
      /** What the file says of the request's state, as it says it: for the account. */
      readonly status: string;
      /** What a person should know of many rows together, such as a borough that nobody knows. */
      readonly notes: readonly string[];
      /** Why a part of the row could not go in; the request itself did. */
      readonly fault: string | null;
    }
  | { readonly kind: 'rejected'; readonly reason: string };

export interface TranslatorOptions {
  /** CloudEvents `source`: the same for the same city's requests, whichever file they stand in. */
  readonly source: string;
  /** Of times without an offset. */
  readonly time_zone: string;
  readonly boroughCodeOf: BoroughCodeOf;
  readonly serviceOf: ServiceOf;
}
export interface Translator {
  translate(row: Row): Translation;
}

export const rejected = (reason: string): Translation => ({ kind: 'rejected', reason });

/** Texts longer than the contract has room for: the field is cut, the whole stays beside it as `<field>_whole`. */
const LENGTHS_MAX: Readonly<Partial<Record<keyof EventData, number>>> = {
  address: 500,
  description: 4_000,
  text: 4_000,
  reason: 500,
};
const ID_LENGTH_MAX = 128;

/** An id field has room for 128 characters; names of units can be longer. */
export const idOf = (text: string): string => text.slice(0, ID_LENGTH_MAX).toWellFormed().trim();

/** Fields the contract knows, and others, which are kept as `extra`. One without a value is left out. */
export type Data = { readonly [K in keyof EventData]: EventData[K] | undefined } & Readonly<
  Record<string, unknown>
>;

/** Collects the events of one request. Each step's identity is the row's id, the step and its time. */
export class RequestEvents {
  readonly events: CloudEvent[] = [];
  readonly notes: string[] = [];
  fault: string | null = null;
  readonly #source: string;
  readonly #id: string;
  #last_us = Number.NEGATIVE_INFINITY;

  constructor(source: string, id: string) {
    this.#source = source;
    this.#id = id;
  }

  get last_us(): number {
    return this.#last_us;
  }

  add(step: string, type: EventType, time_us: number, data: Data): void {
    this.#last_us = time_us;
    this.events.push({
      specversion: '1.0',
      id: `${this.#id}:${step}`,
      source: this.#source,
      type: `${TYPE_PREFIX}${type}`,
      subject: this.#id,
      time: rfc3339(time_us),
      // A creation and its transmission often have the same time.
      sequence: String(this.events.length).padStart(2, '0'),
      data: fitting(data),
    });
  }

  /** @param status as the file says it. */
  translation(status: string): Translation {
    const { events, notes, fault } = this;
    return { kind: 'events', events, status: status === '' ? '(none)' : status, notes, fault };
  }
}

/** Without fields that say nothing, and with texts that fit. */
function fitting(data: Data): Record<string, unknown> {
  const fitted: Record<string, unknown> = {};
  for (const name in data) {
    const value = data[name];
    if (value === undefined || value === null || value === '') continue;
    const length_max = LENGTHS_MAX[name as keyof EventData];
    if (length_max !== undefined && typeof value === 'string' && value.length > length_max) {
      fitted[name] = value.slice(0, length_max).replace(/[\uD800-\uDBFF]$/, '');
      fitted[`${name}_whole`] = value;
    } else {
      fitted[name] = value;
    }
  }
  return fitted;
}

export interface Place {
  readonly longitude?: number;
  readonly latitude?: number;
  /** What was told, where it cannot be a place. */
  readonly place_told?: string;
}

/** WGS 84 degrees as texts. Nothing, and 0,0 (how systems write nothing), is no place. */
export function placeOf(longitude_text: string, latitude_text: string): Place {
  if (longitude_text === '' && latitude_text === '') return {};
  const longitude = degrees(longitude_text);
  const latitude = degrees(latitude_text);
  if (longitude === 0 && latitude === 0) return {};
  if (Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90) return { longitude, latitude };
  return { place_told: `${longitude_text} ${latitude_text}`.slice(0, 200) };
}
const degrees = (text: string): number =>
  /^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;

/** Compares words as people write them: without case and accents. */
export const plain = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();

/** The parts of a place's address that are there, each once: the street, then what crosses it. */
export const addressOf = (...parts: readonly (string | undefined)[]): string =>
  [...new Set(parts.map((part) => (part ?? '').trim().replace(/\s+/g, ' ')))]
    .filter((part) => part !== '')
    .join(' / ');

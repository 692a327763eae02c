/**
 * What the calls and counter visits of a span add up to, by the same rules as the live state: its events are read in the order of their
 * times, each contact is folded when it can have no more, and let go.
 */
import type { EventRecord } from '../contract/event-types.ts';
import type { ContactCounts } from '../contract/live.ts';
import { callEvent, cityTally } from '../domain/call.ts';
import {
  type ClosingLimits,
  type ContactEvent,
  closeByRule,
  foldContact,
  type Leg,
} from '../domain/contact.ts';
import { BIN_COUNT } from '../domain/histogram.ts';
import { insertEvent } from '../domain/subject.ts';
import { Cell, COUNT_NAMES, emptyCounts, legTally, type Tally } from '../domain/tally.ts';
import { visitEvent, visitTally } from '../domain/visit.ts';
import { ownTurn } from '../lib/turns.ts';

/** Counts of contacts, which add up, and the histogram of their waits. */
export interface ContactSums {
  readonly counts: ContactCounts;
  readonly bins: readonly number[];
}
export interface CallFacts {
  /** Each call once. */
  readonly city: ContactSums;
  /** By the queue entered; counters are `counter:<id>`. */
  readonly queues: Readonly<Record<string, ContactSums>>;
  /** Calls for a borough that entered another queue than its own. */
  readonly elsewhere: Readonly<Record<string, ContactSums>>;
  /** Each call once, by line; '' where no event told it. */
  readonly lines: Readonly<Record<string, ContactSums>>;
}
/** By local day: each call of the city once, and under its code those of a borough, in its queues or for it elsewhere. */
export type CallDays = readonly {
  readonly date: string;
  readonly scopes: Readonly<Record<string, ContactSums>>;
}[];

export interface CallQuestion {
  readonly from_us: number;
  /** Exclusive. */
  readonly to_us: number;
  /** When contacts without an end are judged. */
  readonly as_of_us: number;
  readonly limits: ClosingLimits;
  readonly threshold_s: (queue: string) => number;
  /** Borough of a queue. */
  readonly borough: (queue: string) => string | null;
  /** First instants of the local days, ascending, and their dates. */
  readonly days: readonly { readonly date: string; readonly from_us: number }[];
}

/** A contact is closed by rule sooner than this after its last event. */
const QUIET_US = 12 * 3_600_000_000;

interface Contact {
  readonly kind: 'call' | 'visit';
  readonly events: ContactEvent[];
  borough: string | null;
  line: string;
}

class Sums {
  readonly #question: CallQuestion;
  readonly city = new Cell();
  readonly queues = new Map<string, Cell>();
  readonly elsewhere = new Map<string, Cell>();
  readonly lines = new Map<string, Cell>();
  readonly days: Map<string, Cell>[];

  constructor(question: CallQuestion) {
    this.#question = question;
    this.days = question.days.map(() => new Map());
  }

  add({ kind, events, borough, line }: Contact): void {
    const { as_of_us, limits } = this.#question;
    const legs = foldContact(events);
    for (const leg of legs) {
      closeByRule(leg, as_of_us, limits);
      this.#addLeg(leg, kind === 'call' ? legTally(leg) : visitTally(leg), kind, borough);
    }
    if (kind === 'visit' || legs.length === 0) return;
    const tally = cityTally(legs);
    if (!this.#counts(tally)) return;
    const first = legs.find(({ entered_us }) => entered_us !== null) ?? legs[0]!;
    const threshold_ms = this.#threshold_ms(first.queue);
    this.city.add(tally, threshold_ms, 1);
    cellOf(this.lines, line).add(tally, threshold_ms, 1);
    this.#addToDay('city', tally, threshold_ms);
  }

  #addLeg(leg: Leg, tally: Tally, kind: Contact['kind'], borough: string | null): void {
    if (!this.#counts(tally)) return;
    const threshold_ms = this.#threshold_ms(leg.queue);
    cellOf(this.queues, leg.queue).add(tally, threshold_ms, 1);
    if (kind === 'visit') return;
    const own = this.#question.borough(leg.queue);
    if (own !== null) this.#addToDay(own, tally, threshold_ms);
    if (borough === null || own === borough) return;
    cellOf(this.elsewhere, borough).add(tally, threshold_ms, 1);
    this.#addToDay(borough, tally, threshold_ms);
  }

  #addToDay(scope: string, tally: Tally, threshold_ms: number): void {
    const at_us = tally.entered_us ?? tally.started_us;
    const index = this.#question.days.findLastIndex(({ from_us }) => from_us <= at_us);
    const day = this.days[index];
    if (day) cellOf(day, scope).add(tally, threshold_ms, 1);
  }

  #counts({ entered_us, started_us }: Tally): boolean {
    const at_us = entered_us ?? started_us;
    return at_us >= this.#question.from_us && at_us < this.#question.to_us;
  }
  #threshold_ms(queue: string): number {
    return this.#question.threshold_s(queue) * 1000;
  }
}

function cellOf(cells: Map<string, Cell>, key: string): Cell {
  let cell = cells.get(key);
  if (!cell) {
    cell = new Cell();
    cells.set(key, cell);
  }
  return cell;
}

/** Reads on both sides of the span as far as a contact can reach. @param read events of calls and counters in the order of their times */
export async function callFacts(
  question: CallQuestion,
  read: (from_us: number, to_us: number) => AsyncIterable<readonly EventRecord[]>,
): Promise<{ readonly sums: CallFacts; readonly days: CallDays }> {
  const sums = new Sums(question);
  const open = new Map<string, Contact>();
  let swept_us = question.from_us - QUIET_US;
  for await (const events of read(question.from_us - QUIET_US, question.to_us + QUIET_US)) {
    await ownTurn();
    for (const event of events) take(open, event);
    const now_us = events.at(-1)?.time_us ?? swept_us;
    if (now_us < swept_us + QUIET_US) continue;
    swept_us = now_us;
    for (const [key, contact] of open) {
      if (contact.events.at(-1)!.time_us > now_us - QUIET_US) continue;
      sums.add(contact);
      open.delete(key);
    }
  }
  for (const contact of open.values()) sums.add(contact);
  return {
    sums: {
      city: sumsOf(sums.city),
      queues: recordOf(sums.queues),
      elsewhere: recordOf(sums.elsewhere),
      lines: recordOf(sums.lines),
    },
    days: question.days.map(({ date }, index) => ({
      date,
      scopes: recordOf(sums.days[index]!),
    })),
  };
}

function take(open: Map<string, Contact>, event: EventRecord): void {
  const kind = event.type.startsWith('call.') ? 'call' : 'visit';
  const step = kind === 'call' ? callEvent(event) : visitEvent(event);
  if (step === null) return;
  const key = `${kind}:${event.subject}`;
  let contact = open.get(key);
  if (!contact) {
    contact = { kind, events: [], borough: null, line: '' };
    open.set(key, contact);
  }
  insertEvent(contact.events, step);
  const { borough, line } = event.data;
  contact.borough ??= borough ?? null;
  if (contact.line === '' && line !== undefined) contact.line = line;
}

const sumsOf = (cell: Cell): ContactSums => ({ counts: cell.toCounts(), bins: Array.from(cell.bins ?? []) });
const recordOf = (cells: ReadonlyMap<string, Cell>): Record<string, ContactSums> =>
  Object.fromEntries(Array.from(cells, ([key, cell]) => [key, sumsOf(cell)]));

/** Counts of several spans or queues together. */
export function addSums(all: readonly (ContactSums | undefined)[]): ContactSums {
  const counts = emptyCounts();
  const bins = new Array<number>(BIN_COUNT).fill(0);
  for (const sums of all) {
    if (!sums) continue;
    for (const name of COUNT_NAMES) counts[name] += sums.counts[name];
    sums.bins.forEach((n, bin) => {
      bins[bin]! += n;
    });
  }
  return { counts, bins };
}

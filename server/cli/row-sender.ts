/** Rows of a city's file on their way to the server, and the account of them. */
import type { Translation } from '../ingest/files/row.ts';
import type { CloudEvent } from '../ingest/telephone/events.ts';
import { checkEvent, Refusal } from '../ingest/validate.ts';
import { isoOf } from '../lib/clock.ts';
import type { Origin, Uploader } from './import-loop.ts';

/** What became of the rows of one file. */
export class Account {
  rows = 0;
  readonly #statuses = new Map<string, number>();
  readonly #notes = new Map<string, number>();

  count(translation: Translation): void {
    this.rows += 1;
    if (translation.kind === 'rejected') return;
    add(this.#statuses, translation.status);
    for (const note of new Set(translation.notes)) add(this.#notes, note);
  }

  summary(name: string, { totals, lines_rejected }: Uploader): string {
    const { accepted, duplicates, rejected } = totals;
    const table = (counts: ReadonlyMap<string, number>): string[] =>
      [...counts]
        .toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
        .slice(0, LINES_MAX)
        .map(([text, count]) => `  ${String(count).padStart(9)}  ${text}`);
    return [
      `${name}: ${this.rows} rows`,
      ...table(this.#statuses),
      ...(this.#notes.size > 0 ? ['of these, to be known:', ...table(this.#notes)] : []),
      `${lines_rejected} rows could not go in, or not wholly`,
      `${accepted + duplicates + rejected} events: ${accepted} accepted, ${duplicates} duplicates, ${rejected} rejected`,
    ].join('\n');
  }
}
const LINES_MAX = 40;
/** Strange values can be as many as rows. */
const KINDS_KEPT = 1_000;
function add(counts: Map<string, number>, key: string): void {
  const known = counts.has(key) || counts.size < KINDS_KEPT ? key : '(others)';
  counts.set(known, (counts.get(known) ?? 0) + 1);
}

/** Beyond this a text is looked at closely. */
const ORDINARY_LENGTH_MAX = 8_192;

/**
 * What only a server's own check can tell of a row's events. The translators make events that fit, which their tests hold; what may
 * still be refused is a time to come, and text that no database keeps. To check all of every event took a third of an import's time.
 */
function needsCheck({ text }: Origin, events: readonly CloudEvent[], latest: string): boolean {
  if (text.length > ORDINARY_LENGTH_MAX || text.includes('\0') || !text.isWellFormed()) return true;
  return events.some(({ id, time }) => time > latest || time < '1970' || id.length > ID_LENGTH_SAFE);
}
const ID_LENGTH_SAFE = 200;

export interface RowSenderOptions {
  readonly now_us: () => number;
  /** Fields of the rows are handed on as they are: every event is checked. */
  readonly check_all: boolean;
}

/** Sends a row, all of it or none: what the server would refuse is found before. */
export class RowSender {
  readonly account = new Account();
  readonly #uploader: Uploader;
  readonly #options: RowSenderOptions;

  constructor(uploader: Uploader, options: RowSenderOptions) {
    this.#uploader = uploader;
    this.#options = options;
  }

  async send(origin: Origin, translation: Translation): Promise<void> {
    const result = this.#checked(origin, translation);
    this.account.count(result);
    if (result.kind === 'rejected') return this.#uploader.reject(origin, result.reason);
    await this.#uploader.add(
      origin,
      result.events.map((event) => JSON.stringify(event)),
    );
    if (result.fault !== null) await this.#uploader.reject(origin, result.fault);
  }

  /** Counts a row that could not even be read. */
  async reject(origin: Origin, reason: string): Promise<void> {
    await this.send(origin, { kind: 'rejected', reason });
  }

  #checked(origin: Origin, translation: Translation): Translation {
    if (translation.kind === 'rejected') return translation;
    const { now_us, check_all } = this.#options;
    const { events } = translation;
    if (!check_all && !needsCheck(origin, events, isoOf(now_us()))) return translation;
    for (const event of events) {
      const refusal = checkEvent(event, now_us(), false);
      if (!(refusal instanceof Refusal)) continue;
      return { kind: 'rejected', reason: `${event.type.split('.').at(-1)}: ${refusal.message}` };
    }
    return translation;
  }
}

/** Reading events back, in the order of their times, in chunks: for the state at start, for replay, for followers. */
import type pg from 'pg';
import Type from 'typebox';
import type { EventRecord, Family } from '../contract/event-types.ts';
import type { Database } from './database.ts';
import { eventOfRow, FAMILY_COLUMNS, type TextRow } from './event-columns.ts';
import { instantOfDatabase, rfc3339Of } from './instants.ts';
import type { Sources } from './sources.ts';
import { loadSql, many } from './sql.ts';

const Row = Type.Object({});
const sql = loadSql(import.meta.url, {
  read_call: many(Row),
  read_agent: many(Row),
  read_counter: many(Row),
  read_web: many(Row),
  read_mail: many(Row),
  read_request: many(Row),
});

const CHUNK_ROWS = 5_000;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Every value stays the text that came: parsing is ours, and most columns of a row are NULL. */
const AS_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (text: string | Buffer) => text as string };

async function eventsOfRows(
  family: Family,
  rows: readonly TextRow[],
  sources: Sources,
): Promise<EventRecord[]> {
  const columns = FAMILY_COLUMNS[family];
  const names = new Map<string, string>();
  for (const row of rows) {
    const id = row[2] as string;
    if (!names.has(id)) names.set(id, await sources.nameOf(Number(id)));
  }
  return rows.map((row) =>
    eventOfRow(
      family,
      columns,
      row,
      instantOfDatabase(row[0] as string),
      names.get(row[2] as string) as string,
    ),
  );
}

export interface Window {
  readonly from_us: number;
  /** Exclusive. */
  readonly to_us: number;
  /** Only the events of one batch. */
  readonly batch?: number;
}

/** First slice of a family: about what a city's telephones fill a page with. */
const SLICE_US = 3_600_000_000;
const SLICE_US_MIN = 1_000_000;

/**
 * One family's events by time and id, a page at a time; no transaction stays open between pages.
 *
 * The window is asked for in slices of time that about fill a page, since a planner without statistics sorts all that is
 * left of the window for each page (150,000 events took 8 s instead of 1). A slice with more than a page goes on after
 * the last event of the page before.
 */
async function* readFamily(
  db: Database,
  sources: Sources,
  family: Family,
  { from_us, to_us, batch }: Window,
): AsyncGenerator<EventRecord[]> {
  let slice_us = batch === undefined ? SLICE_US : to_us - from_us;
  let at_us = from_us;
  let after_id: string | null = null;
  while (at_us < to_us) {
    const until_us = Math.min(to_us, at_us + slice_us);
    const { text, values } = sql[`read_${family}`].config({
      from: rfc3339Of(at_us),
      to: rfc3339Of(until_us),
      after_ts: after_id === null ? '-infinity' : rfc3339Of(at_us),
      after_id: after_id ?? NO_ID,
      batch: batch ?? null,
      rows_max: CHUNK_ROWS,
    });
    // Without a name: planned with its values, which leaves out all chunks but those of the slice.
    const { rows } = await db.pool.query<(string | null)[]>({
      text,
      values,
      rowMode: 'array',
      types: AS_TEXT,
    });
    const events = await eventsOfRows(family, rows, sources);
    if (events.length > 0) yield events;
    const last = events.at(-1);
    if (last !== undefined && events.length === CHUNK_ROWS) {
      at_us = last.time_us;
      after_id = last.event_id;
      slice_us = Math.max(SLICE_US_MIN, Math.floor(slice_us / 2));
    } else {
      at_us = until_us;
      after_id = null;
      // Stretches without events are passed over in ever longer steps.
      if (events.length < CHUNK_ROWS / 2) slice_us *= events.length === 0 ? 8 : 2;
    }
  }
}

class Cursor {
  readonly #pages: AsyncGenerator<EventRecord[]>;
  page: EventRecord[] = [];
  at = 0;

  constructor(pages: AsyncGenerator<EventRecord[]>) {
    this.#pages = pages;
  }
  get time_us(): number {
    return (this.page[this.at] as EventRecord).time_us;
  }
  /** Fetches the next page; false at the end. */
  async turn(): Promise<boolean> {
    const { value, done } = await this.#pages.next();
    this.at = 0;
    this.page = done ? [] : value;
    return !done;
  }
  close(): Promise<unknown> {
    return this.#pages.return(undefined);
  }
}

/** Several families merged by time. */
export async function* readFamilies(
  db: Database,
  sources: Sources,
  window: Window & { readonly families: readonly Family[] },
): AsyncGenerator<EventRecord[]> {
  let cursors = window.families.map((family) => new Cursor(readFamily(db, sources, family, window)));
  const all = cursors;
  try {
    const found = await Promise.all(cursors.map((cursor) => cursor.turn()));
    cursors = cursors.filter((_, index) => found[index]);
    let chunk: EventRecord[] = [];
    while (cursors.length > 0) {
      const first = cursors.reduce((a, b) => (b.time_us < a.time_us ? b : a));
      let until_us = Number.POSITIVE_INFINITY;
      for (const other of cursors) if (other !== first && other.time_us < until_us) until_us = other.time_us;
      // As long as no other family is earlier, this one goes on without asking them.
      do {
        chunk.push(first.page[first.at] as EventRecord);
        first.at += 1;
        if (chunk.length === CHUNK_ROWS) {
          yield chunk;
          chunk = [];
        }
      } while (first.at < first.page.length && first.time_us <= until_us);
      if (first.at === first.page.length && !(await first.turn())) {
        cursors = cursors.filter((cursor) => cursor !== first);
      }
    }
    if (chunk.length > 0) yield chunk;
  } finally {
    await Promise.all(all.map((cursor) => cursor.close()));
  }
}

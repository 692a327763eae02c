/**
 * The records of requests: each is what its events say, kept in the transaction that stores them. A record carries its own events,
 * so that a late one, or other rules, only costs folding it again (domain/request.ts).
 *
 * What time alone brings about (a breach, a warning) is told by the deadline clock, which finds by `next_at` what is due. A settled
 * request needs no clock: what is to be told of it is told with its events.
 */
import type pg from 'pg';
import Type from 'typebox';
import type { EventRecord } from '../contract/event-types.ts';
import { type BreachState, breachId, isOpenStatus } from '../contract/requests.ts';
import { type BacklogMove, foldGrown, followsAll, type Grown, mergeEvents } from '../domain/request.ts';
import {
  type Deadline,
  type DeadlineRules,
  deadlinesOf,
  keptPromises,
  momentsOf,
  nextMoment,
  settlementOf,
} from '../domain/request-deadlines.ts';
import { isoOf } from '../lib/clock.ts';
import { ownTurn } from '../lib/turns.ts';
import { BinaryWriter } from './copy-format.ts';
import type { SourceIds } from './event-columns.ts';
import { rfc3339Of } from './instants.ts';
import {
  changedArrays,
  type MoveRow,
  moveArrays,
  type RequestRow,
  requestArrays,
  type TellingRow,
  tellingArrays,
} from './request-columns.ts';
import { decodeHistory, encodeHistory, type StoredRequestEvent, storedEvent } from './request-history.ts';
import { NOTHING_PROJECTED, type Projected, type RequestPicture } from './requests.types.ts';
import { loadSql, many, none, zeroOrOne } from './sql.ts';
import { type Telling, type Told, tellings } from './told.ts';

const BooleanOrNull = Type.Union([Type.Boolean(), Type.Null()]);
const MicrosOrNull = Type.Union([Type.Integer(), Type.Null()]);
const Locked = Type.Object({
  id: Type.String(),
  number: Type.Integer(),
  revision: Type.Integer(),
  told: Type.Unsafe<readonly Told[]>(Type.Array(Type.Unknown())),
  history: Type.String(),
});
/** With what was counted by the promises. */
const Counted = Type.Object({
  ...Locked.properties,
  due_us: MicrosOrNull,
  next_us: MicrosOrNull,
  transmission_kept: BooleanOrNull,
  status_promised: BooleanOrNull,
  status_stale_us: MicrosOrNull,
});
export type CountedRequest = Type.Static<typeof Counted>;
export type LockedRequest = Type.Static<typeof Locked>;
export const sql = loadSql(import.meta.url, {
  lock_parts: many(Type.Object({})),
  lock_requests: many(Locked),
  make_requests: many(Type.Object({ id: Type.String(), number: Type.Integer() })),
  change_requests: none,
  insert_moves: none,
  insert_deadline_events: none,
  lock_due: many(Locked),
  next_due: zeroOrOne(Type.Object({ next_us: MicrosOrNull })),
  open_records: many(Counted),
});

/** A moment longer ago than this when it becomes known is history: more of it may be on its way. */
const LATE_US = 120_000_000;
/** So long history is left to come in before the clock tells what it knows of it. */
const SETTLE_US = 60_000_000;
/** Parts of all ids that are locked by themselves: a large batch takes them all, two small ones seldom meet. */
const PARTS = 128;
/** Records that are worked on at a time: some milliseconds, after which sockets have their turn. */
const SLICE_REQUESTS = 250;
/** Of our advisory locks. */
const LOCK_CLASS = 3_110_313;

function partOf(id: string): number {
  let hash = 0;
  for (let at = 0; at < id.length; at += 1) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) | 0;
  return (hash >>> 0) % PARTS;
}
/** Of some ids, until the end of the transaction. */
async function lockParts(client: pg.ClientBase, ids: readonly string[]): Promise<void> {
  const parts = [...new Set(ids.map(partOf))].sort((a, b) => a - b);
  await sql.lock_parts(client, { lock_class: LOCK_CLASS, parts });
}
/** Locks some records, and their ids if there are none yet, until the end of the transaction. */
export async function lockRequests(client: pg.ClientBase, ids: readonly string[]): Promise<LockedRequest[]> {
  await lockParts(client, ids);
  return sql.lock_requests(client, { ids });
}

/** The deadline clock's own part: it locks the records that it finds, whatever their ids. */
export async function lockDue(client: pg.ClientBase): Promise<void> {
  await sql.lock_parts(client, { lock_class: LOCK_CLASS, parts: [PARTS] });
}
/** Waits for all who write records, and keeps others from it until the end of the transaction. */
export async function lockAllRequests(client: pg.ClientBase): Promise<void> {
  const parts = Array.from({ length: PARTS + 1 }, (_, part) => part);
  await sql.lock_parts(client, { lock_class: LOCK_CLASS, parts });
}

/** The transaction in which records are written. */
export interface Written {
  readonly batch: number;
  readonly server_id: string;
  readonly received_us: number;
}

type Step = Omit<MoveRow, 'request'>;
interface Draft extends RequestRow {
  readonly before: LockedRequest | undefined;
  /** Steps that are new, and those that are taken back. */
  readonly steps: readonly Step[];
  readonly rows: readonly Telling[];
}

/** What is left to do of a record that is written; the rest of its draft may go, which are several kilobytes. */
interface Saved {
  readonly picture: RequestPicture;
  readonly steps: readonly Step[];
  readonly rows: readonly Telling[];
}

export class RequestRecords {
  readonly #rules: () => DeadlineRules;
  readonly #sources: () => SourceIds;
  readonly #writer = new BinaryWriter();

  constructor(options: { rules: () => DeadlineRules; sources: () => SourceIds }) {
    this.#rules = options.rules;
    this.#sources = options.sources;
  }

  /**
   * Takes new events into the records of their requests, inside the transaction of `client`. Events that a record has already change nothing.
   * @param now_us what has come to pass by then is told
   */
  async project(
    client: pg.ClientBase,
    events: readonly EventRecord[],
    written: Written,
    now_us: number,
  ): Promise<Projected> {
    const fresh = [...this.#bySubject(events)];
    if (fresh.length === 0) return NOTHING_PROJECTED;
    const ids = fresh.map(([id]) => id);
    await lockParts(client, ids);
    const saved: Saved[] = [];
    const saveAndRead = async (drafts: readonly Draft[], from: number): Promise<LockedRequest[]> => {
      saved.push(...(await this.#save(client, drafts)));
      const next = ids.slice(from, from + SLICE_REQUESTS);
      return next.length > 0 ? sql.lock_requests(client, { ids: next }) : [];
    };
    let drafts: Draft[] = [];
    let locked = await saveAndRead(drafts, 0);
    for (let at = 0; at < ids.length; at += SLICE_REQUESTS) {
      // While a part is folded, the database writes the one before it and reads the next.
      const reading = saveAndRead(drafts, at + SLICE_REQUESTS);
      reading.catch(() => {}); // Awaited below; until then a failure must not count as unhandled.
      if (ids.length > SLICE_REQUESTS) await ownTurn();
      const known = new Map(locked.map((row) => [row.id, row]));
      const part = fresh.slice(at, at + SLICE_REQUESTS);
      drafts = part.map(([id, some]) => this.#draft(id, known.get(id), some, now_us));
      locked = await reading;
    }
    await saveAndRead(drafts, ids.length);
    return this.#tell(client, saved, written, LATE_EVENTS);
  }

  #bySubject(events: readonly EventRecord[]): Map<string, StoredRequestEvent[]> {
    const sources = this.#sources();
    const fresh = new Map<string, StoredRequestEvent[]>();
    for (const event of events) {
      const stored = storedEvent(event, sources);
      if (stored === null) continue;
      const others = fresh.get(event.subject);
      if (others) others.push(stored);
      else fresh.set(event.subject, [stored]);
    }
    return fresh;
  }

  /**
   * Folds records again that are locked: under the rules that hold now, and up to now.
   * @param reason of what is withdrawn then
   */
  async again(
    client: pg.ClientBase,
    locked: readonly LockedRequest[],
    written: Written,
    now_us: number,
    reason = LATE_EVENTS,
  ): Promise<Projected> {
    const drafts = locked.map((row) => this.#draft(row.id, row, [], now_us, true));
    return this.#tell(client, await this.#save(client, drafts), written, reason);
  }

  /** Whether a record would be another one if it were folded again. */
  isOutdated(record: CountedRequest, now_us: number): boolean {
    const { due_us, next_us, kept, told, rows } = this.#draft(record.id, record, [], now_us, true);
    return (
      due_us !== record.due_us ||
      next_us !== record.next_us ||
      kept.transmission !== record.transmission_kept ||
      kept.status_promised !== record.status_promised ||
      kept.status_stale_us !== record.status_stale_us ||
      rows.length > 0 ||
      told.length !== record.told.length
    );
  }

  /** When it is due by the promises that these records are kept by, µs; null: never. Writes nothing. */
  dueOf(record: CountedRequest, now_us: number): number | null {
    return this.#draft(record.id, record, [], now_us).due_us;
  }

  /** @param tell also of what is open */
  #draft(
    id: string,
    before: LockedRequest | undefined,
    fresh: readonly StoredRequestEvent[],
    now_us: number,
    tell = false,
  ): Draft {
    const known = before ? decodeHistory(before.history) : [];
    const events = mergeEvents(known, fresh);
    const grown = foldGrown(id, known, events);
    const { folded } = grown;
    const deadlines = deadlinesOf(folded, this.#rules());
    const all_known = followsAll(known, events);
    const draft = {
      id,
      revision: (before?.revision ?? 0) + 1,
      before,
      folded,
      history:
        all_known && events.length === known.length
          ? null
          : encodeHistory(events, all_known ? known.length : 0),
      appended: all_known && known.length > 0,
      steps: stepsOf(grown),
      due_us: settlementOf(deadlines)?.due_us ?? null,
      kept: keptPromises(deadlines, now_us),
    };
    return {
      ...draft,
      ...tellNow(before?.told ?? [], deadlines, now_us, tell || !isOpenStatus(folded.status)),
    };
  }

  async #save(client: pg.ClientBase, drafts: readonly Draft[]): Promise<Saved[]> {
    if (drafts.length === 0) return [];
    const numbers = new Map(drafts.flatMap(({ id, before }) => (before ? [[id, before.number]] : [])));
    const [changed, made] = [drafts.filter(({ before }) => before), drafts.filter(({ before }) => !before)];
    if (changed.length > 0) {
      const n = await sql.change_requests(client, changedArrays(this.#writer, changed));
      if (n !== changed.length) throw new Error('a record was changed by another transaction');
    }
    if (made.length > 0) {
      const rows = await sql.make_requests(client, requestArrays(this.#writer, made));
      for (const { id, number } of rows) numbers.set(id, number);
    }
    return drafts.map((draft) => savedOf(draft, numbers.get(draft.id)!));
  }

  async #tell(
    client: pg.ClientBase,
    saved: readonly Saved[],
    { batch, server_id, received_us }: Written,
    reason: string,
  ): Promise<Projected> {
    const requests = saved.map(({ picture }) => picture);
    const moves = saved.flatMap(({ picture, steps }) =>
      steps.map((step) => ({ ...step, request: picture.number })),
    );
    if (moves.length > 0) await sql.insert_moves(client, moveArrays(this.#writer, moves));
    const rows = saved.flatMap(({ picture, rows }) => rows.map((row) => tellingRow(picture, row, reason)));
    if (rows.length === 0) return { requests, told: [] };
    await sql.insert_deadline_events(client, {
      ...tellingArrays(this.#writer, rows),
      recorded_at: rfc3339Of(received_us),
      batch,
      server_id,
    });
    return { requests, told: rows.map((row) => breachOf(row, received_us)) };
  }
}

const savedOf = (draft: Draft, number: number): Saved => ({
  picture: pictureOf(draft, number),
  steps: draft.steps,
  rows: draft.rows,
});

function pictureOf(draft: Draft, number: number): RequestPicture {
  const { id, folded, due_us } = draft;
  const { status, service, borough, unit, longitude, latitude, created_us, settled_us } = folded;
  return {
    number,
    revision: draft.revision,
    id,
    status,
    open: isOpenStatus(status),
    service,
    borough,
    unit,
    longitude,
    latitude,
    created_us,
    due_us,
    settled_us,
  };
}

/**
 * What is to be told of a request, and when to look at it next.
 * @param tell now; otherwise the clock tells it
 */
function tellNow(
  told: readonly Told[],
  deadlines: readonly Deadline[],
  now_us: number,
  tell: boolean,
): Pick<Draft, 'rows' | 'told' | 'next_us'> {
  const telling = tellings(told, momentsOf(deadlines), now_us);
  const next_us = nextMoment(deadlines, now_us);
  if (tell || telling.rows.length === 0) return { rows: telling.rows, told: telling.told, next_us };
  const newest_us = Math.max(...telling.rows.map(({ at_us }) => at_us));
  const look_us = newest_us < now_us - LATE_US ? now_us + SETTLE_US : now_us;
  return { rows: [], told, next_us: Math.min(look_us, next_us ?? look_us) };
}

/** Steps that are new, and those that are taken back, with the opposite n. */
function stepsOf({ folded: { moves }, moved }: Grown): readonly Step[] {
  // In order of time, the new steps follow those that are known.
  const follows = moved.every((move, index) => sameMove(move, moves[index]));
  return follows ? moves.slice(moved.length) : difference(moved, moves);
}
const sameMove = (a: BacklogMove, b: BacklogMove | undefined): boolean =>
  a.at_us === b?.at_us &&
  a.cause === b.cause &&
  a.borough === b.borough &&
  a.unit === b.unit &&
  a.across === b.across;

function difference(before: readonly BacklogMove[], after: readonly BacklogMove[]): Step[] {
  const count = new Map<string, { readonly move: BacklogMove; times: number }>();
  const add = (move: BacklogMove, times: number): void => {
    const { at_us, cause, borough, unit, across } = move;
    const key = JSON.stringify([at_us, cause, borough, unit, across]);
    const known = count.get(key);
    if (known) known.times += times;
    else count.set(key, { move, times });
  };
  for (const move of before) add(move, -1);
  for (const move of after) add(move, 1);
  return [...count.values()].flatMap(({ move, times }) => {
    const row = { ...move, n: move.n * Math.sign(times) };
    return Array.from({ length: Math.abs(times) }, () => row);
  });
}

const LATE_EVENTS = 'Late events show that it did not happen.';

const tellingRow = (picture: RequestPicture, telling: Telling, reason: string): TellingRow => ({
  ...telling,
  picture,
  reason: telling.what === 'withdrawal' ? reason : null,
});

function breachOf(
  { picture, at_us, kind, what, turn, reason }: TellingRow,
  recorded_us: number,
): BreachState {
  const { id, number, service, borough, unit } = picture;
  return {
    id: breachId(number, kind, what, at_us, turn),
    request: id,
    number,
    what,
    kind,
    at: isoOf(at_us),
    recorded_at: isoOf(recorded_us),
    service,
    borough,
    unit,
    reason,
  };
}

/**
 * The life of a service request: a fold over its events in the order of their times. Events may be missing or come late: the record
 * is always what the events known so far say, and what does not fit in is told as an anomaly, never a reason to lose it.
 *
 * A request is settled when it is resolved, or closed without that; `closed` after `resolved` is only put to the files. It leaves
 * the backlog then, and comes back when it is reopened.
 */
import { Temporal } from 'temporal-polyfill';
import type { EventData, EventRecord, EventType } from '../contract/event-types.ts';
import { type Anomaly, type BacklogCause, isOpenStatus, type RequestStatus } from '../contract/requests.ts';
import {
  type BacklogMove,
  type Begun,
  emptyRequest,
  type FoldedRequest,
  type RequestEvent,
  type RequestEventType,
} from './request-state.ts';
import { compareEvents, TYPE_RANK } from './subject.ts';

export type {
  BacklogMove,
  FoldedRequest,
  Promise,
  Published,
  RequestEvent,
  RequestEventType,
} from './request-state.ts';

const isRequestType = (type: EventType): type is RequestEventType => type.startsWith('request.');

/** An event as the fold takes it; null for one of another family. */
export function requestEvent(event: EventRecord): RequestEvent | null {
  const { event_id, time_us, type, sequence, data } = event;
  if (!isRequestType(type)) return null;
  return { event_id, time_us, sequence: sequence ?? '', rank: TYPE_RANK[type], type, data };
}

const isoOf = (time_us: number): string => new Date(time_us / 1000).toISOString();
/** Of RFC 3339; unlike `Date` it knows leap seconds and microseconds. */
const microsecondsOf = (text: string): number =>
  Number(Temporal.Instant.from(text).epochNanoseconds / 1_000n);

class Fold {
  readonly state = emptyRequest();
  readonly #id: string;
  #event!: RequestEvent;
  /** The event's time, but not before the creation. */
  #at_us = 0;
  /** How far it was taken up since it was created or last reopened. */
  #taken_up: 'acknowledged' | 'work_ordered' | null = null;

  constructor(id: string) {
    this.#id = id;
  }

  get #open(): boolean {
    return isOpenStatus(this.state.status);
  }

  begin(at_us: number): void {
    this.#at_us = at_us;
  }
  received(): void {
    this.#move('received', 1);
  }

  take(event: RequestEvent, not_before_us: number): void {
    const { state } = this;
    this.#event = event;
    this.#at_us = Math.max(event.time_us, not_before_us);
    if (event.time_us < not_before_us)
      this.#tell('before_creation', 'It happened before the request was created: taken as of its creation.');
    state.updated_us = Math.max(state.updated_us, this.#at_us);
    STEPS[event.type](this, event.data);
  }

  create(data: EventData): void {
    const { state } = this;
    if (state.created_us !== null) {
      this.#impossible('It was created before.');
      return;
    }
    state.created_us = this.#at_us;
    state.service = data.service ?? null;
    state.nature = data.nature ?? null;
    state.channel = data.channel ?? null;
    state.place_borough = data.place_borough ?? null;
    state.longitude = data.longitude ?? null;
    state.latitude = data.latitude ?? null;
    state.address = data.address ?? null;
    state.description = data.description ?? null;
    state.requesters = data.requesters ?? 1;
    state.borough = data.borough ?? null;
    this.#promise(null, data.due_at);
  }

  #promise(policy: string | null, due_at: string | undefined): void {
    const due_us = due_at === undefined ? null : microsecondsOf(due_at);
    this.state.promises.push({ at_us: this.#at_us, service: this.state.service, policy, due_us });
  }

  transmit(data: EventData): void {
    this.#place(data.borough ?? this.state.borough, data.unit ?? this.state.unit);
    this.#begun();
    if (this.state.status === 'received') this.state.status = 'transmitted';
  }

  /** It is with somebody: transmission is met, and acknowledgement begins. */
  #begun(): void {
    const { state } = this;
    if (state.transmitted_us !== null || !this.#open) return;
    state.transmitted_us = this.#at_us;
    // A reopening has begun a round already.
    if (state.reopened === 0) state.rounds.push({ ...this.#now(), met_us: null });
  }
  #now(): Begun {
    return { at_us: this.#at_us, spell: this.state.reopened };
  }

  takeUp(status: 'acknowledged' | 'work_ordered', data: EventData): void {
    const { state } = this;
    if (data.unit !== undefined) this.#place(state.borough, data.unit);
    if (data.work_order !== undefined) state.work_order = data.work_order;
    this.#begun();
    if (!this.#open) {
      this.#impossible('It was settled then.');
      return;
    }
    this.#meet();
    // Ordered work is not undone by an acknowledgement that comes after it, and a pause ends with its own event.
    if (this.#taken_up !== 'work_ordered') this.#taken_up = status;
    if (state.status !== 'paused') state.status = this.#standing();
  }
  #meet(): void {
    const round = this.state.rounds.at(-1);
    if (round) round.met_us ??= this.#at_us;
  }

  pause(reason: string | undefined): void {
    if (!this.#open) {
      this.#impossible('It was settled then.');
      return;
    }
    if (this.state.status === 'paused') {
      this.#impossible('It was paused already.');
      return;
    }
    this.state.pauses.push({ from_us: this.#at_us, to_us: null, kind: 'paused', note: reason ?? null });
    this.state.status = 'paused';
  }
  resume(): void {
    if (this.state.status !== 'paused') {
      this.#impossible('It was not paused.');
      return;
    }
    this.#endPause();
    this.state.status = this.#standing();
  }
  #endPause(): void {
    const { pauses } = this.state;
    const last = pauses.at(-1);
    if (last?.to_us === null) pauses[pauses.length - 1] = { ...last, to_us: this.#at_us };
  }
  /** What an open request that is not paused is, by what was done before. */
  #standing(): RequestStatus {
    const { transmitted_us, reopened } = this.state;
    if (this.#taken_up !== null) return this.#taken_up;
    if (reopened > 0) return 'reopened';
    return transmitted_us === null ? 'received' : 'transmitted';
  }

  publish(data: EventData): void {
    const expected_at = data.expected_at ?? null;
    this.state.published = { text: data.text ?? '', at_us: this.#at_us, expected_at };
    if (this.#open) this.state.publications.push(this.#now());
  }

  settle(status: 'resolved' | 'closed', data: EventData): void {
    const { state } = this;
    if (!this.#open) {
      if (status === 'closed' && state.status === 'resolved') state.status = 'closed';
      else this.#impossible('It was settled before.');
      return;
    }
    this.#begun();
    this.#meet();
    this.#endPause();
    state.status = status;
    state.settled_us = this.#at_us;
    state.resolution = data.resolution ?? null;
    state.settlements.push({ from_us: this.#at_us, to_us: null, kind: 'settled', note: null });
    this.#move('closed', -1);
  }

  reopen(): void {
    const { state } = this;
    if (this.#open) {
      this.#impossible('It was open.');
      return;
    }
    const last = state.settlements.at(-1);
    if (last?.to_us === null)
      state.settlements[state.settlements.length - 1] = { ...last, to_us: this.#at_us };
    state.settled_us = null;
    state.ended_us = null;
    state.resolution = null;
    state.merged_into = null;
    state.reopened += 1;
    state.status = 'reopened';
    this.#taken_up = null;
    state.reopenings.push(this.#at_us);
    state.rounds.push({ ...this.#now(), met_us: null });
    this.#move('reopened', 1);
  }

  end(status: 'cancelled' | 'merged', into: string | null): void {
    const { state } = this;
    if (into === this.#id) {
      this.#tell('merged_into_itself', 'It cannot be merged into itself.');
      return;
    }
    if (!this.#open) {
      this.#impossible('It was settled before.');
      return;
    }
    this.#endPause();
    state.status = status;
    state.merged_into = into;
    state.ended_us = this.#at_us;
    state.settlements.push({ from_us: this.#at_us, to_us: null, kind: 'settled', note: status });
    this.#move(status, -1);
  }

  /** Deliberately moved: another service, borough, date or version of the policy. */
  revise(data: EventData): void {
    const { state } = this;
    if (data.borough !== undefined) this.#place(data.borough, state.unit);
    if (data.service === undefined && data.due_at === undefined && data.policy === undefined) return;
    state.service = data.service ?? state.service;
    // A version it was moved to goes on holding when only the date is changed.
    const standing = data.service === undefined ? state.promises.at(-1)?.policy : null;
    this.#promise(data.policy ?? standing ?? null, data.due_at);
  }

  #place(borough: string | null, unit: string | null): void {
    const { state } = this;
    if (borough === state.borough && unit === state.unit) return;
    const across = borough !== state.borough;
    if (this.#open) this.#move('transferred_out', -1, across);
    state.borough = borough;
    state.unit = unit;
    if (this.#open) this.#move('transferred_in', 1, across);
  }
  #move(cause: BacklogCause, n: 1 | -1, across = false): void {
    const { moves, borough, unit } = this.state;
    moves.push({ at_us: this.#at_us, cause, n, borough, unit, across });
  }

  #impossible(message: string): void {
    this.#tell('not_possible', message);
  }
  #tell(code: Anomaly['code'], message: string): void {
    const { time_us, type } = this.#event;
    this.state.anomalies.push({ code, at: isoOf(time_us), type, message });
  }
  tellNoCreation(at_us: number): void {
    const message =
      'Its creation is not known: it has no deadlines, and counts as received with its first event.';
    this.state.anomalies.push({ code: 'no_creation', at: isoOf(at_us), type: 'request.created', message });
  }
}

const STEPS: Readonly<Record<RequestEventType, (fold: Fold, data: EventData) => void>> = {
  'request.created': (fold, data) => fold.create(data),
  'request.transmitted': (fold, data) => fold.transmit(data),
  'request.transferred': (fold, data) => fold.transmit(data),
  'request.acknowledged': (fold, data) => fold.takeUp('acknowledged', data),
  'request.work_ordered': (fold, data) => fold.takeUp('work_ordered', data),
  'request.paused': (fold, data) => fold.pause(data.reason),
  'request.resumed': (fold) => fold.resume(),
  'request.status_published': (fold, data) => fold.publish(data),
  'request.resolved': (fold, data) => fold.settle('resolved', data),
  'request.closed': (fold, data) => fold.settle('closed', data),
  'request.reopened': (fold) => fold.reopen(),
  'request.cancelled': (fold) => fold.end('cancelled', null),
  'request.merged': (fold, data) => fold.end('merged', data.into ?? null),
  'request.revised': (fold, data) => fold.revise(data),
};

/** What the events of a request say, and what they said before some of them came. */
export interface Grown {
  readonly folded: FoldedRequest;
  /** The steps that the events made that were known before. */
  readonly moved: readonly BacklogMove[];
}

/**
 * Folds the events of one request.
 * @param events sorted by `compareEvents`, at least one.
 */
export function foldRequest(id: string, events: readonly RequestEvent[]): FoldedRequest {
  return foldFirst(id, events, events.length).folded;
}

/**
 * Folds the events of one request to which some have come. As these most often follow those that were known, one fold tells both.
 * @param events the known ones and the new ones, as `mergeEvents` gives them
 */
export function foldGrown(
  id: string,
  known: readonly RequestEvent[],
  events: readonly RequestEvent[],
): Grown {
  const created = events.find(isCreation);
  if (followsAll(known, events) && (created === undefined || known.some(isCreation)))
    return foldFirst(id, events, known.length);
  const moved = known.length === 0 ? [] : foldRequest(id, known).moves;
  return { folded: foldRequest(id, events), moved };
}

/** Whether the events begin with all that were known. */
export const followsAll = (known: readonly RequestEvent[], events: readonly RequestEvent[]): boolean =>
  known.length === 0 || events[known.length - 1] === known.at(-1);

const isCreation = ({ type }: RequestEvent): boolean => type === 'request.created';

/** @param count so many events, from the first, make the steps that are told apart */
function foldFirst(id: string, events: readonly RequestEvent[], count: number): Grown {
  const fold = new Fold(id);
  const created = events.find(isCreation);
  const begin_us = created?.time_us ?? events[0]?.time_us ?? 0;
  fold.begin(begin_us);
  // The creation comes first, whatever a clock that runs ahead says of what followed.
  if (created) fold.take(created, begin_us);
  else fold.tellNoCreation(begin_us);
  fold.received();
  let moves = count === 0 ? 0 : fold.state.moves.length;
  for (const [index, event] of events.entries()) {
    if (event !== created) fold.take(event, begin_us);
    if (index < count) moves = fold.state.moves.length;
  }
  return { folded: fold.state, moved: fold.state.moves.slice(0, moves) };
}

/** The events known and those that are new, in order, each once. Objects of the known ones stay. */
export function mergeEvents<E extends RequestEvent>(known: readonly E[], fresh: readonly E[]): E[] {
  const merged = [...known, ...fresh];
  const inOrder = (event: E, index: number): boolean =>
    index === 0 || compareEvents(merged[index - 1]!, event) < 0;
  if (merged.every(inOrder)) return merged;
  merged.sort(compareEvents);
  return merged.filter(inOrder);
}

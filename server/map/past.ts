/**
 * The map as it was just before an earlier instant, by the events that are known now: the points of now, with what has changed since taken
 * back. It costs what has changed, not what is open. A request that has not changed since is what it is now, but for being overdue, which
 * its due date tells; what the others were is folded from their events.
 */
import { MAP_PAST_DAYS } from '../contract/map.ts';
import type { RequestEvent } from '../domain/request.ts';
import { type RequestAt, requestBy } from '../domain/request-at.ts';
import type { DeadlineRules } from '../domain/request-deadlines.ts';
import { type Clock, isoOf, ManualClock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { ownTurn } from '../lib/turns.ts';
import { LiveMap } from './live-map.ts';
import { withOverdue } from './marks.ts';
import { DUE_S, MARKS } from './point-index.ts';
import { eachRecord } from './summary.ts';

export interface PastOptions {
  readonly map: LiveMap;
  readonly clock: Clock;
  readonly time_zone: string;
  readonly rules: () => DeadlineRules;
  /** What has changed since an instant, with its events before it. */
  readonly changesSince: (
    as_of_us: number,
  ) => AsyncIterable<
    readonly { readonly number: number; readonly id: string; readonly events: readonly RequestEvent[] }[]
  >;
}

/** Each takes as much memory as the points of now: 25 MB for a million. */
const KEPT_MAX = 6;
/** Late events change the past too. */
const KEEP_US = 300_000_000;
/** Instants being made or waiting for it: a slider that is moved asks for many. */
const WAITING_MAX = 8;
const STEP_US = 60_000_000;
const DAY_US = 86_400_000_000;

interface Kept {
  readonly made_us: number;
  readonly map: Promise<LiveMap>;
}

export class PastMaps {
  readonly #options: PastOptions;
  readonly #kept = new Map<number, Kept>();
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PastOptions) {
    this.#options = options;
  }

  /** Of the whole minute in which the instant lies. @throws VigieError where it is not to be had */
  at(as_of_us: number): Promise<LiveMap> {
    const now_us = this.#options.clock.now_us();
    const minute_us = Math.floor(as_of_us / STEP_US) * STEP_US;
    if (minute_us > now_us || minute_us < now_us - MAP_PAST_DAYS * DAY_US) {
      const message = `as_of must lie in the last ${MAP_PAST_DAYS} days, not after now`;
      throw new VigieError('bad_parameter', message, { status: 400 });
    }
    for (const [at_us, { made_us }] of this.#kept) {
      if (made_us < now_us - KEEP_US) this.#kept.delete(at_us);
    }
    const known = this.#kept.get(minute_us);
    if (known) return known.map;
    if (this.#waiting >= WAITING_MAX) {
      const message = 'Too many earlier moments are being read; ask again in a moment.';
      throw new VigieError('busy', message, { status: 503, retry_after_s: 2 });
    }
    this.#waiting += 1;
    const map = this.#last.then(() => this.#make(minute_us));
    this.#last = map.catch(() => this.#kept.delete(minute_us)).finally(() => (this.#waiting -= 1));
    this.#kept.set(minute_us, { made_us: now_us, map });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return map;
  }

  async #make(as_of_us: number): Promise<LiveMap> {
    const { map: now, changesSince, rules, time_zone } = this.#options;
    const points = { index: now.index.copy(), names: now.names };
    const past = new LiveMap({ clock: new ManualClock(as_of_us), time_zone, points });
    const { cells, records } = points.index;
    const as_of_s = as_of_us / 1_000_000;
    for (const cell of cells) {
      eachRecord(cell, (at) => {
        const due_s = records[at + DUE_S]!;
        records[at + MARKS] = withOverdue(records[at + MARKS]!, due_s !== 0 && due_s <= as_of_s);
      });
    }
    for await (const page of changesSince(as_of_us)) {
      for (const { number, id, events } of page)
        putAsOf(past, number, requestBy(id, events, rules()), as_of_us);
      await ownTurn();
    }
    return past;
  }
}

function putAsOf(map: LiveMap, number: number, request: RequestAt | null, as_of_us: number): void {
  const { longitude = null, latitude = null } = request ?? {};
  if (!request?.open || longitude === null || latitude === null) {
    map.remove(number);
    return;
  }
  const { service, borough, status, created_us, due_us } = request;
  map.set({
    ...{ number, longitude, latitude, service, borough, status },
    created_at: created_us === null ? null : isoOf(created_us),
    due_at: due_us === null ? null : isoOf(due_us),
    overdue: due_us !== null && due_us <= as_of_us,
  });
}

/** Joins replays to the live state, the map and the store: the same parts as the server's, fed by what was stored before an instant. */

import { requestBy } from './domain/request-at.ts';
import type { DeadlineRules } from './domain/request-deadlines.ts';
import type { Clock } from './lib/clock.ts';
import type { Logger } from './lib/logger.ts';
import { LiveRequests } from './live/requests.ts';
import { LiveService, type StandingSource } from './live/service.ts';
import { LiveState, type LiveStateOptions } from './live/state.ts';
import { LiveMap } from './map/live-map.ts';
import type { ReplayedServer, RequestLife } from './replay/replay.ts';
import { Replays } from './replay/replays.ts';
import type { Database } from './store/database.ts';
import type { EventStore } from './store/events.ts';
import { changesSince, eventsOfRequests } from './store/request-past.ts';
import { openPictures, recentPictures, toldBetween } from './store/request-reader.ts';
import type { RequestPicture } from './store/requests.types.ts';
import { BREACHES_MAX, Standing } from './store/standing.ts';

export interface ReplayPartsOptions {
  readonly db: Database;
  readonly store: Pick<EventStore, 'readWindow'>;
  /** The present's. */
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rules: () => DeadlineRules;
  readonly boroughs: readonly string[];
  /** As the server's own state is made; its clock, requests and map are the replay's. */
  readonly state: Omit<LiveStateOptions, 'clock' | 'requests' | 'map'>;
}

export function replaysOf(options: ReplayPartsOptions): Replays<LiveMap> {
  const { db, store, clock, logger, rules } = options;
  return new Replays<LiveMap>({
    clock,
    logger,
    store: {
      readWindow: (from_us, to_us) => store.readWindow(from_us, to_us),
      livesOf: (ids) => eventsOfRequests(db, ids),
      toldBetween: (after_us, to_us) => toldBetween(db, after_us, to_us, BREACHES_MAX),
    },
    pictureOf: (life) => pictureOf(life, rules()),
    make: (replayed) => serverOf(options, replayed),
  });
}

/** Of two pictures of a request the one with more events is newer. */
function pictureOf({ number, id, events }: RequestLife, rules: DeadlineRules): RequestPicture | null {
  const request = requestBy(id, events, rules);
  if (!request) return null;
  const { status, open, service, borough, unit, longitude, latitude, created_us, due_us, settled_us } =
    request;
  return {
    ...{ number, id, revision: REVISED + events.length, status, open, service, borough, unit },
    ...{ longitude, latitude, created_us, due_us, settled_us },
  };
}
/** Above the revisions of records that have not changed since the replay's beginning. */
const REVISED = 1_000_000;
/** Of the replay's own time. */
const AGE_EVERY_US = 300_000_000;

function serverOf(
  options: ReplayPartsOptions,
  clock: Clock,
): { readonly server: ReplayedServer; readonly map: LiveMap } {
  const { boroughs, logger, store } = options;
  const { time_zone } = options.state;
  const map = new LiveMap({ clock, time_zone });
  const requests = new LiveRequests({ clock, time_zone, boroughs, map });
  const state = new LiveState({ ...options.state, clock, requests, map });
  const at_us = clock.now_us();
  const live = new LiveService({
    state,
    source: { readWindow: (from_us) => store.readWindow(from_us, at_us + 1) },
    standing: new PastStanding(options, at_us),
    clock,
    logger: logger.child({ replay: true }, { level: 'warn' }),
  });
  let aged_us = at_us;
  const tick = (): void => {
    map.passDue();
    if (clock.now_us() - aged_us >= AGE_EVERY_US) {
      aged_us = clock.now_us();
      map.age();
    }
    state.tick();
  };
  return {
    map,
    server: {
      source: state,
      start: () => live.start(),
      apply: (batch) => live.apply(batch),
      tick,
      stop: () => live.stop(),
    },
  };
}

/** What a server that started at an instant would have found. Sources are known by the events of the window. */
class PastStanding implements StandingSource {
  readonly #options: ReplayPartsOptions;
  readonly #at_us: number;
  readonly #now: Standing;
  #changed: Promise<ReadonlyMap<number, RequestPicture | null>> | undefined;

  constructor(options: ReplayPartsOptions, at_us: number) {
    this.#options = options;
    this.#at_us = at_us;
    this.#now = new Standing(options.db);
  }
  agentStates(from_us: number, to_us: number) {
    return this.#now.agentStates(from_us, to_us);
  }
  openMail(from_us: number, to_us: number) {
    return this.#now.openMail(from_us, to_us);
  }
  async mailOf(subjects: readonly string[], from_us: number) {
    return (await this.#now.mailOf(subjects, from_us)).filter(({ time_us }) => time_us <= this.#at_us);
  }
  async feeds() {
    return [];
  }
  async rejected() {
    return [];
  }

  /** By number, what was changed after the instant as it was at it; null: it was not known then. */
  #changes(): Promise<ReadonlyMap<number, RequestPicture | null>> {
    this.#changed ??= this.#readChanges();
    return this.#changed;
  }
  async #readChanges(): Promise<ReadonlyMap<number, RequestPicture | null>> {
    const { db, rules } = this.#options;
    const changed = new Map<number, RequestPicture | null>();
    for await (const page of changesSince(db, this.#at_us + 1)) {
      for (const life of page) changed.set(life.number, pictureOf(life, rules()));
    }
    return changed;
  }

  async *openRequests(): AsyncGenerator<RequestPicture[]> {
    const changed = await this.#changes();
    for await (const page of openPictures(this.#options.db))
      yield page.filter(({ number }) => !changed.has(number));
    yield [...changed.values()].filter((picture) => picture?.open) as RequestPicture[];
  }
  async settledRequests(since_us: number): Promise<RequestPicture[]> {
    const changed = await this.#changes();
    const known = await recentPictures(this.#options.db, since_us);
    const settled = [...changed.values()].filter((picture) => picture !== null && !picture.open);
    return [...known.filter(({ number }) => !changed.has(number)), ...(settled as RequestPicture[])];
  }
  breaches(since_us: number) {
    return toldBetween(this.#options.db, since_us, this.#at_us, BREACHES_MAX);
  }
}

/** The replays that are going on: few, since each holds the state of a day. */
import { REPLAY_DAYS, REPLAY_SPEEDS, type ReplaySpeed } from '../contract/replay.ts';
import type { Clock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { Replay, type ReplayOptions } from './replay.ts';

export const REPLAYS_MAX = 3;
const DAY_US = 86_400_000_000;

export class Replays<T> {
  readonly #clock: Clock;
  readonly #make: (clock: Clock) => { readonly server: ReturnType<ReplayOptions['server']>; readonly map: T };
  readonly #options: Pick<ReplayOptions, 'store' | 'pictureOf' | 'logger' | 'clock'>;
  /** By id, once they are built. */
  readonly #maps = new Map<string, T>();
  #open = 0;

  constructor(
    options: Pick<ReplayOptions, 'store' | 'pictureOf' | 'logger' | 'clock'> & {
      /** The inside of a server and its map. */
      readonly make: (clock: Clock) => {
        readonly server: ReturnType<ReplayOptions['server']>;
        readonly map: T;
      };
    },
  ) {
    this.#clock = options.clock;
    this.#make = options.make;
    this.#options = options;
  }

  /** The map of a replay; undefined: there is no such one. */
  mapOf(id: string): T | undefined {
    return this.#maps.get(id);
  }

  /** @throws VigieError */
  async open(question: unknown): Promise<Replay> {
    const asked = this.#read(question);
    if (this.#open >= REPLAYS_MAX) {
      const message = `${REPLAYS_MAX} replays are going on already: wait until one ends.`;
      throw new VigieError('too_many_replays', message);
    }
    this.#open += 1;
    let map: T | undefined;
    const replay = new Replay({
      ...this.#options,
      ...asked,
      server: (clock) => {
        const made = this.#make(clock);
        map = made.map;
        return made.server;
      },
      onStop: () => {
        this.#open -= 1;
        this.#maps.delete(replay.id);
      },
    });
    try {
      await replay.start();
    } catch (error) {
      await replay.stop();
      throw error;
    }
    if (map !== undefined) this.#maps.set(replay.id, map);
    return replay;
  }

  #read(question: unknown): Pick<ReplayOptions, 'at_us' | 'speed' | 'playing'> {
    const { at, speed = 1, playing = false } = (question ?? {}) as Readonly<Record<string, unknown>>;
    const at_us = typeof at === 'string' ? Date.parse(at) * 1_000 : Number.NaN;
    const now_us = this.#clock.now_us();
    if (!(at_us <= now_us && at_us >= now_us - REPLAY_DAYS * DAY_US))
      throw new VigieError('bad_request', `at must be a moment of the last ${REPLAY_DAYS} days`);
    if (!REPLAY_SPEEDS.includes(speed as ReplaySpeed))
      throw new VigieError('bad_request', `speed must be one of ${REPLAY_SPEEDS.join(', ')}`);
    return { at_us, speed: speed as ReplaySpeed, playing: playing === true };
  }
}

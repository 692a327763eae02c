/** The live data in runes. Changes enter once, batched to animation frames; a pause freezes what is shown (WCAG 2.2.2). */

import { io, type Socket } from 'socket.io-client';
import { getContext, setContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import { CITY_SCOPE, CLOCK_KEY, type ClockState, type Topic, type TopicItem } from '#contract/live.ts';
import { type ConnectionStatus, LiveConnection, type Timers, type TopicCopy } from './connection.ts';

const browserTimers: Timers = {
  monotonic_ms: () => performance.now(),
  every(interval_ms, run) {
    const timer = setInterval(run, interval_ms);
    return () => clearInterval(timer);
  },
};

/** A frame, or a second in a tab that draws none: a hidden wall must not fall behind. */
function nextFrame(run: () => void): () => void {
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, 1_000);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

export class LiveTopic<T extends Topic> {
  readonly #live: Live;
  readonly #copy: TopicCopy<T>;
  #items: Readonly<Record<string, TopicItem[T]>> = {};
  #loaded = false;

  constructor(live: Live, copy: TopicCopy<T>) {
    this.#live = live;
    this.#copy = copy;
  }
  #look(): void {
    this.#live.depend();
    if (this.#live.paused_ms !== null && this.#loaded) return;
    this.#items = this.#copy.items;
    this.#loaded = this.#copy.state !== null;
  }
  get items(): Readonly<Record<string, TopicItem[T]>> {
    this.#look();
    return this.#items;
  }
  /** Whether the first state has come. */
  get loaded(): boolean {
    this.#look();
    return this.#loaded;
  }
  get error(): TopicCopy['error'] {
    this.#live.depend();
    return this.#copy.error;
  }
}

export class Live {
  protected readonly socket: Socket;
  readonly connection: LiveConnection;
  readonly #subscribe: () => void;
  readonly #subscribeSeconds: () => void;
  #status: ConnectionStatus = $state('connecting');
  #paused_ms: number | null = $state(null);
  readonly #clock: LiveTopic<'clock'>;

  /** @param options of the connection */
  constructor(
    namespace = '/live',
    options: { auth?: (give: (auth: object) => void) => void; forceNew?: boolean } = {},
  ) {
    this.socket = io(namespace, {
      ...options,
      path: '/socket.io',
      transports: ['websocket', 'polling'],
      reconnectionDelay: 500,
      reconnectionDelayMax: 5_000,
      timeout: 8_000,
    });
    this.connection = new LiveConnection(this.socket, browserTimers);
    this.#subscribe = createSubscriber((update) => {
      let cancel: (() => void) | null = null;
      const flush = (): void => {
        cancel?.();
        cancel = null;
        this.#status = this.connection.status;
        update();
      };
      const stop = this.connection.subscribe(() => {
        cancel ??= nextFrame(flush);
      });
      return () => {
        stop();
        cancel?.();
      };
    });
    this.#subscribeSeconds = createSubscriber((update) => browserTimers.every(1_000, update));
    this.#clock = new LiveTopic(this, this.connection.watch('clock', CITY_SCOPE).copy);
  }

  /** Id of the replay that is shown; undefined: the present. */
  get replay(): string | undefined {
    return undefined;
  }
  /** Makes the caller's effect or expression run again when live data has changed. */
  depend(): void {
    this.#subscribe();
  }
  get status(): ConnectionStatus {
    this.depend();
    return this.#status;
  }
  /** Whether what is shown is older than 15 s. */
  get stale(): boolean {
    return this.status === 'stale' || this.status === 'refused';
  }
  /** What the server says of itself; null until it has. */
  get clock(): ClockState | null {
    return this.#clock.items[CLOCK_KEY] ?? null;
  }
  /**
   * Server time, ms since 1970, to the second; null until it is known. While data is stale or paused it stands still at
   * the moment the data is of, so that a wait never seems to grow that nobody has measured.
   */
  get now_ms(): number | null {
    this.#subscribeSeconds();
    if (this.#paused_ms !== null) return this.#paused_ms;
    const now_ms = this.connection.time.now_ms();
    const silence_ms = this.connection.silence_ms;
    return this.stale && now_ms !== null && silence_ms !== null ? now_ms - silence_ms : now_ms;
  }
  /** Server time now, whatever is shown; null until it is known. */
  get wall_ms(): number | null {
    this.#subscribeSeconds();
    return this.connection.time.now_ms();
  }
  /** Seconds since the server was last heard. */
  get silence_s(): number | null {
    this.#subscribeSeconds();
    const silence_ms = this.connection.silence_ms;
    return silence_ms === null ? null : Math.floor(silence_ms / 1000);
  }
  /** Server time at which the screen was stopped by its reader; null when it runs. */
  get paused_ms(): number | null {
    return this.#paused_ms;
  }
  togglePause(): void {
    this.#paused_ms = this.#paused_ms === null ? (this.connection.time.now_ms() ?? 0) : null;
  }

  /** Watches a topic while the calling component lives. Call inside an effect and return `release`. */
  watch<T extends Topic>(topic: T, scope: string): { readonly view: LiveTopic<T>; release(): void } {
    const { copy, release } = this.connection.watch(topic, scope);
    return { view: new LiveTopic(this, copy), release };
  }
}

const KEY = Symbol('live');
let shared: Live | undefined;

/** Makes the browser's one connection available below; on the server there is none. */
export function provideLive(): () => Live | undefined {
  const get = (): Live | undefined => {
    if (typeof window === 'undefined') return undefined;
    shared ??= new Live();
    return shared;
  };
  setContext(KEY, get);
  return get;
}
/** Makes another one available below: what stands there shows that one. */
export const provideThisLive = (live: Live): unknown => setContext(KEY, () => live);
export const useLive = (): Live | undefined => {
  const get = getContext<(() => Live | undefined) | undefined>(KEY);
  if (!get) throw new Error('no live connection was provided above this component');
  return get();
};

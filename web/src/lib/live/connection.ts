/**
 * The one connection to the server's `/live` namespace: keeps a copy of each watched topic in step, asks again where a
 * step is missing, and knows how old what it holds is. Knows nothing of Svelte; `live.svelte.ts` brings it into runes.
 */
import { applyPatch } from '#contract/json-patch.ts';
import {
  CLOCK_KEY,
  type Delta,
  type Topic,
  type TopicItem,
  type TopicState,
  type WatchAnswer,
  type WatchRequest,
} from '#contract/live.ts';
import { ServerTime } from './server-time.ts';

/** What is needed of a Socket.IO client socket. */
export interface LiveSocket {
  on(event: string, listener: (...values: never[]) => void): unknown;
  emit(event: string, ...values: unknown[]): unknown;
  connect(): unknown;
  disconnect(): unknown;
}
export interface Timers {
  /** Milliseconds that only grow. */
  monotonic_ms(): number;
  every(interval_ms: number, run: () => void): () => void;
}

/**
 * `connecting`: nothing was ever heard. `live`: heard within 15 s. `stale`: what is shown is old.
 * `refused`: the server asks who we are.
 */
export type ConnectionStatus = 'connecting' | 'live' | 'stale' | 'refused';

/** A server speaks at least every 5 s (topic `clock`); after three silences its data is stale. */
export const STALE_AFTER_MS = 15_000;
/** A connection known to be cut is stale sooner, but not at every short restart. */
const STALE_CUT_MS = 5_000;
const RETRY_MS = 10_000;
const WATCH_ANSWER_MS = 10_000;
const REFUSALS: ReadonlySet<unknown> = new Set([
  'unauthorised',
  'unauthorized',
  'unauthenticated',
  'forbidden',
]);

export class TopicCopy<T extends Topic = Topic> {
  readonly topic: T;
  readonly scope: string;
  /** null until the first answer. */
  state: TopicState<T> | null = null;
  version: number | undefined;
  /** Server time of what is held. */
  at: string | null = null;
  error: { readonly code: string; readonly message: string } | null = null;
  /** Monotonic time of a question not answered yet; deltas before its answer are part of the answer. */
  asked_ms: number | null = null;
  watchers = 0;

  constructor(topic: T, scope: string) {
    this.topic = topic;
    this.scope = scope;
  }
  get items(): Readonly<Record<string, TopicItem[T]>> {
    return (this.state?.items ?? {}) as Readonly<Record<string, TopicItem[T]>>;
  }
}

export class LiveConnection {
  readonly #socket: LiveSocket;
  readonly #timers: Timers;
  readonly #copies = new Map<string, TopicCopy>();
  readonly #listeners = new Set<() => void>();
  readonly time: ServerTime;
  #status: ConnectionStatus = 'connecting';
  #connected = false;
  #heard_ms: number | null = null;
  #cut_ms: number | null = null;
  #tried_ms: number;
  #stopTimer: () => void;

  constructor(socket: LiveSocket, timers: Timers) {
    this.#socket = socket;
    this.#timers = timers;
    this.time = new ServerTime(() => timers.monotonic_ms());
    this.#tried_ms = timers.monotonic_ms();
    socket.on('connect', () => this.#onConnect());
    socket.on('disconnect', () => this.#onCut());
    socket.on('connect_error', (error: Error & { data?: { code?: unknown } }) => this.#onRefusal(error));
    socket.on('delta', (delta: Delta) => this.#onDelta(delta));
    // A replay that stands still has no deltas, and is there all the same.
    socket.on('replay', () => this.#heard());
    this.#stopTimer = timers.every(1_000, () => this.#check());
  }

  get status(): ConnectionStatus {
    return this.#status;
  }
  get connected(): boolean {
    return this.#connected;
  }
  /** Milliseconds since the server was last heard, or null when it never was. */
  get silence_ms(): number | null {
    return this.#heard_ms === null ? null : this.#timers.monotonic_ms() - this.#heard_ms;
  }

  /** Called after every change. Returns the way to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Holds a copy of a topic in step until `release` is called as often as `watch` was. */
  watch<T extends Topic>(topic: T, scope: string): { readonly copy: TopicCopy<T>; release(): void } {
    const key = `${topic}/${scope}`;
    let copy = this.#copies.get(key);
    if (!copy) {
      copy = new TopicCopy<Topic>(topic, scope);
      this.#copies.set(key, copy);
      if (this.#connected) this.#ask(copy);
    }
    copy.watchers += 1;
    const held = copy;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      held.watchers -= 1;
      if (held.watchers > 0) return;
      this.#copies.delete(key);
      if (this.#connected) this.#socket.emit('unwatch', { topic, scope });
    };
    return { copy: copy as TopicCopy<Topic> as TopicCopy<T>, release };
  }

  close(): void {
    this.#stopTimer();
    this.#listeners.clear();
    this.#socket.disconnect();
  }

  #onConnect(): void {
    this.#connected = true;
    this.#cut_ms = null;
    this.time.forget();
    for (const copy of this.#copies.values()) this.#ask(copy);
    this.#changed();
  }

  #onCut(): void {
    this.#connected = false;
    this.#cut_ms ??= this.#timers.monotonic_ms();
    for (const copy of this.#copies.values()) copy.asked_ms = null;
    this.#changed();
  }

  #onRefusal(error: Error & { data?: { code?: unknown } }): void {
    this.#connected = false;
    if (REFUSALS.has(error.data?.code) || REFUSALS.has(error.message)) this.#status = 'refused';
    this.#changed();
  }

  #ask(copy: TopicCopy): void {
    copy.asked_ms = this.#timers.monotonic_ms();
    const asked_ms = copy.asked_ms;
    const request: WatchRequest = {
      topic: copy.topic,
      scope: copy.scope,
      ...(copy.version === undefined ? {} : { have: copy.version }),
    };
    this.#socket.emit('watch', request, (answer: WatchAnswer) => {
      // An answer to a question that was given up, or asked over another connection, is not for us.
      if (copy.asked_ms !== asked_ms) return;
      copy.asked_ms = null;
      this.#onAnswer(copy, answer);
    });
  }

  #onAnswer(copy: TopicCopy, answer: WatchAnswer): void {
    if ('error' in answer) {
      copy.error = answer.error;
      this.#changed();
      return;
    }
    copy.error = null;
    if ('state' in answer) this.#take(copy, answer.state, answer.version, answer.at);
    else if (answer.from === copy.version) this.#step(copy, answer.changes, answer.version, answer.at);
    else this.#startOver(copy);
    if (this.time.now_ms() === null) this.time.hear(answer.at);
    this.#heard();
  }

  #onDelta(delta: Delta): void {
    this.#heard();
    const copy = this.#copies.get(`${delta.topic}/${delta.scope}`);
    if (!copy || copy.asked_ms !== null || copy.version === undefined) return;
    if (delta.from === copy.version) this.#step(copy, delta.changes, delta.to, delta.at);
    else this.#ask(copy);
  }

  #step(copy: TopicCopy, changes: Delta['changes'], version: number, at: string): void {
    try {
      this.#take(copy, applyPatch(copy.state, changes) as TopicState, version, at);
    } catch {
      this.#startOver(copy);
    }
  }

  #take(copy: TopicCopy, state: TopicState, version: number, at: string): void {
    copy.state = state;
    copy.version = version;
    copy.at = at;
    const clock = copy.topic === 'clock' ? (copy as TopicCopy<'clock'>).items[CLOCK_KEY] : undefined;
    if (clock) this.time.hear(clock.now);
    this.#changed();
  }

  /** The copy cannot be trusted any more; what it shows stays until the whole state has come. */
  #startOver(copy: TopicCopy): void {
    copy.version = undefined;
    this.#ask(copy);
  }

  #heard(): void {
    this.#heard_ms = this.#timers.monotonic_ms();
    this.#tried_ms = this.#heard_ms;
    if (this.#status !== 'live') {
      this.#status = 'live';
      this.#changed();
    }
  }

  /** Every second: notices silence, asks again what was not answered, and never gives up. */
  #check(): void {
    const now_ms = this.#timers.monotonic_ms();
    for (const copy of this.#copies.values()) {
      if (this.#connected && copy.asked_ms !== null && now_ms - copy.asked_ms > WATCH_ANSWER_MS)
        this.#ask(copy);
    }
    const silence_ms = this.#heard_ms === null ? 0 : now_ms - this.#heard_ms;
    const cut_ms = this.#cut_ms === null ? 0 : now_ms - this.#cut_ms;
    if (this.#status === 'live' && (silence_ms > STALE_AFTER_MS - 1_000 || cut_ms > STALE_CUT_MS)) {
      this.#status = 'stale';
      this.#changed();
    }
    if (this.#status !== 'live' && now_ms - this.#tried_ms > RETRY_MS) this.#reconnect(now_ms);
  }

  /** A socket can look open and be dead, and Socket.IO does not try again after a refusal. */
  #reconnect(now_ms: number): void {
    this.#tried_ms = now_ms;
    if (this.#connected) this.#socket.disconnect();
    this.#socket.connect();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

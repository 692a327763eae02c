/** A real push server on a loopback port over a source that is moved by hand, and real clients of it. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { applyPatch } from '../../server/contract/json-patch.ts';
import type {
  ClientToServer,
  Delta,
  ServerToClient,
  Topic,
  TopicItem,
  TopicState,
  WatchAnswer,
  WatchRequest,
} from '../../server/contract/live.ts';
import type { TopicSource } from '../../server/contract/topic-source.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { logger } from '../../server/lib/logger.ts';
import { type PushOptions, PushServer } from '../../server/push/server.ts';

/** Items are any JSON; a key belongs to `city` and to the scope that its first letters, up to a dash, name. */
export class HandSource implements TopicSource {
  readonly items: Record<Topic, Map<string, unknown>> = {
    queues: new Map(),
    agents: new Map(),
    requests: new Map(),
    breaches: new Map(),
    map: new Map(),
    feeds: new Map(),
    clock: new Map([['server', { now: 0 }]]),
  };
  readonly #listeners = new Set<(topic: Topic, key: string) => void>();
  #beats = 0;

  hasScope(_topic: Topic, scope: string): boolean {
    return scope === 'city' || /^[A-Z]{2}$/.test(scope);
  }
  inScope(_topic: Topic, scope: string, key: string): boolean {
    return scope === 'city' || key.startsWith(`${scope}-`);
  }
  keys(topic: Topic): Iterable<string> {
    return this.items[topic].keys();
  }
  item<T extends Topic>(topic: T, key: string): TopicItem[T] | undefined {
    if (topic === 'clock') {
      this.#beats += 1;
      return { now: this.#beats } as unknown as TopicItem[T];
    }
    const item = this.items[topic].get(key);
    return item === undefined ? undefined : (structuredClone(item) as TopicItem[T]);
  }
  onDirty(listener: (topic: Topic, key: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(key: string, item: unknown, topic: Topic = 'queues'): void {
    this.items[topic].set(key, item);
    this.touch(key, topic);
  }
  remove(key: string, topic: Topic = 'queues'): void {
    this.items[topic].delete(key);
    this.touch(key, topic);
  }
  touch(key: string, topic: Topic = 'queues'): void {
    for (const listener of this.#listeners) listener(topic, key);
  }
  /** What a client of the scope must come to see. */
  state(scope: string, topic: Topic = 'queues'): { items: Record<string, unknown> } {
    const members = [...this.items[topic]].filter(([key]) => this.inScope(topic, scope, key));
    return { items: Object.fromEntries(members) };
  }
}

export interface Rig {
  readonly source: HandSource;
  readonly push: PushServer;
  readonly url: string;
  readonly http: http.Server;
  client(options?: Partial<ManagerOptions & SocketOptions>): LiveSocket;
  close(): Promise<void>;
}
export type LiveSocket = Socket<ServerToClient, ClientToServer>;

export async function startRig(options: Partial<PushOptions> = {}): Promise<Rig> {
  const server = http.createServer((_req, res) => {
    res.statusCode = 404;
    res.end();
  });
  const source = (options.source as HandSource | undefined) ?? new HandSource();
  const push = new PushServer({
    http: server,
    clock: systemClock,
    logger,
    authorise: async () => true,
    ...options,
    source,
  });
  await push.start();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`;
  const sockets: LiveSocket[] = [];
  return {
    source,
    push,
    url,
    http: server,
    client: (more = {}) => {
      const socket: LiveSocket = io(url, {
        forceNew: true,
        transports: ['websocket'],
        reconnection: false,
        ...more,
      });
      sockets.push(socket);
      return socket;
    },
    close: async () => {
      for (const socket of sockets) socket.disconnect();
      await push.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const ask = (socket: LiveSocket, request: WatchRequest): Promise<WatchAnswer> =>
  new Promise((resolve) => socket.emit('watch', request, resolve));

/** The plainest client the contract allows: a snapshot, then deltas in order; it notes every step that does not fit. */
export class Follower {
  readonly socket: LiveSocket;
  readonly scope: string;
  readonly topic: Topic;
  readonly deltas: Delta[] = [];
  readonly gaps: Delta[] = [];
  state: TopicState | null = null;
  version: number | undefined;

  constructor(socket: LiveSocket, scope = 'city', topic: Topic = 'queues') {
    this.socket = socket;
    this.scope = scope;
    this.topic = topic;
    socket.on('delta', (delta) => {
      if (delta.scope !== scope || delta.topic !== topic || this.version === undefined) return;
      this.deltas.push(delta);
      if (delta.from !== this.version) this.gaps.push(delta);
      else {
        this.state = applyPatch(this.state, delta.changes);
        this.version = delta.to;
      }
    });
  }

  /** Watches, from what is held already when there is something. */
  async watch(): Promise<WatchAnswer> {
    const have = this.version;
    const { topic, scope } = this;
    const answer = await ask(this.socket, { topic, scope, ...(have === undefined ? {} : { have }) });
    if ('error' in answer) return answer;
    if ('state' in answer) this.state = answer.state;
    else this.state = applyPatch(this.state, answer.changes);
    this.version = answer.version;
    return answer;
  }
}

export const sleep = (wait_ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, wait_ms));

/** Waits until something holds; fails with what it found after `within_ms`. */
export async function eventually(holds: () => boolean, what: string, within_ms = 5_000): Promise<void> {
  const until = performance.now() + within_ms;
  while (!holds()) {
    if (performance.now() > until) throw new Error(`never happened: ${what}`);
    await sleep(5);
  }
}

/**
 * ④ Push: the Socket.IO namespace `/live`. Watchers get the state of a topic, then its deltas, at most four a second;
 * see `contract/live.ts` for the messages and `rooms.ts` for what is sent to whom.
 *
 * Clients may use the plain `socket.io-client`. Over a websocket the deltas are written as prepared frames, compressed
 * once for all when the client can inflate; over HTTP long-polling they go Socket.IO's usual way.
 */
import type http from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Server, type Socket } from 'socket.io';
import { REPLAY_NAMESPACE } from '../contract/replay.ts';
import type { TopicSource } from '../contract/topic-source.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Reading } from '../lib/ops.ts';
import type { Service } from '../lib/service.ts';
import { ownTurn } from '../lib/turns.ts';
import { Client } from './client.ts';
import { parser } from './parser.ts';
import { type ReplayHost, ReplaySocket } from './replay-socket.ts';
import { DEFAULT_LIMITS, NAMESPACE, type PushLimits, type PushStats, Rooms } from './rooms.ts';
import type { RawConnection } from './wire.ts';

export type Handshake = Socket['handshake'];

export interface PushOptions {
  /** Its own request listeners must be there already: Socket.IO takes its path from in front of them. */
  readonly http: http.Server;
  readonly source: TopicSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the client may read. */
  readonly authorise: (handshake: Handshake) => Promise<boolean>;
  /** Offer compressed frames (permessage-deflate). */
  readonly compression?: boolean;
  /** The shortest time between two deltas of a room, ms. */
  readonly tick_ms?: number;
  /** The time between two clocks, ms: also what tells a client that the server is there. */
  readonly clock_ms?: number;
  /** How often it is asked whether those who are connected may still read, ms. */
  readonly authorise_again_ms?: number;
  readonly limits?: Partial<PushLimits>;
  /** Where replays come from; without it there are none. */
  readonly replays?: ReplayHost;
}

/** Largest message a client may send; the longest question has a few hundred bytes. */
const MESSAGE_BYTES_MAX = 16 * 1024;
/** How long a client has to take the goodbye, ms. */
const GOODBYE_MS = 1_000;
/** How often clients that were passed over are looked at, ms. */
const CATCH_UP_MS = 50;
const AUTHORISE_AGAIN_MS = 60_000;
/** Clients that are asked about in one turn. */
const AUTHORISE_AT_ONCE = 100;

export class PushServer implements Service {
  readonly name = 'push';
  readonly #io: Server;
  readonly #rooms: Rooms;
  readonly #options: PushOptions;
  readonly #tick_ms: number;
  readonly #clients = new Set<Client>();
  readonly #upgraded = new Set<Duplex>();
  #stopListening: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #catch_up_timer: NodeJS.Timeout | undefined;
  #last_tick_ms = -Infinity;
  #heartbeat: NodeJS.Timeout | undefined;
  #authorising: NodeJS.Timeout | undefined;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#tick_ms = options.tick_ms ?? 250;
    this.#rooms = new Rooms({ ...options, limits: { ...DEFAULT_LIMITS, ...options.limits } });
    this.#io = new Server({
      path: '/socket.io',
      serveClient: false,
      maxHttpBufferSize: MESSAGE_BYTES_MAX,
      connectTimeout: 10_000,
      parser,
      // Nothing is compressed by ws itself, which would keep 200 kB a socket for it: only our shared frames are.
      perMessageDeflate: (options.compression ?? true) && {
        threshold: Number.POSITIVE_INFINITY,
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
      },
    });
    this.#accept();
  }

  async start(): Promise<void> {
    const { http: server, source, clock_ms = 5_000 } = this.#options;
    const { authorise_again_ms = AUTHORISE_AGAIN_MS } = this.#options;
    this.#io.attach(server);
    server.on('upgrade', this.#track);
    this.#stopListening = source.onDirty((topic, key) => {
      if (this.#rooms.mark(topic, key)) this.#schedule();
    });
    this.#heartbeat = setInterval(() => this.#beat(), clock_ms);
    this.#authorising = setInterval(() => void this.#authoriseAgain(), authorise_again_ms);
  }

  /** Says goodbye to all clients, and ends those that do not take it. The HTTP server is its owner's to close. */
  async stop(): Promise<void> {
    this.#stopListening?.();
    clearInterval(this.#heartbeat);
    clearInterval(this.#authorising);
    clearTimeout(this.#timer);
    clearTimeout(this.#catch_up_timer);
    this.#io.disconnectSockets(true);
    this.#io.engine?.close();
    this.#options.http.off('upgrade', this.#track);
    const until_ms = performance.now() + GOODBYE_MS;
    while (this.#upgraded.size > 0 && performance.now() < until_ms) await delay(10);
    for (const socket of this.#upgraded) socket.destroy();
  }

  /** An upgraded connection is no more the HTTP server's to end, and would keep it from closing. */
  readonly #track = (_request: unknown, socket: Duplex): void => {
    this.#upgraded.add(socket);
    socket.once('close', () => this.#upgraded.delete(socket));
  };

  stats(): PushStats & { readonly connections: number } {
    return { connections: this.#clients.size, ...this.#rooms.stats() };
  }

  /** The same for `/metrics`. */
  readings(): Reading[] {
    const reading = (
      kind: Reading['kind'],
      key: keyof ReturnType<PushServer['stats']>,
      help: string,
    ): Reading => ({
      name: `vigie_push_${key}${kind === 'counter' ? '_total' : ''}`,
      help,
      kind,
      read: () => this.stats()[key],
    });
    return [
      reading('gauge', 'connections', 'Connected live clients'),
      reading('gauge', 'rooms', 'Topics and scopes held'),
      reading('gauge', 'lagging', 'Watches of clients that are passed over until they drain'),
      reading('counter', 'deltas', 'Deltas made'),
      reading('counter', 'deliveries', 'Deltas sent to clients'),
      reading('counter', 'passed_over', 'Times a client that had not drained was passed over'),
      reading('counter', 'disconnected_slow', 'Clients disconnected because they did not drain'),
    ];
  }

  #accept(): void {
    const { replays } = this.#options;
    this.#guard(NAMESPACE).on('connection', (socket) => this.#connected(socket));
    if (!replays) return;
    const limits = { ...DEFAULT_LIMITS, ...this.#options.limits };
    this.#guard(REPLAY_NAMESPACE).on('connection', (socket) => {
      new ReplaySocket({ socket, host: replays, limits, logger: this.#options.logger });
    });
  }

  #guard(namespace: string): ReturnType<Server['of']> {
    const { authorise, logger } = this.#options;
    const guarded = this.#io.of(namespace);
    guarded.use((socket, next) => {
      authorise(socket.handshake).then(
        (allowed) => next(allowed ? undefined : new Error('unauthorised')),
        (error: unknown) => {
          logger.error({ error: messageOf(error) }, 'a live connection could not be authorised');
          next(new Error('unavailable'));
        },
      );
    });
    return guarded;
  }

  /** A key that was revoked, as that of a wall that was taken down, ends what it opened. */
  async #authoriseAgain(): Promise<void> {
    const sockets = [NAMESPACE, REPLAY_NAMESPACE].flatMap((name) => [...this.#io.of(name).sockets.values()]);
    for (let at = 0; at < sockets.length; at += AUTHORISE_AT_ONCE) {
      const some = sockets.slice(at, at + AUTHORISE_AT_ONCE);
      // While the database is away nobody is sent off.
      const allowed = await Promise.all(
        some.map(({ handshake }) => this.#options.authorise(handshake).catch(() => true)),
      );
      // As a broken connection does: the client comes again, and is told why it is refused.
      for (const [index, socket] of some.entries()) if (!allowed[index]) socket.conn.close();
      await ownTurn();
    }
  }

  #connected(socket: Socket): void {
    const client = new Client(socket.conn as unknown as RawConnection);
    this.#clients.add(client);
    // The first request of a connection would be kept for as long as it lives: some kilobytes each.
    (socket.conn as { request: unknown }).request = null;
    socket.on('watch', (...values: unknown[]) => {
      // Without a way to answer, the client could not know the state its deltas apply to.
      const answer = values.at(-1);
      if (typeof answer === 'function') answer(this.#watch(client, values[0]));
    });
    socket.on('unwatch', (...values: unknown[]) => {
      this.#rooms.unwatch(client, values[0]);
      const answer = values.at(-1);
      if (typeof answer === 'function') answer();
    });
    socket.on('disconnect', () => {
      this.#clients.delete(client);
      this.#rooms.leaveAll(client);
    });
  }

  #watch(client: Client, request: unknown): ReturnType<Rooms['watch']> {
    try {
      return this.#rooms.watch(client, request);
    } catch (error) {
      this.#options.logger.error({ error: messageOf(error) }, 'a topic could not be read');
      return { error: { code: 'unavailable', message: 'This topic cannot be read now; ask again later.' } };
    }
  }

  #beat(): void {
    this.#rooms.markAll('clock');
    this.#rooms.sweep();
    this.#schedule();
  }

  /** At once after a quiet time, otherwise when `tick_ms` have passed since the last tick. */
  #schedule(): void {
    if (this.#timer !== undefined) return;
    const wait_ms = this.#last_tick_ms + this.#tick_ms - performance.now();
    this.#timer = setTimeout(() => this.#tick(), Math.max(0, wait_ms));
  }

  #tick(): void {
    this.#timer = undefined;
    this.#last_tick_ms = performance.now();
    this.#rooms.tick();
    this.#catchUp();
  }

  /** Looks again, for as long as there are any, at clients that were passed over. */
  #catchUp(): void {
    clearTimeout(this.#catch_up_timer);
    this.#catch_up_timer = this.#rooms.catchUp() ? setTimeout(() => this.#catchUp(), CATCH_UP_MS) : undefined;
  }
}

/**
 * The rooms somebody watches and what is pushed into them. Knows nothing of Socket.IO; time and the tick come from
 * outside.
 */
import { TOPICS, type Topic, type WatchAnswer } from '../contract/live.ts';
import type { TopicSource } from '../contract/topic-source.ts';
import { type Clock, isoOf } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Client } from './client.ts';
import { Packet } from './frame.ts';
import { PreparedAnswer } from './parser.ts';
import { type Lag, Room } from './room.ts';
import { TopicItems } from './topic.ts';
import { Versions } from './versions.ts';

export const NAMESPACE = '/live';

export interface PushLimits {
  /** A client with more than this on its way is passed over until it has drained. */
  readonly buffered_bytes: number;
  /** A client passed over for longer than this is disconnected. */
  readonly lag_s: number;
  /** Rooms one socket may watch. */
  readonly rooms: number;
  /** Questions one socket may ask a second. */
  readonly questions_per_s: number;
  /** A room nobody watches is kept this long for clients that come back. */
  readonly linger_s: number;
}
export const DEFAULT_LIMITS: PushLimits = {
  buffered_bytes: 128 * 1024,
  lag_s: 60,
  rooms: 64,
  questions_per_s: 100,
  linger_s: 60,
};
/** A client that asks for states without reading them is ended at this many times `buffered_bytes`. */
const BUFFERED_TIMES_MAX = 64;

export interface PushStats {
  readonly rooms: number;
  readonly lagging: number;
  /** Since the start. */
  readonly deltas: number;
  readonly deliveries: number;
  readonly passed_over: number;
  readonly disconnected_slow: number;
}

type Refusal = Extract<WatchAnswer, { error: unknown }>;
const refusal = (code: string, message: string): Refusal => ({ error: { code, message } });

export class Rooms {
  readonly #source: TopicSource;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #limits: PushLimits;
  readonly #versions: Versions;
  readonly #topics = new Map<Topic, TopicItems>();
  #deltas = 0;
  #deliveries = 0;
  #passed_over = 0;
  #disconnected_slow = 0;

  readonly #namespace: string;

  constructor(options: {
    source: TopicSource;
    clock: Clock;
    logger: Logger;
    limits: PushLimits;
    namespace?: string;
  }) {
    this.#namespace = options.namespace ?? NAMESPACE;
    this.#source = options.source;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#limits = options.limits;
    this.#versions = new Versions(options.clock);
  }

  /** Notes that an item may have changed. False when nobody watches its topic. */
  mark(topic: Topic, key: string): boolean {
    const items = this.#topics.get(topic);
    items?.mark(key);
    return items !== undefined;
  }
  /** Notes that every item of a topic may have changed. */
  markAll(topic: Topic): void {
    this.#topics.get(topic)?.markAll();
  }

  /** Answers `watch`, whatever was sent as its argument, and lets the client in. */
  watch(client: Client, request: unknown): PreparedAnswer | Refusal {
    const asked = readRequest(request);
    if ('error' in asked) return asked;
    const { topic, scope, have } = asked;
    if (!client.mayAsk(this.#clock, this.#limits.questions_per_s)) {
      return refusal('too_many_questions', 'Wait a second before asking again.');
    }
    if (!this.#source.hasScope(topic, scope)) {
      return refusal(
        'unknown_scope',
        `Topic ${topic} has no such scope: ask for city, a borough or a queue.`,
      );
    }
    const known = this.#topics.get(topic)?.rooms.get(scope);
    if (client.rooms.size >= this.#limits.rooms && (!known || !client.rooms.has(known))) {
      return refusal('too_many_rooms', `One connection may watch ${this.#limits.rooms} topics and scopes.`);
    }
    if (client.pending_bytes > this.#limits.buffered_bytes * BUFFERED_TIMES_MAX) {
      this.#disconnectSlow(client);
      return refusal('too_slow', 'Earlier answers have not been read.');
    }
    const room = known ?? this.#open(topic, scope);
    this.#enter(room, client);
    return new PreparedAnswer(this.#answerJson(room, have));
  }

  unwatch(client: Client, request: unknown): void {
    const asked = readRequest(request);
    if ('error' in asked) return;
    const room = this.#topics.get(asked.topic)?.rooms.get(asked.scope);
    if (room) this.#leave(room, client);
  }

  leaveAll(client: Client): void {
    for (const room of client.rooms) this.#leave(room, client);
  }

  /** Sends what changed since the last tick: one delta a room, none where nothing changed. */
  tick(): void {
    const at = isoOf(this.#clock.now_us());
    for (const items of this.#topics.values()) if (items.dirty) this.#push(items, at);
  }

  /** Sends clients that were passed over and have drained what they missed. Returns whether others still wait. */
  catchUp(): boolean {
    let waiting = false;
    for (const items of this.#topics.values()) {
      for (const room of items.rooms.values()) {
        if (room.lagging.size > 0) this.#catchUp(room);
        waiting ||= room.lagging.size > 0;
      }
    }
    return waiting;
  }

  /** Forgets rooms that nobody has watched for a while. */
  sweep(): void {
    const before_us = this.#clock.now_us() - this.#limits.linger_s * 1e6;
    for (const [topic, items] of this.#topics) {
      for (const [scope, room] of items.rooms) {
        if (room.empty_since_us !== null && room.empty_since_us <= before_us) items.rooms.delete(scope);
      }
      if (items.rooms.size === 0) this.#topics.delete(topic);
    }
  }

  stats(): PushStats {
    let rooms = 0;
    let lagging = 0;
    for (const items of this.#topics.values()) {
      rooms += items.rooms.size;
      for (const room of items.rooms.values()) lagging += room.lagging.size;
    }
    return {
      rooms,
      lagging,
      deltas: this.#deltas,
      deliveries: this.#deliveries,
      passed_over: this.#passed_over,
      disconnected_slow: this.#disconnected_slow,
    };
  }

  #open(topic: Topic, scope: string): Room {
    let items = this.#topics.get(topic);
    if (!items) {
      items = new TopicItems(topic, this.#source);
      this.#topics.set(topic, items);
    }
    const room = new Room(items, scope, this.#versions.next(), this.#source);
    items.rooms.set(scope, room);
    return room;
  }

  #enter(room: Room, client: Client): void {
    room.lagging.delete(client);
    room.current.add(client);
    room.empty_since_us = null;
    client.rooms.add(room);
  }

  #leave(room: Room, client: Client): void {
    room.current.delete(client);
    room.lagging.delete(client);
    client.rooms.delete(room);
    if (!room.watched) room.empty_since_us ??= this.#clock.now_us();
  }

  #answerJson(room: Room, have: number | undefined): string {
    const head = `{"version":${room.version},"at":"${isoOf(this.#clock.now_us())}"`;
    if (have === undefined || !this.#versions.gave(have) || !room.knows(have)) {
      return `${head},"state":${room.stateJson()}}`;
    }
    return `${head},"from":${have},"changes":[${room.operationsSince(have)}]}`;
  }

  #push(items: TopicItems, at: string): void {
    const changes = items.advance((key, error) => {
      this.#logger.error({ topic: items.topic, key, error: messageOf(error) }, 'an item could not be read');
    });
    if (changes.length === 0) return;
    const version = this.#versions.next();
    for (const room of items.rooms.values()) {
      const from = room.version;
      const operations = room.apply(changes, version);
      if (operations !== '') this.#broadcast(room, from, at, operations);
    }
  }

  #broadcast(room: Room, from: number, at: string, operations: string): void {
    if (room.current.size === 0) return;
    const packet = this.#delta(room, from, at, operations);
    const { buffered_bytes } = this.#limits;
    this.#deltas += 1;
    for (const client of room.current) {
      if (client.deliver(packet, buffered_bytes)) this.#deliveries += 1;
      else this.#passOver(room, client, from);
    }
  }

  #delta(room: Room, from: number, at: string, operations: string): Packet {
    const head = `"topic":"${room.topic}","scope":${JSON.stringify(room.scope)},"from":${from},"to":${room.version}`;
    return Packet.event(this.#namespace, 'delta', `{${head},"at":"${at}","changes":[${operations}]}`);
  }

  #passOver(room: Room, client: Client, version: number): void {
    this.#passed_over += 1;
    room.current.delete(client);
    room.lagging.set(client, { version, since_us: this.#clock.now_us() });
  }

  /** One delta, from the version it has to the present, for each client that has drained. */
  #catchUp(room: Room): void {
    const at = isoOf(this.#clock.now_us());
    const packets = new Map<number, Packet>();
    const limit = this.#limits.buffered_bytes;
    for (const [client, lag] of room.lagging) {
      if (!client.ready(limit)) {
        if (this.#tooLate(lag)) this.#disconnectSlow(client);
        continue;
      }
      let packet = packets.get(lag.version);
      if (!packet) {
        packet = this.#delta(room, lag.version, at, room.operationsSince(lag.version));
        packets.set(lag.version, packet);
      }
      if (!client.deliver(packet, limit)) continue;
      this.#deliveries += 1;
      room.lagging.delete(client);
      room.current.add(client);
    }
  }

  #tooLate(lag: Lag): boolean {
    return this.#clock.now_us() - lag.since_us > this.#limits.lag_s * 1e6;
  }

  #disconnectSlow(client: Client): void {
    this.#disconnected_slow += 1;
    this.leaveAll(client);
    client.terminate();
  }
}

interface Asked {
  readonly topic: Topic;
  readonly scope: string;
  readonly have?: number;
}
const SCOPE_LENGTH_MAX = 200;

/** What came over the socket may be anything. */
function readRequest(request: unknown): Asked | Refusal {
  if (typeof request !== 'object' || request === null) {
    return refusal('bad_request', 'Send an object with topic and scope.');
  }
  const { topic: name, scope, have } = request as Record<string, unknown>;
  const topic = TOPICS.find((candidate) => candidate === name);
  if (!topic) return refusal('unknown_topic', `The topics are ${TOPICS.join(', ')}.`);
  if (typeof scope !== 'string' || scope === '' || scope.length > SCOPE_LENGTH_MAX) {
    return refusal('bad_request', 'scope must be city, the code of a borough or the id of a queue.');
  }
  if (have === undefined || have === null) return { topic, scope };
  if (!Number.isSafeInteger(have)) return refusal('bad_request', 'have must be a version: an integer.');
  return { topic, scope, have: have as number };
}

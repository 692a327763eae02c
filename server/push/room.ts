/**
 * One topic seen through one scope: its version, who watches it, and what is needed to tell a client that was away only
 * what it missed: the version at which each item last changed, and the items that went.
 */
import type { Topic } from '../contract/live.ts';
import type { TopicSource } from '../contract/topic-source.ts';
import type { Client } from './client.ts';
import { addJson, type ItemChange, pointerJson, removeJson, type TopicItems } from './topic.ts';

/** More are forgotten, oldest first; a client older than what was forgotten gets the whole state. */
const TOMBSTONES_MAX = 1_000;

interface Entry {
  /** Version at which the item came, this time. */
  readonly since: number;
  changed: number;
}
interface Tombstone {
  readonly since: number;
  readonly removed: number;
}
/** A client that was passed over. */
export interface Lag {
  /** The version it has. */
  readonly version: number;
  readonly since_us: number;
}

export class Room {
  readonly topic: Topic;
  readonly scope: string;
  /** Clients whose version is the room's. */
  readonly current = new Set<Client>();
  readonly lagging = new Map<Client, Lag>();
  /** When the last client left; a room is kept a while for clients that come back. */
  empty_since_us: number | null = null;
  #version: number;
  /** What changed up to here is not known item by item. */
  #floor: number;
  #stateJson: string | undefined;
  readonly #all: TopicItems;
  readonly #source: TopicSource;
  readonly #entries = new Map<string, Entry>();
  readonly #tombstones = new Map<string, Tombstone>();

  constructor(all: TopicItems, scope: string, version: number, source: TopicSource) {
    this.topic = all.topic;
    this.scope = scope;
    this.#all = all;
    this.#source = source;
    this.#version = version;
    this.#floor = version;
    for (const key of all.items.keys()) {
      if (source.inScope(all.topic, scope, key)) this.#entries.set(key, { since: version, changed: version });
    }
  }

  get version(): number {
    return this.#version;
  }
  get watched(): boolean {
    return this.current.size > 0 || this.lagging.size > 0;
  }

  /** Takes in what concerns the room. Returns the operations, as JSON without brackets; empty when there are none. */
  apply(changes: readonly ItemChange[], version: number): string {
    const operations: string[] = [];
    for (const change of changes) {
      const operation = this.#applyOne(change, version);
      if (operation !== null) operations.push(operation);
    }
    if (operations.length === 0) return '';
    this.#version = version;
    this.#stateJson = undefined;
    return operations.join();
  }

  #applyOne({ key, item, patch }: ItemChange, version: number): string | null {
    const entry = this.#entries.get(key);
    if (item !== null && this.#source.inScope(this.topic, this.scope, key)) {
      if (entry) {
        entry.changed = version;
        return patch ?? addJson(key, item);
      }
      this.#entries.set(key, { since: version, changed: version });
      this.#tombstones.delete(key);
      return addJson(key, item);
    }
    if (!entry) return null;
    this.#entries.delete(key);
    this.#bury(key, { since: entry.since, removed: version });
    return removeJson(key);
  }

  #bury(key: string, tombstone: Tombstone): void {
    this.#tombstones.set(key, tombstone);
    if (this.#tombstones.size <= TOMBSTONES_MAX) return;
    const [oldest] = this.#tombstones;
    if (!oldest) return;
    this.#tombstones.delete(oldest[0]);
    this.#floor = Math.max(this.#floor, oldest[1].removed);
  }

  /** The whole state as JSON, made once a version. */
  stateJson(): string {
    this.#stateJson ??= this.#encodeState();
    return this.#stateJson;
  }
  #encodeState(): string {
    const members: string[] = [];
    for (const key of this.#entries.keys()) {
      const item = this.#all.items.get(key);
      if (item) members.push(`${JSON.stringify(key)}:${item.json}`);
    }
    return `{"items":{${members.join()}}}`;
  }

  /** Whether `operationsSince` can start from this version (of this start of the server). */
  knows(version: number): boolean {
    return version >= this.#floor && version <= this.#version;
  }

  /** The operations from an earlier version to the present, as JSON without brackets; the whole state when unknown. */
  operationsSince(version: number): string {
    if (version === this.#version) return '';
    if (!this.knows(version)) return `{"op":"replace","path":"","value":${this.stateJson()}}`;
    const operations: string[] = [];
    for (const [key, { changed }] of this.#entries) {
      const item = this.#all.items.get(key);
      if (changed > version && item) operations.push(addJson(key, item));
    }
    for (const [key, { since, removed }] of this.#tombstones) {
      if (removed <= version) continue;
      // The item may have gone and come between: added first, its removal is right whether the client has it or not.
      if (since > version) operations.push(`{"op":"add","path":${pointerJson(key)},"value":null}`);
      operations.push(removeJson(key));
    }
    return operations.join();
  }
}

/** The items of one topic as they were last pushed, shared by its rooms: an item is compared and encoded once a tick. */
import { diffJson, escapeSegment } from '../contract/json-patch.ts';
import type { Topic, TopicItem } from '../contract/live.ts';
import type { TopicSource } from '../contract/topic-source.ts';
import type { Room } from './room.ts';

/** An item as it was last pushed. */
export class Item {
  readonly value: TopicItem[Topic];
  #json: string | undefined;
  constructor(value: TopicItem[Topic]) {
    this.value = value;
  }
  /** Encoded when a whole state is asked for, and then kept: deltas do not need it. */
  get json(): string {
    this.#json ??= JSON.stringify(this.value);
    return this.#json;
  }
}
/** What happened to one item in a tick. */
export interface ItemChange {
  readonly key: string;
  readonly item: Item | null;
  /** The patch from the item as it was, as JSON without brackets; null when it is new or gone. */
  readonly patch: string | null;
}

/** The pointer of an item, as a JSON string. */
export const pointerJson = (key: string): string => JSON.stringify(`/items/${escapeSegment(key)}`);
export const addJson = (key: string, item: Item): string =>
  `{"op":"add","path":${pointerJson(key)},"value":${item.json}}`;
export const removeJson = (key: string): string => `{"op":"remove","path":${pointerJson(key)}}`;

export class TopicItems {
  readonly topic: Topic;
  readonly items = new Map<string, Item>();
  readonly rooms = new Map<string, Room>();
  readonly #dirty = new Set<string>();
  readonly #source: TopicSource;

  constructor(topic: Topic, source: TopicSource) {
    this.topic = topic;
    this.#source = source;
    for (const key of source.keys(topic)) {
      const item = this.#read(key);
      if (item) this.items.set(key, item);
    }
  }

  get dirty(): boolean {
    return this.#dirty.size > 0;
  }

  mark(key: string): void {
    this.#dirty.add(key);
  }

  markAll(): void {
    for (const key of this.#source.keys(this.topic)) this.#dirty.add(key);
    for (const key of this.items.keys()) this.#dirty.add(key);
  }

  /** Reads what was marked. An item that is as it was is no change; one that cannot be read stays as it was. */
  advance(failed: (key: string, error: unknown) => void): ItemChange[] {
    const changes: ItemChange[] = [];
    const keys = [...this.#dirty];
    this.#dirty.clear();
    for (const key of keys) {
      try {
        const change = this.#advance(key);
        if (change) changes.push(change);
      } catch (error) {
        failed(key, error);
      }
    }
    return changes;
  }

  #advance(key: string): ItemChange | null {
    const before = this.items.get(key);
    const value = this.#source.item(this.topic, key);
    if (value === undefined) {
      return this.items.delete(key) ? { key, item: null, patch: null } : null;
    }
    const patch = before ? diffJson(before.value, value, `/items/${escapeSegment(key)}`) : null;
    if (patch === '') return null;
    const item = new Item(value);
    this.items.set(key, item);
    return { key, item, patch };
  }

  #read(key: string): Item | undefined {
    const value = this.#source.item(this.topic, key);
    return value === undefined ? undefined : new Item(value);
  }
}

/** What push reads from live. Keys are those of `TopicState.items`. */
import type { Topic, TopicItem } from './live.ts';

export interface TopicSource {
  /** Whether the scope exists for the topic: `city`, a borough code, or a queue id. */
  hasScope(topic: Topic, scope: string): boolean;
  /** Whether the item belongs to the scope. */
  inScope(topic: Topic, scope: string, key: string): boolean;
  keys(topic: Topic): Iterable<string>;
  /** The item as it is now, a fresh object that nobody changes; undefined when it is gone. */
  item<T extends Topic>(topic: T, key: string): TopicItem[T] | undefined;
  /** Called, synchronously and cheaply, whenever an item may have changed. Returns the way to stop. */
  onDirty(listener: (topic: Topic, key: string) => void): () => void;
}

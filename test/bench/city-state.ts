/**
 * The queues of the reference city as items to push, changed as calls change them. A queue is there from its first call on:
 * so that thousands of sockets can be opened without sending each the whole city.
 */
import { QUEUES } from '../../seeds/reference/index.ts';
import type { QueueState, Topic, TopicItem } from '../../server/contract/live.ts';
import type { TopicSource } from '../../server/contract/topic-source.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { LiveState } from '../../server/live/state.ts';

export class CityState implements TopicSource {
  readonly #items = new Map<string, QueueState>();
  readonly #begun = new Map<string, QueueState>();
  readonly #listeners = new Set<(topic: Topic, key: string) => void>();
  #turn = 0;

  constructor() {
    const live = new LiveState({ queues: QUEUES, time_zone: 'America/Toronto', clock: systemClock });
    for (const key of live.keys('queues')) {
      const item = live.item('queues', key);
      if (item) this.#items.set(key, item);
    }
  }
  get size(): number {
    return this.#items.size;
  }
  hasScope(): boolean {
    return true;
  }
  inScope(): boolean {
    return true;
  }
  keys(topic: Topic): Iterable<string> {
    return topic === 'queues' ? this.#begun.keys() : [];
  }
  item<T extends Topic>(topic: T, key: string): TopicItem[T] | undefined {
    return topic === 'queues' ? (this.#begun.get(key) as TopicItem[T] | undefined) : undefined;
  }
  onDirty(listener: (topic: Topic, key: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One more call was offered, answered and counted in each of the first `count` queues. */
  change(count: number): void {
    this.#turn += 1;
    const n = this.#turn;
    for (const key of [...this.#items.keys()].slice(0, count)) {
      const item = this.#begun.get(key) ?? this.#items.get(key);
      if (!item) continue;
      const counted = (span: QueueState['today']) => ({
        counts: { ...span.counts, offered: n, entered: n, answered: n, wait_known: n, wait_sum_s: n * 12.5 },
        metrics: {
          ...span.metrics,
          service_level: {
            ...span.metrics.service_level,
            value: 1 / n,
            counts: { answered: n, answered_within: n },
          },
          asa: { ...span.metrics.asa, value: 12.5 + 1 / n, counts: { wait_sum_s: n * 12.5, wait_known: n } },
          abandonment: { ...span.metrics.abandonment, value: 1 / n, counts: { abandoned: 1, offered: n } },
        },
      });
      this.#begun.set(key, {
        ...item,
        waiting: n % 17,
        longest_wait_s: n % 301,
        oldest_at: new Date(1.7e12 + n * 1_000).toISOString(),
        last_event_at: new Date(1.7e12 + n * 1_500).toISOString(),
        today: counted(item.today),
        recent: counted(item.recent),
      });
      for (const listener of this.#listeners) listener('queues', key);
    }
  }
}

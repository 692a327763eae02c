/** The next hour of every queue as the service made it, with what changes by the moment: who is at work. */
import { definitionRef } from '../contract/definitions.ts';
import { CITY_KEY, type Figure, type Outlook } from '../contract/live.ts';
import type { QueueConfig } from '../contract/reference.ts';
import type { Handling, MadeOutlook } from '../domain/outlook.ts';
import { agentCounts } from './agents.ts';
import { enteredOf, handlingOf } from './items.ts';
import type { QueueBook, QueueRecord } from './queues.ts';

export class OutlookBook {
  readonly #queues: QueueBook;
  #made: ReadonlyMap<string, MadeOutlook> = new Map();

  constructor(queues: QueueBook) {
    this.#queues = queues;
  }

  /** The described queues, each with its targets. */
  get queues(): readonly QueueConfig[] {
    return [...this.#described()].map(({ config }) => config);
  }

  *#described(): Iterable<QueueRecord> {
    for (const queue of this.#queues.all()) if (queue.known && queue.key !== CITY_KEY) yield queue;
  }
  *#phones(): Iterable<QueueRecord> {
    for (const queue of this.#described()) if (queue.config.kind === 'phone') yield queue;
  }

  /** What the window's contacts were like: those of the queue, and all of the city's calls. */
  handling(key: string): { readonly own: Handling; readonly all: Handling } {
    const { city } = this.#queues;
    return { own: handlingOf(this.#queues.item(key) ?? city), all: handlingOf(city) };
  }

  /** Calls that entered any queue ÷ entries into all telephone queues: a call passed on enters two. */
  get calls_per_entry(): number {
    let entries = 0;
    for (const queue of this.#phones()) entries += enteredOf(queue);
    return entries === 0 ? 1 : Math.min(1, enteredOf(this.#queues.city) / entries);
  }

  set(made: ReadonlyMap<string, MadeOutlook>): void {
    this.#made = made;
  }

  item(queue: QueueRecord): Outlook | null {
    const made = this.#made.get(queue.key);
    if (!made) return null;
    return { ...made, agents_missing: queue.key === CITY_KEY ? this.#cityMissing() : this.#missing(queue) };
  }

  #missing(queue: QueueRecord): Figure {
    const required = this.#made.get(queue.key)?.required_agents.value ?? null;
    const { available, busy, wrap_up, paused, offline } = agentCounts(queue);
    const told = available + busy + wrap_up + paused + offline > 0;
    // Outside office hours nobody is to be at work.
    const known = required !== null && told && queue.open !== false;
    return {
      value: known ? Math.max(0, required - available - busy - wrap_up) : null,
      definition: definitionRef('agents_missing'),
      counts: { ...(required !== null && { required }), available, busy, wrap_up },
    };
  }

  #cityMissing(): Figure {
    let value = 0;
    let queues = 0;
    for (const queue of this.#phones()) {
      const missing = this.#missing(queue).value;
      if (missing === null) continue;
      value += missing;
      queues += 1;
    }
    return {
      value: queues === 0 ? null : value,
      definition: definitionRef('agents_missing'),
      counts: { queues },
    };
  }
}

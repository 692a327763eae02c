/** The wall's content from the live items: what stands where, and the one sentence above it all. Pure but for its damping. */
import { CITY_KEY, type FeedState, type QueueState } from '#contract/live.ts';
import type { BilingualName } from '#contract/reference.ts';
import { DampedOrder, type Ranked } from './order.ts';
import { type Assessment, assess, type Level } from './trouble.ts';

export interface Row extends Ranked {
  readonly queue: QueueState;
  /** As it stands on its tile: a counter by its borough, since its strip says what it is. */
  readonly name: string;
  readonly assessment: Assessment;
}
export interface Headline {
  readonly state: Level | 'empty';
  /** The worst queue; null when nothing is wrong. */
  readonly first: Row | null;
  /** Further queues in trouble. */
  readonly others: number;
  readonly open: number;
}
export interface Board {
  /** The whole city, where the scope has it. */
  readonly summary: QueueState | null;
  readonly phones: readonly Row[];
  readonly counters: readonly Row[];
  readonly headline: Headline;
}

/** The centre first, then by name: the order of queues in which nothing is wrong. */
function byName(items: Readonly<Record<string, QueueState>>, lang: 'fr' | 'en') {
  const collator = new Intl.Collator(lang);
  return (a: string, b: string): number => {
    const [first, second] = [items[a], items[b]];
    if (!first || !second) return 0;
    const central = Number(first.borough !== null) - Number(second.borough !== null);
    return central || collator.compare(first.name[lang], second.name[lang]) || collator.compare(a, b);
  };
}

const boroughName = (
  items: Readonly<Record<string, QueueState>>,
  { borough }: QueueState,
): BilingualName | undefined =>
  Object.values(items).find(
    (queue) => queue.kind === 'phone' && borough !== null && queue.borough === borough,
  )?.name;

export class BoardMaker {
  readonly #phones = new DampedOrder();
  readonly #counters = new DampedOrder();

  /** The board at a moment (ms, server time). */
  make(items: Readonly<Record<string, QueueState>>, now_ms: number, lang: 'fr' | 'en'): Board {
    const phones = this.#rows(this.#phones, items, 'phone', now_ms, lang);
    const counters = this.#rows(this.#counters, items, 'counter', now_ms, lang);
    return {
      summary: items[CITY_KEY] ?? null,
      phones,
      counters,
      headline: headlineOf([...phones, ...counters]),
    };
  }

  #rows(
    order: DampedOrder,
    items: Readonly<Record<string, QueueState>>,
    kind: QueueState['kind'],
    now_ms: number,
    lang: 'fr' | 'en',
  ): Row[] {
    const assessments = new Map<string, Assessment>();
    for (const [id, queue] of Object.entries(items)) {
      if (id !== CITY_KEY && queue.kind === kind) assessments.set(id, assess(queue, now_ms));
    }
    const ranked = order.update(assessments, now_ms, byName(items, lang));
    return ranked.map((place) => {
      const queue = items[place.id]!;
      const name = (kind === 'counter' ? boroughName(items, queue) : undefined) ?? queue.name;
      return { ...place, queue, name: name[lang], assessment: assessments.get(place.id)! };
    });
  }
}

function headlineOf(rows: readonly Row[]): Headline {
  const breaches = rows.filter((row) => row.level === 'breach');
  const warnings = rows.filter((row) => row.level === 'attention');
  const troubled = [...breaches, ...warnings];
  const open = rows.filter((row) => row.level !== 'closed').length;
  if (rows.length === 0) return { state: 'empty', first: null, others: 0, open };
  const first = troubled[0] ?? null;
  const state = first?.level ?? (open === 0 ? 'closed' : 'ok');
  return { state, first, others: Math.max(0, troubled.length - 1), open };
}

/** Sources of a family that have fallen silent, and whether none is left to tell the present. */
export function silence(
  feeds: readonly FeedState[],
  family: string,
): { readonly silent: readonly FeedState[]; readonly all: boolean } {
  const present = feeds.filter((feed) => feed.families.includes(family) && !feed.backfill);
  const silent = present.filter((feed) => feed.status === 'silent');
  return { silent, all: present.length > 0 && silent.length === present.length };
}

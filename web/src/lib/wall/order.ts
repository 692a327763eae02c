/**
 * The order of the tiles, damped so that a queue keeps its place long enough to be learnt: a queue rises to a worse level
 * at once, falls back only when it has been better for a while, and changes places with its equals at most once a minute.
 */
import { type Assessment, LEVELS, type Level } from './trouble.ts';

export const FALL_AFTER_MS = 20_000;
export const RESORT_EVERY_MS = 60_000;

export interface Ranked {
  readonly id: string;
  /** The level that is shown. */
  readonly level: Level;
  /** Since when it is shown, ms; `known` says whether the beginning was seen or it was so already. */
  readonly since_ms: number;
  readonly since_known: boolean;
}

interface Place {
  level: Level;
  since_ms: number;
  since_known: boolean;
  /** Since when the queue is better than its shown level; null while it is not. */
  better_ms: number | null;
  rank: number;
}

const rankOf = (level: Level): number => LEVELS.indexOf(level);
const ordered = (level: Level): boolean => level === 'breach' || level === 'attention';

export class DampedOrder {
  readonly #places = new Map<string, Place>();
  #started = false;
  #resorted_ms = Number.NEGATIVE_INFINITY;

  /** Takes the assessments at a moment (ms, server time). `fallback` orders queues in which nothing is wrong. */
  update(
    assessments: ReadonlyMap<string, Assessment>,
    now_ms: number,
    fallback: (a: string, b: string) => number,
  ): Ranked[] {
    for (const id of this.#places.keys()) if (!assessments.has(id)) this.#places.delete(id);
    let moved = false;
    for (const [id, assessment] of assessments) moved = this.#take(id, assessment, now_ms) || moved;
    this.#started ||= assessments.size > 0;
    if (moved || now_ms - this.#resorted_ms >= RESORT_EVERY_MS) this.#sort(assessments, now_ms, fallback);
    return [...this.#places]
      .sort(([, a], [, b]) => a.rank - b.rank)
      .map(([id, { level, since_ms, since_known }]) => ({ id, level, since_ms, since_known }));
  }

  /** Whether the queue's shown level changed. */
  #take(id: string, { level, since_ms }: Assessment, now_ms: number): boolean {
    const place = this.#places.get(id);
    if (!place) {
      const since_known = since_ms !== null || this.#started;
      const rank = Number.POSITIVE_INFINITY;
      this.#places.set(id, { level, since_ms: since_ms ?? now_ms, since_known, better_ms: null, rank });
      return true;
    }
    if (rankOf(level) === rankOf(place.level)) {
      place.better_ms = null;
      return false;
    }
    const better = rankOf(level) > rankOf(place.level);
    if (better) {
      place.better_ms ??= now_ms;
      if (ordered(place.level) && now_ms - place.better_ms < FALL_AFTER_MS) return false;
    }
    place.level = level;
    place.since_ms = since_ms ?? (better ? (place.better_ms ?? now_ms) : now_ms);
    place.since_known = true;
    place.better_ms = null;
    return true;
  }

  #sort(
    assessments: ReadonlyMap<string, Assessment>,
    now_ms: number,
    fallback: (a: string, b: string) => number,
  ): void {
    const due = now_ms - this.#resorted_ms >= RESORT_EVERY_MS;
    if (due) this.#resorted_ms = now_ms;
    const score = (id: string): number => assessments.get(id)?.score ?? 0;
    const sorted = [...this.#places].sort(([idA, a], [idB, b]) => {
      const byLevel = rankOf(a.level) - rankOf(b.level);
      if (byLevel !== 0) return byLevel;
      if (!ordered(a.level)) return fallback(idA, idB);
      // Between two sorts equals keep their order, and one that has just come stands behind them.
      if (!due && a.rank !== b.rank) return a.rank - b.rank;
      return score(idB) - score(idA) || fallback(idA, idB);
    });
    for (const [rank, [, place]] of sorted.entries()) place.rank = rank;
  }
}

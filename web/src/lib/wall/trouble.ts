/**
 * What is wrong with a queue, and how much: the rule behind every colour of the wall. Pure; the time is passed in.
 *
 * - breach: the service level of the last 15 minutes is under its target, or somebody has waited three times the
 *   threshold T;
 * - attention: somebody has waited longer than T, callers wait and nobody is signed in, or abandonment is over its
 *   target;
 * - a rate over fewer than 20 contacts is shown with its count and decides nothing;
 * - closed: outside its hours, and nobody waits. Everything else is in order.
 */
import type { Figure, QueueState } from '#contract/live.ts';

export const LEVELS = ['breach', 'attention', 'ok', 'closed'] as const;
export type Level = (typeof LEVELS)[number];
export const REASONS = ['service_level', 'longest_wait', 'no_agents', 'abandonment'] as const;
export type Reason = (typeof REASONS)[number];

export interface Assessment {
  readonly level: Level;
  /** The main reason; null when all is in order. */
  readonly reason: Reason | null;
  /** Orders queues within a level; larger is worse. */
  readonly score: number;
  /** Longest wait at the given time, s. */
  readonly wait_s: number;
  /** The moment it began, ms since 1970, where the state itself tells it. */
  readonly since_ms: number | null;
}

/** Small numbers: a rate over fewer contacts is shown with its count and never ranks a queue. */
export const COUNTED_MIN = 20;
export const WAIT_BREACH_FACTOR = 3;

/** What a ratio was made over: the sum of its counts less those of its numerator that the denominator holds already. */
export function denominatorOf(figure: Figure): number {
  const { counts } = figure;
  const id = figure.definition.split('@')[0];
  if (id === 'service_level') return (counts.answered ?? 0) + (counts.abandoned_after ?? 0);
  if (id === 'abandonment') return counts.offered ?? 0;
  return Math.max(0, ...Object.values(counts));
}

/** What a ratio was made over when that is too little to judge by; null when it is enough, or nothing. */
export function smallCountOf(figure: Figure): number | null {
  const counted = denominatorOf(figure);
  return figure.value !== null && counted < COUNTED_MIN ? counted : null;
}

/** Age of the oldest contact at `now_ms` (server time), s; the server's own figure while the time is unknown. */
export function longestWait_s(queue: QueueState, now_ms: number | null): number {
  if (queue.waiting === 0) return 0;
  if (queue.oldest_at === null || now_ms === null) return queue.longest_wait_s;
  return Math.max(0, (now_ms - Date.parse(queue.oldest_at)) / 1000);
}

/** Agents signed in, in any state; null where nobody ever told the state of an agent. */
export function signedIn(queue: QueueState): number | null {
  const { available, busy, wrap_up, paused, offline } = queue.agents;
  const present = available + busy + wrap_up + paused;
  return present + offline === 0 ? null : present;
}

interface Finding {
  readonly level: 'breach' | 'attention';
  readonly reason: Reason;
  /** How many times worse than its limit. */
  readonly excess: number;
  readonly since_ms: number | null;
}

function findings(queue: QueueState, wait_s: number): Finding[] {
  const found: Finding[] = [];
  const { service_level, abandonment } = queue.recent.metrics;
  if (
    service_level.value !== null &&
    service_level.value < queue.target &&
    denominatorOf(service_level) >= COUNTED_MIN
  ) {
    found.push({
      level: 'breach',
      reason: 'service_level',
      excess: 1 + (queue.target - service_level.value) * 4,
      since_ms: null,
    });
  }
  if (wait_s > queue.threshold_s) {
    const breach = wait_s > queue.threshold_s * WAIT_BREACH_FACTOR;
    const limit_s = queue.threshold_s * (breach ? WAIT_BREACH_FACTOR : 1);
    const since_ms = queue.oldest_at === null ? null : Date.parse(queue.oldest_at) + limit_s * 1000;
    const level = breach ? 'breach' : 'attention';
    found.push({ level, reason: 'longest_wait', excess: wait_s / limit_s, since_ms });
  }
  if (queue.kind === 'phone' && queue.waiting > 0 && signedIn(queue) === 0) {
    found.push({ level: 'attention', reason: 'no_agents', excess: 1 + queue.waiting / 5, since_ms: null });
  }
  if (
    abandonment.value !== null &&
    abandonment.value > queue.abandonment_target &&
    denominatorOf(abandonment) >= COUNTED_MIN
  ) {
    const excess = abandonment.value / Math.max(queue.abandonment_target, 0.01);
    found.push({ level: 'attention', reason: 'abandonment', excess, since_ms: null });
  }
  return found;
}

const worse = (a: Finding, b: Finding): number =>
  LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) || b.excess - a.excess;

export function assess(queue: QueueState, now_ms: number | null): Assessment {
  const wait_s = longestWait_s(queue, now_ms);
  const found = findings(queue, wait_s).sort(worse);
  const first = found[0];
  if (!first) {
    const closed = queue.open === false && queue.waiting === 0;
    return { level: closed ? 'closed' : 'ok', reason: null, score: queue.waiting, wait_s, since_ms: null };
  }
  const score = found.reduce((sum, finding) => sum + finding.excess, 0) + queue.waiting / 10;
  return { level: first.level, reason: first.reason, score, wait_s, since_ms: first.since_ms };
}

/** The hand-over at closing time, as `GET /api/v1/handover` answers it. */

/** What became of a call that was waiting. `waiting`: still is; `unknown`: its end was never told. */
export const HANDOVER_FATES = [
  'answered',
  'abandoned',
  'timed_out',
  'callback',
  'waiting',
  'unknown',
] as const;
export type HandoverFate = (typeof HANDOVER_FATES)[number];

export interface HandoverTaken {
  /** Queue that answered, or in which the call ended. */
  readonly queue: string;
  readonly fate: HandoverFate;
  readonly calls: number;
}
/** Of one queue, each time its hours end. */
export interface HandoverRow {
  readonly queue: string;
  readonly borough: string | null;
  readonly closed_at: string;
  readonly waiting: number;
  /** The most first. */
  readonly taken: readonly HandoverTaken[];
  /** At the closing itself, s; null: nothing was waiting. */
  readonly longest_wait_at_close_s: number | null;
  /** Calls whose wait has ended; the two after it are of these, from entering the queue that closed, s. */
  readonly ended: number;
  readonly mean_wait_s: number | null;
  readonly longest_wait_s: number | null;
}
export interface HandoverAnswer {
  /** Local date. */
  readonly date: string;
  readonly definition: string;
  readonly waiting: number;
  readonly items: readonly HandoverRow[];
  readonly next: null;
  readonly as_of: string;
}

/** What is shown of a queue, made from its counts when it is read. */
import type { AgentsState, IntervalRow, QueueState } from '../contract/live.ts';
import { sum_s } from '../domain/histogram.ts';
import { intervalOf, intervalStart_us } from '../domain/interval.ts';
import { metricsOf } from '../domain/metrics.ts';
import type { Handling } from '../domain/outlook.ts';
import { Cell } from '../domain/tally.ts';
import { isoOf } from '../lib/clock.ts';
import { addRunningTime, agentCounts, longestInState_s } from './agents.ts';
import type { QueueRecord } from './queues.ts';

const NO_BINS: ArrayLike<number> = [];

/** The metrics of a cell. */
function metricsOfCell(cell: Cell): QueueState['today']['metrics'] {
  return metricsOf(cell.toCounts(), cell.bins ?? NO_BINS, {
    handling_s: cell.handling_us / 1_000_000,
    available_s: cell.available_us / 1_000_000,
  });
}

/** Counts and metrics of the intervals from `first` to `last` (where a sender's clock runs ahead, that is the next one). */
export function figures(
  queue: QueueRecord,
  first: number,
  last: number,
  now_us: number,
): QueueState['today'] {
  const sum = queue.sum(first, last);
  addRunningTime(sum, queue, intervalStart_us(first), Math.min(now_us, intervalStart_us(last + 1)));
  return { counts: sum.toCounts(), metrics: metricsOfCell(sum) };
}

/** The rows of the intervals from `first` to `last`, those without any contact left out. */
export function intervalRows(queue: QueueRecord, first: number, last: number, now_us: number): IntervalRow[] {
  const rows: IntervalRow[] = [];
  for (let interval = first; interval <= last; interval += 1) {
    const { counts, metrics } = figures(queue, interval, interval, now_us);
    if (counts.offered === 0) continue;
    rows.push({
      ...counts,
      queue: queue.key,
      from: isoOf(intervalStart_us(interval)),
      to: isoOf(intervalStart_us(interval + 1)),
      provisional: counts.waiting > 0,
      metrics,
    });
  }
  return rows;
}

/** All the queue's intervals. */
function wholeOf(queue: QueueRecord): Cell {
  const sum = new Cell();
  for (const cell of queue.cells.values()) sum.merge(cell);
  return sum;
}
export const enteredOf = (queue: QueueRecord): number => wholeOf(queue).toCounts().entered;

/** What the contacts of all the queue's intervals were like. */
export function handlingOf(queue: QueueRecord): Handling {
  const sum = wholeOf(queue);
  const { handled, talk_sum_s, hold_sum_s, wrap_up_sum_s, abandoned } = sum.toCounts();
  const handling_s = talk_sum_s + hold_sum_s + wrap_up_sum_s;
  return { handled, handling_s, abandoned, waited_s: sum_s(sum.bins ?? NO_BINS) };
}

export function agentsItem(queue: QueueRecord, now_us: number): AgentsState {
  return {
    queue: queue.key,
    agents: agentCounts(queue),
    longest_in_state_s: longestInState_s(queue, now_us),
  };
}

export interface QueueMoment {
  readonly now_us: number;
  /** Where the local day begins. */
  readonly day_start_us: number;
  /** Before it no waiting is known. */
  readonly known_from_us: number;
  readonly outlook: QueueState['outlook'];
}

export function queueItem(queue: QueueRecord, moment: QueueMoment): QueueState {
  const { config } = queue;
  const { now_us, day_start_us, known_from_us, outlook } = moment;
  const running = intervalOf(now_us);
  const oldest_us = queue.oldest_us();
  return {
    queue: queue.key,
    kind: config.kind,
    name: config.name,
    borough: config.borough,
    threshold_s: config.threshold_s,
    target: config.target,
    abandonment_target: config.abandonment_target,
    waiting: queue.waiting.size,
    longest_wait_s: oldest_us === null ? 0 : Math.max(0, Math.floor((now_us - oldest_us) / 1_000_000)),
    oldest_at: oldest_us === null ? null : isoOf(oldest_us),
    in_service: queue.in_service,
    agents: agentCounts(queue),
    today: figures(queue, intervalOf(day_start_us), running + 1, now_us),
    recent: figures(queue, running - 1, running + 1, now_us),
    waiting_curve: queue.curve.read(now_us, queue.waiting.size, known_from_us),
    last_event_at: queue.last_event_us > 0 ? isoOf(queue.last_event_us) : null,
    open: queue.open,
    outlook,
  };
}

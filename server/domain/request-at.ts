/** What a request is by some of its events: its standing and its settlement date, as a record would say them. */
import { isOpenStatus } from '../contract/requests.ts';
import { foldRequest, type RequestEvent } from './request.ts';
import { type DeadlineRules, deadlinesOf, settlementOf } from './request-deadlines.ts';
import type { FoldedRequest } from './request-state.ts';

export interface RequestAt extends FoldedRequest {
  readonly open: boolean;
  readonly due_us: number | null;
}

/** @param events in order; null where there are none */
export function requestBy(
  id: string,
  events: readonly RequestEvent[],
  rules: DeadlineRules,
): RequestAt | null {
  if (events.length === 0) return null;
  const folded = foldRequest(id, events);
  const due_us = settlementOf(deadlinesOf(folded, rules))?.due_us ?? null;
  return { ...folded, open: isOpenStatus(folded.status), due_us };
}

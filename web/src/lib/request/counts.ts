/** What a definition shows beside a figure of open requests. */
import type { RequestsState } from '#contract/requests.ts';

/** Mail has counts of the same names as the first two, hence their longer ones. */
export const countsOf = (requests: RequestsState | null): Readonly<Record<string, number>> =>
  requests === null
    ? {}
    : {
        open_requests: requests.open,
        overdue_requests: requests.overdue,
        due_today: requests.due_today,
        due_3_days: requests.due_3_days,
        without_due: requests.without_due,
        paused_requests: requests.paused,
        untransmitted: requests.untransmitted,
        received_today: requests.received_today,
        settled_today: requests.settled_today,
      };

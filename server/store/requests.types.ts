/** What the store says of requests and their deadlines after a commit. */
import type { BreachState, RequestStatus } from '../contract/requests.ts';

/** A request as it stands after a commit; of two pictures the one with the higher revision is newer. */
export interface RequestPicture {
  readonly number: number;
  readonly revision: number;
  readonly id: string;
  readonly status: RequestStatus;
  readonly open: boolean;
  readonly service: string | null;
  readonly borough: string | null;
  readonly unit: string | null;
  readonly longitude: number | null;
  readonly latitude: number | null;
  readonly created_us: number | null;
  readonly due_us: number | null;
  readonly settled_us: number | null;
}

/** What a transaction did to the records of requests. */
export interface Projected {
  readonly requests: readonly RequestPicture[];
  readonly told: readonly BreachState[];
}
export const NOTHING_PROJECTED: Projected = { requests: [], told: [] };

/**
 * Who must answer a call (RULES: routing, from the City's 2006 plan).
 *
 * 1. line `corporate` or `linked_city`: the 24/7 centre, always;
 * 2. otherwise, inside the borough's office hours: the borough's own queue, unless the borough handed its line over;
 * 3. otherwise (evening, night, weekend, holiday): the 24/7 centre.
 */
import type { LINES } from '../contract/event-types.ts';
import type { QueueConfig } from '../contract/reference.ts';
import type { HolidayCalendar } from './holidays.ts';
import { isOpen } from './office-hours.ts';

export type Line = (typeof LINES)[number];

export const ROUTING_RULES = [
  'corporate_line',
  'linked_city_line',
  'office_hours',
  'handed_over',
  'outside_office_hours',
  'no_borough',
] as const;
export type RoutingRule = (typeof ROUTING_RULES)[number];

export interface RouteQuestion {
  readonly line: Line;
  /** Two-letter code; null when the caller's borough is not known. */
  readonly borough: string | null;
  readonly at_us: number;
}
export interface Route {
  /** Id of the queue that must answer. */
  readonly queue: string;
  /** The rule that decided. */
  readonly rule: RoutingRule;
  /** Whether the borough's own office is open then; null where there is no borough to ask about. */
  readonly open: boolean | null;
}

const MINUTE_US = 60_000_000;
const CENTRE = 'centre';

export interface RouterOptions {
  readonly queues: readonly QueueConfig[];
  readonly time_zone: string;
  readonly holidays: HolidayCalendar;
}

/**
 * Answers routing questions from the reference data. Openings begin and end on whole minutes in every time zone in
 * use, so an answer is remembered for its minute: 40 queues asked every tick cost 40 look-ups.
 */
export class Router {
  readonly #byBorough = new Map<string, QueueConfig>();
  readonly #byId = new Map<string, QueueConfig>();
  readonly #options: RouterOptions;
  readonly #open = new Map<string, { readonly minute: number; readonly open: boolean }>();

  constructor(options: RouterOptions) {
    this.#options = options;
    for (const queue of options.queues) {
      this.#byId.set(queue.id, queue);
      if (queue.kind === 'phone' && queue.borough !== null) this.#byBorough.set(queue.borough, queue);
    }
  }

  /** Whether a queue's own office is open; null for a queue that the reference data does not name. */
  isOpen(queue_id: string, at_us: number): boolean | null {
    const queue = this.#byId.get(queue_id);
    return queue ? this.#isOpen(queue, at_us) : null;
  }

  route({ line, borough, at_us }: RouteQuestion): Route {
    const own = borough === null ? undefined : this.#byBorough.get(borough);
    const open = own ? this.#isOpen(own, at_us) : null;
    const elsewhere = own?.centre ?? CENTRE;
    if (line === 'corporate') return { queue: elsewhere, rule: 'corporate_line', open };
    if (line === 'linked_city') return { queue: elsewhere, rule: 'linked_city_line', open };
    if (!own) return { queue: CENTRE, rule: 'no_borough', open };
    if (own.handed_over) return { queue: elsewhere, rule: 'handed_over', open };
    if (open) return { queue: own.id, rule: 'office_hours', open };
    return { queue: elsewhere, rule: 'outside_office_hours', open };
  }

  #isOpen(queue: QueueConfig, at_us: number): boolean {
    const minute = Math.floor(at_us / MINUTE_US);
    const known = this.#open.get(queue.id);
    if (known?.minute === minute) return known.open;
    const open = isOpen(queue.hours, at_us, this.#options.time_zone, this.#options.holidays);
    this.#open.set(queue.id, { minute, open });
    return open;
  }
}

/** Who works when: enough agents for the expected load (Erlang C), in shifts with their breaks. */
import type { LocalDay } from './calendar.ts';
import { MINUTE_US, SECOND_US } from './events.ts';
import type { Random } from './random.ts';

export interface Pause {
  readonly at_us: number;
  readonly length_us: number;
  readonly reason: string;
}
export interface Shift {
  readonly agent: string;
  readonly from_us: number;
  readonly to_us: number;
  readonly pauses: readonly Pause[];
}

const QUARTER_US = 15 * MINUTE_US;
const SHIFT_QUARTERS = 32;
const ABSENT = 0.03;

/** Probability that a contact waits (Erlang C) with `agents` for a load of `erlangs`, by the stable recursion of Erlang B. */
export function erlangC(agents: number, erlangs: number): number {
  if (agents <= erlangs) return 1;
  let blocked = 1;
  for (let n = 1; n <= agents; n++) blocked = (erlangs * blocked) / (n + erlangs * blocked);
  return blocked / (1 - (erlangs / agents) * (1 - blocked));
}

/** Least number of agents for which `target` of the contacts wait at most `threshold_s`. */
export function agentsFor(erlangs: number, handling_s: number, threshold_s: number, target: number): number {
  for (let agents = Math.max(1, Math.ceil(erlangs)); ; agents++) {
    const late = erlangC(agents, erlangs) * Math.exp((-(agents - erlangs) * threshold_s) / handling_s);
    if (1 - late >= target) return agents;
  }
}

export interface StaffPlan {
  /** Begins the agents' ids, such as `centre`. */
  readonly team: string;
  readonly day: LocalDay;
  /** Contacts expected in each quarter hour. */
  readonly expected: Float64Array;
  readonly handling_s: number;
  readonly threshold_s: number;
  readonly target: number;
  /** Begin and end of the opening, as quarter hours of the day. */
  readonly opening: readonly [number, number];
  /** More (or, under a tight budget, less) than needed at work, breaks not counted: a share. */
  readonly spare: number;
  readonly agents_min: number;
  readonly random: Random;
}

function pausesOf(from_us: number, quarters: number, place: number): Pause[] {
  const at = (share: number) => from_us + Math.round(quarters * 15 * share) * MINUTE_US;
  const long = quarters >= 24;
  // Colleagues go one after the other.
  const turn = ((place * 5) % 9) / 100;
  return [
    ...(quarters >= 12 ? [{ at_us: at(0.2 + turn), length_us: 15 * MINUTE_US, reason: 'break' }] : []),
    ...(long ? [{ at_us: at(0.4 + 2 * turn), length_us: 45 * MINUTE_US, reason: 'lunch' }] : []),
    ...(long ? [{ at_us: at(0.77 + turn), length_us: 15 * MINUTE_US, reason: 'break' }] : []),
  ];
}

/** Shifts that cover the need of every quarter hour: whenever one more is needed, one begins. */
export function planShifts(plan: StaffPlan, first_agent = 1): Shift[] {
  const { day, expected, handling_s, random } = plan;
  const [open, close] = plan.opening;
  const working = new Uint16Array(expected.length);
  const shifts: Shift[] = [];
  let agent = first_agent;
  for (let quarter = open; quarter < close; quarter++) {
    const erlangs = ((expected[quarter] ?? 0) / 900) * handling_s;
    const wanted = agentsFor(erlangs, handling_s, plan.threshold_s, plan.target);
    const needed = Math.max(plan.agents_min, Math.ceil(wanted * (1 + plan.spare) - 0.35));
    while (working[quarter]! < needed) {
      const end = Math.min(close, quarter + SHIFT_QUARTERS);
      for (let q = quarter; q < end; q++) working[q]! += 1;
      const id = `${plan.team}-${String(agent++).padStart(2, '0')}`;
      const away = random.chance(ABSENT);
      // People log in within two minutes of the hour, not on its stroke; the very first opens the door.
      const late_us = shifts.length === 0 ? 0 : Math.round(random.between(0, 120_000)) * 1000;
      if (away && shifts.length > 0) continue;
      const from_us = day.from_us + quarter * QUARTER_US + late_us;
      const to_us = day.from_us + end * QUARTER_US + Math.round(random.between(0, 60)) * SECOND_US;
      shifts.push({
        agent: id,
        from_us,
        to_us: end === close ? day.from_us + end * QUARTER_US : to_us,
        pauses: pausesOf(from_us, end - quarter, agent),
      });
    }
  }
  return shifts;
}

/** The counters of a day: visitors take a ticket, wait for a clerk or go, and are served. */

import type { QueueConfig } from '../../server/contract/reference.ts';
import { openingsOf } from '../../server/domain/office-hours.ts';
import { BOROUGHS, type Borough, COUNTERS } from '../reference/index.ts';
import type { DayContext } from './context.ts';
import {
  arrivals,
  BOROUGH_BY_POPULATION,
  expectedOnDay,
  quarterShares,
  servicesOn,
  YEARLY,
} from './demand.ts';
import { MINUTE_US, SECOND_US, wholeMs } from './events.ts';
import { Servers } from './servers.ts';
import { planShifts, type Shift } from './staffing.ts';

const QUARTER_US = 15 * MINUTE_US;
const SERVICE_MEDIAN_S = 420;
const SERVICE_SIGMA = 0.6;
const SERVICE_MEAN_S = 505;
const PATIENCE_MEAN_S = 3_600;
const CHANCE = { neighbour: 0.08, request: 0.18 } as const;
const POPULATION = BOROUGHS.reduce((total, { population }) => total + population, 0);
const OUTCOMES = ['answered', 'permit_issued', 'payment_taken', 'document_sent'] as const;
/** Nobody watches the state of clerks: counters send no agent events. */
const silent = () => undefined;

function clerks(context: DayContext, counter: QueueConfig, mean: number, shares: Float64Array): Shift[] {
  const { day, calendar } = context;
  const quarter = (at_us: number) => Math.round((at_us - day.from_us) / QUARTER_US);
  return openingsOf(counter.hours ?? [], day.date, calendar.time_zone, calendar.holidays).flatMap(
    ({ from_us, to_us }) =>
      planShifts({
        team: counter.id.replace(':', '-'),
        day,
        expected: shares.map((share) => share * mean),
        handling_s: SERVICE_MEAN_S,
        threshold_s: counter.threshold_s,
        target: counter.target,
        opening: [quarter(from_us), quarter(to_us)],
        spare: 0,
        agents_min: 1,
        random: context.random('clerks', counter.id),
      }).map((shift) => ({
        // Whoever took a ticket before the door closed is still served.
        ...shift,
        to_us: shift.to_us === to_us ? to_us + 90 * MINUTE_US : shift.to_us,
      })),
  );
}

function counterOf(context: DayContext, counter: QueueConfig, borough: Borough): void {
  const { day, size, weather } = context;
  const shares = quarterShares('office', day);
  const mean = (expectedOnDay('office', YEARLY.visits * size, day, null) * borough.population) / POPULATION;
  const shifts = clerks(context, counter, mean, shares);
  if (shifts.length === 0) return;
  const openings = openingsOf(
    counter.hours ?? [],
    day.date,
    context.calendar.time_zone,
    context.calendar.holidays,
  );
  const random = context.random('counter', borough.code);
  const services = servicesOn(day, weather, ['permit', 'information']);
  const source = `urn:vigie:city:counter:${borough.code}`;
  const servers = new Servers(shifts, silent);
  arrivals(random, day, mean, shares).forEach((at_us, place) => {
    const subject = `V${context.stamp}-${borough.code}-${place.toString(36)}`;
    const patience_us = random.exponential(PATIENCE_MEAN_S) * SECOND_US;
    const needs_us = random.lognormal(SERVICE_MEDIAN_S, SERVICE_SIGMA) * SECOND_US;
    const residence = random.chance(CHANCE.neighbour)
      ? BOROUGH_BY_POPULATION.pick(random).code
      : borough.code;
    const service = services.pick(random);
    const makes_request = random.chance(CHANCE.request);
    const outcome = OUTCOMES[Math.floor(random.uniform() * OUTCOMES.length)]!;
    if (!openings.some(({ from_us, to_us }) => at_us >= from_us && at_us < to_us)) return;
    const base = { counter: borough.code };
    const about = { ...base, service: service.id, residence_borough: residence };
    context.emit(at_us, 'counter.arrived', source, subject, 'arrived', about);
    const turn = servers.next(at_us);
    if (!turn || turn.at_us - at_us > patience_us) {
      context.emit(wholeMs(at_us + patience_us), 'counter.left', source, subject, 'left', base);
      return;
    }
    const called_us = wholeMs(turn.at_us + 4 * SECOND_US);
    const served_us = wholeMs(called_us + Math.min(needs_us, 45 * MINUTE_US));
    turn.take(served_us);
    context.emit(called_us, 'counter.called', source, subject, 'called', base);
    const request = makes_request
      ? context.request('k', served_us, 'counter', service, borough.code)
      : undefined;
    const end = request ? { ...base, outcome: 'request_created', request } : { ...base, outcome };
    context.emit(served_us, 'counter.served', source, subject, 'served', end);
  });
}

/** Adds the visits of a day to its events, and the requests that they lead to. */
export function counterDay(context: DayContext): void {
  for (const counter of COUNTERS) {
    const borough = BOROUGHS.find(({ code }) => code === counter.borough);
    if (borough) counterOf(context, counter, borough);
  }
}

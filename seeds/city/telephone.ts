/**
 * The telephones of a day. Callers arrive, are routed by the rule, wait in order, and are answered, give up, ask for a call
 * back or are passed on. Waiting is not drawn but happens: agents are as many as a usual day needs, so an unusual one is
 * felt.
 */

import type { QueueConfig } from '../../server/contract/reference.ts';
import { openingsOf } from '../../server/domain/office-hours.ts';
import { BOROUGHS, CENTRE_ID, PHONE_QUEUES, type Service } from '../reference/index.ts';
import type { DayContext } from './context.ts';
import {
  arrivals,
  BOROUGH_BY_POPULATION,
  CALLER_GROUPS,
  type CallerGroup,
  expectedOnDay,
  quarterShares,
  servicesOn,
  YEARLY,
} from './demand.ts';
import { MINUTE_US, SECOND_US, tenths, wholeMs } from './events.ts';
import type { Random, Weighted } from './random.ts';
import { Servers } from './servers.ts';
import { planShifts, type Shift } from './staffing.ts';

const QUARTER_US = 15 * MINUTE_US;
const TALK_MEDIAN_S = 190;
const TALK_SIGMA = 0.62;
/** Mean of talk, hold and wrap-up that the planners count with. */
const HANDLING_S = 287;
const PATIENCE_MEAN_S = 460;
const TIMEOUT_S = 900;
const OVERFLOW_S = 300;
const EXTERNAL_EMERGENCY = '911';
/** The evening team stays until the callers who came before midnight are served. */
const OVERLAP_US = 20 * MINUTE_US;

const CHANCE = {
  /** Hangs up almost at once: a wrong number. */
  short: 0.012,
  held: 0.2,
  callback: 0.05,
  overflow: 0.5,
  emergency: 0.005,
  referred_to_centre: 0.02,
  english: 0.24,
  request_of_information: 0.15,
  request_of_service: 0.51,
} as const;

/**
 * How far a budget falls short of the plan (RULES: target 80 % within 100 s), set so that an ordinary day reaches 75–90 % and a
 * storm does not.
 */
const spareOf = (context: DayContext, centre: boolean): number => {
  if (!centre) return -0.16;
  return context.calendar.isWorkday(context.day.number) ? -0.16 : -0.06;
};

interface Call {
  readonly subject: string;
  readonly source: string;
  readonly line: CallerGroup['line'];
  readonly borough: string | null;
  entered_us: number;
  /** All that chance decides about a caller is drawn on arrival, so that it does not depend on the queue. */
  readonly patience_s: number;
  readonly wants_callback: boolean;
  readonly goes_over: boolean;
  readonly talk_s: number;
  readonly hold_s: number;
  readonly wrap_up_s: number;
  readonly ring_s: number;
  readonly emergency: boolean;
  readonly referred: boolean;
  readonly luck: number;
  readonly service: Service;
  /** How often it was passed on: ends the ids of its events. */
  hops: number;
}

interface Plan {
  readonly queue: QueueConfig;
  readonly calls: Call[];
  /** Expected by the planners, by quarter hour. */
  readonly expected: Float64Array;
}

const sourceOf = (queue: string): string => `urn:vigie:city:telephone:${queue}`;

function newCall(
  context: DayContext,
  group: CallerGroup,
  at_us: number,
  random: Random,
  place: number,
  services: Weighted<Service>,
): Call {
  const { queue } = context.router.route({ line: group.line, borough: group.borough, at_us });
  const call: Call = {
    subject: `C${context.stamp}-${group.name}-${place.toString(36)}`,
    source: sourceOf(queue),
    line: group.line,
    borough: group.borough,
    entered_us: wholeMs(at_us + random.between(8, 26) * SECOND_US),
    patience_s: random.chance(CHANCE.short) ? random.between(1, 5) : 6 + random.exponential(PATIENCE_MEAN_S),
    wants_callback: random.chance(CHANCE.callback),
    goes_over: random.chance(CHANCE.overflow),
    talk_s: tenths(Math.min(3_600, 12 + random.lognormal(TALK_MEDIAN_S, TALK_SIGMA))),
    hold_s: random.chance(CHANCE.held) ? tenths(random.exponential(45)) : 0,
    wrap_up_s: tenths(Math.min(600, random.lognormal(32, 0.6))),
    ring_s: tenths(random.between(1, 6)),
    emergency: random.chance(CHANCE.emergency),
    referred: random.chance(CHANCE.referred_to_centre),
    luck: random.uniform(),
    service: services.pick(random),
    hops: 0,
  };
  context.emit(at_us, 'call.offered', call.source, call.subject, 'offered', {
    queue,
    line: group.line,
    ...(group.borough !== null && { borough: group.borough }),
    language: random.chance(CHANCE.english) ? 'en' : 'fr',
  });
  return call;
}

/** Brings the callers of the day to their queues, and tells what the planners expected there. */
function callersOf(context: DayContext): Map<string, Plan> {
  const { day, weather, size, router } = context;
  const plans = new Map<string, Plan>(
    PHONE_QUEUES.map((queue) => [
      queue.id,
      { queue, calls: [], expected: new Float64Array(day.quarters.length) },
    ]),
  );
  const shares = quarterShares('call', day);
  const services = servicesOn(day, weather);
  const usual = expectedOnDay('call', YEARLY.calls * size, day, null);
  const mood = context.random('telephone').lognormal(1, 0.08);
  const real = expectedOnDay('call', YEARLY.calls * size, day, weather) * mood;
  for (const group of CALLER_GROUPS) {
    for (let quarter = 0; quarter < shares.length; quarter++) {
      const at_us = day.from_us + quarter * QUARTER_US;
      const plan = plans.get(router.route({ line: group.line, borough: group.borough, at_us }).queue)!;
      plan.expected[quarter]! += usual * group.share * shares[quarter]!;
    }
    const random = context.random('telephone', group.name);
    arrivals(random, day, real * group.share, shares).forEach((at_us, place) => {
      const call = newCall(context, group, at_us, random, place, services);
      plans.get(call.source.slice(sourceOf('').length))!.calls.push(call);
    });
  }
  return plans;
}

type Leaving = 'abandoned' | 'callback' | 'timed_out' | 'moved';
interface Limit {
  readonly how: Leaving;
  readonly at_us: number;
}

/** What ends a caller's waiting if nobody answers before. @param closes_us when the office closes, or infinite. */
function limitOf(call: Call, closes_us: number, centre: boolean): Limit {
  const after = (seconds: number): number => wholeMs(call.entered_us + seconds * SECOND_US);
  let limit: Limit = { how: 'abandoned', at_us: after(call.patience_s) };
  const sooner = (how: Leaving, at_us: number) => {
    if (at_us < limit.at_us) limit = { how, at_us };
  };
  if (call.wants_callback) sooner('callback', after(150 + 120 * call.luck));
  if (!centre && call.goes_over) sooner('moved', after(OVERFLOW_S));
  sooner('timed_out', after(TIMEOUT_S));
  sooner('moved', Math.max(closes_us, call.entered_us));
  return limit;
}

/** One queue on one day. */
class QueueDay {
  readonly #context: DayContext;
  readonly #queue: QueueConfig;
  readonly #plan: Plan;
  readonly #servers: Servers;
  readonly #openings: readonly { readonly from_us: number; readonly to_us: number }[];
  /** When those in the queue now will have left it. */
  #waiting: number[] = [];
  /** Passed on to the 24/7 centre. */
  readonly moved: Call[] = [];

  constructor(context: DayContext, plan: Plan) {
    this.#context = context;
    this.#queue = plan.queue;
    this.#plan = plan;
    this.#openings = openingsToday(context, plan.queue);
    const source = sourceOf(plan.queue.id);
    const queues = [plan.queue.id];
    this.#servers = new Servers(this.#shifts(), (shift, at_us, state, reason) => {
      const subject = `agent-${shift.agent}`;
      const step = `${context.stamp}-${Math.round((at_us - context.day.from_us) / 1000)}-${state}`;
      context.emit(at_us, 'agent.state', source, subject, step, {
        queues,
        state,
        ...(reason !== null && { reason }),
      });
    });
  }

  #shifts(): Shift[] {
    const { day } = this.#context;
    const centre = this.#queue.id === CENTRE_ID;
    const shifts: Shift[] = [];
    for (const { from_us, to_us } of this.#openings) {
      const quarter = (at_us: number) => Math.round((at_us - day.from_us) / QUARTER_US);
      shifts.push(
        ...planShifts(
          {
            team: this.#queue.id,
            day,
            expected: this.#plan.expected,
            handling_s: HANDLING_S,
            threshold_s: this.#queue.threshold_s,
            target: this.#queue.target,
            opening: [quarter(from_us), quarter(to_us)],
            spare: spareOf(this.#context, centre),
            agents_min: centre ? 3 : 2,
            random: this.#context.random('staff', this.#queue.id),
          },
          shifts.length + 1,
        ),
      );
    }
    if (!centre) return shifts;
    return shifts.map((shift) =>
      shift.to_us === day.to_us ? { ...shift, to_us: day.to_us + OVERLAP_US } : shift,
    );
  }

  /** Lets the callers through, in the order of their coming. */
  run(): void {
    this.#plan.calls.sort((a, b) => a.entered_us - b.entered_us);
    for (const call of this.#plan.calls) this.#enter(call);
    this.#servers.leave();
  }

  #enter(call: Call): void {
    const queue = this.#queue.id;
    const at_us = call.entered_us;
    this.#waiting = this.#waiting.filter((leaves_us) => leaves_us > at_us);
    const suffix = call.hops > 0 ? String(call.hops + 1) : '';
    this.#context.emit(at_us, 'call.queued', call.source, call.subject, `queued${suffix}`, {
      queue,
      position: this.#waiting.length + 1,
    });
    const limit = limitOf(call, this.#closing(at_us), queue === CENTRE_ID);
    const turn = this.#servers.next(at_us);
    if (!turn || turn.at_us > limit.at_us) {
      this.#waiting.push(limit.at_us);
      this.#leave(call, limit);
      return;
    }
    const answered_us = wholeMs(turn.at_us + call.ring_s * SECOND_US);
    this.#waiting.push(answered_us);
    turn.take(this.#serve(call, answered_us, turn.agent, suffix));
  }

  /** End of the opening that a caller is in; now when the door is closed; never for the centre. */
  #closing(at_us: number): number {
    if (this.#queue.hours === null) return Number.POSITIVE_INFINITY;
    return this.#openings.find(({ from_us, to_us }) => at_us >= from_us && at_us < to_us)?.to_us ?? at_us;
  }

  #leave(call: Call, { how, at_us }: Limit): void {
    const { subject, source } = call;
    const queue = this.#queue.id;
    if (how === 'moved') {
      this.#move(call, at_us);
    } else if (how === 'abandoned') {
      this.#context.emit(at_us, 'call.abandoned', source, subject, 'abandoned', { queue });
    } else if (how === 'timed_out') {
      this.#context.emit(at_us, 'call.timed_out', source, subject, 'timed_out', { queue });
    } else {
      this.#context.emit(at_us, 'call.callback_requested', source, subject, 'callback', { queue });
    }
  }

  #move(call: Call, at_us: number): void {
    const data = { from_queue: this.#queue.id, to_queue: CENTRE_ID };
    this.#context.emit(at_us, 'call.transferred', call.source, call.subject, 'transferred', data);
    this.moved.push({ ...call, entered_us: at_us + SECOND_US, hops: call.hops + 1 });
  }

  /** A conversation. Returns the instant at which the agent is free again. */
  #serve(call: Call, answered_us: number, agent: string, suffix: string): number {
    const { subject, source } = call;
    const queue = this.#queue.id;
    const subject_agent = `agent-${agent}`;
    this.#context.emit(answered_us, 'call.answered', source, subject, `answered${suffix}`, {
      queue,
      agent: subject_agent,
      ring_s: call.ring_s,
    });
    if (call.emergency) {
      const ended_us = wholeMs(answered_us + (15 + 40 * call.luck) * SECOND_US);
      const to = { from_queue: queue, to_external: EXTERNAL_EMERGENCY };
      this.#context.emit(ended_us, 'call.transferred', source, subject, 'emergency', to);
      this.#complete(call, answered_us, ended_us, subject_agent, suffix, {
        outcome: 'misdirected_emergency',
      });
      return ended_us + SECOND_US;
    }
    if (call.referred && queue !== CENTRE_ID && call.hops === 0) {
      const ended_us = wholeMs(answered_us + (30 + 90 * call.luck) * SECOND_US);
      this.#move(call, ended_us);
      return ended_us + SECOND_US;
    }
    const ended_us = wholeMs(answered_us + (call.talk_s + call.hold_s) * SECOND_US);
    this.#complete(call, answered_us, ended_us, subject_agent, suffix, this.#outcome(call, ended_us));
    return wholeMs(ended_us + call.wrap_up_s * SECOND_US);
  }

  #outcome(call: Call, ended_us: number): { outcome: string; request?: string; service: string } {
    const service = call.service.id;
    const information = call.service.nature === 'information';
    const makes = information ? CHANCE.request_of_information : CHANCE.request_of_service;
    if (call.luck >= makes) {
      const rest = (call.luck - makes) / (1 - makes);
      return { outcome: rest < 0.78 ? 'answered' : rest < 0.93 ? 'referred' : 'document_sent', service };
    }
    const known = BOROUGHS.some(({ code }) => code === call.borough);
    const borough = known
      ? call.borough!
      : BOROUGH_BY_POPULATION.pick(this.#context.random('place', call.subject)).code;
    const request = this.#context.request('p', ended_us, 'phone', call.service, borough);
    return { outcome: 'request_created', request, service };
  }

  #complete(
    call: Call,
    answered_us: number,
    ended_us: number,
    agent: string,
    suffix: string,
    about: { outcome: string; request?: string; service?: string },
  ): void {
    const emergency = about.outcome === 'misdirected_emergency';
    this.#context.emit(ended_us, 'call.completed', call.source, call.subject, `completed${suffix}`, {
      queue: this.#queue.id,
      agent,
      talk_s: emergency ? tenths((ended_us - answered_us) / SECOND_US) : call.talk_s,
      ...(!emergency && call.hold_s > 0 && { hold_s: call.hold_s }),
      ...(!emergency && { wrap_up_s: call.wrap_up_s }),
      ...about,
    });
  }
}

/** The openings of a queue within a local day; those that pass midnight are cut there, each part on its own day. */
function openingsToday(context: DayContext, queue: QueueConfig): { from_us: number; to_us: number }[] {
  const { from_us, to_us, number } = context.day;
  if (queue.hours === null) return [{ from_us, to_us }];
  if (queue.handed_over) return [];
  const { calendar } = context;
  const dates = [calendar.day(number - 1).date, context.day.date];
  return dates
    .flatMap((date) => openingsOf(queue.hours!, date, calendar.time_zone, calendar.holidays))
    .filter((opening) => opening.to_us > from_us)
    .map((opening) => ({
      from_us: Math.max(from_us, opening.from_us),
      to_us: Math.min(to_us, opening.to_us),
    }));
}

/** Adds the calls and the agents of a day to its events, and the requests that calls lead to. */
export function telephoneDay(context: DayContext): void {
  const plans = callersOf(context);
  const centre = plans.get(CENTRE_ID)!;
  for (const [id, plan] of plans) {
    if (id === CENTRE_ID) continue;
    const queue = new QueueDay(context, plan);
    queue.run();
    centre.calls.push(...queue.moved);
  }
  new QueueDay(context, centre).run();
}

/** The life of requests: from their creation through transmission and work to their end, over days or months. */
import type { EventData } from '../../server/contract/event-types.ts';
import { BOROUGHS, type Borough, CATALOGUE } from '../reference/index.ts';
import type { DayContext, RequestSeed } from './context.ts';
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US, wholeMs } from './events.ts';
import { type Random, Weighted } from './random.ts';
import { officeMoment } from './work.ts';

const SOURCE = 'urn:vigie:city:requests';
/** The life of a request is told for this long; what is open then stays open. */
export const HORIZON_DAYS = 100;
const DAYS_MAX = 70;

const METRES_PER_DEGREE = 111_320;
const CHANCE = {
  cancelled: 0.015,
  /** Of those that had one for the same thing in their borough on that day before them. */
  merged: 0.06,
  never_settled: 0.004,
  sent_elsewhere: 0.03,
  /** Of these, to another borough. */
  across: 0.15,
  work_order: 0.3,
  status: 0.14,
  paused: 0.05,
  reopened: 0.035,
  /** Promised for another day, with the citizen's knowledge. */
  revised: 0.015,
  several_requesters: 0.06,
  /** A status that was promised by a date, and comes after it. */
  status_late: 0.12,
  /** Done by a crew without a signal, which tells it hours later. */
  told_late: 0.03,
  /** Said to be done, and asked for again by somebody else. */
  repeated: 0.015,
} as const;

const NATURE_OF_OTHERS = new Weighted(
  [
    { nature: null, share: 0.94 },
    { nature: 'comment' as const, share: 0.04 },
    { nature: 'suggestion' as const, share: 0.02 },
  ],
  ({ share }) => share,
);
const RESOLUTION = new Weighted(
  [
    { data: { resolution: 'done' as const }, share: 0.8 },
    { data: { resolution: 'no_action' as const }, share: 0.09 },
    { data: { resolution: 'referred' as const }, share: 0.04 },
    { data: { resolution: 'duplicate' as const }, share: 0.03 },
    { data: { resolution: 'not_found' as const }, share: 0.04 },
  ],
  ({ share }) => share,
);
const PAUSES = ['waiting_for_citizen', 'waiting_for_supplier', 'weather', 'season'] as const;
const STATUS_TEXTS = [
  'Les travaux sont planifiés.',
  'Une inspection a été faite; l’intervention suivra.',
  'L’équipe est sur place.',
  'L’intervention est reportée en raison de la météo.',
] as const;
const TOLD_LATE_H = 9;
const REPEATED_DAYS = 12;
/** What comes again is to end within the horizon too. */
const REPEATED_USUAL_DAYS_MAX = 12;
/** Steps from a place to where somebody else says that it is, m. */
const NEARBY_M = 20;
/** Calendar days for a business day. */
const DAYS_FOR_BUSINESS_DAY = 7 / 5;

/** Business days within which a status is promised, by policy; of a policy's versions the newest. */
const STATUS_DAYS = new Map(
  CATALOGUE.policies.flatMap(({ id, targets: { status } }) => (status ? [[id, status.amount]] : [])),
);
const NOTHING: EventData = {};
const ANSWERED: EventData = { resolution: 'done' };

const boroughs = new Map<string, Borough>(BOROUGHS.map((borough) => [borough.code, borough]));
/** Units share their data objects: a hundred days of requests are kept in memory. */
const units = new Map<string, EventData>();
function unitData(borough: string, unit: string): EventData {
  const name = `${borough}-${unit}`;
  let data = units.get(name);
  if (!data) {
    data = { unit: name, borough };
    units.set(name, data);
  }
  return data;
}

interface Point {
  readonly longitude: number;
  readonly latitude: number;
}
/** A point near one of the borough's places, more often near its middle. */
function pointIn(borough: Borough, random: Random): Point {
  const place = borough.places[Math.floor(random.uniform() * borough.places.length)]!;
  return pointAround(place, place.radius_m, random);
}
/** Five decimals, about a metre. */
function pointAround(place: Point, radius_m: number, random: Random): Point {
  const distance = radius_m * Math.sqrt(random.uniform());
  const angle = 2 * Math.PI * random.uniform();
  const north = (distance * Math.sin(angle)) / METRES_PER_DEGREE;
  const scale = METRES_PER_DEGREE * Math.cos((place.latitude * Math.PI) / 180);
  const east = (distance * Math.cos(angle)) / scale;
  const round = (degrees: number): number => Math.round(degrees * 1e5) / 1e5;
  return { longitude: round(place.longitude + east), latitude: round(place.latitude + north) };
}

/** RFC 3339 to the second. */
const dayText = (time_us: number): string => `${new Date(time_us / 1000).toISOString().slice(0, 19)}Z`;

class Life {
  readonly #context: DayContext;
  readonly #random: Random;
  readonly #seed: RequestSeed;
  readonly #unit: EventData;
  #at_us: number;
  /** Until what happens is told. */
  #delay_us = 0;
  #point: Point | null = null;

  constructor(context: DayContext, random: Random, seed: RequestSeed) {
    this.#context = context;
    this.#random = random;
    this.#seed = seed;
    this.#unit = unitData(seed.borough, seed.service.unit);
    this.#at_us = seed.created_us;
  }

  #emit(step: string, type: Parameters<DayContext['emit']>[1], data: EventData): void {
    this.#context.emit(this.#at_us, type, SOURCE, this.#seed.id, step, data, this.#delay_us);
  }
  /** Time goes on, and work is done in working hours, or by crews that are there day and night. */
  #work(us: number): void {
    const at_us = this.#at_us + us;
    this.#at_us = this.#seed.service.day_and_night
      ? wholeMs(at_us)
      : officeMoment(this.#context.calendar, at_us, this.#random);
  }
  #pass(us: number): void {
    this.#at_us = wholeMs(this.#at_us + us);
  }

  /** Where it is; null: nowhere in particular. */
  get point(): Point | null {
    return this.#point;
  }

  /** @param near where somebody else saw the same */
  create(near: Point | null): void {
    const { service, channel, borough } = this.#seed;
    const random = this.#random;
    const other = service.nature === 'complaint' || service.nature === 'request';
    const nature = (other && NATURE_OF_OTHERS.pick(random).nature) || service.nature;
    if (service.placed && nature !== 'suggestion')
      this.#point = near ? pointAround(near, NEARBY_M, random) : pointIn(boroughs.get(borough)!, random);
    this.#emit('created', 'request.created', {
      service: service.id,
      nature,
      channel,
      borough,
      ...(this.#point && { place_borough: borough, ...this.#point }),
      ...(random.chance(CHANCE.several_requesters) && { requesters: 2 + Math.floor(random.exponential(1)) }),
    });
  }

  /** Information is given at once: there is nothing to transmit. */
  inform(): void {
    this.#pass((5 + this.#random.exponential(60)) * SECOND_US);
    this.#emit('resolved', 'request.resolved', ANSWERED);
    this.#emit('closed', 'request.closed', NOTHING);
  }

  /** @param twin another request for the same thing, into which it is merged */
  live(twin: string | undefined): void {
    const random = this.#random;
    // At once, as is promised: within five minutes, but for one in fifty.
    this.#pass(random.lognormal(1.2, 0.7) * MINUTE_US);
    this.#emit('transmitted', 'request.transmitted', this.#unit);
    if (twin !== undefined) {
      this.#work(random.exponential(6) * HOUR_US);
      this.#emit('merged', 'request.merged', { into: twin });
      return;
    }
    if (random.chance(CHANCE.cancelled)) {
      this.#work(random.exponential(20) * HOUR_US);
      this.#emit('cancelled', 'request.cancelled', { reason: 'citizen' });
      return;
    }
    if (random.chance(CHANCE.sent_elsewhere)) {
      this.#work(random.exponential(8) * HOUR_US);
      this.#emit('transferred', 'request.transferred', this.#elsewhere());
    }
    this.#work(random.lognormal(this.#seed.service.day_and_night ? 0.7 : 4, 1.1) * HOUR_US);
    this.#emit('acknowledged', 'request.acknowledged', NOTHING);
    this.#settle();
  }

  #settle(): void {
    const random = this.#random;
    const { service } = this.#seed;
    // The work begins with the wait for it: most of the time to settle.
    // What takes longest ends within the horizon too: what is forgotten is drawn apart.
    const days = Math.min(DAYS_MAX, service.usual_days * random.lognormal(0.75, 0.75));
    this.#work(days * 0.35 * DAY_US);
    if (random.chance(CHANCE.work_order)) {
      const work_order = `B${this.#seed.id.slice(1)}`;
      this.#emit('ordered', 'request.work_ordered', { work_order });
    }
    if (random.chance(CHANCE.status)) this.#publish(days);
    if (random.chance(CHANCE.revised)) {
      const due_at = dayText(this.#at_us + 2 * days * DAY_US);
      this.#emit('revised', 'request.revised', { due_at, reason: 'agreed' });
    }
    if (random.chance(CHANCE.paused)) {
      const reason = PAUSES[Math.floor(random.uniform() * PAUSES.length)]!;
      this.#work(days * 0.1 * DAY_US);
      this.#emit('paused', 'request.paused', { reason });
      this.#work(random.lognormal(4, 0.8) * DAY_US);
      this.#emit('resumed', 'request.resumed', { reason });
    }
    const { created_us } = this.#seed;
    if (random.chance(CHANCE.never_settled)) {
      this.#keepTelling('', created_us, created_us + HORIZON_DAYS * DAY_US);
      return;
    }
    this.#work(days * 0.65 * DAY_US);
    this.#keepTelling('', created_us, this.#at_us);
    const answer = RESOLUTION.pick(random).data;
    this.#end('', answer);
    if (!random.chance(CHANCE.reopened)) {
      if (answer.resolution === 'done') this.#comeAgain();
      return;
    }
    this.#pass(random.exponential(6) * DAY_US);
    this.#emit('reopened', 'request.reopened', { reason: 'not_done' });
    const reopened_us = this.#at_us;
    this.#work(days * 0.5 * DAY_US);
    this.#keepTelling('2', reopened_us, this.#at_us);
    this.#end('2', ANSWERED);
  }

  /** @param turn ends the names of the steps */
  #end(turn: string, answer: EventData): void {
    const random = this.#random;
    if (random.chance(CHANCE.told_late)) this.#delay_us = wholeMs(random.exponential(TOLD_LATE_H) * HOUR_US);
    this.#emit(`resolved${turn}`, 'request.resolved', answer);
    this.#pass(random.exponential(20) * MINUTE_US);
    this.#emit(`closed${turn}`, 'request.closed', NOTHING);
    this.#delay_us = 0;
  }

  /** Where a status is promised every so many days, most are published before, some late. */
  #keepTelling(turn: string, from_us: number, to_us: number): void {
    const { service, id } = this.#seed;
    const promised = service.policy === null ? undefined : STATUS_DAYS.get(service.policy);
    if (promised === undefined) return;
    const random = this.#context.random('status', id, turn);
    const promised_us = promised * DAYS_FOR_BUSINESS_DAY * DAY_US;
    for (let n = 1, at_us = from_us; ; n += 1) {
      const late = random.chance(CHANCE.status_late);
      const wait_us = promised_us * (late ? random.between(1.1, 1.7) : random.between(0.6, 0.9));
      at_us = officeMoment(this.#context.calendar, at_us + wait_us, random);
      if (at_us >= to_us) return;
      const data = {
        text: STATUS_TEXTS[Math.floor(random.uniform() * STATUS_TEXTS.length)]!,
        expected_at: dayText(at_us + (to_us - at_us) * random.between(0.7, 1.3)),
      };
      this.#context.emit(at_us, 'request.status_published', SOURCE, id, `status${turn}-${n}`, data);
    }
  }

  /** The unit that a request is sent on to: the borough's citizens' office, or the same unit of another borough. */
  #elsewhere(): EventData {
    const random = this.#random;
    const { borough, service } = this.#seed;
    if (!random.chance(CHANCE.across)) return unitData(borough, 'citoyens');
    const others = BOROUGHS.filter(({ code }) => code !== borough);
    return unitData(others[Math.floor(random.uniform() * others.length)]!.code, service.unit);
  }

  /** Somebody else asks for the same at the same place some days later. */
  #comeAgain(): void {
    const random = this.#random;
    const { id, service } = this.#seed;
    if (this.#point === null || service.usual_days > REPEATED_USUAL_DAYS_MAX || id.endsWith('B')) return;
    if (!random.chance(CHANCE.repeated)) return;
    const created_us = wholeMs(this.#at_us + random.exponential(REPEATED_DAYS) * DAY_US);
    const again = new Life(this.#context, random, { ...this.#seed, id: `${id}B`, created_us });
    again.create(this.#point);
    again.live(undefined);
  }

  #publish(days: number): void {
    const text = STATUS_TEXTS[Math.floor(this.#random.uniform() * STATUS_TEXTS.length)]!;
    const promised_us = this.#at_us + days * DAY_US;
    this.#emit('status', 'request.status_published', {
      text,
      expected_at: dayText(promised_us),
    });
  }
}

/** Adds the whole lives of the requests made on a day, also what happens on later days. */
export function requestDay(context: DayContext): void {
  const random = context.random('requests');
  /** The last request for the same thing in the same borough. */
  const latest = new Map<string, { readonly id: string; readonly point: Point | null }>();
  for (const seed of context.requests) {
    const life = new Life(context, random, seed);
    if (seed.service.nature === 'information') {
      life.create(null);
      life.inform();
      continue;
    }
    const like = `${seed.borough} ${seed.service.id}`;
    const twin = random.chance(CHANCE.merged) ? latest.get(like) : undefined;
    life.create(twin?.point ?? null);
    life.live(twin?.id);
    latest.set(like, { id: seed.id, point: life.point });
  }
}

/** The life of requests: from their creation through transmission and work to their end, over days or months. */
import type { EventData } from '../../server/contract/event-types.ts';
import { BOROUGHS, type Borough } from '../reference/index.ts';
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
  merged: 0.025,
  never_settled: 0.004,
  sent_elsewhere: 0.03,
  work_order: 0.3,
  status: 0.14,
  paused: 0.05,
  reopened: 0.035,
  /** Promised for another day, with the citizen's knowledge. */
  revised: 0.015,
  several_requesters: 0.06,
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

/** A point near one of the borough's places, more often near its middle; five decimals, about a metre. */
function pointIn(borough: Borough, random: Random): { longitude: number; latitude: number } {
  const place = borough.places[Math.floor(random.uniform() * borough.places.length)]!;
  const distance = place.radius_m * Math.sqrt(random.uniform());
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

  constructor(context: DayContext, random: Random, seed: RequestSeed) {
    this.#context = context;
    this.#random = random;
    this.#seed = seed;
    this.#unit = unitData(seed.borough, seed.service.unit);
    this.#at_us = seed.created_us;
  }

  #emit(step: string, type: Parameters<DayContext['emit']>[1], data: EventData): void {
    this.#context.emit(this.#at_us, type, SOURCE, this.#seed.id, step, data);
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

  create(): void {
    const { service, channel, borough } = this.#seed;
    const random = this.#random;
    const other = service.nature === 'complaint' || service.nature === 'request';
    const nature = (other && NATURE_OF_OTHERS.pick(random).nature) || service.nature;
    const placed = service.placed && nature !== 'suggestion';
    this.#emit('created', 'request.created', {
      service: service.id,
      nature,
      channel,
      borough,
      ...(placed && { place_borough: borough, ...pointIn(boroughs.get(borough)!, random) }),
      ...(random.chance(CHANCE.several_requesters) && { requesters: 2 + Math.floor(random.exponential(1)) }),
    });
  }

  /** Information is given at once: there is nothing to transmit. */
  inform(): void {
    this.#pass((5 + this.#random.exponential(60)) * SECOND_US);
    this.#emit('resolved', 'request.resolved', ANSWERED);
    this.#emit('closed', 'request.closed', NOTHING);
  }

  /** @param earlier a request of the same day for the same thing in the same borough. */
  live(earlier: string | undefined): void {
    const random = this.#random;
    // At once, as is promised: within five minutes, but for one in fifty.
    this.#pass(random.lognormal(1.2, 0.7) * MINUTE_US);
    this.#emit('transmitted', 'request.transmitted', this.#unit);
    if (earlier && random.chance(CHANCE.merged)) {
      this.#work(random.exponential(6) * HOUR_US);
      this.#emit('merged', 'request.merged', { into: earlier });
      return;
    }
    if (random.chance(CHANCE.cancelled)) {
      this.#work(random.exponential(20) * HOUR_US);
      this.#emit('cancelled', 'request.cancelled', { reason: 'citizen' });
      return;
    }
    if (random.chance(CHANCE.sent_elsewhere)) {
      this.#work(random.exponential(8) * HOUR_US);
      this.#emit('transferred', 'request.transferred', unitData(this.#seed.borough, 'citoyens'));
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
    if (random.chance(CHANCE.never_settled)) return;
    this.#work(days * 0.65 * DAY_US);
    this.#emit('resolved', 'request.resolved', RESOLUTION.pick(random).data);
    this.#pass(random.exponential(20) * MINUTE_US);
    this.#emit('closed', 'request.closed', NOTHING);
    if (!random.chance(CHANCE.reopened)) return;
    this.#pass(random.exponential(6) * DAY_US);
    this.#emit('reopened', 'request.reopened', { reason: 'not_done' });
    this.#work(days * 0.5 * DAY_US);
    this.#emit('resolved2', 'request.resolved', ANSWERED);
    this.#pass(random.exponential(20) * MINUTE_US);
    this.#emit('closed2', 'request.closed', NOTHING);
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
  const latest = new Map<string, string>();
  for (const seed of context.requests) {
    const life = new Life(context, random, seed);
    life.create();
    if (seed.service.nature === 'information') {
      life.inform();
      continue;
    }
    const like = `${seed.borough} ${seed.service.id}`;
    life.live(latest.get(like));
    latest.set(like, seed.id);
  }
}

/**
 * The weather that moves demand: snowstorms, freezing rain, summer storms and heat, drawn from the seed for each day. A
 * spell lasts days; a day looks back at the spells that may have begun before it, so any day is known alone.
 */
import type { LocalDay } from './calendar.ts';
import { Random } from './random.ts';

export type WeatherKind = 'snow' | 'ice' | 'storm' | 'heat';
/** Strength of each kind on a day, 0 (none) – 1 (such as once in years). */
export type Weather = Readonly<Record<WeatherKind, number>>;

interface Climate {
  readonly kind: WeatherKind;
  /** Chance that a spell begins on a day, by month (January first). */
  readonly monthly: readonly number[];
  readonly days_max: number;
  /** What is left of its strength the next day: snow lies, a thunderstorm is cleared up. */
  readonly decay: number;
}

const CLIMATES: readonly Climate[] = [
  { kind: 'snow', monthly: [0.1, 0.1, 0.07, 0.02, 0, 0, 0, 0, 0, 0, 0.05, 0.1], days_max: 4, decay: 0.7 },
  { kind: 'ice', monthly: [0.05, 0.05, 0.04, 0.01, 0, 0, 0, 0, 0, 0, 0.02, 0.05], days_max: 2, decay: 0.5 },
  {
    kind: 'storm',
    monthly: [0, 0, 0, 0.02, 0.04, 0.07, 0.08, 0.07, 0.03, 0.03, 0.02, 0],
    days_max: 2,
    decay: 0.4,
  },
  { kind: 'heat', monthly: [0, 0, 0, 0, 0.02, 0.06, 0.1, 0.07, 0.02, 0, 0, 0], days_max: 4, decay: 0.85 },
];

/** The strength of a spell that begins on the day, 0 when none does. */
function spell(seed: string, climate: Climate, day: LocalDay): { strength: number; days: number } {
  const random = new Random(seed, 'weather', climate.kind, day.date);
  if (!random.chance(climate.monthly[day.month - 1]!)) return { strength: 0, days: 0 };
  const days = 1 + Math.floor(random.uniform() * climate.days_max);
  return { strength: 0.15 + 0.85 * random.uniform() ** 2, days };
}

/** @param dayOf the local day of a number, for the days before. */
export function weatherOf(seed: string, day: LocalDay, dayOf: (number: number) => LocalDay): Weather {
  const weather = { snow: 0, ice: 0, storm: 0, heat: 0 };
  for (const climate of CLIMATES) {
    for (let back = 0; back < climate.days_max; back++) {
      const { strength, days } = spell(seed, climate, dayOf(day.number - back));
      if (back >= days) continue;
      weather[climate.kind] = Math.max(weather[climate.kind], strength * climate.decay ** back);
    }
  }
  return weather;
}

/** How many times the usual number of contacts the weather brings. */
export const weatherDemand = ({ snow, ice, storm, heat }: Weather): number =>
  1 + 1.3 * snow + 0.6 * ice + 0.9 * storm + 0.35 * heat;

/** Intervals and their places in local time, remembered: a forecast asks for the same few thousand again and again. */
import { Temporal } from 'temporal-polyfill';
import type { ForecastRule, Slot } from './forecast.ts';
import { type HolidayCalendar, quebecHolidays } from './holidays.ts';
import { intervalOf, intervalStart_us } from './interval.ts';

/** The forecast's view of a city's calendar. */
export function forecastRule(time_zone: string, holidays: HolidayCalendar = quebecHolidays()): ForecastRule {
  const { slotOf, intervalAt } = new LocalGrid(time_zone);
  return { slotOf, intervalAt, isHoliday: (date) => holidays.nameOf(date) !== null };
}

const REMEMBERED_MAX = 20_000;

export class LocalGrid implements Pick<ForecastRule, 'slotOf' | 'intervalAt'> {
  readonly #time_zone: string;
  readonly #slots = new Map<number, Slot>();
  /** First interval of each local date. */
  readonly #midnights = new Map<string, number>();

  constructor(time_zone: string) {
    this.#time_zone = time_zone;
  }

  readonly slotOf = (interval: number): Slot => {
    let slot = this.#slots.get(interval);
    if (!slot) {
      if (this.#slots.size >= REMEMBERED_MAX) this.#slots.clear();
      const local = Temporal.Instant.fromEpochMilliseconds(
        intervalStart_us(interval) / 1000,
      ).toZonedDateTimeISO(this.#time_zone);
      slot = { date: local.toPlainDate().toString(), minute: local.hour * 60 + local.minute };
      this.#slots.set(interval, slot);
    }
    return slot;
  };

  readonly intervalAt = ({ date, minute }: Slot): number | null => {
    const straight = this.#midnight(date) + minute / 15;
    // On the two days of a clock change the hours after it lie an hour off.
    for (const interval of [straight, straight - 4, straight + 4]) {
      const slot = this.slotOf(interval);
      if (slot.date === date && slot.minute === minute) return interval;
    }
    return null;
  };

  #midnight(date: string): number {
    let midnight = this.#midnights.get(date);
    if (midnight === undefined) {
      if (this.#midnights.size >= REMEMBERED_MAX) this.#midnights.clear();
      const start = Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: this.#time_zone });
      midnight = intervalOf(start.epochMilliseconds * 1000);
      this.#midnights.set(date, midnight);
    }
    return midnight;
  }
}

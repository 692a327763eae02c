/** Instants between three forms: RFC 3339 of the contract, microseconds inside, the database's text. */

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(?:[Zz]|([+-])(\d\d):?(\d\d))$/;

/**
 * Microseconds since 1970 of an RFC 3339 instant; what is finer is cut off. A leap second is the second after it.
 * @throws RangeError when it is none
 */
export function instantOf(text: string): number {
  const [, date, minutes, second, fraction = '', sign, hours_off = '0', minutes_off = '0'] =
    RFC_3339.exec(text) ?? [];
  const minute_ms = date === undefined ? Number.NaN : Date.parse(`${date}T${minutes}:00Z`);
  if (Number.isNaN(minute_ms)) throw new RangeError('not an RFC 3339 instant');
  const offset_min = (Number(hours_off) * 60 + Number(minutes_off)) * (sign === '-' ? -1 : 1);
  return (
    (minute_ms - offset_min * 60_000) * 1000 + Number(second) * 1_000_000 + Number(fraction.padEnd(6, '0'))
  );
}

/** Milliseconds of the hours met last: events come ordered by time, so one parse serves thousands. */
let hour_text = '';
let hour_us = 0;

const digits = (text: string, at: number): number =>
  (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;

/** Microseconds since 1970 of `2026-11-23 20:11:03.123456`, a timestamp in UTC as the database writes it. */
export function instantOfDatabase(text: string): number {
  const hour = text.slice(0, 13);
  if (hour !== hour_text) {
    hour_us = Date.parse(`${hour.replace(' ', 'T')}:00:00Z`) * 1000;
    hour_text = hour;
  }
  let fraction_us = 0;
  for (let i = 20, unit = 100_000; i < text.length; i += 1, unit /= 10)
    fraction_us += (text.charCodeAt(i) - 48) * unit;
  return hour_us + (digits(text, 14) * 60 + digits(text, 17)) * 1_000_000 + fraction_us;
}

/** RFC 3339 in UTC of a timestamp as the database writes it. */
export const textOfInstant = (text: string): string => `${text.replace(' ', 'T')}Z`;

/** RFC 3339 in UTC with microseconds, for parameters of queries. */
export function rfc3339Of(time_us: number): string {
  const second = Math.floor(time_us / 1_000_000);
  const fraction = String(time_us - second * 1_000_000).padStart(6, '0');
  return `${new Date(second * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** Local dates of the city, `YYYY-MM-DD`. */
export const today = (timeZone: string, now = new Date()): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(now);
const DAY_MS = 86_400_000;
export const tomorrow = (timeZone: string, now = new Date()): string =>
  new Date(Date.parse(`${today(timeZone, now)}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10);

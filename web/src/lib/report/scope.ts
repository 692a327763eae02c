/** Which report an address names. */
export const scopeOf = (url: { readonly searchParams: Pick<URLSearchParams, 'get'> }): string => {
  const asked = url.searchParams.get('scope') ?? 'city';
  return asked.toLowerCase() === 'city' ? 'city' : asked.toUpperCase();
};
/** What follows a report's address; nothing for the city. */
export const scopeQuery = (scope: string): string =>
  scope === 'city' ? '' : `?scope=${encodeURIComponent(scope)}`;

/** The month before or after another, `yyyy-mm`; null where that is none. */
export function monthBeside(month: string, months: number): string | null {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) return null;
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/**
 * Spaces that French never breaks a line at: before `:`, `;`, `!`, `?`, `%` and inside « ». Put in here, since nobody sees in an
 * editor whether a space is one of them.
 * Source: Office québécois de la langue française, Banque de dépannage linguistique, « Espacement avant et après les signes ».
 */
export const withFrenchSpaces = (text: string): string =>
  text.replaceAll(/ (?=[:;!?%»])/g, '\u00a0').replaceAll('« ', '«\u00a0');

/** A dictionary whose texts, also those that its functions make, have these spaces. */
export function frenchSpaces<T>(texts: T): T {
  if (typeof texts === 'string') return withFrenchSpaces(texts) as T;
  if (typeof texts === 'function') {
    const made = (...values: unknown[]): unknown => frenchSpaces(texts(...values));
    return Object.defineProperty(made, 'length', { value: texts.length }) as T;
  }
  if (Array.isArray(texts)) return texts.map(frenchSpaces) as T;
  if (typeof texts !== 'object' || texts === null) return texts;
  return Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, frenchSpaces(value)])) as T;
}

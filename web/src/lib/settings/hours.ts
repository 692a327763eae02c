/** Opening ranges and closed days as somebody types them. */
import type { CalendarDefinition } from '#contract/catalogue.ts';
import type { OpeningRange } from '#contract/reference.ts';

const RANGE = /^(\d{1,2}) ?[:h] ?(\d{2})\s*[-–—]\s*(\d{1,2}) ?[:h] ?(\d{2})$/;

/** null: it cannot be read. */
export function rangesOf(text: string): readonly OpeningRange[] | null {
  const parts = text
    .split(/[,;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const ranges = parts.map((part) => {
    const [, from_h, from_min, to_h, to_min] = RANGE.exec(part) ?? [];
    if (!from_h || !to_h) return null;
    return { from: `${from_h.padStart(2, '0')}:${from_min}`, to: `${to_h.padStart(2, '0')}:${to_min}` };
  });
  return ranges.every((range) => range !== null) ? ranges : null;
}
export const rangesText = (ranges: readonly OpeningRange[] = []): string =>
  ranges.map(({ from, to }) => `${from}-${to}`).join(', ');

const CLOSED = /^(\d{4}-\d{2}-\d{2})\s+([^|]+?)\s*\|\s*(.+)$/;
/** null: a line cannot be read. */
export function closedOf(text: string): CalendarDefinition['closed'] | null {
  const found = lines(text).map((line) => CLOSED.exec(line));
  if (found.some((match) => match === null)) return null;
  return Object.fromEntries(found.map((match) => [match![1]!, { fr: match![2]!, en: match![3]! }]));
}
export const closedText = (closed: CalendarDefinition['closed']): string =>
  Object.entries(closed)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, { fr, en }]) => `${date} ${fr} | ${en}`)
    .join('\n');

export const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The classes of a choropleth: few, with borders that one can say. */
export const SHADES = ['overdue', 'count'] as const;
export type Shade = (typeof SHADES)[number];

/** Of shares: what is over each of these is in the next class. */
const SHARE_BORDERS = [0.05, 0.1, 0.2, 0.4] as const;
const COUNT_CLASSES = 4;

/** Upper ends of the classes but the last, ascending; of counts in equal round steps. */
export function bordersOf(shade: Shade, values: readonly number[]): readonly number[] {
  if (shade === 'overdue') return SHARE_BORDERS;
  const most = Math.max(1, ...values);
  const rough = most / (COUNT_CLASSES + 1);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const step = ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power;
  return Array.from({ length: COUNT_CLASSES }, (_, index) => (index + 1) * step);
}
/** 0 is none at all; else 1 and more, by how many borders it is over. */
export const classOf = (value: number, borders: readonly number[]): number =>
  value <= 0 ? 0 : 1 + borders.filter((border) => value > border).length;

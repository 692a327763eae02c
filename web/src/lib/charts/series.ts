/** What a chart of lines shows, without how it is drawn. */
export interface Line {
  readonly label: string;
  /** One for each place of the axis; null: a gap. */
  readonly values: readonly (number | null)[];
  /** The one that the chart is about, what it is compared with, what it should be. */
  readonly kind: 'main' | 'beside' | 'target';
}

/** Places at which labels at the ends of lines stand at least a line apart, in their order. */
export function spread(places: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = places.map((_, index) => index).toSorted((a, b) => places[a]! - places[b]!);
  const put = [...places];
  order.forEach((index, rank) => {
    const above = order[rank - 1];
    put[index] = Math.max(put[index]!, above === undefined ? top : put[above]! + gap);
  });
  // What was pushed below the floor pushes those above it up again.
  let limit = bottom;
  for (const index of order.toReversed()) {
    put[index] = Math.min(put[index]!, limit);
    limit = put[index]! - gap;
  }
  return put;
}

/** The path of a curve of counts, with gaps where nothing is known. */

export interface CurveShape {
  /** SVG path of the line; a gap breaks it. */
  readonly line: string;
  readonly area: string;
  readonly max: number;
  /** Position of the newest known value, or null. */
  readonly last: { readonly x: number; readonly y: number; readonly value: number } | null;
}

/** Values oldest first, drawn as steps into a box of the given size; zero is its floor. `max_floor` keeps noise small. */
export function curveShape(
  values: readonly (number | null)[],
  width: number,
  height: number,
  max_floor: number,
): CurveShape {
  const max = Math.max(max_floor, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const round = (value: number): number => Math.round(value * 10) / 10;
  const y = (value: number): number => round(height - (value / max) * height);
  let line = '';
  let area = '';
  let start: number | null = null;
  let last: CurveShape['last'] = null;
  values.forEach((value, index) => {
    const x = round(index * step);
    if (value === null) {
      if (start !== null) area += `V${round(height)}H${start}Z`;
      start = null;
      return;
    }
    line += start === null ? `M${x} ${y(value)}` : `H${x}V${y(value)}`;
    area += start === null ? `M${x} ${round(height)}V${y(value)}` : `H${x}V${y(value)}`;
    start ??= x;
    last = { x, y: y(value), value };
  });
  if (start !== null) area += `V${round(height)}H${start}Z`;
  return { line, area, max, last };
}

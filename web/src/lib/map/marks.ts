/** The marks of single requests, told by shape and colour: overdue a filled diamond, new a disc, any other a small ring; an incident a double ring. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import type { Palette } from './palette.svelte.ts';

export const MARKS = ['overdue', 'new', 'other', 'incident'] as const;
export type Mark = (typeof MARKS)[number];
const RATIO = 3;
/** Edge of an image, CSS pixels. */
const SIZE: Record<Mark, number> = { overdue: 18, new: 15, other: 11, incident: 24 };

function trace(context: OffscreenCanvasRenderingContext2D, mark: Mark, size: number): void {
  const middle = size / 2;
  context.beginPath();
  if (mark === 'overdue') {
    const reach = middle - 1;
    context.moveTo(middle, middle - reach);
    context.lineTo(middle + reach, middle);
    context.lineTo(middle, middle + reach);
    context.lineTo(middle - reach, middle);
    context.closePath();
  } else context.arc(middle, middle, middle - 2, 0, 2 * Math.PI);
}

function draw(mark: Mark, palette: Palette): ImageData {
  const size = SIZE[mark];
  const canvas = new OffscreenCanvas(size * RATIO, size * RATIO);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the browser gives no canvas');
  context.scale(RATIO, RATIO);
  trace(context, mark, size);
  context.fillStyle = {
    overdue: palette.breach_line,
    new: palette.accent,
    other: palette.land,
    incident: palette.land,
  }[mark];
  context.strokeStyle = {
    overdue: palette.land,
    new: palette.land,
    other: palette.quiet,
    incident: palette.ink,
  }[mark];
  context.lineWidth = mark === 'other' || mark === 'incident' ? 2 : 1.5;
  context.fill();
  context.stroke();
  if (mark === 'incident') {
    context.beginPath();
    context.arc(size / 2, size / 2, size / 4 - 1, 0, 2 * Math.PI);
    context.fillStyle = palette.ink;
    context.fill();
  }
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

export const imageOf = (mark: Mark): string => `mark-${mark}`;

/** Puts the marks on the map, or draws them anew in other colours. */
export function provideMarks(map: MapLibreMap, palette: Palette): void {
  for (const mark of MARKS) {
    const image = draw(mark, palette);
    if (map.hasImage(imageOf(mark))) map.updateImage(imageOf(mark), image);
    else map.addImage(imageOf(mark), image, { pixelRatio: RATIO });
  }
}

/** The charts of a report as SVG: few lines told apart by their dashes, labelled where they end, readable in black and white. */
import type { ReportChart, ReportRow, ReportTable, ReportUnit } from '../contract/report.ts';
import { escaped } from './escape.ts';
import { percentText, type ReportLanguage, shareText, valueText } from './format.ts';

const WIDTH = 720;
const HEIGHT = 200;
const LEFT = 64;
const RIGHT = 150;
const TOP = 14;
const BOTTOM = 26;
const DASHES = ['', '7 4', '2 4'];
const LABEL_GAP = 15;

/** Steps of 1, 2 or 5 times a power of ten, about four of them up to the top. */
export function ticksTo(top: number): number[] {
  if (top <= 0) return [0];
  const rough = top / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough)!;
  const count = Math.ceil(top / step - 1e-9);
  // Multiplied, not added up: 0.1 three times is not 0.3.
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
}
const round = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

/** A path with a gap where nothing is known; a day alone between gaps is a dot. */
function pathOf(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  values.forEach((value, index) => {
    if (value === null) return;
    const begins = values[index - 1] === undefined || values[index - 1] === null;
    const alone = begins && (values[index + 1] === undefined || values[index + 1] === null);
    const at = `${round(x(index))} ${round(y(value))}`;
    path += begins ? `M${at}` : `L${at}`;
    if (alone) path += 'h.01';
  });
  return path;
}

/** Labels that stand at least a line apart, kept in their order. */
function apart(places: readonly number[]): number[] {
  const order = places.map((_, index) => index).toSorted((a, b) => places[a]! - places[b]!);
  const put = [...places];
  order.forEach((index, rank) => {
    const above = order[rank - 1];
    if (above !== undefined) put[index] = Math.max(put[index]!, put[above]! + LABEL_GAP);
  });
  return put;
}

function linesChart(chart: ReportChart, table: ReportTable, language: ReportLanguage): string {
  const lines = chart.columns.map((id): Line => {
    const at = table.columns.findIndex((column) => column.id === id);
    return {
      label: table.columns[at]!.label[language],
      values: table.rows.map(({ cells }) => cells[at]!.value),
    };
  });
  const unit: ReportUnit = table.columns.find(({ id }) => id === chart.columns[0])?.unit ?? 'count';
  const known = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  if (known.length === 0) return '';
  const ticks = unit === 'share' ? [0, 0.25, 0.5, 0.75, 1] : ticksTo(Math.max(...known, 1));
  const top = ticks.at(-1)!;
  const x = (index: number): number =>
    LEFT + ((WIDTH - LEFT - RIGHT) * index) / Math.max(1, table.rows.length - 1);
  const y = (value: number): number => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * value) / top;
  const grid = ticks.map((tick) => {
    const text = unit === 'share' ? percentText(tick, language) : valueText(tick, unit, language);
    return `<path class="grid" d="M${LEFT} ${round(y(tick))}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${text}</text>`;
  });
  const days = table.rows.map((row, index) => {
    const day = Number(row.id.slice(-2));
    if (day !== 1 && day % 5 !== 0) return '';
    return `<text x="${round(x(index))}" y="${HEIGHT - 8}" text-anchor="middle">${day}</text>`;
  });
  const ends = lines.map(({ values }) => {
    const index = values.findLastIndex((value) => value !== null);
    return { index, value: values[index] ?? 0 };
  });
  const { target } = chart;
  // The target is labelled among the lines, so that no label lies on another.
  const labels = apart([...ends.map(({ value }) => y(value) + 4), ...(target ? [y(target.value) + 4] : [])]);
  const label = (text: string, at: number, left: number, kind: string): string =>
    `<text class="${kind}" x="${round(left)}" y="${round(labels[at]!)}">${wrapped(text, left)}</text>`;
  const drawn = lines.map(({ label: text, values }, at) => {
    const dash = DASHES[at % DASHES.length];
    const stroke = dash ? ` stroke-dasharray="${dash}"` : '';
    return `<path class="line" d="${pathOf(values, x, y)}"${stroke}/>${label(text, at, x(ends[at]!.index) + 8, 'label')}`;
  });
  const across = target
    ? `<path class="target" d="M${LEFT} ${round(y(target.value))}H${WIDTH - RIGHT}"/>${label(`${target.label[language]} ${percentText(target.value, language)}`, lines.length, WIDTH - RIGHT + 8, 'mark')}`
    : '';
  return svg(WIDTH, HEIGHT, [...grid, ...days, across, ...drawn].join(''), titleOf(lines, table, language));
}
const LABEL_CHARACTERS = 20;
/** On two lines where one is too long. */
function wrapped(label: string, x: number): string {
  if (label.length <= LABEL_CHARACTERS) return escaped(label);
  const cut = label.lastIndexOf(' ', LABEL_CHARACTERS);
  if (cut < 0) return escaped(label);
  return `<tspan x="${round(x)}" dy="-4">${escaped(label.slice(0, cut))}</tspan><tspan x="${round(x)}" dy="13">${escaped(label.slice(cut + 1))}</tspan>`;
}
const titleOf = (lines: readonly Line[], table: ReportTable, language: ReportLanguage): string =>
  `${table.title[language]} (${lines.map(({ label }) => label).join(', ')})`;

const ROW = 20;
const NAMES = 280;
function intervalsChart(chart: ReportChart, table: ReportTable, language: ReportLanguage): string {
  const at = table.columns.findIndex(({ id }) => id === chart.columns[0]);
  const rows = table.rows.filter((row) => row.cells[at]!.low !== undefined && !row.cells[at]!.small);
  if (rows.length === 0) return '';
  const height = rows.length * ROW + BOTTOM;
  const x = (share: number): number => NAMES + (WIDTH - NAMES - 70) * share;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      `<path class="grid" d="M${round(x(tick))} 0V${height - BOTTOM}"/><text x="${round(x(tick))}" y="${height - 8}" text-anchor="middle">${percentText(tick, language)}</text>`,
  );
  const marks = rows.map((row: ReportRow, index) => {
    const { value, low, high } = row.cells[at]!;
    const y = index * ROW + ROW / 2;
    return `<text x="${NAMES - 10}" y="${y + 4}" text-anchor="end">${escaped(row.label[language])}</text><path class="line" d="M${round(x(low!))} ${y}H${round(x(high!))}"/><circle cx="${round(x(value!))}" cy="${y}" r="4"/><text x="${WIDTH - 60}" y="${y + 4}">${shareText(value!, language)}</text>`;
  });
  const column = table.columns[at]!.label[language];
  return svg(WIDTH, height, [...ticks, ...marks].join(''), `${table.title[language]} (${column})`);
}

const svg = (width: number, height: number, body: string, title: string): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">${body}</svg>`;

/** @returns nothing where nothing is known */
export function chartSvg(
  chart: ReportChart,
  tables: readonly ReportTable[],
  language: ReportLanguage,
): string {
  const table = tables.find(({ id }) => id === chart.table);
  if (!table) return '';
  return chart.kind === 'lines' ? linesChart(chart, table, language) : intervalsChart(chart, table, language);
}

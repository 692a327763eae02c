/** Workbooks for spreadsheets: numbers stay numbers, dates dates, and a text is never taken for a formula. */
import { type CellValue, type ColumnDef, type WriteSheet, writeXlsx, writeXlsxStream } from 'hucre/xlsx';

/** Of a date a sheet has no zone: what it shows is the date's UTC. */
export type XlsxValue = string | number | boolean | Date | null;
export interface XlsxColumn {
  readonly title: string;
  /** In characters. */
  readonly width: number;
  /** As spreadsheets write it, such as `0.0%`. */
  readonly format?: string;
}
export interface XlsxCell {
  readonly value: XlsxValue;
  /** Instead of its column's. */
  readonly format?: string;
}
export interface XlsxSheet {
  readonly name: string;
  /** Lines above the table. */
  readonly lead?: readonly string[];
  readonly columns: readonly XlsxColumn[];
  readonly rows: readonly (readonly (XlsxCell | XlsxValue)[])[];
}

const NAME_MAX = 31;
/** What spreadsheets take for the name of a sheet, each once. */
export function sheetNames(wanted: readonly string[]): string[] {
  const given = new Set<string>();
  return wanted.map((name) => {
    const clean =
      name
        .replaceAll(/[[\]:*?/\\]/g, ' ')
        .replace(/^'+|'+$/g, '')
        .trim() || '-';
    let put = clean.slice(0, NAME_MAX);
    for (let n = 2; given.has(put.toLowerCase()); n += 1) {
      const tail = ` (${n})`;
      put = clean.slice(0, NAME_MAX - tail.length) + tail;
    }
    given.add(put.toLowerCase());
    return put;
  });
}

const DATE = 'yyyy-mm-dd hh:mm';
const HEAD = { font: { bold: true }, alignment: { wrapText: true, vertical: 'top' } } as const;

/** A workbook of tables that fit in memory. */
export async function xlsxFile(sheets: readonly XlsxSheet[]): Promise<Buffer> {
  const names = sheetNames(sheets.map(({ name }) => name));
  const file = await writeXlsx({ sheets: sheets.map((sheet, index) => sheetOf(sheet, names[index]!)) });
  return Buffer.from(file);
}

/** A sheet of as many rows as there are, written as they are read: memory stays flat. */
export function xlsxStream(
  name: string,
  columns: readonly XlsxColumn[],
  rows: AsyncIterable<readonly XlsxValue[]>,
): ReadableStream<Uint8Array> {
  const defs = columns.map(
    ({ title, width, format }): ColumnDef => ({ header: title, width, ...(format && { numFmt: format }) }),
  );
  return writeXlsxStream(rows as AsyncIterable<CellValue[]>, {
    name: sheetNames([name])[0]!,
    columns: defs,
    freezePane: { rows: 1 },
  });
}

const isCell = (value: XlsxCell | XlsxValue): value is XlsxCell =>
  value !== null && typeof value === 'object' && !(value instanceof Date);

function sheetOf({ lead = [], columns, rows }: XlsxSheet, name: string): WriteSheet {
  const head = lead.length;
  const cells: NonNullable<WriteSheet['cells']> = new Map();
  columns.forEach((_, at) => {
    cells.set(`${head},${at}`, { style: HEAD });
  });
  const values = rows.map((row, index) =>
    row.map((cell, at): CellValue => {
      const { value, format = columns[at]?.format } = isCell(cell) ? cell : { value: cell };
      const shown = format ?? (value instanceof Date ? DATE : undefined);
      if (shown) cells.set(`${head + 1 + index},${at}`, { style: { numFmt: shown } });
      return value;
    }),
  );
  return {
    name,
    columns: columns.map(({ width }) => ({ width })),
    rows: [...lead.map((line) => [line]), columns.map(({ title }) => title), ...values],
    cells,
    freezePane: { rows: head + 1 },
  };
}

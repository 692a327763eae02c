/** Workbooks for spreadsheets: numbers stay numbers, dates dates, and a text is never taken for a formula. */
import writeExcelFile, { type SheetData } from 'write-excel-file/node';

export type XlsxValue = string | number | Date | null;
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

const isCell = (value: XlsxCell | XlsxValue): value is XlsxCell =>
  value !== null && typeof value === 'object' && !(value instanceof Date);

export function xlsxFile(sheets: readonly XlsxSheet[]): Promise<Buffer> {
  const names = sheetNames(sheets.map(({ name }) => name));
  return writeExcelFile(
    sheets.map((sheet, index) => ({
      sheet: names[index]!,
      data: dataOf(sheet),
      columns: sheet.columns.map(({ width }) => ({ width })),
      stickyRowsCount: (sheet.lead?.length ?? 0) + 1,
    })),
  ).toBuffer();
}

function dataOf({ lead = [], columns, rows }: XlsxSheet): SheetData {
  return [
    ...lead.map((line) => [{ value: line, type: String }]),
    columns.map(({ title }) => ({ value: title, type: String, fontWeight: 'bold' as const, wrap: true })),
    ...rows.map((row) => row.map((cell, at) => cellOf(cell, columns[at]?.format))),
  ];
}

function cellOf(cell: XlsxCell | XlsxValue, of_column: string | undefined): SheetData[number][number] {
  const { value, format = of_column } = isCell(cell) ? cell : { value: cell };
  if (value === null) return null;
  // Said, not guessed: text that begins with = is text.
  if (typeof value === 'string') return { value, type: String };
  if (value instanceof Date) return { value, type: Date, format: format ?? 'yyyy-mm-dd hh:mm' };
  return { value, type: Number, ...(format && { format }) };
}

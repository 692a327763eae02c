/** RFC 4180, made so that a spreadsheet takes no cell for a formula. */

export type CsvValue = string | number | boolean | null;

/** What a spreadsheet begins a formula with, also after a tab or a line break that it drops. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const QUOTED = /[",\r\n]/;

/** A text that would be a formula gets an apostrophe before it, which spreadsheets take for "a text"; numbers stay numbers. */
export function csvCell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvLine = (values: readonly CsvValue[]): string => `${values.map(csvCell).join(',')}\r\n`;

/** The numbers of a report for other programs: CSV, one line a figure, and XLSX, one sheet a table. */
import type { Report, ReportCell, ReportTable, ReportUnit } from '../contract/report.ts';
import { csvLine } from '../lib/csv.ts';
import { type XlsxCell, type XlsxSheet, xlsxFile } from '../lib/xlsx.ts';
import type { ReportLanguage } from './format.ts';
import { reportTitle } from './html.ts';
import { TEXT } from './text.ts';

const CSV_HEAD = [
  'month',
  'scope',
  'section',
  'table',
  'row',
  'row_label',
  'column',
  'column_label',
  'value',
  'unit',
  'of',
  'low',
  'high',
  'small',
  'data',
  'definition',
] as const;

/** UTF-8 with its mark, which spreadsheets want; `unit` says what `value` is. */
export function reportCsv({ content }: Report, language: ReportLanguage): string {
  let text = `\ufeff${csvLine(CSV_HEAD)}`;
  for (const section of content.sections)
    for (const table of section.tables)
      for (const row of table.rows)
        row.cells.forEach((cell, index) => {
          const column = table.columns[index]!;
          text += csvLine([
            content.month,
            content.scope,
            section.id,
            table.id,
            row.id,
            row.label[language],
            column.id,
            column.label[language],
            cell.value,
            row.unit ?? column.unit ?? 'count',
            cell.of ?? null,
            cell.low ?? null,
            cell.high ?? null,
            cell.small ?? false,
            cell.data ?? null,
            row.definition ?? column.definition ?? null,
          ]);
        });
  return text;
}

/** Times are days of a spreadsheet, so that it shows and adds them as times. */
const FORMATS: Readonly<Record<ReportUnit, string>> = {
  count: '#,##0',
  share: '0.0%',
  s: '[h]:mm:ss',
  days: '0.0',
};
const DAY_S = 86_400;
const figureOf = ({ value }: ReportCell, unit: ReportUnit): XlsxCell => ({
  value: value !== null && unit === 's' ? value / DAY_S : value,
  format: FORMATS[unit],
});

/** Beside each share stand what it is of and its interval; small numbers and gaps are said in words. */
function sheetOf(report: Report, section: string, table: ReportTable, language: ReportLanguage): XlsxSheet {
  const of = { fr: 'sur', en: 'of' }[language];
  const [low, high] = { fr: ['95 % bas', '95 % haut'], en: ['95% low', '95% high'] }[language] as [
    string,
    string,
  ];
  const note = { fr: 'Remarque', en: 'Remark' }[language];
  const wide = table.columns.map((_, at) => table.rows.some(({ cells }) => cells[at]!.of !== undefined));
  const columns = table.columns.flatMap(({ label }, at) => [
    { title: label[language], width: 16 },
    ...(wide[at]
      ? [of, low, high].map((title) => ({ title: `${label[language]} (${title})`, width: 12 }))
      : []),
  ]);
  const rows = table.rows.map((row) => {
    const cells = row.cells.flatMap((cell, at): (XlsxCell | number | null)[] => {
      const unit = row.unit ?? table.columns[at]!.unit ?? 'count';
      if (!wide[at]) return [figureOf(cell, unit)];
      const border = (value: number | undefined): XlsxCell => ({
        value: value ?? null,
        format: FORMATS.share,
      });
      return [
        figureOf(cell, unit),
        { value: cell.of ?? null, format: FORMATS.count },
        border(cell.low),
        border(cell.high),
      ];
    });
    return [row.label[language], ...cells, remarkOf(row.cells, table, language)];
  });
  return {
    name: table.title[language],
    lead: [reportTitle(report, language), `${section} › ${table.title[language]}`],
    columns: [{ title: table.head[language], width: 44 }, ...columns, { title: note, width: 40 }],
    rows,
  };
}
function remarkOf(cells: readonly ReportCell[], table: ReportTable, language: ReportLanguage): string | null {
  const said = cells.flatMap((cell, at) => {
    const what =
      cell.data === 'none'
        ? TEXT.none
        : cell.data === 'partial'
          ? TEXT.partial
          : cell.small && cell.value !== null
            ? TEXT.small
            : null;
    return what
      ? [`${table.columns[at]!.label[language]}${language === 'fr' ? '\u00a0' : ''}: ${what[language]}`]
      : [];
  });
  return said.length > 0 ? said.join(' · ') : null;
}

export function reportXlsx(report: Report, language: ReportLanguage): Promise<Buffer> {
  const { content, errata } = report;
  const tables = content.sections.flatMap((section) =>
    section.tables.map((table) => sheetOf(report, section.title[language], table, language)),
  );
  const t = TEXT.errata;
  const changed: XlsxSheet = {
    name: t.title[language],
    columns: [t.figure, t.sealed, t.now, t.seen].map((title, index) => ({
      title: title[language],
      width: index === 0 ? 70 : 18,
    })),
    rows: errata.map(({ label, unit, sealed, now, seen_at }) => [
      label[language],
      sealed && figureOf(sealed, unit),
      now && figureOf(now, unit),
      { value: new Date(seen_at), format: 'yyyy-mm-dd' },
    ]),
  };
  const definitions: XlsxSheet = {
    name: TEXT.definitions.title[language],
    columns: [
      'id',
      'version',
      language === 'fr' ? 'Nom' : 'Name',
      language === 'fr' ? 'Formule' : 'Formula',
      'Source',
    ].map((title, index) => ({ title, width: [24, 9, 36, 90, 50][index]! })),
    rows: content.definitions.map(({ id, version, name, formula, source }) => [
      id,
      version,
      name[language],
      formula[language],
      source[language],
    ]),
  };
  return xlsxFile([...tables, ...(errata.length > 0 ? [changed] : []), definitions]);
}

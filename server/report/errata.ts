/** What of a sealed report would be different today. */
import type { ReportCell, ReportContent, ReportErratum } from '../contract/report.ts';

/** As an erratum, but when it was first seen. */
export type Difference = Omit<ReportErratum, 'seen_at'>;
type Place = Omit<Difference, 'sealed' | 'now'> & { readonly cell: ReportCell };

/** Sections that tell of the report's own time, and not of the month. */
const OF_THE_TELLING = new Set(['data']);
/** Tables that show the first of an order: a row that comes in or goes out of it is no figure that changed. */
const FIRST_OF = new Set(['most_asked', 'slowest', 'complaints_by_service']);

function* placesOf({ sections }: ReportContent): Generator<Place> {
  for (const section of sections) {
    if (OF_THE_TELLING.has(section.id)) continue;
    for (const table of section.tables) {
      for (const row of table.rows) {
        for (const [index, cell] of row.cells.entries()) {
          const column = table.columns[index]!;
          yield {
            section: section.id,
            table: table.id,
            row: row.id,
            column: column.id,
            label: {
              fr: `${table.title.fr} › ${row.label.fr} › ${column.label.fr}`,
              en: `${table.title.en} › ${row.label.en} › ${column.label.en}`,
            },
            unit: row.unit ?? column.unit ?? 'count',
            cell,
          };
        }
      }
    }
  }
}
const nameOf = ({ section, table, row, column }: Omit<Place, 'cell'>): string =>
  JSON.stringify([section, table, row, column]);
const differ = (a: ReportCell, b: ReportCell): boolean =>
  a.value !== b.value || a.of !== b.of || a.data !== b.data;

/** In the order of the report. */
export function differences(sealed: ReportContent, now: ReportContent): Difference[] {
  const found: Difference[] = [];
  const present = new Map(Array.from(placesOf(now), (place) => [nameOf(place), place]));
  for (const { cell, ...place } of placesOf(sealed)) {
    const name = nameOf(place);
    const other = present.get(name);
    present.delete(name);
    if (other ? differ(cell, other.cell) : !FIRST_OF.has(place.table))
      found.push({ ...place, sealed: cell, now: other?.cell ?? null });
  }
  for (const { cell, ...place } of present.values())
    if (!FIRST_OF.has(place.table)) found.push({ ...place, sealed: null, now: cell });
  return found;
}

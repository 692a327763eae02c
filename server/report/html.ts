/** A report as one HTML page that needs nothing else: read on a screen, printed, kept. */
import { readFileSync } from 'node:fs';
import type { BilingualName } from '../contract/reference.ts';
import type {
  Report,
  ReportCell,
  ReportColumn,
  ReportRow,
  ReportSection,
  ReportTable,
} from '../contract/report.ts';
import { chartSvg } from './charts.ts';
import { escaped } from './escape.ts';
import {
  countText,
  DASH,
  dateText,
  intervalText,
  monthText,
  type ReportLanguage,
  valueText,
} from './format.ts';
import { TEXT } from './text.ts';

const CSS = readFileSync(new URL('report.css', import.meta.url), 'utf8');

export const reportTitle = ({ content }: Report, language: ReportLanguage): string =>
  `${TEXT.report[language]} · ${content.scope_name[language]} · ${monthText(content.month, language)}`;

/** The whole page. */
export function reportPage(report: Report, language: ReportLanguage): string {
  return `<!doctype html>
<html lang="${language}-CA">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(reportTitle(report, language))}</title>
<style>${CSS}</style>
</head>
<body>
${reportArticle(report, language)}
</body>
</html>
`;
}

/** What a page of the application shows inside of its own; its style comes with `reportStyle`. */
export function reportArticle(report: Report, language: ReportLanguage): string {
  const { content } = report;
  const say = (text: BilingualName): string => escaped(text[language]);
  return `<article class="report" lang="${language}-CA">
<header>
<p class="kind">${say(TEXT.report)}</p>
<h1>${say(content.scope_name)} <span>${escaped(monthText(content.month, language))}</span></h1>
${standing(report, language)}
</header>
<section class="summary" aria-labelledby="summary"><h2 id="summary">${say(TEXT.summary)}</h2>
<ul>${content.summary.map((text) => `<li>${say(text)}</li>`).join('')}</ul></section>
${errata(report, language)}
${content.sections.map((section) => sectionHtml(section, language)).join('\n')}
${definitions(report, language)}
</article>`;
}
export const reportStyle = (): string => CSS;

const TIMES: Record<ReportLanguage, { readonly asOf: string; readonly sealed: string; readonly by: string }> =
  {
    fr: { asOf: 'Chiffres connus le', sealed: 'Publié et scellé le', by: 'par' },
    en: { asOf: 'Figures as known on', sealed: 'Published and sealed on', by: 'by' },
  };
function standing({ content, sealed, sha256 }: Report, language: ReportLanguage): string {
  const t = TIMES[language];
  const when = (iso: string): string =>
    escaped(
      new Intl.DateTimeFormat(language === 'fr' ? 'fr-CA' : 'en-CA', {
        dateStyle: 'long',
        timeStyle: 'short',
        timeZone: content.time_zone,
      }).format(new Date(iso)),
    );
  const lines = [
    content.simulated ? `<strong>${escaped(TEXT.simulated[language])}</strong>` : '',
    content.provisional ? escaped(TEXT.provisional[language]) : '',
    `${t.asOf} ${when(content.as_of)}.`,
    sealed ? `${t.sealed} ${when(sealed.at)} ${t.by} ${escaped(sealed.by)}.` : '',
    sealed ? `SHA-256 <code>${sha256}</code>` : '',
  ];
  return `<p class="standing">${lines.filter((line) => line !== '').join('<br>')}</p>`;
}

function sectionHtml(section: ReportSection, language: ReportLanguage): string {
  const charts = section.charts
    .map((chart) => chartSvg(chart, section.tables, language))
    .map((svg, index) => {
      const table = section.tables.find(({ id }) => id === section.charts[index]!.table);
      return svg === ''
        ? ''
        : `<figure>${svg}<figcaption>${escaped(table!.title[language])}</figcaption></figure>`;
    });
  return `<section aria-labelledby="${section.id}"><h2 id="${section.id}">${escaped(section.title[language])}</h2>
${section.sentences.map((text) => `<p>${escaped(text[language])}</p>`).join('\n')}
${charts.join('\n')}
${section.tables
  .filter(({ rows }) => rows.length > 0)
  .map((table) => tableHtml(table, language))
  .join('\n')}
</section>`;
}

/** Where a table is wider than the screen it is scrolled, also by keyboard. */
const scrolling = (title: string): string =>
  `<div class="table" role="region" tabindex="0" aria-label="${title}">`;

function tableHtml(table: ReportTable, language: ReportLanguage): string {
  const heads = table.columns.map(({ label }) => `<th scope="col">${escaped(label[language])}</th>`);
  const rows = table.rows.map(
    (row) =>
      `<tr><th scope="row">${escaped(row.label[language])}</th>${row.cells
        .map((cell, index) => `<td>${cellHtml(cell, row, table.columns[index]!, language)}</td>`)
        .join('')}</tr>`,
  );
  const note = table.note ? `<p class="note">${escaped(table.note[language])}</p>` : '';
  const title = escaped(table.title[language]);
  return `${scrolling(title)}<table><caption>${title}</caption>
<thead><tr><th scope="col">${escaped(table.head[language])}</th>${heads.join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>${note}${legend(table, language)}`;
}

function cellHtml(cell: ReportCell, row: ReportRow, column: ReportColumn, language: ReportLanguage): string {
  const unit = row.unit ?? column.unit ?? 'count';
  if (cell.data === 'none') return `<span class="none">${escaped(TEXT.none[language])}</span>`;
  const marks = `${cell.small && cell.value !== null ? '†' : ''}${cell.data === 'partial' ? '*' : ''}`;
  const beside = [
    unit === 'share' && !cell.small ? intervalText(cell, language) : '',
    cell.of === undefined || cell.value === null
      ? ''
      : `${language === 'fr' ? 'sur' : 'of'}\u00a0${countText(cell.of, language)}`,
  ].filter((text) => text !== '');
  const small = beside.map((text) => `<small>${text}</small>`).join('');
  return `${valueText(cell.value, unit, language)}${marks}${small}`;
}
function legend({ rows }: ReportTable, language: ReportLanguage): string {
  const cells = rows.flatMap((row) => row.cells);
  const lines = [
    cells.some((cell) => cell.small && cell.value !== null) ? `† ${TEXT.small[language]}` : '',
    cells.some((cell) => cell.data === 'partial') ? `* ${TEXT.partial[language]}` : '',
  ].filter((line) => line !== '');
  return lines.length > 0 ? `<p class="note">${escaped(lines.join(' · '))}</p>` : '';
}

function errata({ errata, sealed }: Report, language: ReportLanguage): string {
  if (!sealed) return '';
  const t = TEXT.errata;
  const say = (text: BilingualName): string => escaped(text[language]);
  if (errata.length === 0) return '';
  const rows = errata.map(({ label, unit, sealed: before, now, seen_at }) => {
    const value = (cell: ReportCell | null): string => (cell ? valueText(cell.value, unit, language) : DASH);
    return `<tr><th scope="row">${say(label)}</th><td>${value(before)}</td><td>${value(now)}</td><td>${escaped(dateText(seen_at.slice(0, 10), language))}</td></tr>`;
  });
  return `<section class="errata" aria-labelledby="errata"><h2 id="errata">${say(t.title)}</h2><p>${say(t.lead)}</p>
${scrolling(say(t.title))}<table><caption>${say(t.title)}</caption><thead><tr><th scope="col">${say(t.figure)}</th><th scope="col">${say(t.sealed)}</th><th scope="col">${say(t.now)}</th><th scope="col">${say(t.seen)}</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`;
}

function definitions({ content }: Report, language: ReportLanguage): string {
  const changed = content.definitions.some(({ version }) => version > 1)
    ? ''
    : `<p>${escaped(TEXT.definitions.changed[language])}</p>`;
  const items = content.definitions.map(
    ({ id, version, name, formula, source }) =>
      `<div><dt>${escaped(name[language])} <code>${id}@${version}</code></dt><dd>${escaped(formula[language])}<small>${escaped(source[language])}</small></dd></div>`,
  );
  return `<section class="definitions" aria-labelledby="definitions"><h2 id="definitions">${escaped(TEXT.definitions.title[language])}</h2>${changed}<dl>${items.join('\n')}</dl></section>`;
}

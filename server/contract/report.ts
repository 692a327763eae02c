/**
 * The monthly report: `GET /api/v1/reports/{yyyy-mm}`. Its content is tables of figures and the sentences made from them, in both languages,
 * so that a sealed report says for ever what was published. HTML, PDF, CSV and XLSX are ways to write the same content.
 */
import type { MetricDefinition } from './definitions.ts';
import type { BilingualName } from './reference.ts';

/** What a figure of a month stands beside: the month before, the same month a year ago, the year from January to the month. */
export const REPORT_PERIODS = ['month', 'previous', 'last_year', 'year'] as const;
export type ReportPeriod = (typeof REPORT_PERIODS)[number];

export const REPORT_FORMATS = ['json', 'html', 'pdf', 'csv', 'xlsx'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** `days` are business days. */
export type ReportUnit = MetricDefinition['unit'];

export interface ReportCell {
  /** null: a ratio over nothing, or nothing is known of the period. */
  readonly value: number | null;
  /** What a share is a share of, or how many were measured. */
  readonly of?: number;
  /** 95 % (Wilson). */
  readonly low?: number;
  readonly high?: number;
  /** Of fewer than 20: not to be ranked. */
  readonly small?: true;
  /** The records begin after the period, or in it. */
  readonly data?: 'none' | 'partial';
}
export interface ReportColumn {
  readonly id: string;
  readonly label: BilingualName;
  /** Of its cells, where its rows do not say. */
  readonly unit?: ReportUnit;
  /** Such as `on_time@1`. */
  readonly definition?: string;
}
export interface ReportRow {
  readonly id: string;
  readonly label: BilingualName;
  readonly unit?: ReportUnit;
  readonly definition?: string;
  /** One for each column. */
  readonly cells: readonly ReportCell[];
}
export interface ReportTable {
  readonly id: string;
  readonly title: BilingualName;
  /** What its rows are. */
  readonly head: BilingualName;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly ReportRow[];
  readonly note?: BilingualName;
}
/** A chart of days, or of rows with their intervals. Its numbers are in the table that it names. */
export interface ReportChart {
  readonly kind: 'lines' | 'intervals';
  readonly table: string;
  readonly columns: readonly string[];
  /** Drawn as a line across. */
  readonly target?: { readonly value: number; readonly label: BilingualName };
}
export interface ReportSection {
  readonly id: string;
  readonly title: BilingualName;
  readonly sentences: readonly BilingualName[];
  readonly charts: readonly ReportChart[];
  readonly tables: readonly ReportTable[];
}
export interface ReportContent {
  /** Of this shape. */
  readonly format: 1;
  /** `yyyy-mm`, a local month. */
  readonly month: string;
  /** `city` or a borough's code. */
  readonly scope: string;
  readonly scope_name: BilingualName;
  readonly time_zone: string;
  /** Its first instant, and that of the next month. */
  readonly from_at: string;
  readonly to_at: string;
  readonly as_of: string;
  /** The month has not ended, or settlements of it may still be reopened within their 30 days. */
  readonly provisional: boolean;
  readonly simulated: boolean;
  /** What changed and why it matters, the most important first. */
  readonly summary: readonly BilingualName[];
  readonly sections: readonly ReportSection[];
  /** Of all figures in it. */
  readonly definitions: readonly MetricDefinition[];
}

/** A figure of a sealed report that late or corrected events have changed. */
export interface ReportErratum {
  /** When it was first seen. */
  readonly seen_at: string;
  readonly section: string;
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly label: BilingualName;
  readonly unit: ReportUnit;
  /** null: the row was not there. */
  readonly sealed: ReportCell | null;
  readonly now: ReportCell | null;
}
export interface Report {
  readonly content: ReportContent;
  /** SHA-256 of the content, as canonical JSON (RFC 8785). */
  readonly sha256: string;
  /** null: not published. */
  readonly sealed: { readonly at: string; readonly by: string } | null;
  readonly errata: readonly ReportErratum[];
}
/** A month in the list of `GET /api/v1/reports`. */
export interface ReportListItem {
  readonly month: string;
  readonly scope: string;
  readonly ended: boolean;
  readonly sealed: Report['sealed'];
  readonly sha256: string | null;
}

/** Cells and rows of a report's tables. */
import type { DefinitionId } from '../contract/definitions.ts';
import { definitionRef } from '../contract/definitions.ts';
import type { Figure } from '../contract/live.ts';
import type { BilingualName } from '../contract/reference.ts';
import {
  REPORT_PERIODS,
  type ReportCell,
  type ReportColumn,
  type ReportPeriod,
  type ReportRow,
  type ReportUnit,
} from '../contract/report.ts';
import { type RateFigure, SMALL_NUMBER } from '../contract/request-metrics.ts';
import { wilson } from '../domain/rates.ts';
import type { PeriodFacts, ReportInput } from './input.ts';

export const count = (value: number): ReportCell => ({ value });
/** Nothing is known of it. */
export const unknown: ReportCell = { value: null };

/** A share with its count and interval. */
export function share(part: number, whole: number): ReportCell {
  const interval = wilson(part, whole);
  return {
    value: whole > 0 ? part / whole : null,
    of: whole,
    ...(interval && { low: interval.low, high: interval.high }),
    ...(whole < SMALL_NUMBER && { small: true as const }),
  };
}
export function rate({ value, of, interval, small }: RateFigure): ReportCell {
  return { value, of, ...(interval && interval), ...(small && { small: true as const }) };
}
/** A mean or a percentile of so many. */
export function measure(value: number | null, of: number): ReportCell {
  return { value, of, ...(of < SMALL_NUMBER && { small: true as const }) };
}
/** The share that a metric is, from the counts that it names. */
export function shareOf(figure: Figure, part: string, whole: readonly string[]): ReportCell {
  return share(
    figure.counts[part] ?? 0,
    whole.reduce((sum, name) => sum + (figure.counts[name] ?? 0), 0),
  );
}

export const PERIOD_COLUMNS = (input: ReportInput): ReportColumn[] =>
  REPORT_PERIODS.map((id) => ({ id, label: input.periods[id].label }));

export interface RowSpec {
  readonly id: string;
  readonly label: BilingualName;
  readonly unit: ReportUnit;
  readonly definition?: DefinitionId;
  /** Of which records it comes: what lies before their beginning is not known. */
  readonly of: 'call' | 'counter' | 'web' | 'mail' | 'request';
  readonly cell: (period: PeriodFacts, which: ReportPeriod) => ReportCell;
}
/** A figure beside those of the other periods. */
export function periodRow(input: ReportInput, { id, label, unit, definition, of, cell }: RowSpec): ReportRow {
  return {
    id,
    label,
    unit,
    ...(definition && { definition: definitionRef(definition) }),
    cells: REPORT_PERIODS.map((which) => {
      const period = input.periods[which];
      const data = period.data[of];
      if (data === 'none') return { ...unknown, data };
      return { ...cell(period, which), ...(data && { data }) };
    }),
  };
}

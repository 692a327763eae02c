import type { trendsFr } from './trends-fr.ts';

/** The texts of trends, in English. */
export const trendsEn: typeof trendsFr = {
  title: 'Trends',
  lead: 'A metric over days or months, beside the same a year earlier. The figures are those of the reports.',
  metric: 'Metric',
  scope: 'Scope',
  interval: 'Interval',
  intervals: { day: 'by day', month: 'by month' },
  span: 'Span',
  months: (count: string) => `${count} months`,
  days: (count: string) => `${count} days`,
  groups: { calls: 'Calls', requests: 'Requests', month: 'Requests, by month' },
  when: { day: 'Day', month: 'Month' },
  value: 'Value',
  of: (count: string) => `of ${count}`,
  lastYear: 'A year earlier',
  target: 'target',
  none: 'no data',
  partial: 'known in part',
  provisional: 'runs',
  few: 'fewer than 20',
  table: 'The figures',
  export: 'Export (CSV)',
  nothing: 'Nothing is known of this period.',
};

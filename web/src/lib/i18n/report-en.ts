import type { reportFr } from './report-fr.ts';

/** The texts around monthly reports, in English. */
export const reportEn: typeof reportFr = {
  title: 'Monthly reports',
  lead: 'What changed in the month and why it matters: one page of sentences, then the figures, their intervals and their definitions.',
  scope: 'Report of',
  city: 'The city',
  month: 'Month',
  standing: 'State',
  runs: 'runs',
  open: 'not sealed',
  sealed: (day: string) => `sealed on ${day}`,
  none: 'No month is known yet: the first report comes with the first events.',
  making:
    'The report is being made. The first time, each month of the year is counted: this may take a minute or two.',
  failed: 'The report could not be read. Try again in a moment.',
  refused: 'Reports are shown to those with a key that may read.',
  unknown: 'There is no report of this month or borough.',
  again: 'Try again',
  all: 'All months',
  before: 'Month before',
  after: 'Next month',
  take: 'Take along',
  formats: { pdf: 'PDF', xlsx: 'Excel', csv: 'CSV', html: 'Page alone' },
  metrics: {
    calls: 'Calls',
    abandoned: 'Abandoned',
    received: 'Requests received',
    ended: 'Requests settled, cancelled or merged',
    complaints: 'Complaints received',
  },
};

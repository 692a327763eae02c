/** The short guides, one for each kind of reader, in English. */
import type { Guide, helpFr } from './help-fr.ts';

const supervisor: Guide = {
  title: 'Supervising queues: the wall',
  lead: 'One look from the back of the room says what is wrong, and where. Nothing to touch.',
  picture:
    'The wall of the city: a headline with its state, queues by trouble, the map and the deadlines passed.',
  open: 'Open the wall',
  steps: [
    [
      'Read the state',
      'The headline gives the worst state of the city and the queues concerned. An octagon and a filled band: breach. A triangle and a bar at the side: attention. A ring: in order. Hatching: stale data.',
    ],
    [
      'Find the queue',
      'The queues in most trouble come first and are the largest. A queue that recovers keeps its place for a while, so that it can be found again.',
    ],
    [
      'See the next hour coming',
      '“Next hour” gives the contacts expected; the number after a minus sign is that of the agents who will be missing. A dash: the queue’s history is too short to forecast from.',
    ],
    [
      'Know whether to trust it',
      'Each tile has the age of its last event. After 15 seconds of silence everything is hatched and dated; the screen recovers by itself as soon as data comes back.',
    ],
    [
      'Hang a screen',
      'A screen that is not signed in shows a code of eight letters. Type it on the Pairing page, choose its views and their time: it becomes a wall, without a password.',
    ],
    [
      'Set the screen by keyboard',
      'F full screen, P pause, L language, T theme, S a sound at each new deadline passed (off at first).',
    ],
  ],
};

const borough: Guide = {
  title: 'Managing a borough: the page of the day',
  lead: '“What must I do today?”: what is overdue, what is due, and the list to act on.',
  picture: 'A borough’s page: overdue, due today, due within three days, then the count of requests.',
  open: 'Open the boroughs',
  steps: [
    [
      'Begin with what is overdue',
      'The first four numbers are to be dealt with in that order. Each leads to the list of its requests.',
    ],
    [
      'Work with the list',
      'Filter, sort, search; the address keeps your choices, so it can be sent to a colleague or bookmarked. The list can be exported.',
    ],
    [
      'Understand a deadline',
      'An open request shows its events and its deadline ledger: each span counted, closed, on holiday or paused, from start to end.',
    ],
    [
      'Check that the count adds up',
      'Open at the start, plus received, reopened and transferred in, less settled, cancelled, merged and transferred out: what is left is what is open.',
    ],
    ['See where', 'The map shows the same requests, new and overdue; its list says the same without a map.'],
  ],
};

const committee: Guide = {
  title: 'Following the service: reports and administration',
  lead: 'A page of sentences first, then the figures, their intervals and their definitions.',
  picture: 'Data health: each source, its last event, its lag and its rejected events.',
  open: 'Open the reports',
  steps: [
    [
      'Read the month’s report',
      'The first page says what changed and why it matters, beside the month before, the same month last year and the year to date.',
    ],
    [
      'Take the figures along',
      'PDF for the meeting, Excel or CSV for your own sums. A sealed report never changes: what comes late appears in it as an erratum.',
    ],
    [
      'Open a definition',
      'A live figure opens at a click or the Enter key: its formula, its counts, its source, its time. All of them are on the Definitions page.',
    ],
    [
      'Beware of small numbers',
      'A rate over fewer than 20 contacts is shown with their number and decides no state.',
    ],
    [
      'Check the sources',
      'The Data health page says which source is silent or late, and each rejected event with its reason.',
    ],
  ],
};

export const helpEn: typeof helpFr = {
  title: 'Help',
  lead: 'Three short guides, one for each trade. Each live figure also explains itself: open it.',
  contents: 'The guides',
  guides: { supervisor, borough, committee },
};

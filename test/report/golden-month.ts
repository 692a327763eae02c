/**
 * November 2025 in Montréal, made by hand: its first Sunday has 25 hours. Every case that a report can get wrong is in it once, and what
 * the report must say is worked out beside it, number by number.
 */
const EST = '-05:00';
const EDT = '-04:00';

interface GoldenEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: object;
}
let count = 0;
const event = (subject: string, type: string, time: string, data: object): GoldenEvent => {
  count += 1;
  return {
    specversion: '1.0',
    id: `g${count}`,
    source: 'urn:test:golden',
    type: `org.vigie311.${type}`,
    subject,
    time,
    data,
  };
};

/** A call that is answered, or given up without `answered`. */
function call(
  id: string,
  queue: string,
  entered: string,
  end: { answered?: string; abandoned?: string; timed_out?: string },
  more: object = {},
): GoldenEvent[] {
  const events = [event(id, 'call.queued', entered, { queue, ...more })];
  if (end.answered)
    events.push(
      event(id, 'call.answered', end.answered, { queue, agent: 'a1' }),
      event(id, 'call.completed', plus(end.answered, 120), { queue, agent: 'a1', talk_s: 120 }),
    );
  if (end.abandoned) events.push(event(id, 'call.abandoned', end.abandoned, { queue }));
  if (end.timed_out) events.push(event(id, 'call.timed_out', end.timed_out, { queue }));
  return events;
}
const plus = (time: string, seconds: number): string =>
  new Date(Date.parse(time) + seconds * 1000).toISOString();

/**
 * Calls. T is 100 s. In the month, each once:
 *
 *   c1  VM      10 Nov 23:59:50 → answered after 40 s, next day          within
 *   c2  centre  30 Nov 23:59:30 → answered after 50 s, in December       within (it entered in November)
 *   c3  centre  31 Oct 23:59:30 → answered in November                   not of this month
 *   c4  centre   2 Nov 01:30 EDT → answered after 100 s exactly          within
 *   c5  centre   2 Nov 01:30 EST, an hour later → abandoned after 3 s    short, not after T
 *   c6  VM      12 Nov 10:00 → abandoned after 200 s                     after T
 *   c7  centre  13 Nov 20:00, linked city → answered after 300 s         late
 *   c8  centre  14 Nov 20:00 for VM → timed out after 600 s
 *   c9  VM      17 Nov 09:00 → transferred to the centre after 30 s, answered there after 60 s in all, misdirected: to 911
 *
 * City: offered 8; answered c1 c2 c4 c7 c9 = 5, of these within T c1 c2 c4 c9 = 4; abandoned c5 c6 = 2, after T c6 = 1;
 * timed out c8 = 1. Service level 4 ÷ (5 + 1) = 2/3; all offered 4 ÷ (5 + 2 + 1) = 1/2; abandonment 2 ÷ 8.
 * Mean wait of the answered (40 + 50 + 100 + 300 + 60) ÷ 5 = 110 s.
 */
const calls: GoldenEvent[] = [
  ...call(
    'c1',
    'VM',
    `2025-11-10T23:59:50${EST}`,
    { answered: `2025-11-11T00:00:30${EST}` },
    { borough: 'VM' },
  ),
  ...call('c2', 'centre', `2025-11-30T23:59:30${EST}`, { answered: `2025-12-01T00:00:20${EST}` }),
  ...call('c3', 'centre', `2025-10-31T23:59:30${EDT}`, { answered: `2025-11-01T00:00:10${EDT}` }),
  ...call('c4', 'centre', `2025-11-02T01:30:00${EDT}`, { answered: `2025-11-02T01:31:40${EDT}` }),
  ...call('c5', 'centre', `2025-11-02T01:30:00${EST}`, { abandoned: `2025-11-02T01:30:03${EST}` }),
  ...call(
    'c6',
    'VM',
    `2025-11-12T10:00:00${EST}`,
    { abandoned: `2025-11-12T10:03:20${EST}` },
    { borough: 'VM' },
  ),
  ...call(
    'c7',
    'centre',
    `2025-11-13T20:00:00${EST}`,
    { answered: `2025-11-13T20:05:00${EST}` },
    { line: 'linked_city' },
  ),
  ...call(
    'c8',
    'centre',
    `2025-11-14T20:00:00${EST}`,
    { timed_out: `2025-11-14T20:10:00${EST}` },
    { borough: 'VM' },
  ),
  event('c9', 'call.queued', `2025-11-17T09:00:00${EST}`, { queue: 'VM', borough: 'VM' }),
  event('c9', 'call.transferred', `2025-11-17T09:00:30${EST}`, { from_queue: 'VM', to_queue: 'centre' }),
  event('c9', 'call.answered', `2025-11-17T09:01:00${EST}`, { queue: 'centre', agent: 'a2' }),
  event('c9', 'call.transferred', `2025-11-17T09:02:00${EST}`, { from_queue: 'centre', to_external: '911' }),
  // The month before and the year before have one call each, so that they are known; October has c3 too.
  ...call('c10', 'centre', `2024-11-05T12:00:00${EST}`, { answered: `2024-11-05T12:00:10${EST}` }),
  ...call('c11', 'centre', `2025-10-07T12:00:00${EDT}`, { answered: `2025-10-07T12:00:10${EDT}` }),
];

const created = (id: string, time: string, due: string, more: object = {}): GoldenEvent =>
  event(id, 'request.created', time, {
    service: 'nid-de-poule',
    nature: 'request',
    channel: 'phone',
    borough: 'VM',
    due_at: due,
    ...more,
  });
const resolved = (id: string, time: string, resolution = 'done'): GoldenEvent =>
  event(id, 'request.resolved', time, { resolution });

/** 19 requests of Lachine, all settled on time: one fewer than may be compared. */
const lachine = Array.from({ length: 19 }, (_, index) => {
  const day = String(index + 3).padStart(2, '0');
  return [
    created(`L${index + 1}`, `2025-11-${day}T09:00:00${EST}`, `2025-12-20T17:00:00${EST}`, {
      borough: 'LC',
      channel: 'web',
      service: 'graffiti',
    }),
    resolved(`L${index + 1}`, `2025-11-${day}T15:00:00${EST}`),
  ];
}).flat();

/**
 * Requests. As known on 10 December:
 *
 *   r0  VM  open since 20 October, no end                                  open at both ends, due 25 October: overdue
 *   r1  VM   3 Nov → done 4 Nov, on time; reopened 2 December              settled in the month as a step, not by its record
 *   r2  VM   5 Nov → transferred to PM 12 Nov, open                        due 28 Nov: overdue at the end
 *   r3  VM   6 Nov → merged into r4 7 Nov
 *   r4  VM   6 Nov → done 20 Nov, due 10 Nov: late; a complaint
 *   r5  VM  24 Nov → paused 28 Nov, resumed 3 December, open               its given due date stands on 20 December: not overdue
 *   r6  VM  31 Oct 23:30 EDT → cancelled 1 Nov 00:30 EDT                   received in October, left in November
 *   r7  VM  30 Nov 23:30 → done 1 December 00:10                           received in November, settled in December
 *   L1…L19 LC                                                              settled on time
 *
 * City, November: opening r0 r6 = 2; received r1 r2 r3 r4 r5 r7 + 19 = 25; reopened 0 (r1 comes back in December);
 * closed r1 r4 + 19 = 21; cancelled r6 = 1; merged r3 = 1; closing 2 + 25 − 21 − 1 − 1 = 4 (r0 r2 r5 r7).
 * VM: opening 2, received 6, transferred out 1, closed 2, cancelled 1, merged 1, closing 3 (r0 r5 r7). PM: transferred in 1, closing 1.
 * Settled by their records (r1 is open again): r4 late, 19 on time. Open and overdue at the end: r0, r2 = 2.
 * On time 19 ÷ (20 + 2); of those settled 19 ÷ 20. Reopened within 30 days: r1 of 21 settlements.
 */
const requests: GoldenEvent[] = [
  created('r0', `2025-10-20T10:00:00${EDT}`, `2025-10-25T17:00:00${EDT}`),
  created('r1', `2025-11-03T10:00:00${EST}`, `2025-11-05T17:00:00${EST}`),
  resolved('r1', `2025-11-04T10:00:00${EST}`),
  event('r1', 'request.reopened', `2025-12-02T10:00:00${EST}`, { reason: 'not done' }),
  created('r2', `2025-11-05T10:00:00${EST}`, `2025-11-28T17:00:00${EST}`),
  event('r2', 'request.transferred', `2025-11-12T10:00:00${EST}`, { unit: 'PM-voirie', borough: 'PM' }),
  created('r3', `2025-11-06T10:00:00${EST}`, `2025-11-10T17:00:00${EST}`),
  event('r3', 'request.merged', `2025-11-07T10:00:00${EST}`, { into: 'r4' }),
  created('r4', `2025-11-06T09:00:00${EST}`, `2025-11-10T17:00:00${EST}`, { nature: 'complaint' }),
  resolved('r4', `2025-11-20T09:00:00${EST}`),
  created('r5', `2025-11-24T10:00:00${EST}`, `2025-12-20T17:00:00${EST}`),
  event('r5', 'request.paused', `2025-11-28T10:00:00${EST}`, { reason: 'frost' }),
  event('r5', 'request.resumed', `2025-12-03T10:00:00${EST}`, { reason: 'thaw' }),
  created('r6', `2025-10-31T23:30:00${EDT}`, `2025-11-10T17:00:00${EST}`),
  event('r6', 'request.cancelled', `2025-11-01T00:30:00${EDT}`, { reason: 'by mistake' }),
  created('r7', `2025-11-30T23:30:00${EST}`, `2025-12-20T17:00:00${EST}`),
  resolved('r7', `2025-12-01T00:10:00${EST}`),
  ...lachine,
];

/** Other channels: a visit called after 10 minutes and one that left; a form sent and one given up; a letter. */
const others: GoldenEvent[] = [
  event('v1', 'counter.arrived', `2025-11-18T10:00:00${EST}`, { counter: 'VM' }),
  event('v1', 'counter.called', `2025-11-18T10:10:00${EST}`, { counter: 'VM' }),
  event('v1', 'counter.served', `2025-11-18T10:20:00${EST}`, { counter: 'VM' }),
  event('v2', 'counter.arrived', `2025-11-18T11:00:00${EST}`, { counter: 'VM' }),
  event('v2', 'counter.left', `2025-11-18T11:20:00${EST}`, { counter: 'VM' }),
  event('w1', 'web.form_started', `2025-11-19T10:00:00${EST}`, { borough: 'VM' }),
  event('w1', 'web.form_submitted', `2025-11-19T10:05:00${EST}`, { borough: 'VM' }),
  event('w2', 'web.form_started', `2025-11-19T11:00:00${EST}`, { borough: 'VM' }),
  event('w2', 'web.form_abandoned', `2025-11-19T11:05:00${EST}`, { borough: 'VM' }),
  event('m1', 'mail.received', `2025-11-20T10:00:00${EST}`, { medium: 'post', borough: 'VM' }),
];

export const GOLDEN_MONTH = '2025-11';
export const GOLDEN_NOW = `2025-12-10T12:00:00${EST}`;
export const GOLDEN_EVENTS: readonly GoldenEvent[] = [...calls, ...requests, ...others];

/** Known only after the report was sealed: another letter, and a call that entered on the 30th. */
export const LATE_EVENTS: readonly GoldenEvent[] = [
  ...call('c12', 'centre', `2025-11-30T12:00:00${EST}`, { answered: `2025-11-30T12:00:20${EST}` }),
  event('m2', 'mail.received', `2025-11-21T10:00:00${EST}`, { medium: 'post', borough: 'VM' }),
];

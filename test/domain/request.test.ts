/** The life of a request and its deadlines, and those of the sixteen errors that a reducer can make. */
import { describe, expect, it } from 'vitest';
import type { EventData, EventRecord } from '../../server/contract/event-types.ts';
import { foldRequest, mergeEvents, requestEvent } from '../../server/domain/request.ts';
import {
  type Deadline,
  type DeadlineRules,
  deadlinesOf,
  momentsOf,
  settlementOf,
} from '../../server/domain/request-deadlines.ts';
import { created, eventOf, PROMISES, rulesOf, us } from '../requests/support.ts';

const rules = rulesOf();
const fold = (events: readonly EventRecord[]) =>
  foldRequest(
    'R',
    mergeEvents(
      [],
      events.map((event) => requestEvent(event)!),
    ),
  );
const deadlines = (events: readonly EventRecord[], by: DeadlineRules = rules): Deadline[] =>
  deadlinesOf(fold(events), by);
const settlement = (events: readonly EventRecord[], by: DeadlineRules = rules): Deadline =>
  settlementOf(deadlines(events, by))!;
const made = (at: string, data: EventData = {}) => created('R', at, data);
const then = (short: string, at: string, data: EventData = {}) => eventOf('R', short, at, data);
const breaches = (events: readonly EventRecord[], by: DeadlineRules = rules) =>
  momentsOf(deadlines(events, by))
    .filter(({ what }) => what === 'breach')
    .map(({ kind, at_us }) => [kind, new Date(at_us / 1000).toISOString()]);
const MONDAY = '2026-03-02T09:00-05:00';

describe('a request', () => {
  it('goes from its creation through the hands of its unit to its settlement', () => {
    const events = [
      made(MONDAY),
      then('transmitted', '2026-03-02T09:02-05:00', { unit: 'VM-works' }),
      then('acknowledged', '2026-03-02T13:00-05:00'),
      then('work_ordered', '2026-03-03T09:00-05:00', { work_order: 'W1' }),
      then('status_published', '2026-03-03T10:00-05:00', { text: 'Planned' }),
      then('resolved', '2026-03-04T09:00-05:00', { resolution: 'done' }),
      then('closed', '2026-03-04T09:05-05:00'),
    ];
    const statuses = events.map((_, index) => fold(events.slice(0, index + 1)).status);
    expect(statuses).toEqual([
      'received',
      'transmitted',
      'acknowledged',
      'work_ordered',
      'work_ordered',
      'resolved',
      'closed',
    ]);
    expect(fold(events)).toMatchObject({
      unit: 'VM-works',
      work_order: 'W1',
      resolution: 'done',
      anomalies: [],
    });
  });

  it('says the same in whatever order its events come', () => {
    const events = [
      made(MONDAY),
      then('transmitted', '2026-03-02T09:02-05:00', { unit: 'VM-works' }),
      then('paused', '2026-03-03T09:00-05:00', { reason: 'weather' }),
      then('resumed', '2026-03-04T09:00-05:00', { reason: 'weather' }),
      then('resolved', '2026-03-05T09:00-05:00', { resolution: 'done' }),
    ];
    expect(fold(events.toReversed())).toEqual(fold(events));
  });

  it('tells what cannot have been, and loses nothing of the rest', () => {
    const state = fold([
      made(MONDAY),
      then('resumed', '2026-03-02T10:00-05:00', { reason: 'x' }),
      then('merged', '2026-03-02T11:00-05:00', { into: 'R' }),
      then('resolved', '2026-03-03T09:00-05:00', { resolution: 'done' }),
      then('cancelled', '2026-03-04T09:00-05:00'),
      then('transmitted', '2026-03-02T08:00-05:00', { unit: 'VM-works' }),
    ]);
    expect(state.anomalies.map(({ code }) => code)).toEqual([
      'before_creation',
      'not_possible',
      'merged_into_itself',
      'not_possible',
    ]);
    expect(state).toMatchObject({ status: 'resolved', unit: 'VM-works' });
    expect(fold([then('acknowledged', MONDAY)]).anomalies.map(({ code }) => code)).toEqual(['no_creation']);
  });

  it('moves between boroughs and units by steps that take out what they put in', () => {
    const { moves } = fold([
      made(MONDAY),
      then('transmitted', '2026-03-02T09:02-05:00', { unit: 'VM-works' }),
      then('transferred', '2026-03-03T09:00-05:00', { unit: 'PM-works', borough: 'PM' }),
      then('resolved', '2026-03-04T09:00-05:00', { resolution: 'done' }),
      then('reopened', '2026-03-05T09:00-05:00'),
      then('merged', '2026-03-06T09:00-05:00', { into: 'R2' }),
    ]);
    expect(moves.map(({ cause, n, borough, unit, across }) => [cause, n, borough, unit, across])).toEqual([
      ['received', 1, 'VM', null, false],
      ['transferred_out', -1, 'VM', null, false],
      ['transferred_in', 1, 'VM', 'VM-works', false],
      ['transferred_out', -1, 'VM', 'VM-works', true],
      ['transferred_in', 1, 'PM', 'PM-works', true],
      ['closed', -1, 'PM', 'PM-works', false],
      ['reopened', 1, 'PM', 'PM-works', false],
      ['merged', -1, 'PM', 'PM-works', false],
    ]);
  });
});

describe('a deadline', () => {
  it('that is met at its very moment is met in time', () => {
    const at = (time: string) => [made(MONDAY), then('resolved', time, { resolution: 'done' })];
    expect(breaches(at('2026-03-09T09:00-04:00'))).not.toContainEqual(['settlement', expect.anything()]);
    expect(breaches(at('2026-03-09T09:00:00.001-04:00'))).toContainEqual([
      'settlement',
      '2026-03-09T13:00:00.000Z',
    ]);
  });

  it('that is broken is not healed by a pause after it', () => {
    const events = [made(MONDAY), then('paused', '2026-03-10T09:00-04:00', { reason: 'x' })];
    expect(settlement(events)).toMatchObject({ due_us: us('2026-03-09T09:00-04:00') });
    expect(breaches(events)).toContainEqual(['settlement', '2026-03-09T13:00:00.000Z']);
  });

  it('that was met keeps its due date, whatever stands still after it', () => {
    const events = [
      made(MONDAY),
      then('transmitted', '2026-03-02T09:03-05:00', { unit: 'works' }),
      then('acknowledged', '2026-03-02T10:00-05:00'),
      then('status_published', '2026-03-03T09:00-05:00', { text: 'x' }),
    ];
    const dues = (later: readonly EventRecord[]) =>
      deadlines([...events, ...later])
        .filter(({ met_us }) => met_us !== null)
        .map(({ kind, due_us, breach_us }) => [kind, due_us, breach_us]);
    const kept = [
      ['transmission', us('2026-03-02T09:05-05:00'), null],
      // Eight hours of an office that closes at 17:00.
      ['acknowledgement', us('2026-03-03T08:03-05:00'), null],
      ['status', us('2026-03-16T09:00-04:00'), null],
    ];
    expect(dues([])).toEqual(kept);
    const pause = then('paused', '2026-03-04T09:00-05:00', { reason: 'x' });
    expect(dues([pause])).toEqual(kept);
    expect(dues([pause, then('resumed', '2026-03-06T09:00-05:00', { reason: 'x' })])).toEqual(kept);
    // Told while the clock stood: due as if it had gone on from there.
    const told = deadlines([
      made(MONDAY),
      then('paused', '2026-03-02T09:00-05:00', { reason: 'x' }),
      then('status_published', '2026-03-03T09:00-05:00', { text: 'x' }),
    ]).find(({ kind }) => kind === 'status');
    expect(told).toMatchObject({ due_us: us('2026-03-17T09:00-04:00'), breach_us: null });
  });

  it('is counted by the version of the policy that was in force at the creation, until it is deliberately moved', () => {
    expect(settlement([made('2026-06-30T23:59-04:00')]).policy).toBe('works@1');
    expect(settlement([made('2026-07-01T00:00-04:00')]).policy).toBe('works@2');
    const moved = [
      made('2026-06-30T09:00-04:00'),
      then('revised', '2026-07-02T09:00-04:00', { policy: 'works@2' }),
    ];
    expect(settlement(moved).policy).toBe('works@2');
  });
});

describe('errors that other systems made', () => {
  it('a disabled policy that keeps alarming', () => {
    const services = PROMISES.services.map((service) => ({ ...service, policy: null }));
    expect(breaches([made(MONDAY)]).length).toBeGreaterThan(0);
    expect(breaches([made(MONDAY)], rulesOf({ ...PROMISES, services }))).toEqual([]);
  });

  it('an edited calendar that does not reach open requests when it should', () => {
    const name = { fr: 'Fermé', en: 'Closed' };
    const calendars = PROMISES.calendars.map((calendar) =>
      calendar.id === 'office' ? { ...calendar, closed: { '2026-03-04': name } } : calendar,
    );
    expect(settlement([made(MONDAY)]).due_us).toBe(us('2026-03-09T09:00-04:00'));
    expect(settlement([made(MONDAY)], rulesOf({ ...PROMISES, calendars })).due_us).toBe(
      us('2026-03-10T09:00-04:00'),
    );
  });

  it('state names hard-coded so that a reopened request is misjudged', () => {
    const events = [
      made(MONDAY),
      then('resolved', '2026-03-03T09:00-05:00', { resolution: 'done' }),
      then('closed', '2026-03-03T10:00-05:00'),
      then('reopened', '2026-03-05T09:00-05:00'),
    ];
    expect(fold(events)).toMatchObject({ status: 'reopened', settled_us: null, reopened: 1 });
    // One business day was used of five: four are left from the reopening on.
    expect(settlement(events).due_us).toBe(us('2026-03-11T09:00-04:00'));
    const again = [...events, then('resolved', '2026-03-06T09:00-05:00', { resolution: 'done' })];
    expect(breaches(again)).not.toContainEqual(['settlement', expect.anything()]);
  });

  it('a new policy that forgets earlier pauses', () => {
    const paused = [
      made('2026-03-02T09:00-05:00'),
      then('paused', '2026-03-03T09:00-05:00', { reason: 'x' }),
      then('resumed', '2026-03-04T09:00-05:00', { reason: 'x' }),
    ];
    const moved = [...paused, then('revised', '2026-03-05T09:00-05:00', { service: 'leak' })];
    // Four hours by the clock, counted from the creation, and the day of the pause is not among them.
    expect(settlement(moved)).toMatchObject({ policy: 'urgent@1', due_us: us('2026-03-02T13:00-05:00') });
    const longer = [...paused, then('revised', '2026-03-05T09:00-05:00', { policy: 'works@2' })];
    expect(settlement(longer).due_us).toBe(us('2026-03-05T09:00-05:00'));
  });

  it('a breach recorded while paused', () => {
    const events = [made(MONDAY), then('paused', '2026-03-06T09:00-05:00', { reason: 'x' })];
    expect(settlement(events)).toMatchObject({ due_us: null, breach_us: null });
    expect(breaches(events)).not.toContainEqual(['settlement', expect.anything()]);
  });

  it('an overdue flag that survives a new due date', () => {
    const events = [
      made(MONDAY),
      then('revised', '2026-03-12T09:00-04:00', { due_at: '2026-03-20T12:00:00Z' }),
    ];
    expect(settlement(events).due_us).toBe(us('2026-03-20T12:00:00Z'));
    // What was broken before the change stays told; the new date is not broken by it.
    expect(breaches(events).filter(([kind]) => kind === 'settlement')).toEqual([
      ['settlement', '2026-03-09T13:00:00.000Z'],
      ['settlement', '2026-03-20T12:00:00.000Z'],
    ]);
  });

  it('a response time measured from creation after a reopening', () => {
    const events = [
      made(MONDAY),
      then('transmitted', '2026-03-02T09:01-05:00', { unit: 'VM-works' }),
      then('acknowledged', '2026-03-02T10:00-05:00'),
      then('resolved', '2026-03-03T09:00-05:00', { resolution: 'done' }),
      then('reopened', '2026-03-10T09:00-04:00'),
    ];
    const rounds = deadlines(events).filter(({ kind }) => kind === 'acknowledgement');
    expect(rounds.map(({ clock }) => clock.start_us)).toEqual([
      us('2026-03-02T09:01-05:00'),
      us('2026-03-10T09:00-04:00'),
    ]);
    // Eight office hours from the reopening: the last one is reached at the end of that day.
    expect(rounds[1]?.due_us).toBe(us('2026-03-10T17:00-04:00'));
  });
});

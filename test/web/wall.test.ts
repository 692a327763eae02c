import { describe, expect, it } from 'vitest';
import type { ContactCounts, Metrics, Outlook, QueueState } from '../../server/contract/live.ts';
import { curveShape } from '../../web/src/lib/charts/curve.ts';
import { DICTIONARIES } from '../../web/src/lib/i18n/dictionary.ts';
import { formatFor } from '../../web/src/lib/i18n/format.ts';
import type { I18n } from '../../web/src/lib/i18n/i18n.svelte.ts';
import { BoardMaker, silence } from '../../web/src/lib/wall/board.ts';
import { DampedOrder, FALL_AFTER_MS } from '../../web/src/lib/wall/order.ts';
import { hourPastText, missingReason, outlookReason } from '../../web/src/lib/wall/texts.ts';
import { type Assessment, assess, type Level, smallCountOf } from '../../web/src/lib/wall/trouble.ts';

const NOW_MS = Date.parse('2026-11-23T18:00:00Z');

/** A queue in which nothing is wrong, with what the test changes. */
function queue(change: Partial<QueueState> & { level?: number | null; counted?: number } = {}): QueueState {
  const { level = 0.95, counted = 20, ...rest } = change;
  const within = Math.round(counted * (level ?? 0));
  const metrics = {
    service_level: {
      value: level,
      definition: 'service_level@1',
      counts: { answered_within: within, answered: counted, abandoned_after: 0 },
    },
    abandonment: { value: 0, definition: 'abandonment@1', counts: { abandoned: 0, offered: counted } },
  } as unknown as Metrics;
  const span = { counts: {} as ContactCounts, metrics };
  return {
    queue: 'VM',
    kind: 'phone',
    name: { fr: 'Ville-Marie', en: 'Ville-Marie' },
    borough: 'VM',
    threshold_s: 100,
    target: 0.8,
    abandonment_target: 0.1,
    waiting: 0,
    longest_wait_s: 0,
    oldest_at: null,
    in_service: 0,
    agents: { available: 2, busy: 1, wrap_up: 0, paused: 0, offline: 0 },
    today: span,
    recent: span,
    waiting_curve: [],
    last_event_at: null,
    open: true,
    outlook: null,
    ...rest,
  };
}
const waitingSince = (seconds: number): Partial<QueueState> => ({
  waiting: 1,
  oldest_at: new Date(NOW_MS - seconds * 1000).toISOString(),
});

describe('the state of a queue', () => {
  it('is in order when every figure is inside its target', () => {
    expect(assess(queue(), NOW_MS)).toMatchObject({ level: 'ok', reason: null });
  });
  it('is a breach under the target over twenty contacts; a rate over fewer decides nothing', () => {
    expect(assess(queue({ level: 0.7, counted: 20 }), NOW_MS)).toMatchObject({
      level: 'breach',
      reason: 'service_level',
    });
    expect(assess(queue({ level: 0, counted: 19 }), NOW_MS).level).toBe('ok');
  });
  it('shows what a rate over few contacts was made over', () => {
    const { service_level } = queue({ level: 0.5, counted: 4 }).recent.metrics;
    expect(smallCountOf(service_level)).toBe(4);
    expect(smallCountOf(queue({ level: 0.5, counted: 20 }).recent.metrics.service_level)).toBeNull();
    expect(smallCountOf(queue({ level: null, counted: 0 }).recent.metrics.service_level)).toBeNull();
  });
  it('is nothing at all where the ratio is over nothing', () => {
    expect(assess(queue({ level: null, counted: 0 }), NOW_MS).level).toBe('ok');
  });
  it('is attention past the threshold and a breach past three times the threshold, since exactly then', () => {
    expect(assess(queue(waitingSince(100)), NOW_MS).level).toBe('ok');
    const attention = assess(queue(waitingSince(130)), NOW_MS);
    expect(attention).toMatchObject({
      level: 'attention',
      reason: 'longest_wait',
      since_ms: NOW_MS - 30_000,
    });
    expect(assess(queue(waitingSince(310)), NOW_MS)).toMatchObject({
      level: 'breach',
      since_ms: NOW_MS - 10_000,
    });
  });
  it('asks for attention when callers wait and nobody is signed in, but not where nobody ever told of agents', () => {
    const offline = { available: 0, busy: 0, wrap_up: 0, paused: 0, offline: 3 };
    expect(assess(queue({ ...waitingSince(5), agents: offline }), NOW_MS).reason).toBe('no_agents');
    expect(assess(queue({ ...waitingSince(5), agents: { ...offline, offline: 0 } }), NOW_MS).level).toBe(
      'ok',
    );
  });
  it('is closed outside its hours only when nobody waits', () => {
    expect(assess(queue({ open: false }), NOW_MS).level).toBe('closed');
    expect(assess(queue({ open: false, ...waitingSince(5) }), NOW_MS).level).toBe('ok');
  });
});

describe('the order of queues', () => {
  const state = (level: Level, score = 1): Assessment => ({
    level,
    reason: null,
    score,
    wait_s: 0,
    since_ms: null,
  });
  const alphabetical = (a: string, b: string): number => a.localeCompare(b);
  const ids = (order: DampedOrder, states: Record<string, Assessment>, at_ms: number): string[] =>
    order.update(new Map(Object.entries(states)), at_ms, alphabetical).map(({ id }) => id);

  it('puts breaches before attention before order before closed', () => {
    const states = { a: state('closed'), b: state('ok'), c: state('attention'), d: state('breach') };
    expect(ids(new DampedOrder(), states, 0)).toEqual(['d', 'c', 'b', 'a']);
  });
  it('raises a queue at once and lets it fall only when it has been better for a while', () => {
    const order = new DampedOrder();
    ids(order, { a: state('ok'), b: state('ok') }, 0);
    expect(ids(order, { a: state('ok'), b: state('breach') }, 1_000)).toEqual(['b', 'a']);
    expect(ids(order, { a: state('ok'), b: state('ok') }, 2_000)).toEqual(['b', 'a']);
    expect(ids(order, { a: state('ok'), b: state('ok') }, 2_000 + FALL_AFTER_MS)).toEqual(['a', 'b']);
  });
  it('keeps the places of equals for a minute, whatever their scores do', () => {
    const order = new DampedOrder();
    expect(ids(order, { a: state('breach', 5), b: state('breach', 1) }, 0)).toEqual(['a', 'b']);
    expect(ids(order, { a: state('breach', 1), b: state('breach', 5) }, 30_000)).toEqual(['a', 'b']);
    expect(ids(order, { a: state('breach', 1), b: state('breach', 5) }, 61_000)).toEqual(['b', 'a']);
  });
  it('says "at least" of what was so before it was first seen, and not of what it saw begin', () => {
    const order = new DampedOrder();
    const first = order.update(new Map([['a', state('breach')]]), 5_000, alphabetical);
    expect(first[0]).toMatchObject({ since_ms: 5_000, since_known: false });
    order.update(
      new Map([
        ['a', state('breach')],
        ['b', state('ok')],
      ]),
      6_000,
      alphabetical,
    );
    const later = order.update(
      new Map([
        ['a', state('breach')],
        ['b', state('breach')],
      ]),
      7_000,
      alphabetical,
    );
    expect(later[1]).toMatchObject({ id: 'b', since_ms: 7_000, since_known: true });
  });
  it('forgets queues that are gone', () => {
    const order = new DampedOrder();
    ids(order, { a: state('ok'), b: state('ok') }, 0);
    expect(ids(order, { b: state('ok') }, 1_000)).toEqual(['b']);
  });
});

describe('the board', () => {
  it('names the worst queue and counts the others in trouble', () => {
    const items = {
      VM: queue({ level: 0.5, counted: 25 }),
      LS: queue({ queue: 'LS', ...waitingSince(130) }),
      AC: queue({ queue: 'AC' }),
    };
    const { headline } = new BoardMaker().make(items, NOW_MS, 'fr');
    expect(headline).toMatchObject({ state: 'breach', others: 1, open: 3 });
    expect(headline.first?.id).toBe('VM');
  });
  it('says that it is empty rather than in order when there are no queues', () => {
    expect(new BoardMaker().make({}, NOW_MS, 'en').headline.state).toBe('empty');
  });
  it('calls a family silent only when every present source of it is', () => {
    const feed = (source: string, status: 'live' | 'silent', backfill = false) => ({
      source,
      status,
      backfill,
      families: ['call'],
      last_event_at: null,
      last_received_at: '',
      lag_s: 0,
      events_today: 0,
      rejected_today: 0,
      silent_after_s: 60,
    });
    expect(silence([feed('a', 'silent'), feed('b', 'live')], 'call').all).toBe(false);
    expect(silence([feed('a', 'silent'), feed('b', 'live', true)], 'call').all).toBe(true);
    expect(silence([], 'call').all).toBe(false);
  });
});

describe('the next hour', () => {
  const i18n = (lang: 'fr' | 'en') =>
    ({ t: DICTIONARIES[lang], format: formatFor(lang, 'America/Toronto') }) as I18n;
  const figure = (value: number | null, definition: string) => ({ value, definition, counts: {} });
  const outlook = (change: Partial<Outlook> = {}): Outlook => ({
    as_of: '2026-11-23T16:45:20Z',
    from: '2026-11-23T16:45:00Z',
    to: '2026-11-23T17:45:00Z',
    forecast: figure(403.4, 'forecast@1'),
    intervals: [],
    past: { expected: 402.6, low: 361, high: 445, entered: 1422 },
    required_agents: figure(12, 'required_agents@1'),
    agents_missing: figure(2, 'agents_missing@1'),
    ...change,
  });

  it('gives a reason wherever it gives no figure, and none where it does', () => {
    const fr = i18n('fr');
    const texts = fr.t.wall;
    const unknown = outlook({ agents_missing: figure(null, 'agents_missing@1') });
    expect(outlookReason(queue({ outlook: outlook() }), fr)).toBe('');
    expect(missingReason(queue({ outlook: outlook() }), fr)).toBe('');
    expect(outlookReason(queue(), fr)).toBe(texts.noOutlook);
    expect(missingReason(queue(), fr)).toBe(texts.noOutlook);
    expect(outlookReason(queue({ open: false }), fr)).toBe(texts.noOutlookClosed);
    expect(missingReason(queue({ outlook: unknown }), fr)).toBe(texts.noMissing);
    expect(missingReason(queue({ outlook: unknown, open: false }), fr)).toBe(texts.noMissingClosed);
  });
  it('tells none missing from not known', () => {
    const none = queue({ outlook: outlook({ agents_missing: figure(0, 'agents_missing@1') }) });
    expect(missingReason(none, i18n('fr'))).toBe('');
  });
  it('says of the hour before what came and what had been expected of it, and nothing where nothing had', () => {
    const text = (lang: 'fr' | 'en', past: Outlook['past']) =>
      hourPastText(queue({ outlook: outlook({ past }) }), i18n(lang)).replaceAll('\u00a0', ' ');
    const { past } = outlook();
    expect(text('fr', past)).toBe('1 422 entrés de 10 h 45 à 11 h 45, 403 prévus (361–445)');
    expect(text('en', past)).toBe('1,422 entered from 10:45 to 11:45, 403 expected (361–445)');
    const short = hourPastText(queue({ outlook: outlook({ past }) }), i18n('en'), true);
    expect(short).toBe('1,422 entered from 10:45 to 11:45, 403 expected');
    expect(text('fr', null)).toBe('');
    expect(hourPastText(queue(), i18n('fr'))).toBe('');
  });
});

describe('the curve', () => {
  it('breaks where nothing is known, and stands on zero', () => {
    const { line, max, last } = curveShape([1, null, 2, 4], 30, 10, 1);
    expect(line.match(/M/g)).toHaveLength(2);
    expect(max).toBe(4);
    expect(last).toEqual({ x: 30, y: 0, value: 4 });
  });
});

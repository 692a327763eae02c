/** A restart changes nothing of what is shown: a state that lived beside one that is made anew from the same database. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventData, EventRecord, EventType } from '../../server/contract/event-types.ts';
import { TOPICS } from '../../server/contract/live.ts';
import { unknownQueue } from '../../server/contract/reference.ts';
import { Batcher } from '../../server/ingest/batcher.ts';
import { eventId } from '../../server/ingest/identity.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { LiveService } from '../../server/live/service.ts';
import { LiveState } from '../../server/live/state.ts';
import { EventStore } from '../../server/store/events.ts';
import type { RejectedEvent } from '../../server/store/events.types.ts';
import { Standing } from '../../server/store/standing.ts';
import { earlierStates, histories, mailHistories, us } from '../domain/history.ts';
import { type TestDatabase, testDatabase, testLogger } from '../setup/database.ts';

const DAY_S = 86_400;
let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

/** A server's inside: what it stores it shows, and `again` is the same server after its death. */
class Life {
  readonly clock: ManualClock;
  readonly store: EventStore;
  readonly batcher: Batcher;
  readonly live: LiveService;
  readonly state: LiveState;

  constructor(now: string | number) {
    this.clock = new ManualClock(now);
    const { clock } = this;
    this.store = new EventStore(test.db, { server_id: randomUUID(), logger: testLogger, clock });
    this.state = new LiveState({
      queues: [unknownQueue('q', 'phone')],
      time_zone: 'America/Toronto',
      clock,
    });
    this.live = new LiveService({
      state: this.state,
      source: this.store,
      standing: new Standing(test.db),
      clock,
      logger: testLogger,
      tick_ms: 3_600_000,
    });
    this.batcher = new Batcher({ store: this.store, clock, onCommit: (batch) => this.live.apply(batch) });
  }

  async send(events: readonly EventRecord[], rejected: readonly RejectedEvent[] = []): Promise<void> {
    await this.batcher.submit(events, rejected, 'live');
  }

  /** Moves on to an instant as a server does that ticks. */
  async at(now: string): Promise<void> {
    this.clock.set_us(us(now));
    for (let tick = 0; tick < 10; tick += 1) this.state.tick();
  }

  /** Everything that is shown. */
  shown(): unknown {
    this.state.tick();
    const items = TOPICS.map((topic) => [
      topic,
      [...this.state.keys(topic)].sort().map((key) => [key, this.state.item(topic, key)]),
    ]);
    const forever = Number.MAX_SAFE_INTEGER;
    const rows = [...this.state.keys('queues')].sort().map((key) => this.state.intervals(key, 0, forever));
    const mail = this.state.mail.intervals(0, forever, this.clock.now_us());
    return { items, rows, mail, channels: this.state.channels() };
  }

  async again(): Promise<Life> {
    const next = new Life(this.clock.now_us());
    await next.live.start();
    return next;
  }
}

let made = 0;
function event(type: EventType, subject: string, at: string, data: EventData, source = 'pbx'): EventRecord {
  made += 1;
  const event_id = eventId(source, `e${made}`, '');
  return { event_id, time_us: us(at), type, source, subject, sequence: null, data, extra: null };
}
const refused = (source: string | null, at: string): RejectedEvent => ({
  received_us: us(at),
  source,
  id: 'x',
  type: 'org.vigie311.call.queued',
  code: 'bad_field',
  message: 'no',
  payload: '{}',
});
const said = (agent: string, at: string, state: 'available' | 'paused' | 'offline', queues = ['q']) =>
  event('agent.state', agent, at, { state, queues });

describe('a restart', () => {
  it('changes nothing that is shown, at any moment of some days', async () => {
    const life = await new Life('2026-11-16T15:00:00Z').again();
    const check = async (): Promise<void> => {
      const again = await life.again();
      expect(again.shown()).toEqual(life.shown());
      await again.live.stop();
    };
    await life.send([
      said('ada', '2026-11-16T14:59:00Z', 'available'),
      said('bob', '2026-11-16T14:59:10Z', 'paused', ['q', 'r']),
      said('eve', '2026-11-16T14:58:00Z', 'available'),
    ]);
    await check();
    await life.at('2026-11-16T15:00:05Z');
    await life.send(
      [event('web.page_viewed', 'w1', '2026-11-16T15:00:04Z', { path: '/' }, 'web')],
      [refused('web', '2026-11-16T15:00:05Z'), refused(null, '2026-11-16T15:00:05Z')],
    );
    await check();
    // A source of which nothing is ever accepted, and one that tells late.
    await life.at('2026-11-16T15:02:00Z');
    await life.send(
      [event('call.queued', 'c1', '2026-11-16T14:50:00Z', { queue: 'q' }, 'late')],
      [refused('stranger', '2026-11-16T15:02:00Z')],
    );
    await check();
    // The past is filled in beside the present: the lag stays that of the present for a minute.
    await life.at('2026-11-16T15:02:30Z');
    await life.send([event('call.queued', 'old', '2026-08-01T12:00:00Z', { queue: 'q' }, 'late')]);
    await check();
    await life.at('2026-11-16T15:04:00Z');
    await life.send([event('call.queued', 'old2', '2026-08-01T12:01:00Z', { queue: 'q' }, 'late')]);
    await check();
    // Days pass; who says nothing keeps the state, until the rule lets go of it.
    for (const now of ['2026-11-17T04:59:00Z', '2026-11-17T05:01:00Z', '2026-11-18T17:30:00Z']) {
      await life.at(now);
      await check();
    }
    await life.send([
      said('eve', '2026-11-18T17:29:00Z', 'offline'),
      event('call.answered', 'c9', '2026-11-18T17:20:00Z', { queue: 'q', agent: 'ada' }),
      event('call.completed', 'c9', '2026-11-18T17:25:00Z', {
        queue: 'q',
        agent: 'ada',
        talk_s: 290,
        wrap_up_s: 30,
      }),
      // It was said long before what is known of bob already.
      said('bob', '2026-11-15T10:00:00Z', 'offline'),
    ]);
    await check();
    // Notes are kept for days: what they said of the sources outlives them.
    await life.at('2026-11-19T16:00:00Z');
    await test.db.query(`call prune_event_batch(0, '{"keep": "1 hour"}')`);
    expect((await test.db.query('select from event_batch')).rowCount).toBe(0);
    await check();
    for (const now of [
      '2026-11-20T16:00:00Z',
      '2026-11-22T20:00:00Z',
      '2026-11-23T14:59:30Z',
      '2026-11-24T08:00:00Z',
    ]) {
      await life.at(now);
      await check();
    }
    expect(life.state.item('agents', 'q')?.agents).toMatchObject({ available: 0, paused: 0, offline: 1 });
    await life.live.stop();
  });

  it('keeps the agents who said nothing since the window began', async () => {
    const life = await new Life('2026-12-01T15:00:00Z').again();
    await life.send([said('kim', '2026-12-01T14:00:00Z', 'available', ['r'])]);
    await life.live.stop();
    const later = await new Life(us('2026-12-01T15:00:00Z') + 6 * DAY_S * 1e6).again();
    expect(later.state.item('agents', 'r')?.agents).toMatchObject({ available: 1 });
    await later.live.stop();
    const week = await new Life(us('2026-12-01T14:00:00Z') + 7 * DAY_S * 1e6).again();
    expect(week.state.item('agents', 'r')?.agents).toMatchObject({ available: 0 });
    await week.live.stop();
  });

  it('keeps mail that is open for weeks, and asks the store about mail that was let go', async () => {
    const life = await new Life('2027-01-04T15:00:00Z').again();
    const mail = (type: 'received' | 'answered', item: string, at: string) =>
      event(`mail.${type}`, item, at, { medium: 'post' }, 'mail room');
    await life.send([
      mail('received', 'slow', '2027-01-04T14:00:00Z'),
      mail('received', 'quick', '2027-01-04T14:10:00Z'),
    ]);
    await life.at('2027-01-05T15:00:00Z');
    await life.send([mail('answered', 'quick', '2027-01-05T14:10:00Z')]);
    expect(life.state.channels().mail).toMatchObject({
      open: 1,
      oldest_open_at: '2027-01-04T14:00:00.000Z',
      answered_today: { counts: { answered: 1, wait_sum_days: 1 } },
    });
    await life.at('2027-02-01T14:00:00Z');
    const check = async (): Promise<void> => {
      await life.live.lookUp();
      const again = await life.again();
      expect(again.shown()).toEqual(life.shown());
      await again.live.stop();
    };
    await check();
    expect(life.state.channels().mail).toMatchObject({ open: 1, open_overdue: 1, oldest_open_days: 20 });
    // Old events of items that are not in memory: told twice under another id, and out of order.
    await life.send([
      mail('received', 'quick', '2027-01-04T14:20:00Z'),
      mail('answered', 'past', '2026-12-10T15:00:00Z'),
    ]);
    await life.send([mail('received', 'past', '2026-12-01T15:00:00Z')]);
    await check();
    expect(life.state.channels().mail).toMatchObject({ open: 1 });
    await life.send([
      mail('answered', 'slow', '2027-02-01T13:00:00Z'),
      mail('received', 'quick', '2027-02-01T13:30:00Z'),
    ]);
    await check();
    expect(life.state.channels().mail).toMatchObject({
      open: 1,
      oldest_open_at: '2027-02-01T13:30:00.000Z',
      answered_today: { counts: { answered: 1, answered_within: 0 } },
    });
    await life.live.stop();
  });

  it('changes nothing after any history, in whatever order and batches it came', async () => {
    const FROM = us('2026-11-22T17:00:00Z');
    const cases = fc.record({
      events: fc
        .tuple(histories(FROM), earlierStates(FROM), mailHistories(FROM + 26 * 3_600_000_000))
        .map((parts) => parts.flat())
        .chain((events) => fc.shuffledSubarray(events, { minLength: events.length })),
      batches: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
      refusals: fc.array(fc.constantFrom('source 0', 'mail', 'nobody', null), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ events, batches, refusals }) => {
        await test.db.query(
          `truncate call_event, agent_event, counter_event, web_event, mail_event, request_event, rejected_event,
             event_batch, feed_source, progress, event_source restart identity`,
        );
        const life = await new Life('2026-11-23T19:00:00Z').again();
        for (let at = 0, n = 0; at < events.length; n += 1) {
          const size = batches[n % batches.length]!;
          const refusal = refusals[n];
          await life.send(
            events.slice(at, at + size),
            refusal === undefined ? [] : [refused(refusal, '2026-11-23T19:00:00Z')],
          );
          at += size;
          life.clock.advance_s(7);
        }
        await life.live.lookUp();
        const again = await life.again();
        expect(again.shown()).toEqual(life.shown());
        await again.live.stop();
        await life.live.stop();
      }),
      { numRuns: Number(process.env.VIGIE_RUNS ?? 20) },
    );
  }, 240_000);
});

/**
 * Two servers on one database, each with its deadline clock, killed again and again while deadlines pass: each breach is told once,
 * with its true moment. Only with a database of its own process.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../seeds/reference/index.ts';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { CityRules } from '../../server/domain/deadline-rules.ts';
import { quebecHolidays } from '../../server/domain/holidays.ts';
import { foldRequest } from '../../server/domain/request.ts';
import { deadlinesOf, momentsOf } from '../../server/domain/request-deadlines.ts';
import { isoOf, systemClock } from '../../server/lib/clock.ts';
import { launch, type ServerProcess } from '../bench/server-process.ts';
import { bySubject } from '../requests/histories.ts';
import { requestServer } from '../requests/server.ts';
import { created, eventOf } from '../requests/support.ts';
import { type TestDatabase, testDatabase, testDatabaseUrl } from '../setup/database.ts';

const REQUESTS = 2_000;
const SPAN_S = 16;
/** After a server is ready it lives so long at most. */
const LIFE_MS_MAX = 1_500;

const rules = new CityRules({
  catalogue: CATALOGUE,
  time_zone: 'America/Toronto',
  holidays: quebecHolidays(),
});
/** What the clock tells of some events until an instant, by all that is known. */
function momentsIn(events: readonly EventRecord[], until_us: number, what: 'breach' | 'warning'): string[] {
  return [...bySubject(events)]
    .flatMap(([id, life]) =>
      momentsOf(deadlinesOf(foldRequest(id, life), rules))
        .filter((moment) => moment.what === what && moment.at_us <= until_us)
        .map(({ kind, at_us }) => `${id} ${kind} ${at_us}`),
    )
    .sort();
}

describe.runIf(testDatabaseUrl !== null)('two servers that are killed while deadlines pass', () => {
  let test: TestDatabase;
  let folders: string[];
  const running: ServerProcess[] = [];
  let ending = false;
  beforeAll(async () => {
    test = await testDatabase();
    folders = await Promise.all([1, 2].map(() => mkdtemp(join(tmpdir(), 'vigie-deaths-'))));
  });
  afterAll(async () => {
    ending = true;
    await Promise.all(running.map((server) => server.stop('SIGKILL')));
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    await test.close();
  });

  let deaths = 0;
  /** Starts a server, kills it at a random moment of its life, and again, until `done`. */
  async function liveAndDie(folder: string, done: () => boolean): Promise<void> {
    const place = { database_url: test.databaseUrl, folder, remove: async () => {} };
    for (;;) {
      const server = await launch(place);
      running.push(server);
      if (ending || done()) return;
      await sleep(Math.random() * LIFE_MS_MAX);
      if (done()) return;
      await server.stop('SIGKILL');
      running.splice(running.indexOf(server), 1);
      deaths += 1;
    }
  }
  const told = async (what: string): Promise<string[]> => {
    const { rows } = await test.db.query<{ moment: string }>(
      `select request_id || ' ' || kind || ' ' || (extract(epoch from ts) * 1000000)::bigint as moment
       from deadline_event where what = $1`,
      [what],
    );
    return rows.map(({ moment }) => moment).sort();
  };
  async function allTold(): Promise<void> {
    const due = async () =>
      (
        await test.db.query<{ n: number }>(
          'select count(*)::integer as n from request where next_at <= now()',
        )
      ).rows[0]?.n;
    await expect.poll(due, { timeout: 60_000, interval: 250 }).toBe(0);
  }

  it('tell each breach once, at its true moment, and withdraw once what late events show did not happen', async () => {
    const { store } = requestServer({ db: test.db, clock: systemClock, rules: () => rules });
    const start_us = Math.floor(systemClock.now_us() / 1000) * 1000;
    const events = Array.from({ length: REQUESTS }, (_, index) => {
      // A transmission is due five minutes after the creation.
      const at_us =
        start_us - 300_000_000 + Math.floor(((index * 7) % REQUESTS) * (SPAN_S / REQUESTS) * 1e3) * 1e3;
      const due_at = isoOf(start_us + Math.floor((index * SPAN_S * 1e3) / REQUESTS) * 1e3 + 1_000);
      return created(`D${index}`, at_us, { service: 'nid-de-poule', due_at });
    });
    await store.write({ events, rejected: [] });
    const end_us = start_us + (SPAN_S + 1) * 1_000_000;
    const done = () => systemClock.now_us() > end_us && deaths >= 4;
    await Promise.all(folders.map((folder) => liveAndDie(folder, done)));
    await allTold();
    expect(await told('breach')).toEqual(momentsIn(events, end_us, 'breach'));
    expect(await told('warning')).toEqual(momentsIn(events, end_us, 'warning'));

    // A fifth was settled in time, as is told only now; both servers live, and one dies meanwhile.
    const late = events
      .filter((_, index) => index % 5 === 0)
      .map(({ subject, time_us }) =>
        eventOf(subject, 'resolved', time_us + 1_000_000, { resolution: 'done' }),
      );
    const writing = store.write({ events: late, rejected: [] });
    await running[0]!.stop('SIGKILL');
    await writing;
    await allTold();
    const after = momentsIn([...events, ...late], end_us, 'breach');
    const before = momentsIn(events, end_us, 'breach');
    expect(await told('breach')).toEqual(before);
    expect(await told('withdrawal')).toEqual(before.filter((moment) => !after.includes(moment)));
    expect(after.length).toBeLessThan(before.length);
  }, 180_000);
});

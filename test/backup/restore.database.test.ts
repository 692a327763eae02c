import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readBackup } from '../../server/backup/file.ts';
import type { CommandContext } from '../../server/cli/command.ts';
import { run } from '../../server/cli/main.ts';
import { loadConfig } from '../../server/config.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { openBackup, PASSED_OVER } from '../../server/store/backup.ts';
import { openDatabase } from '../../server/store/open.ts';
import { testDatabase, testDatabaseUrl, testLogger } from '../setup/database.ts';
import { all, type EmptyPlace, emptyPlace } from '../setup/restore.ts';
import { TEST_KEY } from '../setup/server.ts';

const KEY = { VIGIE_INGEST_KEY: TEST_KEY };
const MINUTE_MS = 60_000;
const ago = (minutes: number): string => new Date(Date.now() - minutes * MINUTE_MS).toISOString();

let folder: string;
let file: string;
let source: EmptyPlace;
let server: RunningServer;
let city: ReturnType<typeof CITY>;

interface Outcome {
  readonly code: number;
  readonly said: string;
}
async function vigie(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const said: string[] = [];
  const context: CommandContext = {
    env: { ...KEY, ...env },
    out: (text) => said.push(text),
    err: (text) => said.push(text),
    is_terminal: false,
    signal: new AbortController().signal,
    clock: systemClock,
  };
  const code = await run(args, context);
  return { code, said: said.join('\n') };
}
const start = (env: Readonly<Record<string, string>>): Promise<RunningServer> =>
  startServer(loadConfig({ PORT: '0', ...KEY, ...env }), { logger: pino({ level: 'silent' }) });
const open = ({ env }: EmptyPlace) => {
  const config = loadConfig(env);
  return openDatabase({ databaseUrl: config.database_url, dataDir: config.data_dir, logger: testLogger });
};

async function ask(url: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${TEST_KEY}`,
      'content-type': path.endsWith('/events') ? 'application/cloudevents-batch+json' : 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.status).toBeLessThan(300);
  return response.json();
}

let events = 0;
const event = (type: string, subject: string, minutes: number, data: object) => ({
  ...{ specversion: '1.0', id: `e${++events}`, source: 'test/city', subject, time: ago(minutes), data },
  type: `org.vigie311.${type}`,
});
const DAY = 24 * 60;
/** Of every family, now and long ago; requests in every state, one of them over its time; one event that is refused. */
const CITY = () => [
  ...[2, 3, 4].map((n) => event('call.queued', `c${n}`, n, { queue: 'centre', language: 'fr' })),
  event('call.answered', 'c3', 2, { queue: 'centre', agent: 'a1' }),
  event('call.queued', 'old', 40 * DAY, { queue: 'centre' }),
  event('agent.state', 'a2', 5, { queues: ['centre'], state: 'paused', reason: 'été ☎ "\\ \n' }),
  event('counter.arrived', 'v1', 3, { counter: 'VM-comptoir' }),
  event('web.page_viewed', 'w1', 3, { path: '/', odd: { deep: [1.5, null] } }),
  event('mail.received', 'm1', 3 * DAY, { medium: 'post' }),
  ...['R-1', 'R-2', 'R-3', 'R-4'].map((id, n) =>
    event('request.created', id, (n + 1) * 30 * DAY, {
      ...{ service: 'nid-de-poule', nature: 'request', channel: 'phone', borough: 'VM' },
      ...{ longitude: -73.5617, latitude: 45.5089, description: 'Un trou\nprofond', due_at: ago(n * DAY) },
    }),
  ),
  event('request.resolved', 'R-2', 60, { resolution: 'done' }),
  event('request.closed', 'R-2', 50, {}),
  event('request.paused', 'R-3', 90, { reason: 'gel' }),
  { ...event('call.queued', 'c9', 1, { queue: 'centre' }), time: 'yesterday' },
];

/** Every row of every table, in an order of its own. */
async function contentOf(place: EmptyPlace): Promise<Record<string, readonly string[]>> {
  const db = await open(place);
  const backup = await openBackup(db);
  const content: Record<string, readonly string[]> = {};
  for (const table of backup.tables) content[table.name] = (await all(backup.rows(table))).flat().sort();
  await backup.close();
  for (const { view } of (
    await db.query('select view_name as view from timescaledb_information.continuous_aggregates')
  ).rows) {
    const { rows } = await db.query(`select row_to_json(v)::text as line from ${view} v`);
    content[`all of ${view}`] = rows.map(({ line }) => line).sort();
  }
  await db.close();
  return content;
}

/** What the clock of deadlines writes at any time, also between a backup and the stop after it. */
const WRITTEN_BY_TIME = ['request', 'deadline_event', 'event_batch'];
/** What a server's own jobs sum up of the notes. */
const SUMMED_UP = ['feed_source', 'progress'];

async function linesIn(backup: string): Promise<Record<string, string[]>> {
  const lines: Record<string, string[]> = {};
  let table = '';
  for await (const item of readBackup(createReadStream(backup))) {
    if (item.kind === 'table') table = item.table.name;
    if (item.kind === 'table') lines[table] = [];
    if (item.kind === 'rows') lines[table]?.push(...item.lines);
  }
  return lines;
}

/** What the screens show, without what only the time changes. */
async function shown(url: string): Promise<unknown> {
  const paths = [
    '/api/v1/queues',
    '/api/v1/channels',
    '/api/v1/backlog?scope=city',
    '/api/v1/requests',
    '/api/v1/feeds',
  ];
  paths.push(
    '/api/v1/breaches?since=2020-01-01T00:00:00Z&scope=city',
    '/api/v1/catalogue',
    '/api/v1/keys',
    '/api/v1/requests/R-3',
  );
  const answers = await Promise.all(paths.map((path) => ask(url, path)));
  const timed =
    /^(as_of|recorded_at|waiting_curve|.*_s|lag.*|at|silence.*|occupancy|now|served_at|forecast|outlook|value|interval|to|oldest_open_days)$/;
  return JSON.parse(JSON.stringify(answers, (key, value) => (timed.test(key) ? undefined : value)));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-backup-'));
  file = join(folder, 'city.backup');
  source = await emptyPlace();
  server = await start(source.env);
  city = CITY();
  await ask(server.url, '/api/v1/events', city);
  await ask(server.url, '/api/v1/keys', { name: 'téléphone', types: ['call.*'] });
});
afterAll(async () => {
  await server.stop();
  await source.remove();
  await rm(folder, { recursive: true, force: true });
});

describe('a backup', () => {
  let target: EmptyPlace;
  beforeAll(async () => {
    target = await emptyPlace();
  });
  afterAll(() => target.remove());

  it('is made while the server takes events, with all that was answered before it and nothing by halves', async () => {
    let going = true;
    let sent = 0;
    const traffic = (async () => {
      for (; going; sent += 1) {
        const request = event('request.created', `T-${sent}`, 1, {
          service: 'nid-de-poule',
          nature: 'request',
          channel: 'web',
          borough: 'VM',
        });
        await ask(server.url, '/api/v1/events', [request]);
      }
    })();
    const busy = join(folder, 'busy.backup');
    const made = await vigie(['backup', busy], { VIGIE_URL: server.url });
    going = false;
    await traffic;
    expect(made).toMatchObject({ code: 0, said: expect.stringMatching(/rows, .* MB/) });
    expect(sent).toBeGreaterThan(0);
    const lines = await linesIn(busy);
    const subjects = (lines.request_event ?? []).map((line) => JSON.parse(line).subject);
    const records = (lines.request ?? []).map((line) => JSON.parse(line).id);
    expect(new Set(subjects)).toEqual(new Set(records));
    expect(records).toEqual(expect.arrayContaining(['R-1', 'R-2', 'R-3', 'R-4']));
    const steps = (lines.backlog_move ?? []).reduce((sum, line) => sum + JSON.parse(line).n, 0);
    expect(steps).toBe((lines.request ?? []).filter((line) => JSON.parse(line).open).length);
  });

  it('comes back whole: every row of every table, what is shown, and a store that agrees with itself', async () => {
    expect(await vigie(['backup', file], { VIGIE_URL: server.url })).toMatchObject({ code: 0 });
    expect(await readdir(folder)).not.toContain('city.backup.part');
    await server.stop();
    const rows = await contentOf(source);
    server = await start(source.env);
    expect(await vigie(['restore', file], target.env)).toMatchObject({ code: 0 });
    const back = await contentOf(target);
    expect(Object.keys(back)).toEqual(Object.keys(rows));
    for (const [name, lines] of Object.entries(rows)) {
      if (!WRITTEN_BY_TIME.includes(name) && !SUMMED_UP.includes(name))
        expect(back[name], name).toEqual(lines);
    }
    for (const [name, lines] of Object.entries(await linesIn(file))) {
      if (!SUMMED_UP.includes(name)) expect(back[name], name).toEqual(lines.sort());
    }
    for (const name of [
      'call_event',
      'agent_event',
      'counter_event',
      'web_event',
      'mail_event',
      'request_event',
    ])
      expect(back[name]!.length, name).toBeGreaterThan(0);
    for (const name of ['rejected_event', 'deadline_event', 'api_key', 'service', 'all of call_15min'])
      expect(back[name]!.length, name).toBeGreaterThan(0);
    const second = await start(target.env);
    try {
      // What is history when it becomes known is told a minute later, by each server in its own moment.
      await vi.waitFor(
        async () => {
          const [original, restored] = await Promise.all([shown(server.url), shown(second.url)]);
          expect(restored).toEqual(original);
        },
        { timeout: 90_000, interval: 2_000 },
      );
      const doctor = await vigie(['doctor', '--deep'], { VIGIE_URL: second.url, ...target.env });
      expect(doctor).toMatchObject({ code: 0 });
      // What was sent before is known, and what is new goes on from there.
      const request = { service: 'nid-de-poule', nature: 'request', channel: 'web', borough: 'VM' };
      const sent = [...city.slice(0, 8), event('request.created', 'R-77', 1, request)];
      expect(await ask(second.url, '/api/v1/events', sent)).toMatchObject({ accepted: 1, duplicates: 8 });
    } finally {
      await second.stop();
    }
  });

  it('is not restored over anything, whether a server runs there or not', async () => {
    const { code, said } = await vigie(['restore', file], source.env);
    expect(code).toBe(1);
    expect(said).toMatch(testDatabaseUrl === null ? /is in use by process/ : /is not empty/);
    const other = await vigie(['restore', file], target.env);
    expect(other.code).toBe(1);
    expect(other.said).toMatch(testDatabaseUrl === null ? /has a database already/ : /is not empty/);
  });
});

describe('a file that cannot be restored', () => {
  let target: EmptyPlace;
  beforeAll(async () => {
    target = await emptyPlace();
  });
  afterAll(() => target.remove());
  const whole = async (): Promise<string> => zstdDecompressSync(await readFile(file)).toString();

  it.each([
    ['cut', /its end is missing/, (text: string) => zstdCompressSync(text).subarray(0, 5_000)],
    [
      'damaged',
      /is damaged/,
      (text: string) => zstdCompressSync(text.replace('"subject":"old"', '"subject":"odd"')),
    ],
    ['something else', /not a backup/, () => Buffer.from('hello')],
    [
      'of a newer format',
      /format 2/,
      (text: string) => zstdCompressSync(text.replace('"format":1', '"format":2')),
    ],
    [
      'of a newer schema',
      /does not know \(29990101000000_x__create\)/,
      (text: string) =>
        zstdCompressSync(text.replace('"migrations":{', '"migrations":{"29990101000000_x__create":"00",')),
    ],
    [
      'of an older schema',
      /before 20261125110000/,
      (text: string) => zstdCompressSync(text.replace(/,"20261125110000[^"]*":"[^"]*"/, '')),
    ],
  ])('%s: says so, and changes nothing', async (_what, says, make) => {
    const bad = join(folder, 'bad.backup');
    await writeFile(bad, make(await whole()));
    expect(await vigie(['restore', bad], target.env)).toMatchObject({
      code: 1,
      said: expect.stringMatching(says),
    });
    if (testDatabaseUrl === null) expect(existsSync(join(target.env.VIGIE_DATA!, 'db'))).toBe(false);
  });

  it('for the reason of one row: nothing goes in, and the next restore finds an empty place', async () => {
    const { createHash } = await import('node:crypto');
    const bad = join(folder, 'bad.backup');
    // Sound as a file, but a unit that no row can have.
    const text = (await whole()).replace(
      /#table \{"name":"unit".*\n([\s\S]*?)#end \{"rows":(\d+),"sha256":"[^"]*"\}/,
      (all, rows: string) => {
        const wrong = rows.replace(/"fr": "[^"]*"/, '"fr": ""');
        const sha256 = createHash('sha256').update(wrong).digest('hex');
        return all.replace(rows, wrong).replace(/"sha256":"[^"]*"/, `"sha256":"${sha256}"`);
      },
    );
    await writeFile(bad, zstdCompressSync(text));
    await expect(vigie(['restore', bad], target.env)).rejects.toThrow(/unit_name_check/);
    if (testDatabaseUrl === null) expect(existsSync(join(target.env.VIGIE_DATA!, 'db'))).toBe(false);
    expect(await vigie(['restore', file], target.env)).toMatchObject({ code: 0 });
  });
});

describe('who may have a backup', () => {
  it('is the bootstrap key alone', async () => {
    const reader = (await ask(server.url, '/api/v1/keys', { name: 'r', can_read: true })) as {
      secret: string;
    };
    for (const [key, status] of [
      [undefined, 401],
      [reader.secret, 403],
    ] as const) {
      const response = await fetch(`${server.url}/api/v1/backup`, {
        headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      });
      expect(response.status).toBe(status);
    }
  });
  it('gets no file where one is already, nor half a one when the server fails', async () => {
    expect(await vigie(['backup', file], { VIGIE_URL: server.url })).toMatchObject({
      code: 1,
      said: expect.stringMatching(/is there already/),
    });
    const other = join(folder, 'none.backup');
    expect(await vigie(['backup', other], { VIGIE_URL: 'http://127.0.0.1:9' })).toMatchObject({ code: 1 });
    expect(existsSync(other)).toBe(false);
  });
});

describe('the tables of the schema', () => {
  it('are all in a backup, with all their columns, but those that are passed over by name', async () => {
    const { db, close } = await testDatabase();
    const backup = await openBackup(db);
    const inBackup = new Map(backup.tables.map(({ name, columns }) => [name, columns]));
    await backup.close();
    await close();
    const schema = await readFile(new URL('../../sql/schema.sql', import.meta.url), 'utf8');
    const missing: string[] = [];
    for (const [, name, body] of schema.matchAll(
      /^(?:table|continuous aggregate(?:, real-time,)?) (\w+) \(\n([\s\S]*?)\n\)/gm,
    )) {
      const columns = [...body!.matchAll(/^ {2}"?(\w+)"? /gm)].map(([, column]) => column!);
      for (const column of columns)
        if (!inBackup.get(name!)?.includes(column)) missing.push(`${name}.${column}`);
    }
    const passed = new Set(missing.map((each) => each.split('.')[0]!));
    passed.delete('event_batch');
    expect([...passed].sort()).toEqual([...PASSED_OVER].sort());
    expect(missing.filter((each) => each.startsWith('event_batch.'))).toEqual(['event_batch.xid']);
  });
});

import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../server/cli/command.ts';
import { run } from '../../server/cli/main.ts';
import type { IntervalRow, QueueState } from '../../server/contract/live.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { type TestServer, testServer } from '../setup/server.ts';

const REAL_LOG = fileURLToPath(new URL('../../../shared/data/asterisk-queue_log.txt', import.meta.url));

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-cli-'));
  return () => rm(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
function contextFor(env: Readonly<Record<string, string>>, signal: AbortSignal) {
  const said = { out: '', err: '' };
  const context: CommandContext = {
    env,
    out: (text) => {
      said.out += `${text}\n`;
    },
    err: (text) => {
      said.err += `${text}\n`;
    },
    is_terminal: false,
    signal,
    clock: systemClock,
  };
  return { said, context };
}
async function vigie(args: readonly string[], env = server.env): Promise<Outcome> {
  const { said, context } = contextFor(env, new AbortController().signal);
  return { code: await run(args, context), ...said };
}
async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${server.url}${path}`);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

/** Lines of calls that begin now, so that the live state has them. */
const now_s = Math.floor(Date.now() / 1000) - 120;
const entering = (call: number, queue: string): string =>
  `${now_s + call}|${call}.1|${queue}|NONE|ENTERQUEUE||5145550100|1\n`;
const leaving = (call: number, queue: string): string =>
  `${now_s + call}|${call}.1|${queue}|NONE|ABANDON|1|1|0\n`;
const queueState = (queue: string) => get<QueueState>(`/api/v1/queues/${queue}`);

describe('vigie import queue-log', () => {
  it('puts in what can go in, and the rest beside the file with its reason', async () => {
    const log = join(folder, 'queue_log');
    await writeFile(
      log,
      `${entering(1, 'q1')}torn|li\n${entering(2, 'q1')}${leaving(1, 'q1')}9999999999|3.1|q1|NO`,
    );
    const { code, out, err } = await vigie(['import', 'queue-log', log]);
    expect(out).toContain('3 events: 3 accepted, 0 duplicates, 0 rejected');
    expect(code).toBe(1);
    expect(err).toContain(`2 could not go in: see ${log}.rejects.txt`);
    const rejects = (await readFile(`${log}.rejects.txt`, 'utf8')).trimEnd().split('\n');
    expect(rejects.map((line) => line.split('\t')[0])).toEqual(['2', '5']);
    expect(await queueState('q1')).toMatchObject({
      waiting: 1,
      today: { counts: { entered: 2, abandoned: 1 } },
    });
  });

  it('changes nothing when a file is imported again', async () => {
    const log = join(folder, 'queue_log');
    await writeFile(log, entering(1, 'q2') + leaving(1, 'q2') + entering(2, 'q2'));
    expect((await vigie(['import', 'queue-log', log])).code).toBe(0);
    const before = await queueState('q2');
    const { code, out } = await vigie(['import', 'queue-log', log]);
    expect(code).toBe(0);
    expect(out).toContain('3 events: 0 accepted, 3 duplicates, 0 rejected');
    expect((await queueState('q2')).today.counts).toEqual(before.today.counts);
  });

  it('names the line of an event that the server refuses', async () => {
    const log = join(folder, 'queue_log');
    const future_s = now_s + 86_400;
    await writeFile(log, `${entering(1, 'q3')}${future_s}|2.1|q3|NONE|ENTERQUEUE||x|1\n`);
    expect((await vigie(['import', 'queue-log', log])).code).toBe(1);
    expect(await readFile(`${log}.rejects.txt`, 'utf8')).toMatch(/^2\t.*\t\d+\|2\.1\|q3/);
  });

  it.runIf(existsSync(REAL_LOG))('counts of the real log what it says', async () => {
    const log = join(folder, 'queue_log');
    await copyFile(REAL_LOG, log);
    const { code, out } = await vigie(['import', 'queue-log', log]);
    expect(code).toBe(0);
    expect(out).toMatch(/RINGNOANSWER +221 /);
    expect(out).toContain('48 events: 48 accepted, 0 duplicates, 0 rejected');
    const path = '/api/v1/queues/9000/intervals?from=2010-02-22T00:00:00Z&to=2010-02-23T00:00:00Z';
    const { items } = await get<{ items: IntervalRow[] }>(path);
    const total = (name: 'entered' | 'answered' | 'abandoned' | 'completed'): number =>
      items.reduce((sum, row) => sum + row[name], 0);
    expect(['entered', 'answered', 'abandoned', 'completed'].map((name) => total(name as 'entered'))).toEqual(
      [21, 8, 12, 7],
    );
  });
});

describe('vigie import queue-log --follow', () => {
  /** Runs until `until` holds, then ends it as Ctrl-C would. */
  async function follow(log: string, until: () => Promise<boolean>): Promise<Outcome> {
    const stop = new AbortController();
    const { said, context } = contextFor(server.env, stop.signal);
    const done = run(['import', 'queue-log', '--follow', log], context);
    while (!(await until())) await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    return { code: await done, ...said };
  }
  const entered = (queue: string, count: number) => async (): Promise<boolean> => {
    const response = await fetch(`${server.url}/api/v1/queues/${queue}`);
    return response.ok && ((await response.json()) as QueueState).today.counts.entered >= count;
  };

  it('brings a growing and rotating log in once, however often it is started again', async () => {
    const log = join(folder, 'queue_log');
    await writeFile(log, entering(1, 'f1') + entering(2, 'f1'));
    expect((await follow(log, entered('f1', 2))).code).toBe(0);
    await appendFile(log, entering(3, 'f1'));
    await copyFile(log, `${log}.1`);
    await truncate(log);
    await appendFile(log, entering(4, 'f1'));
    const { out } = await follow(log, entered('f1', 4));
    expect(out).toContain('2 events: 2 accepted, 0 duplicates');
    expect((await queueState('f1')).today.counts.entered).toBe(4);
  });

  it('waits for a server that is away, and loses nothing', async () => {
    const log = join(folder, 'queue_log');
    await writeFile(log, entering(1, 'f2'));
    let restarting: Promise<void> | undefined;
    const outcome = await follow(log, async () => {
      if (!restarting && (await entered('f2', 1)())) {
        restarting = server.restart();
        await appendFile(log, entering(2, 'f2'));
        await restarting;
      }
      return restarting !== undefined && (await entered('f2', 2)());
    });
    expect(outcome.code).toBe(0);
    expect((await queueState('f2')).today.counts.entered).toBe(2);
  });
});

describe('vigie import ndjson', () => {
  const event = (n: number, more: object = {}): string =>
    `${JSON.stringify({
      specversion: '1.0',
      id: `n${n}`,
      source: 'urn:test:ndjson',
      type: 'org.vigie311.call.queued',
      subject: `call-${n}`,
      time: new Date((now_s + (n % 100)) * 1000).toISOString(),
      data: { queue: 'n1' },
      ...more,
    })}\n`;

  it('sends any number of lines, and names the line of each that could not go in', async () => {
    const file = join(folder, 'events.ndjson');
    const lines = Array.from({ length: 2_500 }, (_, n) => event(n));
    lines[1_700] = '{"torn": \n';
    lines[2_400] = event(2_400, { type: 'org.vigie311.call.unheard' });
    await writeFile(file, lines.join(''));
    const { code, out } = await vigie(['import', 'ndjson', file]);
    expect(code).toBe(1);
    expect(out).toContain('2498 accepted, 0 duplicates, 2 rejected');
    const rejects = (await readFile(`${file}.rejects.txt`, 'utf8')).trimEnd().split('\n');
    expect(rejects.map((line) => line.split('\t')[0])).toEqual(['1701', '2401']);
    expect((await vigie(['import', 'ndjson', file])).out).toContain(
      '0 accepted, 2498 duplicates, 2 rejected',
    );
  });
  it('leaves no file of rejects when all went in', async () => {
    const file = join(folder, 'events.ndjson');
    await writeFile(file, event(5_000));
    await writeFile(`${file}.rejects.txt`, 'of an earlier import');
    expect((await vigie(['import', 'ndjson', file])).code).toBe(0);
    expect(await stat(`${file}.rejects.txt`).catch(() => null)).toBeNull();
  });
});

describe('vigie key', () => {
  it('makes a key that may do what was said, until it is revoked', async () => {
    const made = await vigie(['key', 'create', '--name', 'telephone', '--types', 'call.*,agent.state']);
    const id = /key (\S+) /.exec(made.err)![1]!;
    const env = { ...server.env, VIGIE_INGEST_KEY: made.out.trim() };
    const log = join(folder, 'queue_log');
    await writeFile(log, entering(50, 'k1'));
    expect((await vigie(['import', 'queue-log', log], env)).code).toBe(0);
    expect((await vigie(['key', 'list'], env)).code).toBe(1);
    expect((await vigie(['key', 'list'])).out).toContain(`${id}\ttelephone\tin force`);
    expect((await vigie(['key', 'revoke', id])).code).toBe(0);
    const refused = await vigie(['import', 'queue-log', log], env);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('VIGIE_INGEST_KEY');
  });
});

describe('vigie doctor', () => {
  it('lists every setting without its secrets, and how the server is', async () => {
    const { code, out } = await vigie(['doctor']);
    expect(code).toBe(0);
    expect(out).toMatch(/VIGIE_INGEST_KEY = \(set, not shown\)/);
    expect(out).not.toContain(server.env.VIGIE_INGEST_KEY);
    expect(out).toMatch(/ready +yes/);
    expect(out).toMatch(/urn:vigie:queue-log: /);
  });
  it('counts every refusal of seven days, not only those that are listed', async () => {
    const bad = Array.from({ length: 250 }, (_, n) => ({
      specversion: '1.0',
      id: `bad-${n}`,
      source: '/doctor',
      type: 'org.vigie311.nothing',
    }));
    const counted = async (): Promise<number> =>
      Number(/rejected +(\d+) in seven days/.exec((await vigie(['doctor'])).out)?.[1] ?? 0);
    const before = await counted();
    await fetch(`${server.url}/api/v1/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents-batch+json',
        authorization: `Bearer ${server.env.VIGIE_INGEST_KEY}`,
      },
      body: JSON.stringify(bad),
    });
    expect(await counted()).toBe(before + 250);
  });
  it('says whether the backlog adds up and the records are what their events say', async () => {
    for (const args of [['doctor'], ['doctor', '--deep']]) {
      const { code, out } = await vigie(args);
      expect(code).toBe(0);
      expect(out).toMatch(/requests +the backlog adds up/);
    }
  });
  it('says what is wrong with a setting, and when there is no server', async () => {
    expect(await vigie(['doctor'], { VIGIE_URL: 'ftp://x' })).toMatchObject({ code: 1 });
    const { code, out } = await vigie(['doctor'], { VIGIE_URL: 'http://127.0.0.1:9' });
    expect(code).toBe(1);
    expect(out).toContain('cannot be reached');
  });
});

describe('a command line that cannot be understood', () => {
  it.each([
    [['explode'], 'unknown command "explode"'],
    [['import'], 'which format'],
    [['import', 'fax'], 'unknown format "fax"'],
    [['import', 'queue-log'], 'which file'],
    [['import', 'queue-log', '--colour', 'x'], "Unknown option '--colour'"],
    [['key', 'create'], '--name is missing'],
    [['simulate', '--fast'], "Unknown option '--fast'"],
  ])('%j ends with code 2 and says why', async (args, why) => {
    const { code, err } = await vigie(args);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });
  it.each([['import'], ['simulate'], ['key'], ['doctor']])(
    'vigie %s --help explains itself',
    async (name) => {
      const { code, out } = await vigie([name, '--help']);
      expect(code).toBe(0);
      expect(out).toContain(`vigie ${name}`);
    },
  );
});

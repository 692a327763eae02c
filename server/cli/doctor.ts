/** `vigie doctor`: every setting, and how the server is. */
import { parseArgs } from 'node:util';
import { loadConfig, SETTINGS, type Setting } from '../config.ts';
import type { DoctorAnswer } from '../contract/backlog.ts';
import type { FeedState } from '../contract/live.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import { Client } from './client.ts';
import type { Command, CommandContext } from './command.ts';

const HELP = `vigie doctor [--deep]

Lists every setting with its type, default, meaning and present value, then asks the server (VIGIE_URL) how it is:
whether it can serve, its database, its sources of events, what was refused in seven days and why, whether the steps of
the backlog add up to what is open, and whether the records of requests are what their own events say.

  --deep   look at every record instead of some

Exit code 0 only when the settings can be used, the server serves and nothing disagrees.`;
/** Node gives up on an answer that has not begun after five minutes. */
const DEEP_TIMEOUT_MS = 290_000;

/** The settings as lines: name, present value, type, default, meaning. */
export function settingLines(settings: readonly Setting[], env: CommandContext['env']): string[] {
  return settings.flatMap((setting) => {
    const value = env[setting.name]?.trim() ?? '';
    const shown = setting.secret ? '(set, not shown)' : value;
    const present = value === '' ? 'not set' : shown;
    const fallback = setting.default === '' ? 'none' : setting.default;
    return [
      `  ${setting.name} = ${present}`,
      `      ${setting.meaning} (${setting.type}; default ${fallback})`,
    ];
  });
}

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'all settings, and how the server is',
  help: HELP,
  async run(args, context) {
    const { deep } = parseArgs({
      args: [...args],
      options: { deep: { type: 'boolean', default: false } },
    }).values;
    const { out, env, signal } = context;
    out('Settings');
    for (const line of settingLines(SETTINGS, env)) out(line);
    let config: ReturnType<typeof loadConfig>;
    try {
      config = loadConfig(env);
    } catch (error) {
      out(`\nThese settings cannot be used: ${messageOf(error)}`);
      return 1;
    }
    const client = new Client({ url: config.url, key: config.ingest_key, signal, patience_s: 0 });
    out(`\nServer ${config.url}`);
    const ready = await ask(out, 'ready', () => client.request('GET', '/readyz'), describeReady);
    if (!ready) return 1;
    await ask(out, 'feeds', () => client.request('GET', '/api/v1/feeds'), describeFeeds);
    await ask(out, 'rejected', () => client.request('GET', '/api/v1/rejected'), describeRejected);
    let healthy = false;
    const answered = await ask(
      out,
      'requests',
      () =>
        client.request('GET', `/api/v1/doctor?deep=${deep}`, undefined, deep ? DEEP_TIMEOUT_MS : undefined),
      (answer) => {
        healthy = (answer as DoctorAnswer).healthy;
        return describeRequests(answer as DoctorAnswer);
      },
    );
    return answered && healthy ? 0 : 1;
  },
};

async function ask(
  out: CommandContext['out'],
  name: string,
  question: () => Promise<unknown>,
  describe: (answer: unknown) => readonly string[],
): Promise<boolean> {
  try {
    const [first = '', ...more] = describe(await question());
    out(`  ${name.padEnd(10)}${first}`);
    for (const line of more) out(`  ${' '.repeat(10)}${line}`);
    return true;
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
    out(`  ${name.padEnd(10)}${error.message}`);
    return false;
  }
}

function describeReady(answer: unknown): readonly string[] {
  const parts = Object.entries(typeof answer === 'object' && answer !== null ? answer : {});
  return [
    'yes',
    ...parts.map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value) : value}`),
  ];
}

const itemsOf = (answer: unknown): readonly unknown[] =>
  typeof answer === 'object' && answer !== null && 'items' in answer && Array.isArray(answer.items)
    ? answer.items
    : [];

function describeFeeds(answer: unknown): readonly string[] {
  const feeds = itemsOf(answer) as readonly FeedState[];
  if (feeds.length === 0) return ['none has sent anything yet'];
  return feeds.map(
    (feed) =>
      `${feed.source}: ${feed.status}, last event ${feed.last_event_at ?? 'never'}, ${feed.events_today} today, ${feed.rejected_today} refused`,
  );
}

interface RejectedCount {
  readonly code: string;
  readonly n: number;
  readonly last_at: string;
}

/** Counted by the server, which lists only the newest ones themselves. */
function describeRejected(answer: unknown): readonly string[] {
  const counts = typeof answer === 'object' && answer !== null && 'counts' in answer ? answer.counts : [];
  const reasons = new Map<string, { n: number; last_at: string }>();
  for (const { code, n, last_at } of (Array.isArray(counts) ? counts : []) as readonly RejectedCount[]) {
    const known = reasons.get(code);
    reasons.set(code, {
      n: (known?.n ?? 0) + n,
      last_at: known && known.last_at > last_at ? known.last_at : last_at,
    });
  }
  if (reasons.size === 0) return ['none in seven days'];
  const examples = new Map<string, string>();
  for (const { code, message } of itemsOf(answer) as readonly { code: string; message: string }[])
    if (!examples.has(code)) examples.set(code, message);
  const total = [...reasons.values()].reduce((sum, { n }) => sum + n, 0);
  const sorted = [...reasons].toSorted(([, a], [, b]) => b.n - a.n);
  return [
    `${total} in seven days, by reason:`,
    ...sorted.map(([code, { n, last_at }]) => {
      const example = examples.get(code);
      return `${n} × ${code}, last ${last_at}${example === undefined ? '' : `, such as: ${example}`}`;
    }),
  ];
}

function describeRequests({ healthy, backlog, records, findings, advice }: DoctorAnswer): readonly string[] {
  return [
    healthy ? 'the backlog adds up, and records are what their events say' : 'something disagrees',
    `${backlog.open} open in ${backlog.groups} boroughs and units, of which ${backlog.differ} do not add up`,
    `${records.looked_at} of ${records.of} records looked at, of which ${records.differ} differ`,
    `${records.with_anomalies} of them have events that do not fit in: /api/v1/requests/{id} tells which`,
    ...findings.map(({ where, message }) => `${where}: ${message}`),
    ...advice.map((what) => `→ ${what}`),
  ];
}

/** `vigie doctor`: every setting, and how the server is. */
import { loadConfig, SETTINGS, type Setting } from '../config.ts';
import type { FeedState } from '../contract/live.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import { Client } from './client.ts';
import type { Command, CommandContext } from './command.ts';

const HELP = `vigie doctor

Lists every setting with its type, default, meaning and present value, then asks the server (VIGIE_URL) how it is:
whether it can serve, its database, its sources of events, what was refused and why.
Exit code 0 only when the settings can be used and the server serves.`;

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
  async run(_args, context) {
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
    return 0;
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

function describeRejected(answer: unknown): readonly string[] {
  const reasons = new Map<string, { count: number; message: string }>();
  for (const item of itemsOf(answer) as readonly { code: string; message: string }[]) {
    const reason = reasons.get(item.code) ?? { count: 0, message: item.message };
    reason.count += 1;
    reasons.set(item.code, reason);
  }
  if (reasons.size === 0) return ['none'];
  const sorted = [...reasons].toSorted(([, a], [, b]) => b.count - a.count);
  return [
    'of the newest ones, by reason:',
    ...sorted.map(([code, { count, message }]) => `${count} × ${code}, such as: ${message}`),
  ];
}

/** `vigie import queue-log`: an Asterisk log, once or for ever. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { checkpointPath, readCheckpoint, writeCheckpoint } from '../ingest/telephone/checkpoint.ts';
import { type CloudEvent, QUEUE_LOG_SOURCE, QueueLogReader } from '../ingest/telephone/events.ts';
import { followLog, type LogChunk, readLog } from '../ingest/telephone/tail.ts';
import { Client } from './client.ts';
import type { CommandContext } from './command.ts';
import { pause, UsageError } from './command.ts';
import { Progress, percent } from './progress.ts';
import { type Reject, RejectsFile } from './rejects.ts';

/** How often a followed log is looked at, ms: what it says is on the wall within a second. */
const FOLLOW_EVERY_MS = 300;
/** An import gives up on a server that is away after this long; a follower never does. */
const PATIENCE_S = 300;

export const QUEUE_LOG_HELP = `vigie import queue-log FILE… [options]

Reads the queue_log of Asterisk and sends what it says to the server (VIGIE_URL, VIGIE_INGEST_KEY).
Reading a file again changes nothing. Several rotated files: oldest first, in one command.
Numbers of callers never leave the machine.

  --follow             go on for ever, as the log grows and rotates; resumes where it stopped
  --source URI         CloudEvents source, the same for the same telephone system (default ${QUEUE_LOG_SOURCE})
  --callback-keys K,…  keys by which callers ask to be called back (EXITWITHKEY); others lead elsewhere
  --checkpoint FILE    where --follow keeps its place (default: a file under VIGIE_DATA/follow)
  --rejects FILE       what could not go in, with reasons (default FILE.rejects.txt)`;

interface Settings {
  readonly source: string;
  readonly callback_keys: readonly string[];
  readonly rejects: string | undefined;
  readonly checkpoint: string | undefined;
}

/** What became of one log. */
class Account {
  readonly lines_of = new Map<string, { count: number; counterpart: boolean }>();
  lines = 0;
  events = 0;
  accepted = 0;
  duplicates = 0;
  refused = 0;

  count(event: string, counterpart: boolean): void {
    const entry = this.lines_of.get(event) ?? { count: 0, counterpart };
    entry.count += 1;
    this.lines_of.set(event, entry);
  }

  summary(name: string): string {
    const rows = [...this.lines_of].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return [
      `${name}: ${this.lines} lines`,
      ...rows.map(
        ([event, { count, counterpart }]) =>
          `  ${event.padEnd(18)}${String(count).padStart(9)}${counterpart ? '' : '   nothing that is counted'}`,
      ),
      ...(this.refused > 0 ? [`  ${'(not sent)'.padEnd(18)}${String(this.refused).padStart(9)}`] : []),
      `${this.events} events: ${this.accepted} accepted, ${this.duplicates} duplicates, ${this.events - this.accepted - this.duplicates} rejected`,
    ].join('\n');
  }
}

/** Sends one log's lines, in batches, and keeps the account. */
class Sender {
  readonly account = new Account();
  readonly #reader: QueueLogReader;
  readonly #client: Client;
  readonly #rejects: RejectsFile;

  constructor(reader: QueueLogReader, client: Client, rejects: RejectsFile) {
    this.#reader = reader;
    this.#client = client;
    this.#rejects = rejects;
  }

  /** Resolves when the server has acknowledged what the lines said. */
  async send(lines: readonly string[]): Promise<void> {
    const { account } = this;
    const events: CloudEvent[] = [];
    const origins: Pick<Reject, 'line' | 'text'>[] = [];
    const rejects: Reject[] = [];
    for (const text of lines) {
      const line = ++account.lines;
      const reading = this.#reader.read(text);
      if (reading.kind === 'blank') continue;
      if (reading.kind === 'rejected') rejects.push({ line, reason: reading.reason, text });
      else account.count(reading.event, reading.kind === 'events');
      if (reading.kind !== 'events') continue;
      for (const event of reading.events) {
        events.push(event);
        origins.push({ line, text });
      }
    }
    account.refused += rejects.length;
    if (events.length > 0) {
      const answer = await this.#client.postEvents(events);
      account.events += events.length;
      account.accepted += answer.accepted;
      account.duplicates += answer.duplicates;
      rejects.push(...answer.rejected.map(({ index, message }) => ({ ...origins[index]!, reason: message })));
    }
    await this.#rejects.add(rejects.toSorted((a, b) => a.line - b.line));
  }
}

export async function importQueueLog(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      follow: { type: 'boolean', default: false },
      source: { type: 'string', default: QUEUE_LOG_SOURCE },
      'callback-keys': { type: 'string', default: '' },
      checkpoint: { type: 'string' },
      rejects: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    context.out(QUEUE_LOG_HELP);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('import queue-log: which file?');
  if (values.follow && positionals.length > 1) throw new UsageError('--follow takes one file, not several');
  const settings: Settings = {
    source: values.source,
    callback_keys: values['callback-keys'].split(',').filter((key) => key !== ''),
    rejects: values.rejects,
    checkpoint: values.checkpoint,
  };
  if (values.follow) return follow(positionals[0]!, settings, context);
  return importOnce(positionals, settings, context);
}

async function importOnce(
  paths: readonly string[],
  settings: Settings,
  context: CommandContext,
): Promise<number> {
  const progress = new Progress(context);
  const client = clientOf(context, PATIENCE_S, progress);
  const reader = new QueueLogReader(settings);
  let complete = true;
  for (const path of paths) {
    const rejects = new RejectsFile(settings.rejects ?? `${path}.rejects.txt`, { append: false });
    const sender = new Sender(reader, client, rejects);
    await rejects.begin();
    try {
      for await (const { lines, position, size } of readLog(path)) {
        await sender.send(lines);
        progress.at(
          () => `${basename(path)}: ${percent(position.offset, size)}, ${sender.account.events} events sent`,
        );
      }
    } finally {
      progress.end();
      await rejects.close();
    }
    context.out(sender.account.summary(basename(path)));
    if (rejects.count > 0) context.err(`${rejects.count} could not go in: see ${rejects.path}`);
    complete &&= rejects.count === 0;
  }
  return complete ? 0 : 1;
}

async function follow(path: string, settings: Settings, context: CommandContext): Promise<number> {
  const { source } = settings;
  const file = settings.checkpoint ?? checkpointPath(loadConfig(context.env).data_dir, path, source);
  const checkpoint = await readCheckpoint(file);
  if (checkpoint && checkpoint.source !== source) {
    throw new UsageError(`${file} is of source ${checkpoint.source}, not of ${source}`);
  }
  const progress = new Progress(context);
  const reader = new QueueLogReader(settings, checkpoint?.reader);
  const rejects = new RejectsFile(settings.rejects ?? `${path}.rejects.txt`, { append: true });
  const sender = new Sender(reader, clientOf(context, Number.POSITIVE_INFINITY, progress), rejects);
  context.err(
    `following ${path}${checkpoint ? `, from byte ${checkpoint.position.offset} on` : ''}; Ctrl-C ends it`,
  );
  const chunks = followLog({
    path,
    from: checkpoint?.position,
    signal: context.signal,
    pause: () => pause(FOLLOW_EVERY_MS, context.signal),
    tell: (what) => progress.tell(what),
  });
  try {
    for await (const { lines, position } of chunks as AsyncIterable<LogChunk>) {
      await sender.send(lines);
      await writeCheckpoint(file, { version: 1, source, position, reader: reader.snapshot() });
      progress.at(() => `${basename(path)}: ${sender.account.events} events sent`);
    }
  } catch (error) {
    // Interrupted in the middle of a batch: it is not in the checkpoint, so the next start sends it again.
    if (!context.signal.aborted) throw error;
  } finally {
    progress.end();
    await rejects.close();
  }
  context.out(sender.account.summary(basename(path)));
  return rejects.count === 0 ? 0 : 1;
}

function clientOf({ env, signal }: CommandContext, patience_s: number, progress: Progress): Client {
  const { url, ingest_key } = loadConfig(env);
  return new Client({ url, key: ingest_key, signal, patience_s, tell: (what) => progress.tell(what) });
}

/** `vigie simulate`: the simulated city, against any server. It is a program of its own; this one starts it and shows how far it is. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Command, CommandContext } from './command.ts';
import { Progress } from './progress.ts';

const ENTRY = fileURLToPath(new URL('../../seeds/city/main.ts', import.meta.url));

const HELP = `vigie simulate [options]

Sends a simulated city's events to the server (VIGIE_URL, VIGIE_INGEST_KEY): today first, the months behind newest first,
then the present, for ever. One seed gives one history: VIGIE_CITY_SEED, VIGIE_CITY_SIZE (1 is Montréal's).

  --no-history              today and the present only
  --from INSTANT --speed N  the present begins in the past and runs N times faster until it has caught up
  --out FILE                writes events to a file instead (- is standard output), one a line, for \`import ndjson\`
  --first DATE --last DATE  the local days to write (default today)`;

const OPTIONS = {
  out: { type: 'string' },
  first: { type: 'string' },
  last: { type: 'string' },
  speed: { type: 'string' },
  from: { type: 'string' },
  history: { type: 'boolean', default: true },
} as const;

interface CityMessage {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly events: number;
}
const isCityMessage = (message: unknown): message is CityMessage =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'progress';

export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'send a simulated city to the server, or write it to a file',
  help: HELP,
  run(args, context) {
    parseArgs({ args: [...args], options: OPTIONS, allowNegative: true });
    return runProcess(args, context);
  },
};

function runProcess(args: readonly string[], { env, signal, ...context }: CommandContext): Promise<number> {
  const progress = new Progress({ ...context, env, signal });
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [ENTRY, ...args], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const end = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', end);
    child.on('message', (message) => {
      if (!isCityMessage(message)) return;
      const { phase, done, total, events } = message;
      progress.at(() => `${phase}: ${done} of ${total} days, ${events} events sent`);
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      signal.removeEventListener('abort', end);
      progress.end();
      resolve(code ?? (signal.aborted ? 0 : 1));
    });
  });
}

/** `npm run vigie -- <command>`: the command line. It talks to a running server like any other client. */
import { systemClock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { backupCommand } from './backup.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { doctorCommand } from './doctor.ts';
import { importCommand } from './import.ts';
import { keyCommand } from './key.ts';
import { referenceCommand } from './reference.ts';
import { reportCommand } from './report.ts';
import { restoreCommand } from './restore.ts';
import { simulateCommand } from './simulate.ts';
import { userCommand } from './user.ts';

const COMMANDS: readonly Command[] = [
  importCommand,
  referenceCommand,
  simulateCommand,
  keyCommand,
  reportCommand,
  backupCommand,
  restoreCommand,
  userCommand,
  doctorCommand,
];

const HELP = `npm run vigie -- <command> [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n')}

Each with --help. The server is the one of VIGIE_URL (default http://localhost:3110), with the key of VIGIE_INGEST_KEY.`;

const isHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h';
const isParseArgsError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
const isSystemError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

/** @returns the exit code: 0 all was done, 1 not all, 2 the command line cannot be understood. */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || isHelp(name)) {
    context.out(HELP);
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) {
    context.err(`vigie: unknown command "${name}"\n\n${HELP}`);
    return 2;
  }
  if (isHelp(rest[0])) {
    context.out(command.help);
    return 0;
  }
  try {
    return await command.run(rest, context);
  } catch (error) {
    if (error instanceof UsageError || isParseArgsError(error)) {
      context.err(`vigie: ${error.message}\nSee: npm run vigie -- ${name} --help`);
      return 2;
    }
    if (error instanceof VigieError || isSystemError(error)) {
      context.err(`vigie: ${error.message}`);
      return 1;
    }
    throw error;
  }
}

async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  process.exitCode = await run(process.argv.slice(2), {
    env: process.env,
    out: (text) => process.stdout.write(`${text}\n`),
    err: (text, line = true) => process.stderr.write(line ? `${text}\n` : text),
    is_terminal: process.stderr.isTTY === true,
    signal: interrupt.signal,
    clock: systemClock,
  });
}

if (import.meta.main) await main();

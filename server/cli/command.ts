/** What every command of `vigie` is. */
import type { Clock } from '../lib/clock.ts';

export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results, for people and for pipes. */
  readonly out: (text: string) => void;
  /** Progress and faults; `line` false: the same line is written again (only on a terminal). */
  readonly err: (text: string, line?: boolean) => void;
  readonly is_terminal: boolean;
  /** Given when the person has had enough. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Where what is typed or piped comes from; the process's own where it is left out. */
  readonly input?: SecretInput;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly help: string;
  /** @returns the exit code: 0 only when all was done. */
  run(args: readonly string[], context: CommandContext): Promise<number>;
}

/** A terminal, whose echo can be turned off, or a pipe. */
export interface SecretInput extends AsyncIterable<Buffer | string> {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
}

/** The command line cannot be understood: exit code 2, with where the help is. */
export class UsageError extends Error {}

/** Resolves after the time, or when the signal is given. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

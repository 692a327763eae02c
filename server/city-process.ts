/**
 * The simulated city as a process of its own: it talks to the server through the public event endpoint like any other
 * client, so it must not share its event loop. It is started again when it dies, with a growing pause.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Logger } from './lib/logger.ts';
import type { Service } from './lib/service.ts';

/** What the city says of its history: events or days filled in, of how many. */
export interface CityProgress {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  readonly events: number;
}
export interface CityProcessOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly onProgress: (progress: CityProgress) => void;
  readonly logger: Logger;
}

const ENTRY = fileURLToPath(new URL('../seeds/city/main.ts', import.meta.url));
/** Its days are made and sent one by one: more room would only put off collecting what is done with. */
const HEAP_MIB_MAX = 384;
/** Whoever started the server sees how far the history is, this often. */
const TELL_EVERY_MS = 10_000;
const RESTART_PAUSE_MS = [1_000, 5_000, 30_000];
const STOP_WITHIN_MS = 5_000;

export class CityProcess implements Service {
  readonly name = 'city';
  readonly #options: CityProcessOptions;
  #child: ChildProcess | undefined;
  #restarts = 0;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #told_ms = Number.NEGATIVE_INFINITY;

  constructor(options: CityProcessOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#stopping = false;
    this.#spawn();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    await gone;
    clearTimeout(late);
  }

  #tell({ phase, done, total, events }: CityProgress): void {
    const now_ms = performance.now();
    if (phase === 'live' || now_ms - this.#told_ms < TELL_EVERY_MS) return;
    this.#told_ms = now_ms;
    this.#options.logger.info(
      { phase, days: done, of_days: total, events },
      'the simulated city fills in its history',
    );
  }

  #spawn(): void {
    const child = spawn(process.execPath, [`--max-old-space-size=${HEAP_MIB_MAX}`, ENTRY], {
      env: { ...process.env, ...this.#options.env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.on('message', (message) => {
      if (!isProgress(message)) return;
      this.#options.onProgress(message);
      this.#tell(message);
    });
    child.on('error', (error) => this.#options.logger.error({ error }, 'the simulated city did not start'));
    child.on('exit', (code) => {
      if (this.#stopping || code === 0) return;
      const pause_ms = RESTART_PAUSE_MS[Math.min(this.#restarts++, RESTART_PAUSE_MS.length - 1)];
      this.#options.logger.warn({ code, pause_ms }, 'the simulated city ended; it is started again');
      this.#timer = setTimeout(() => this.#spawn(), pause_ms);
    });
  }
}

function isProgress(message: unknown): message is CityProgress {
  if (typeof message !== 'object' || message === null) return false;
  const { type, done, total, events } = message as Record<string, unknown>;
  return [done, total, events].every((figure) => typeof figure === 'number') && type === 'progress';
}

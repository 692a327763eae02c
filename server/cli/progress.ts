/** How far long work has come: one line that changes on a terminal, a line every few seconds elsewhere. */
import type { CommandContext } from './command.ts';

const TERMINAL_EVERY_US = 250_000;
const LOG_EVERY_US = 5_000_000;
/** Work that is done by then needs no progress. */
const SILENT_US = 2_000_000;

export class Progress {
  readonly #context: CommandContext;
  readonly #begun_us: number;
  #told_us: number;
  #line_open = false;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#begun_us = context.clock.now_us();
    this.#told_us = this.#begun_us + SILENT_US;
  }

  get elapsed_s(): number {
    return (this.#context.clock.now_us() - this.#begun_us) / 1_000_000;
  }

  /** Tells how far it is, when it is time to tell. */
  at(text: () => string): void {
    const now_us = this.#context.clock.now_us();
    const { is_terminal } = this.#context;
    if (now_us - this.#told_us < (is_terminal ? TERMINAL_EVERY_US : LOG_EVERY_US)) return;
    this.#told_us = now_us;
    this.#context.err(is_terminal ? `\r\u001b[K${text()}` : text(), !is_terminal);
    this.#line_open = is_terminal;
  }

  /** Tells a thing that must be seen. */
  tell(text: string): void {
    this.end();
    this.#context.err(text);
  }

  /** Clears the changing line. */
  end(): void {
    if (this.#line_open) this.#context.err('\r\u001b[K', false);
    this.#line_open = false;
  }
}

/** Such as `12 %` of a file that may be empty. */
export const percent = (done: number, of: number): string =>
  of === 0 ? '100 %' : `${Math.floor((100 * done) / of)} %`;

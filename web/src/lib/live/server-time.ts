/**
 * The server's time, told by its messages. Ages are measured with it, never with the browser's clock, which on a wall
 * may be wrong by hours. Each message arrives late by its way through the network; the least late of the last few
 * is the best estimate.
 */
const SAMPLES_MAX = 12;

export class ServerTime {
  readonly #monotonic_ms: () => number;
  #offsets_ms: number[] = [];
  #offset_ms: number | null = null;

  /** `monotonic_ms`: a clock that never jumps, such as `performance.now`. */
  constructor(monotonic_ms: () => number) {
    this.#monotonic_ms = monotonic_ms;
  }

  /** Takes the server's time (RFC 3339) of a message that has just arrived. */
  hear(at: string): void {
    const server_ms = Date.parse(at);
    if (Number.isNaN(server_ms)) return;
    this.#offsets_ms.push(server_ms - this.#monotonic_ms());
    if (this.#offsets_ms.length > SAMPLES_MAX) this.#offsets_ms.shift();
    this.#offset_ms = Math.max(...this.#offsets_ms);
  }

  /** Another server may have another clock: what the last one said is forgotten. */
  forget(): void {
    this.#offsets_ms = [];
  }

  /** Milliseconds since 1970 by the server's clock; null until it has spoken. */
  now_ms(): number | null {
    return this.#offset_ms === null ? null : this.#offset_ms + this.#monotonic_ms();
  }
}

/** One socket: what it watches, how much it asks for, and its way out. */
import type { Clock } from '../lib/clock.ts';
import type { Packet } from './frame.ts';
import type { Room } from './room.ts';
import { type RawConnection, Wire } from './wire.ts';

const WINDOW_US = 1_000_000;

export class Client {
  readonly rooms = new Set<Room>();
  readonly #wire: Wire;
  #window_us = 0;
  #asked = 0;

  constructor(connection: RawConnection) {
    this.#wire = new Wire(connection);
  }

  deliver(packet: Packet, limit_bytes: number): boolean {
    return this.#wire.deliver(packet, limit_bytes);
  }
  ready(limit_bytes: number): boolean {
    return this.#wire.ready(limit_bytes);
  }
  get pending_bytes(): number {
    return this.#wire.pending_bytes;
  }
  terminate(): void {
    this.#wire.terminate();
  }

  /** Counts a question; false when there were more than `max` within a second. */
  mayAsk(clock: Clock, max: number): boolean {
    const now_us = clock.now_us();
    if (now_us - this.#window_us >= WINDOW_US || now_us < this.#window_us) {
      this.#window_us = now_us;
      this.#asked = 0;
    }
    this.#asked += 1;
    return this.#asked <= max;
  }
}

/** Those who serve a queue, first come first served: who can take the next contact, and when. */
import type { Shift } from './staffing.ts';

export type ServerState = 'available' | 'paused' | 'offline';
export type StateListener = (shift: Shift, at_us: number, state: ServerState, reason: string | null) => void;

/** One agent or clerk at work. A pause begins when it is due and the contact at hand is done. */
class Server {
  readonly shift: Shift;
  free_us: number;
  #next_pause = 0;
  readonly #tell: StateListener;

  constructor(shift: Shift, tell: StateListener) {
    this.shift = shift;
    this.free_us = shift.from_us;
    this.#tell = tell;
    tell(shift, shift.from_us, 'available', null);
  }

  /** The first instant from `at_us` on at which the server can begin; infinite when the shift is over by then. */
  ready(at_us: number): number {
    let ready_us = Math.max(at_us, this.free_us);
    for (;;) {
      const pause = this.shift.pauses[this.#next_pause];
      if (!pause || pause.at_us > ready_us) break;
      const begin_us = Math.max(pause.at_us, this.free_us);
      if (begin_us >= this.shift.to_us) break;
      this.free_us = Math.min(begin_us + pause.length_us, this.shift.to_us);
      this.#tell(this.shift, begin_us, 'paused', pause.reason);
      if (this.free_us < this.shift.to_us) this.#tell(this.shift, this.free_us, 'available', null);
      this.#next_pause += 1;
      ready_us = Math.max(at_us, this.free_us);
    }
    return ready_us < this.shift.to_us ? ready_us : Number.POSITIVE_INFINITY;
  }

  /** Takes the pauses that are still due and goes home. */
  leave(): void {
    this.ready(this.shift.to_us);
    this.#tell(this.shift, Math.max(this.shift.to_us, this.free_us), 'offline', null);
  }
}

/** A place found for a contact. */
export interface Turn {
  readonly at_us: number;
  readonly agent: string;
  /** Occupies the server until then. */
  take(until_us: number): void;
}

export class Servers {
  readonly #servers: Server[];

  constructor(shifts: readonly Shift[], tell: StateListener) {
    this.#servers = shifts.map((shift) => new Server(shift, tell));
  }

  /**
   * Who would serve a contact that has been waiting since `at_us`, and when: of those who are ready first, the one
   * idle longest. Contacts must be asked about in the order of their arrival. Null when nobody comes any more.
   */
  next(at_us: number): Turn | null {
    let best: Server | null = null;
    let best_us = Number.POSITIVE_INFINITY;
    for (const server of this.#servers) {
      // Nobody who is still busy after the best one can be better: spare the look at their pauses.
      if (server.free_us > best_us) continue;
      const ready_us = server.ready(at_us);
      if (ready_us < best_us || (ready_us === best_us && best !== null && server.free_us < best.free_us)) {
        best = server;
        best_us = ready_us;
      }
    }
    if (!best || best_us === Number.POSITIVE_INFINITY) return null;
    const server = best;
    return {
      at_us: best_us,
      agent: server.shift.agent,
      take: (until_us) => {
        server.free_us = until_us;
      },
    };
  }

  /** The day is over: everybody goes when their shift and their last contact have ended. */
  leave(): void {
    for (const server of this.#servers) server.leave();
  }
}

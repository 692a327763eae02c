/** The live data of an earlier instant: the same topics, from the server's `/replay`. Its time is the replay's, and stands still with it. */
import {
  REPLAY_NAMESPACE,
  type ReplayControl,
  type ReplayQuestion,
  type ReplayStatus,
} from '#contract/replay.ts';
import { Live } from '#lib/live/live.svelte.ts';

export class ReplayLive extends Live {
  status_of: ReplayStatus | null = $state.raw(null);

  constructor(question: ReplayQuestion) {
    let asked = question;
    // After a break it goes on where it was.
    super(REPLAY_NAMESPACE, { auth: (give) => give(asked), forceNew: true });
    this.socket.on('replay', (status: Partial<ReplayStatus>) => {
      this.#take(status);
      const { at, speed, playing } = { ...this.status_of };
      if (at !== undefined && speed !== undefined) asked = { at, speed, playing: playing ?? false };
    });
  }
  #take(status: Partial<ReplayStatus>): void {
    this.status_of = { ...NOTHING, ...this.status_of, error: null, ...status };
  }

  override get replay(): string | undefined {
    return this.status_of?.id ?? undefined;
  }
  override get now_ms(): number | null {
    const now_ms = Date.parse(this.clock?.now ?? this.status_of?.at ?? '');
    return Number.isNaN(now_ms) ? null : now_ms;
  }
  override get wall_ms(): number | null {
    return this.now_ms;
  }

  control(control: ReplayControl): void {
    this.socket.emit('control', control, (status: Partial<ReplayStatus>) => this.#take(status));
  }
  close(): void {
    this.connection.close();
  }
}
const NOTHING: ReplayStatus = { id: null, at: '', speed: 1, playing: false, ended: false, error: null };

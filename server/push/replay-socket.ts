/** One socket of `/replay`: its replay, and the rooms into which it is pushed. It ends with the socket. */
import type { Socket } from 'socket.io';
import { REPLAY_NAMESPACE, type ReplayControl, type ReplayStatus } from '../contract/replay.ts';
import type { TopicSource } from '../contract/topic-source.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { Client } from './client.ts';
import { type PushLimits, Rooms } from './rooms.ts';
import type { RawConnection } from './wire.ts';

export interface ReplaySession {
  readonly source: TopicSource;
  readonly clock: Clock;
  readonly status: ReplayStatus;
  /** @param control as it came over the socket. @throws VigieError that says what it should have been */
  control(control: ReplayControl): Promise<void>;
  /** Called after each step, and when the status has changed. */
  onStep(listener: () => void): void;
  stop(): Promise<void>;
}
export interface ReplayHost {
  /** @param question as it came over the socket. @throws VigieError where there can be none */
  open(question: unknown): Promise<ReplaySession>;
}

/** A client that hears nothing for 15 s takes what it shows for stale. */
const BEAT_MS = 5_000;

export class ReplaySocket {
  readonly #socket: Socket;
  readonly #client: Client;
  readonly #logger: Logger;
  readonly #limits: PushLimits;
  readonly #opened: Promise<{ session: ReplaySession; rooms: Rooms } | null>;
  #beat: NodeJS.Timeout | undefined;
  #told = '';
  #gone = false;

  constructor(options: { socket: Socket; host: ReplayHost; limits: PushLimits; logger: Logger }) {
    this.#socket = options.socket;
    this.#logger = options.logger;
    this.#limits = options.limits;
    this.#client = new Client(options.socket.conn as unknown as RawConnection);
    this.#opened = this.#open(options.host);
    this.#listen();
  }

  async #open(host: ReplayHost): Promise<{ session: ReplaySession; rooms: Rooms } | null> {
    let session: ReplaySession;
    try {
      session = await host.open(this.#socket.handshake.auth);
    } catch (error) {
      if (!(error instanceof VigieError)) this.#logger.error({ error: messageOf(error) }, 'a replay failed');
      this.#socket.emit('replay', failed(error));
      return null;
    }
    if (this.#gone) {
      await session.stop();
      return null;
    }
    const { source, clock } = session;
    const rooms = new Rooms({
      ...{ source, clock, logger: this.#logger, limits: this.#limits },
      namespace: REPLAY_NAMESPACE,
    });
    source.onDirty((topic, key) => rooms.mark(topic, key));
    session.onStep(() => {
      rooms.markAll('clock');
      rooms.tick();
      rooms.catchUp();
      const { id, at, ...rest } = session.status;
      const now = JSON.stringify([id, rest]);
      if (now !== this.#told) this.#tell(session);
      this.#told = now;
    });
    this.#tell(session);
    this.#beat = setInterval(() => this.#tell(session), BEAT_MS);
    return { session, rooms };
  }
  #tell({ status }: ReplaySession): void {
    this.#socket.emit('replay', status);
  }

  #listen(): void {
    const socket = this.#socket;
    const asked = (
      event: string,
      run: (opened: { session: ReplaySession; rooms: Rooms }, value: unknown) => unknown,
    ) =>
      socket.on(event, (...values: unknown[]) => {
        const answer = values.at(-1);
        const respond = (value: unknown): void => {
          if (typeof answer === 'function') answer(value);
        };
        this.#opened
          .then(async (opened) => respond(opened ? await run(opened, values[0]) : NONE))
          .catch((error: unknown) => respond(failed(error)));
      });
    asked('watch', ({ rooms }, question) => rooms.watch(this.#client, question));
    asked('unwatch', ({ rooms }, question) => rooms.unwatch(this.#client, question));
    asked('control', async ({ session }, control) => {
      await session.control((control ?? {}) as ReplayControl);
      return session.status;
    });
    socket.on('disconnect', () => {
      this.#gone = true;
      clearInterval(this.#beat);
      this.#opened
        .then((opened) => opened?.session.stop())
        .catch((error: unknown) => this.#logger.error({ error: messageOf(error) }, 'a replay did not end'));
    });
  }
}

const NONE = { error: { code: 'no_replay', message: 'There is no replay on this connection.' } };
const failed = (error: unknown) => ({
  error:
    error instanceof VigieError
      ? { code: error.code, message: error.message }
      : { code: 'unavailable', message: 'The replay cannot go on; begin it again.' },
});

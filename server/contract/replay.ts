/**
 * A replay: the live state as it was at an earlier instant, going on from there. Socket.IO namespace `/replay`, one replay a socket, told
 * in `auth` what to begin with (`ReplayQuestion`). `watch`, `unwatch` and `delta` are those of `/live`; `control` changes how it goes on
 * and is answered with `ReplayStatus`, which is also sent as event `replay` when it changes and every five seconds.
 */
export const REPLAY_NAMESPACE = '/replay';
/** How many times as fast as it was. */
export const REPLAY_SPEEDS = [1, 10, 60, 600] as const;
export type ReplaySpeed = (typeof REPLAY_SPEEDS)[number];
/** How far back one can begin. */
export const REPLAY_DAYS = 30;

export interface ReplayQuestion {
  /** RFC 3339. */
  readonly at: string;
  readonly speed?: ReplaySpeed;
  /** It stands still if left out. */
  readonly playing?: boolean;
}
export interface ReplayControl {
  readonly speed?: ReplaySpeed;
  readonly playing?: boolean;
  /** Goes on by so many seconds at once, 1 to 3,600. */
  readonly step_s?: number;
}
export interface ReplayStatus {
  /** As `replay` of `/api/v1/map/…`; null until the state is built. */
  readonly id: string | null;
  readonly at: string;
  readonly speed: ReplaySpeed;
  readonly playing: boolean;
  /** It has come to the present. */
  readonly ended: boolean;
  /** Why there is none. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What a screen that hangs for weeks needs: it must not sleep, and no pixel may show the same thing for ever. */

/** A lock can be taken away while the page is in view, or be refused for a time: for a wall of weeks it is asked for again. */
const ASK_AGAIN_MS = 60_000;

/** Keeps the screen awake while the page is visible. Returns the way to stop. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let asking = false;
  let stopped = false;
  const ask = async (): Promise<void> => {
    if (stopped || asking || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
    if (lock !== null && !lock.released) return;
    asking = true;
    try {
      lock = await navigator.wakeLock.request('screen');
      if (stopped) await lock.release();
    } catch {
      // Refused on battery or by policy: the screen's own settings decide until it is asked for again.
    } finally {
      asking = false;
    }
  };
  const again = (): void => void ask();
  document.addEventListener('visibilitychange', again);
  const timer = setInterval(again, ASK_AGAIN_MS);
  again();
  return () => {
    stopped = true;
    clearInterval(timer);
    document.removeEventListener('visibilitychange', again);
    lock?.release().catch(() => undefined);
  };
}

const SHIFTS: readonly (readonly [x: number, y: number])[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
];
export const SHIFT_EVERY_MS = 180_000;

/** Where the picture stands at a time: a few pixels around its place, round once in half an hour. */
export function burnInShift(time_ms: number): readonly [x: number, y: number] {
  return SHIFTS[Math.floor(time_ms / SHIFT_EVERY_MS) % SHIFTS.length] ?? [0, 0];
}

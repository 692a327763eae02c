/** Which of its scopes a wall shows now: each in its turn, but for as long as its reader has stopped the screen. */
import type { WallSetting } from '#contract/walls.ts';

export class Rotation {
  #index = $state(0);

  get index(): number {
    return this.#index;
  }

  /** Turns while the calling effect lives. */
  run({ scopes, every_s }: WallSetting, stopped: () => boolean): () => void {
    this.#index = 0;
    const timer = setInterval(() => {
      if (!stopped()) this.#index = (this.#index + 1) % scopes.length;
    }, every_s * 1000);
    return () => clearInterval(timer);
  }
}

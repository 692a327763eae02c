/** What the server says lies in the box that is shown: counts and the newest, asked for anew when either changes. */
import type { MapView } from '#contract/map.ts';
import type { ShownBox } from './changed.ts';

const DIGITS = 5;
/** Between two questions, ms: moving a map is many moves. */
const EVERY_MS = 700;
/** The same where nobody moves it and the list is for screen readers: an answer is some 10 kB. */
export const EVERY_ON_A_WALL_MS = 15_000;

export class ViewReader {
  view: MapView | null = $state.raw(null);
  failed = $state(false);
  #box: ShownBox | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked_at_ms = Number.NEGATIVE_INFINITY;
  #question = 0;
  readonly #every_ms: number;

  constructor(every_ms = EVERY_MS) {
    this.#every_ms = every_ms;
  }

  show(box: ShownBox): void {
    this.#box = box;
    this.ask();
  }

  /** Soon: again and again asked, it asks once. */
  ask(): void {
    if (this.#timer !== undefined || this.#box === null) return;
    const wait_ms = Math.max(60, this.#asked_at_ms + this.#every_ms - performance.now());
    this.#timer = setTimeout(() => void this.#ask(), wait_ms);
  }
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#box = null;
    this.#question += 1;
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    this.#asked_at_ms = performance.now();
    const box = this.#box;
    if (!box) return;
    this.#question += 1;
    const question = this.#question;
    const edges = [box.west, box.south, box.east, box.north].map((edge) => edge.toFixed(DIGITS));
    try {
      const answer = await fetch(`/api/v1/map/view?box=${edges.join(',')}`);
      const view = answer.ok ? ((await answer.json()) as MapView) : null;
      // An answer to an older question says nothing of what is shown now.
      if (question !== this.#question) return;
      this.failed = view === null;
      if (view) this.view = view;
    } catch {
      if (question === this.#question) this.failed = true;
    }
  }
}

/** What the server says lies in the box that is shown: counts, the newest, and the incidents; asked for anew when either changes. */
import type { MapIncident, MapIncidents, MapView } from '#contract/map.ts';
import type { ShownBox } from './changed.ts';

const DIGITS = 5;
/** Between two questions, ms: moving a map is many moves. */
const EVERY_MS = 700;
/** The same where nobody moves it and the list is for screen readers: an answer is some 10 kB. */
const EVERY_ON_A_WALL_MS = 15_000;

export class ViewReader {
  view: MapView | null = $state.raw(null);
  /** null: not asked for, or not answered yet. */
  incidents: readonly MapIncident[] | null = $state.raw(null);
  failed = $state(false);
  /** What is shown is not yet of what is asked for. */
  pending = $state(true);
  #box: ShownBox | null = null;
  #query = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked_at_ms = Number.NEGATIVE_INFINITY;
  #question = 0;
  readonly #form: 'page' | 'panel';

  constructor(form: 'page' | 'panel') {
    this.#form = form;
  }

  show(box: ShownBox): void {
    this.#box = box;
    this.ask();
  }
  /** @param query filters and moment, as the server is asked for them */
  filter(query: string): void {
    if (query === this.#query) return;
    this.#query = query;
    this.pending = true;
    this.ask();
  }

  /** Soon: again and again asked, it asks once. */
  ask(): void {
    if (this.#timer !== undefined || this.#box === null) return;
    const every_ms = this.#form === 'page' ? EVERY_MS : EVERY_ON_A_WALL_MS;
    const wait_ms = Math.max(60, this.#asked_at_ms + every_ms - performance.now());
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
    const query = `box=${edges.join(',')}${this.#query && `&${this.#query}`}`;
    try {
      const [view, incidents] = await Promise.all([
        read<MapView>(`/api/v1/map/view?${query}`),
        this.#form === 'page' ? read<MapIncidents>(`/api/v1/map/incidents?${query}`) : null,
      ]);
      // An answer to an older question says nothing of what is shown now.
      if (question !== this.#question) return;
      this.view = view;
      this.incidents = incidents?.items ?? null;
      this.failed = false;
    } catch {
      if (question !== this.#question) return;
      this.failed = true;
    }
    this.pending = false;
  }
}

async function read<T>(address: string): Promise<T> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()) as T;
}

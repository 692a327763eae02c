/** What the server is asked for over HTTP, and asked again now and then while it is shown. */
import { untrack } from 'svelte';
import { type Live, useLive } from '#lib/live/live.svelte.ts';

export type Fault = 'refused' | 'failed' | 'unanswerable';

export class Asked<T extends { readonly as_of: string }> {
  /** What was answered last; it stays while something else is asked for, and when nothing is answered. */
  value: T | null = $state.raw(null);
  fault: Fault | null = $state(null);
  /** The shown value is not yet of what is asked for. */
  pending = $state(true);
  readonly #live = useLive();

  /** Call inside an effect and return what it returns. A paused display (WCAG 2.2.2) asks for nothing new by itself. */
  keep(read: (signal: AbortSignal) => Promise<T>, every_ms: number): () => void {
    const abort = new AbortController();
    this.pending = true;
    let asking = false;
    const ask = async (): Promise<void> => {
      // A slow server is not asked twice at once.
      if (asking) return;
      asking = true;
      await this.#ask(read, abort.signal);
      asking = false;
    };
    void ask();
    const timer = setInterval(() => {
      if (!document.hidden && this.#live?.paused_ms == null) void ask();
    }, every_ms);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }

  async #ask(read: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<void> {
    try {
      const value = await read(signal);
      if (signal.aborted) return;
      this.value = value;
      this.fault = null;
    } catch (error) {
      if (signal.aborted) return;
      this.fault = error instanceof Refusal ? error.fault : 'failed';
    }
    this.pending = false;
  }
}

class Refusal extends Error {
  readonly fault: Fault;
  constructor(status: number) {
    super(`status ${status}`);
    this.fault = status === 401 || status === 403 ? 'refused' : status === 400 ? 'unanswerable' : 'failed';
  }
}

/** @throws where it is not answered */
export async function getJson<T>(address: string, signal: AbortSignal): Promise<T> {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Refusal(answer.status);
  return (await answer.json()) as T;
}

/** The server's time, ms since 1970, as far as it is known; nothing depends on its going on. */
export const nowOf = (live: Live | undefined): number => untrack(() => live?.wall_ms) ?? Date.now();

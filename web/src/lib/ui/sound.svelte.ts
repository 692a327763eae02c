/** A signal for what is new, off until somebody turns it on. The choice is this screen's own. */
const KEY = 'vigie_sound';
/** Several at once are one signal. */
const APART_MS = 3_000;
const TONES_HZ = [660, 880] as const;
const TONE_S = 0.16;

export type SoundState = 'on' | 'off' | 'waiting';

class Sound {
  #wanted = $state(false);
  /** A browser gives no sound before somebody has touched the page. */
  #allowed = $state(false);
  #context: AudioContext | null = null;
  #last_ms = Number.NEGATIVE_INFINITY;

  get state(): SoundState {
    if (!this.#wanted) return 'off';
    return this.#allowed ? 'on' : 'waiting';
  }

  /** Takes up what was chosen on this screen before. Returns the way to stop listening. */
  start(): () => void {
    this.#wanted = read() === 'on';
    const touched = (): void => void this.#unlock();
    addEventListener('pointerdown', touched);
    addEventListener('keydown', touched);
    void this.#unlock();
    return () => {
      removeEventListener('pointerdown', touched);
      removeEventListener('keydown', touched);
    };
  }

  toggle(): void {
    this.#wanted = !this.#wanted;
    write(this.#wanted ? 'on' : 'off');
    // Heard at once, so that one knows how loud it is.
    if (this.#wanted) void this.#unlock().then(() => this.play());
    else void this.#context?.suspend().catch(() => undefined);
  }

  /** Two short tones, when sound is on and allowed. */
  play(): void {
    const context = this.#context;
    const now_ms = performance.now();
    if (this.state !== 'on' || !context || now_ms - this.#last_ms < APART_MS) return;
    this.#last_ms = now_ms;
    for (const [index, frequency] of TONES_HZ.entries()) {
      const begin = context.currentTime + index * TONE_S;
      const tone = new OscillatorNode(context, { frequency });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setValueAtTime(0, begin);
      volume.gain.linearRampToValueAtTime(0.25, begin + 0.02);
      volume.gain.linearRampToValueAtTime(0, begin + TONE_S);
      tone.connect(volume).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + TONE_S);
    }
  }

  async #unlock(): Promise<void> {
    if (!this.#wanted || typeof AudioContext === 'undefined') return;
    this.#context ??= new AudioContext();
    const context = this.#context;
    context.onstatechange = () => (this.#allowed = context.state === 'running');
    // Without a touch the promise may stay open; the state says when it is allowed.
    await context.resume().catch(() => undefined);
    this.#allowed = context.state === 'running';
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
function write(value: string): void {
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // A browser that keeps nothing: the choice holds on this page.
  }
}

export const sound = new Sound();

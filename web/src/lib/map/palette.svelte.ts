/** The colours of the look as a map needs them: plain values, anew when the theme changes. */
import { createSubscriber } from 'svelte/reactivity';

const NAMES = {
  land: '--surface',
  line: '--line',
  ink: '--ink',
  quiet: '--ink-2',
  accent: '--accent',
  accent_soft: '--accent-soft',
  breach: '--breach',
  /** For lines and texts on the ground. */
  breach_line: '--breach-line',
  breach_ink: '--breach-ink',
} as const;
export type Palette = Readonly<Record<keyof typeof NAMES | 'water', string>>;

/** No token is water: it is no state, and nothing else is drawn in it. */
const WATER = { light: '#cfdde4', dark: '#08161f' };

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colours = Object.fromEntries(
    Object.entries(NAMES).map(([name, token]) => [name, style.getPropertyValue(token).trim()]),
  ) as Record<keyof typeof NAMES, string>;
  return { ...colours, water: style.colorScheme.includes('dark') ? WATER.dark : WATER.light };
}

export class PaletteReader {
  readonly #subscribe: () => void;
  #now: Palette | null = null;

  constructor() {
    this.#subscribe = createSubscriber((update) => {
      const changed = (): void => {
        this.#now = null;
        update();
      };
      const observer = new MutationObserver(changed);
      observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
      const dark = matchMedia('(prefers-color-scheme: dark)');
      dark.addEventListener('change', changed);
      return () => {
        observer.disconnect();
        dark.removeEventListener('change', changed);
      };
    });
  }
  get now(): Palette {
    this.#subscribe();
    this.#now ??= read();
    return this.#now;
  }
}

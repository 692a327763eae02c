/**
 * What the server has acknowledged, kept in a small file: spans of time, so that a second start sends only what is missing,
 * the time it was off included.
 */
import { open, readFile, rename } from 'node:fs/promises';

/** Half-open `[from_us, to_us)`. */
export type Span = readonly [from_us: number, to_us: number];

/** Which city was sent. Another seed, size, zone or beginning is another city, with a progress of its own. */
export interface CityIdentity {
  readonly seed: string;
  readonly size: number;
  readonly time_zone: string;
}
interface ProgressFile extends CityIdentity {
  readonly version: 1;
  readonly since: string;
  readonly whole_before_us?: number;
  readonly covered: readonly Span[];
}

/** Adds a span to sorted spans that do not touch one another. */
export function addSpan(spans: readonly Span[], added: Span): Span[] {
  let [from_us, to_us] = added;
  if (to_us <= from_us) return [...spans];
  const apart: Span[] = [];
  for (const span of spans) {
    if (span[1] < from_us || span[0] > to_us) {
      apart.push(span);
    } else {
      from_us = Math.min(from_us, span[0]);
      to_us = Math.max(to_us, span[1]);
    }
  }
  return [...apart, [from_us, to_us] as const].sort((a, b) => a[0] - b[0]);
}

/** What of `[from_us, to_us)` no span covers, in order. */
export function gapsIn(spans: readonly Span[], [from_us, to_us]: Span): Span[] {
  const gaps: Span[] = [];
  let at_us = from_us;
  for (const span of spans) {
    if (span[1] <= at_us) continue;
    if (span[0] >= to_us) break;
    if (span[0] > at_us) gaps.push([at_us, span[0]]);
    at_us = span[1];
  }
  if (at_us < to_us) gaps.push([at_us, to_us]);
  return gaps;
}

function isProgress(value: unknown): value is ProgressFile {
  if (typeof value !== 'object' || value === null) return false;
  const { version, since, whole_before_us, covered } = value as Partial<Record<keyof ProgressFile, unknown>>;
  const is_span = (span: unknown) =>
    Array.isArray(span) && span.length === 2 && span.every(Number.isSafeInteger);
  if (whole_before_us !== undefined && !Number.isSafeInteger(whole_before_us)) return false;
  return version === 1 && typeof since === 'string' && Array.isArray(covered) && covered.every(is_span);
}

/** The file's content, or null when there is none that can be used: then all is sent again, which changes nothing. */
async function read(path: string, identity: CityIdentity): Promise<ProgressFile | null> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (!isProgress(value)) return null;
    const same =
      value.seed === identity.seed && value.size === identity.size && value.time_zone === identity.time_zone;
    return same ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export class ProgressStore {
  /** First local date of the city's history; it stays what it was at the first start. */
  readonly since: string;
  readonly #path: string | null;
  readonly #identity: CityIdentity;
  #whole_before_us: number | undefined;
  #covered: readonly Span[];
  #saving: Promise<void> = Promise.resolve();

  private constructor(
    path: string | null,
    identity: CityIdentity,
    since: string,
    known: ProgressFile | null,
  ) {
    this.#path = path;
    this.#identity = identity;
    this.since = known?.since ?? since;
    this.#whole_before_us = known?.whole_before_us;
    this.#covered = known?.covered ?? [];
  }

  /** @param path null keeps the progress in memory only. @param since used when there is no progress yet. */
  static async open(path: string | null, identity: CityIdentity, since: string): Promise<ProgressStore> {
    const known = path === null ? null : await read(path, identity);
    return new ProgressStore(path, identity, since, known);
  }

  /**
   * The days before it are sent by what began on them, up to here; the days from it on by what happened on them. It stays what it
   * was at the first start: the two ways must meet at one instant.
   */
  wholeBefore_us(first_us: number): number {
    // A progress of an earlier version knows only the second way.
    this.#whole_before_us ??= this.#covered.length > 0 ? 0 : first_us;
    return this.#whole_before_us;
  }

  gaps(span: Span): Span[] {
    return gapsIn(this.#covered, span);
  }
  cover(span: Span): void {
    this.#covered = addSpan(this.#covered, span);
  }

  /** Writes the file so that it is whole at any moment: beside it first, synced, then in its place. One write at a time. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(() => this.#write());
    return this.#saving;
  }

  async #write(): Promise<void> {
    if (this.#path === null) return;
    const content: ProgressFile = {
      version: 1,
      ...this.#identity,
      since: this.since,
      ...(this.#whole_before_us !== undefined && { whole_before_us: this.#whole_before_us }),
      covered: this.#covered,
    };
    const beside = `${this.#path}.new`;
    const file = await open(beside, 'w');
    try {
      await file.writeFile(`${JSON.stringify(content)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, this.#path);
  }
}

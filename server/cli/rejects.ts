/** What could not go in, beside the file it came from: line number, reason, the line itself, separated by tabs. */
import { type FileHandle, open, rm } from 'node:fs/promises';

export interface Reject {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

const TEXT_LENGTH_MAX = 16_384;
const oneLine = (text: string): string => text.replace(/[\r\n\t]+/g, ' ');

export class RejectsFile {
  readonly path: string;
  readonly #append: boolean;
  #file: FileHandle | null = null;
  #count = 0;

  /** @param append a follower goes on with the file of its predecessor; an import begins anew. */
  constructor(path: string, options: { append: boolean }) {
    this.path = path;
    this.#append = options.append;
  }

  get count(): number {
    return this.#count;
  }

  /** The rejects of an earlier import say nothing of this one. */
  async begin(): Promise<void> {
    if (!this.#append) await rm(this.path, { force: true });
  }

  /** The file is there only once there is something in it. */
  async add(rejects: readonly Reject[]): Promise<void> {
    if (rejects.length === 0) return;
    this.#file ??= await open(this.path, this.#append ? 'a' : 'w');
    const lines = rejects.map(({ line, reason, text }) => {
      const shown = text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)} …` : text;
      return `${line}\t${oneLine(reason)}\t${oneLine(shown)}\n`;
    });
    await this.#file.write(lines.join(''));
    this.#count += rejects.length;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
}

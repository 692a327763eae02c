/**
 * Keeps the embedded server's write-ahead log bounded. PostgreSQL leaves that to its checkpointer process, which the
 * embedded build does not have: there, two million rows grew the log to 564 MB. So the volume is measured where it is
 * written, and a checkpoint is due after a fixed amount of it; the server then recycles the old segments itself.
 */
export const WAL_SEGMENT_BYTES = 1024 * 1024;
/** The log is at most about this, and what this build keeps for recycling (`min_wal_size`, 80 MB), and one transaction. */
const CHECKPOINT_AFTER_BYTES = 64 * 1024 * 1024;
const WAL_SEGMENT_PATH = /\/pg_wal\/[0-9A-F]{24}$/;

export class WalBound {
  readonly #after_bytes: number;
  readonly #isWal = new WeakMap<object, boolean>();
  #current: object | null = null;
  #segments = 0;

  constructor(after_bytes = CHECKPOINT_AFTER_BYTES) {
    this.#after_bytes = after_bytes;
  }

  /**
   * Called at each write. Segments begun are counted rather than bytes, because a small commit writes its 8 KiB page
   * again and again.
   * @param stream identity of the open file
   */
  written(stream: object, path: () => string): void {
    if (stream === this.#current) return;
    let isWal = this.#isWal.get(stream);
    if (isWal === undefined) {
      isWal = WAL_SEGMENT_PATH.test(path());
      this.#isWal.set(stream, isWal);
    }
    if (!isWal) return;
    this.#current = stream;
    this.#segments += 1;
  }

  get due(): boolean {
    return this.#segments * WAL_SEGMENT_BYTES >= this.#after_bytes;
  }

  checkpointed(): void {
    this.#segments = 0;
  }
}

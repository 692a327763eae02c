/**
 * A copy of the embedded database's files as they are at one instant. Nearly all of them are copied while it works; then it is held
 * for as long as it takes to copy again what was written meanwhile. Between two statements its folder is what a kill would leave, which
 * PostgreSQL recovers from.
 */
import { constants, type Stats } from 'node:fs';
import { copyFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files this much older than the first copying were not written during it, whatever the file system's clock rounds to. */
const MARGIN_MS = 2_000;
/** Two at a time: the journal's syncs need threads of the same pool. */
const AT_ONCE = 2;

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
const statOf = (path: string): Promise<Stats | null> => stat(path).catch(() => null);

async function each(items: readonly string[], work: (item: string) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

/** Folders too: PostgreSQL wants empty ones. */
async function makeFolders(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (entry.isDirectory())
      await mkdir(join(to, join(entry.parentPath, entry.name).slice(from.length + 1)), { recursive: true });
  }
}

/**
 * @param hold runs work while nothing is written
 * @returns how long it was held, ms
 */
export async function cloneFolder(
  from: string,
  to: string,
  hold: (work: () => Promise<void>) => Promise<void>,
): Promise<number> {
  const began_ms = Date.now();
  await mkdir(to, { recursive: true });
  await each(await filesIn(from), async (file) => {
    // What goes meanwhile is left out; the second look sees that it is gone.
    await copy(join(from, file), join(to, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  });
  let held_ms = 0;
  await hold(async () => {
    const held = performance.now();
    const files = await filesIn(from);
    const there = new Set(files);
    await makeFolders(from, to);
    await each(files, async (file) => {
      const [now, copied] = await Promise.all([stat(join(from, file)), statOf(join(to, file))]);
      if (copied === null || copied.size !== now.size || now.mtimeMs >= began_ms - MARGIN_MS)
        await copy(join(from, file), join(to, file));
    });
    for (const file of await filesIn(to)) if (!there.has(file)) await rm(join(to, file));
    held_ms = performance.now() - held;
  });
  return held_ms;
}

/**
 * One process per data folder. The lock is SQLite's on a small file: the kernel releases it when the process ends in
 * whatever way, so a killed server never leaves a folder locked, and it works the same on Linux, macOS and Windows.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VigieError } from '../lib/errors.ts';

export interface FolderLock {
  release(): void;
}

/** Who holds the lock, for the message to a person; the lock itself does not depend on it. */
function holderOf(file: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; since: string };
    return `process ${pid}, since ${since}`;
  } catch {
    return 'another process';
  }
}

/** Collected as garbage, a lock would be released: it is held here until its `release`. */
const held = new Set<DatabaseSync>();

/** Throws `data_locked` at once when another process (or this one) holds the folder. */
export function lockFolder(folder: string): FolderLock {
  mkdirSync(folder, { recursive: true });
  const holderFile = join(folder, 'lock.json');
  const lock = new DatabaseSync(join(folder, 'lock.sqlite'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new VigieError(
      'data_locked',
      `The data folder ${folder} is in use by ${holderOf(holderFile)}. ` +
        'Stop that server, or give this one another folder with VIGIE_DATA.',
      { cause: error },
    );
  }
  writeFileSync(holderFile, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
  held.add(lock);
  return {
    release() {
      held.delete(lock);
      if (lock.isOpen) lock.close();
    },
  };
}

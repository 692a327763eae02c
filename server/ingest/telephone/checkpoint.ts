/** How far a follower has come, on the disk: written after the server has acknowledged, so it never runs ahead. */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { VigieError } from '../../lib/errors.ts';
import type { QueueLogSnapshot } from './events.ts';
import type { LogPosition } from './tail.ts';

export interface Checkpoint {
  readonly version: 1;
  readonly source: string;
  readonly position: LogPosition;
  readonly reader: QueueLogSnapshot;
}

/** Where the checkpoint of a log lies when nothing else is said: under the data folder, a file for each log and source. */
export function checkpointPath(data_dir: string, log: string, source: string): string {
  const name = createHash('sha256')
    .update(`${resolve(log)}\0${source}`)
    .digest('hex')
    .slice(0, 16);
  return join(data_dir, 'follow', `queue-log-${name}.json`);
}

/** @returns null when there is none yet. */
export async function readCheckpoint(path: string): Promise<Checkpoint | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  try {
    const checkpoint = JSON.parse(text) as Checkpoint;
    if (checkpoint.version === 1) return checkpoint;
  } catch {
    // Told below, as any other content that cannot be used.
  }
  throw new VigieError(
    'checkpoint_unreadable',
    `${path} is no checkpoint of this version. Remove it to read the log from its beginning: what is there already is not doubled.`,
  );
}

/** Writes it whole or not at all, also when the power fails. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.new`;
  const file = await open(fresh, 'w');
  try {
    await file.writeFile(JSON.stringify(checkpoint));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}

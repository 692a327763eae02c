/** A backup into a data folder: built beside its place, and put there when it is whole. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { VigieError } from '../lib/errors.ts';
import { type Restored, type RestoreOptions, restoreInto } from './backup-restore.ts';
import { syncFolder } from './journal.ts';
import { lockFolder } from './lock.ts';
import { openDatabase } from './open.ts';

const PREFIX = 'restore-';

/** @throws VigieError `data_locked` while a server uses the folder, `not_empty` when it has a database already */
export async function restoreEmbedded(dataDir: string, options: RestoreOptions): Promise<Restored> {
  const root = resolve(dataDir);
  const lock = lockFolder(root);
  try {
    for (const name of ['db', 'journal']) {
      if (!existsSync(join(root, name))) continue;
      const message =
        `${root} has a database already (${join(root, name)}). A backup is restored into a folder without one: ` +
        'move that away, or name another folder with VIGIE_DATA.';
      throw new VigieError('not_empty', message);
    }
    // What a restore that was killed left behind.
    for (const name of await readdir(root))
      if (name.startsWith(PREFIX)) await rm(join(root, name), { recursive: true });
    const building = await mkdtemp(join(root, PREFIX));
    try {
      const db = await openDatabase({ databaseUrl: null, dataDir: building, logger: options.logger });
      const restored = await restoreInto(db, options).finally(() => db.close());
      await rename(join(building, 'db'), join(root, 'db'));
      await syncFolder(root);
      return restored;
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from '../../server/store/lock.ts';

const HOLDER = fileURLToPath(new URL('lock-holder.ts', import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the lock of a data folder', () => {
  it('refuses a second holder in the same process, and is free after release', () => {
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow('in use by process');
    lock.release();
    lockFolder(folder).release();
  });

  it('refuses a second process, naming the first, and is freed by its death', async () => {
    const holder = fork(HOLDER, [folder]);
    await once(holder, 'message');
    expect(() => lockFolder(folder)).toThrow(`in use by process ${holder.pid}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    lockFolder(folder).release();
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-npm-'));
});
// The server answers no more a moment before it has closed its database.
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 40, retryDelay: 250 }));

/** Starts the production server as the README says; its address when it is ready. */
async function npmServe(): Promise<{ npm: ChildProcess; url: string }> {
  const { DATABASE_URL: _server, ...env } = process.env;
  const npm = spawn('npm', ['run', 'serve'], {
    cwd: ROOT,
    env: { ...env, PORT: '0', VIGIE_DATA: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: npm.stdout as NodeJS.ReadableStream })) {
    if (line.includes('"msg":"ready"')) return { npm, url: (JSON.parse(line) as { url: string }).url };
  }
  throw new Error('the server ended before it was ready');
}
const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'npm that is ended by %s leaves no server behind',
  async (signal) => {
    const { npm, url } = await npmServe();
    expect(await answers(url)).toBe(true);
    npm.kill(signal);
    const give_up_at = performance.now() + 20_000;
    while ((await answers(url)) && performance.now() < give_up_at)
      await new Promise((done) => setTimeout(done, 100));
    expect(await answers(url)).toBe(false);
  },
);

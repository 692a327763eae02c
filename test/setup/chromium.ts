/**
 * A Chromium for the browser tests: one that is installed, else Playwright's own, else one from the system's package
 * manager. Prints what it does where it takes time.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installedChromium } from '../../server/lib/chromium.ts';

export { CHROMIUM_ARGS } from '../../server/lib/chromium.ts';

/** Runs a command to its end with its output shown; false when it cannot be run or fails. */
function succeeds(command: string, args: readonly string[], timeout_ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: timeout_ms });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

const INSTALL_MS = 600_000;
const PACKAGE_MANAGERS: readonly (readonly string[])[] = [
  ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'],
  ['dnf', 'install', '-y', 'chromium'],
  ['apk', 'add', 'chromium'],
  ['pacman', '-S', '--noconfirm', 'chromium'],
  ['brew', 'install', '--cask', 'chromium'],
];

/** The path of a Chromium that can be run. Throws, saying what to do, when none can be had. */
export async function findChromium(): Promise<string> {
  const found = installedChromium();
  if (found) return found;
  console.log('No Chromium found: fetching the one that belongs to Playwright …');
  const playwright = fileURLToPath(import.meta.resolve('playwright-core/package.json')).replace(
    'package.json',
    'cli.js',
  );
  await succeeds(
    process.execPath,
    [playwright, 'install', 'chromium-headless-shell', 'chromium'],
    INSTALL_MS,
  );
  for (const [command, ...args] of PACKAGE_MANAGERS) {
    const now = installedChromium();
    if (now) return now;
    console.log(`Trying to install it: ${command} ${args.join(' ')} …`);
    if (command === 'apt-get') await succeeds('apt-get', ['update', '-q'], INSTALL_MS);
    await succeeds(command!, args, INSTALL_MS);
  }
  const last = installedChromium();
  if (last) return last;
  throw new Error('No Chromium could be found or installed: install one, or name it with VIGIE_CHROMIUM.');
}

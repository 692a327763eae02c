/** The real server as a child process, on an embedded database of its own, that can be killed and started again. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const KEY = 'browser-test-key';
const READY_WITHIN_MS = 60_000;

/** The built screens are what is tested; they are built once when they are not there. */
export async function ensureBuilt(): Promise<void> {
  if (existsSync(join(ROOT, 'web/build/handler.js'))) return;
  console.log('Building the screens …');
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  await promisify(execFile)(process.execPath, [vite, 'build', '--config', 'web/vite.config.ts'], {
    cwd: ROOT,
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export class TestServer {
  readonly url: string;
  readonly #port: number;
  readonly #data: string;
  #child: ChildProcess | null = null;

  private constructor(port: number, data: string) {
    this.#port = port;
    this.#data = data;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async create(): Promise<TestServer> {
    await ensureBuilt();
    const server = new TestServer(await freePort(), await mkdtemp(join(tmpdir(), 'vigie-browser-')));
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const { DATABASE_URL: _native, ...environment } = process.env;
    let output = '';
    const child = spawn(process.execPath, ['server/main.ts'], {
      cwd: ROOT,
      env: {
        ...environment,
        PORT: String(this.#port),
        HOST: '127.0.0.1',
        VIGIE_DATA: this.#data,
        VIGIE_INGEST_KEY: KEY,
        VIGIE_DEMO: '0',
        VIGIE_LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    this.#child = child;
    const until = Date.now() + READY_WITHIN_MS;
    while (Date.now() < until) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output}`);
      const ready = await fetch(`${this.url}/readyz`).catch(() => null);
      if (ready?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`the server was not ready in time:\n${output}`);
  }

  /** As a power cut does: without a word. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Sends events as any client does; throws when one is not accepted. */
  async send(events: readonly { type: string; subject: string; data: object; time?: Date }[]): Promise<void> {
    const batch = events.map(({ type, subject, data, time = new Date() }) => ({
      specversion: '1.0',
      id: crypto.randomUUID(),
      source: '/test/telephone',
      type: `org.vigie311.${type}`,
      subject,
      time: time.toISOString(),
      data,
    }));
    const answer = await fetch(`${this.url}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json', authorization: `Bearer ${KEY}` },
      body: JSON.stringify(batch),
    });
    const text = await answer.text();
    const accepted = answer.ok ? (JSON.parse(text) as { accepted: number }).accepted : 0;
    if (accepted !== batch.length) throw new Error(`${answer.status}: ${text}`);
  }
}

/**
 * `npm test`: every check, one after the other, each with its time; the last line is `N passed, N failed`. A check such
 * as formatting counts as one, a test as one. What a check says is shown only when it fails.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from './setup/chromium.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}
interface Check {
  readonly title: string;
  readonly run: () => Promise<Outcome>;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const ONE_PASSED: Outcome = { passed: 1, failed: 0, skipped: 0 };
const ONE_FAILED: Outcome = { passed: 0, failed: 1, skipped: 0 };

/** Path of a package's program, as its package.json names it. */
function program(name: string, bin: string): string {
  const manifest = require.resolve(`${name}/package.json`);
  const { bin: bins } = require(manifest) as { bin: string | Record<string, string> };
  return join(dirname(manifest), typeof bins === 'string' ? bins : bins[bin]!);
}

/** Runs a JavaScript program on this Node. @returns its exit code and, unless it shows it itself, what it said. */
function node(args: readonly string[], output: 'kept' | 'shown'): Promise<{ code: number; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', output === 'kept' ? 'pipe' : 'inherit', output === 'kept' ? 'pipe' : 'inherit'],
    });
    let said = '';
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    const end = (): void => {
      child.kill('SIGTERM');
      process.exit(143);
    };
    process.once('SIGTERM', end);
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGTERM', end);
      resolve({ code: code ?? 1, said });
    });
  });
}

const check = (title: string, ...args: string[]): Check => ({
  title,
  run: async () => {
    const { code, said } = await node(args, 'kept');
    if (code === 0) return ONE_PASSED;
    say(said.trimEnd());
    return ONE_FAILED;
  },
});

const browser: Check = {
  title: 'a Chromium for the browser tests',
  run: async () => {
    say(`  ${await findChromium()}`);
    return ONE_PASSED;
  },
};

/** What is read of Vitest's JSON report. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

const tests: Check = {
  title: 'unit, database and browser tests',
  run: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-tests-'));
    const file = join(folder, 'report.json');
    try {
      const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
      const { code } = await node([program('vitest', 'vitest'), 'run', ...reporters], 'shown');
      return outcomeOf(JSON.parse(await readFile(file, 'utf8')) as Report, code);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function outcomeOf(report: Report, code: number): Outcome {
  // A file that cannot even be loaded has no tests to count, and an error outside of every test belongs to none.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const biome = program('@biomejs/biome', 'biome');
const CHECKS: readonly Check[] = [
  browser,
  check('format', biome, 'ci', '--colors=off', '--linter-enabled=false', '.'),
  check('lint', biome, 'ci', '--colors=off', '--formatter-enabled=false', '--assist-enabled=false', '.'),
  check('types', program('typescript', 'tsc'), '--noEmit'),
  check(
    'types of the screens',
    program('svelte-check', 'svelte-check'),
    '--workspace',
    'web',
    '--tsconfig',
    './tsconfig.json',
  ),
  check('build of the screens', 'server/bootstrap.mjs', 'build'),
  tests,
];

async function main(): Promise<void> {
  const total: Outcome = { passed: 0, failed: 0, skipped: 0 };
  for (const { title, run } of CHECKS) {
    const begun = performance.now();
    say(`▶ ${title}`);
    const outcome = await run().catch((error: unknown) => {
      say(error instanceof Error ? error.message : String(error));
      return ONE_FAILED;
    });
    const mark = outcome.failed === 0 ? '✓' : '✗';
    say(`${mark} ${title} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  say(`${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}

await main();

/** What whoever runs the server asks: does it live, can it serve, how much does it do. No personal data, no secrets. */
import { type RequestHandler, Router } from 'express';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { messageOf } from './errors.ts';
import { sendJson } from './http-errors.ts';

/** Whether one part can serve: true or an explanation, at once or after asking. */
export type Check = () => boolean | string | Promise<boolean | string>;

export interface OpsOptions {
  /** By name, such as `database`, `migrations`, `state`. */
  readonly checks: Readonly<Record<string, Check>>;
  readonly registry: Registry;
  /** Lets pass who may see `/metrics`; without it all may. */
  readonly gate?: RequestHandler;
}

/** A check that has not answered by then has failed. */
const CHECK_MS_MAX = 2_000;

/** `/healthz`, `/readyz` and `/metrics`. */
export function opsRouter({ checks, registry, gate }: OpsOptions): Router {
  const router = Router();
  router.get('/healthz', (_req, res) => {
    res.setHeader('cache-control', 'no-store');
    sendJson(res, 200, { status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const names = Object.keys(checks);
    const results = await Promise.all(names.map((name) => outcome(checks[name])));
    const ready = results.every((result) => result === 'ok');
    const parts = Object.fromEntries(names.map((name, index) => [name, results[index]]));
    res.setHeader('cache-control', 'no-store');
    if (!ready) res.setHeader('retry-after', '1');
    sendJson(res, ready ? 200 : 503, { status: ready ? 'ok' : 'unavailable', checks: parts });
  });
  const metrics: RequestHandler = async (_req, res, next) => {
    try {
      res.setHeader('content-type', registry.contentType);
      res.setHeader('cache-control', 'no-store');
      res.end(await registry.metrics());
    } catch (error) {
      next(error);
    }
  };
  if (gate) router.get('/metrics', gate, metrics);
  else router.get('/metrics', metrics);
  return router;
}

async function outcome(check: Check | undefined): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve('no answer in time'), CHECK_MS_MAX);
  });
  try {
    const result = await Promise.race([Promise.resolve(check?.() ?? 'missing'), late]);
    return result === true ? 'ok' : result === false ? 'not ready' : result;
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Figures read when asked for: name (with its unit at the end), help, kind and the way to read it. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  /** `counter`: only grows since the start. */
  readonly kind: 'gauge' | 'counter';
  readonly read: () => number;
}

/** A registry with the process's own figures (`vigie_process_…`, `vigie_nodejs_…`) and those given. */
export function metricsRegistry(readings: readonly Reading[]): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'vigie_' });
  for (const { name, help, kind, read } of readings) {
    const registers = [registry];
    if (kind === 'gauge') {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    } else {
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      });
    }
  }
  return registry;
}

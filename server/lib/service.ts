/** A long-running part. `start` resolves when it works; `stop` finishes what was begun, then resolves. */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** An error with a code that programs read and a message that tells a person what to do. */
export class VigieError extends Error {
  readonly code: string;
  readonly status: number;
  readonly retry_after_s: number | undefined;
  constructor(
    code: string,
    message: string,
    options: { status?: number; retry_after_s?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 500;
    this.retry_after_s = options.retry_after_s;
  }
}
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

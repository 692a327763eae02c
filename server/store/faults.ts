/** What an error of the database means for the one who wrote. */
import { VigieError } from '../lib/errors.ts';

const sqlState = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^[0-9A-Z]{5}$/.test(code) ? code : '';
};

export const isUniqueViolation = (error: unknown): boolean => sqlState(error) === '23505';

const ATTEMPTS_MAX = 5;
/**
 * Does the work of a transaction once more when it had to give way: two that wait for each other, such as those of two servers that
 * are sent the same events in two orders, are both in the right.
 */
export async function givingWay<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (sqlState(error) !== '40P01' || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

/** A value of a row is at fault: the encoder refused it, or the database did (data exception, check, too large). */
export const isRefusal = (error: unknown): boolean =>
  error instanceof RangeError || /^(22|23|54)/.test(sqlState(error));

/** Classes in which the server itself is at fault or gone: connection, resources, operator intervention, system. */
const AWAY = /^(08|53|57|58|XX)/;

/** The error as the writer gets it: one kind for everything that means "later". */
export function storeError(error: unknown): unknown {
  if (error instanceof VigieError) return error;
  const state = sqlState(error);
  if (state !== '' && !AWAY.test(state)) return error;
  if (error instanceof TypeError || error instanceof RangeError) return error;
  return new VigieError(
    'database_unavailable',
    'The database cannot be reached; send again a little later.',
    {
      status: 503,
      retry_after_s: 1,
      cause: error,
    },
  );
}

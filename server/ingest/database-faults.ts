/** What kind of failure an error of the database is: whether to try again, and whom to tell. */

/**
 * - `conflict`: the transaction lost against another one (deadlock, serialisation); tried again it goes in.
 * - `data`: the database refuses these rows, or a statement of ours is wrong; trying again does not help.
 * - `unavailable`: the connection, the server or its disk is gone; nothing is wrong with the rows.
 */
export type DatabaseFault = 'conflict' | 'data' | 'unavailable';

/** SQLSTATE classes in which the rows or our statement are at fault. */
const DATA_CLASSES = new Set(['0A', '21', '22', '23', '42', '44']);
const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Node's errors of a connection have such a code; a bug of ours is a plain TypeError or RangeError. */
const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError];

export function faultOf(error: unknown): DatabaseFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === '40P01' || code === '40001') return 'conflict';
  if (SQLSTATE.test(code) && DATA_CLASSES.has(code.slice(0, 2))) return 'data';
  if (BUGS.some((bug) => error instanceof bug) && code === '') return 'data';
  return 'unavailable';
}

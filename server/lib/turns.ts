/** Work of milliseconds takes turns: whatever else waits for the event loop (sockets, timers) has its turn in between. */

let last: Promise<unknown> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that no other caller has. Sixteen large bodies that arrive together would
 * otherwise be parsed in one turn, and everybody else would wait for all of them.
 */
export function ownTurn(): Promise<unknown> {
  last = last.then(() => new Promise(setImmediate));
  return last;
}

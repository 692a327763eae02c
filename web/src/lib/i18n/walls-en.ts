/** Texts of the walls' pairing and rotation, in English. */
import type { wallsFr } from './walls-fr.ts';

export const wallsEn: typeof wallsFr = {
  title: 'Pairing of walls',
  lead: 'A screen that is not signed in shows a code of eight letters. Type it here: the screen becomes a wall, without a password.',
  code: 'Code that the screen shows',
  name: 'Where it is',
  nameHint: 'For example: supervisors’ room, 2nd floor',
  show: 'What it shows',
  city: 'The city',
  every: 'Time for each, in seconds',
  pair: 'Pair',
  paired: (name) => `“${name}” will be a wall in some seconds.`,
  faults: {
    code: 'The code has eight letters, such as BDWP-HQPK.',
    scopes: 'Choose one view at least, and twelve at most.',
    unknown: 'No screen shows this code now. A code holds for ten minutes: look at the screen again.',
    refused: 'Sign in first, with a key that may read.',
    failed: 'The server did not answer. Try again in a moment.',
  },
  list: 'Paired walls',
  none: 'No wall is paired.',
  since: (time) => `since ${time}`,
  shows: (scopes, every) => `${scopes}, ${every} each`,
  remove: 'Remove',
  removeOf: (name) => `Remove “${name}”`,
  removed: (name) => `“${name}” reads no more.`,
  turn: (index, of) => `view ${index} of ${of}`,
  screen: {
    title: 'This screen waits to be paired',
    how: (address) => `At a desk that is signed in, open ${address} and type this code:`,
    waiting: (minutes) => `The code holds for another ${minutes}. The screen goes on by itself.`,
    failed: 'The server gives no code at the moment. The screen tries again by itself.',
    key: 'Enter a key on this screen',
  },
};

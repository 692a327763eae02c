/** Prints what a process answers in whatever zone it runs in. */
import { answers } from './offices.ts';

process.stdout.write(`${Intl.DateTimeFormat().resolvedOptions().timeZone}\n${answers()}`);

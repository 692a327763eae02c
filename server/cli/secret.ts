/** A secret that somebody types, without showing it, or that a program pipes in. Never an argument: those are seen by every process. */
import type { CommandContext, SecretInput } from './command.ts';
import { UsageError } from './command.ts';

const ENTER = new Set(['\r', '\n', '\u0004']);
const BACK = new Set(['\u007f', '\b']);
const INTERRUPT = '\u0003';
const LENGTH_MAX = 1_000;

/**
 * Asks twice on a terminal, and takes the first line of a pipe.
 * @param what is asked for, such as `Password of lea@ville.example`
 */
export async function readSecret(
  what: string,
  { err, input = process.stdin }: CommandContext & { readonly input?: SecretInput },
): Promise<string> {
  if (!input.isTTY) return firstLine(input);
  const keys = keysOf(input);
  input.setRawMode?.(true);
  try {
    const first = await typed(`${what}: `, keys, err);
    if (first !== (await typed('Once more: ', keys, err))) throw new UsageError('the two are not the same');
    return first;
  } finally {
    input.setRawMode?.(false);
    await keys.return?.(undefined);
  }
}

async function firstLine(input: SecretInput): Promise<string> {
  let text = '';
  for await (const part of input) {
    text += String(part);
    if (text.length > LENGTH_MAX || text.includes('\n')) break;
  }
  return text.split(/\r?\n/, 1)[0] ?? '';
}

async function* keysOf(input: SecretInput): AsyncGenerator<string> {
  for await (const part of input) yield* String(part);
}

async function typed(
  prompt: string,
  keys: AsyncGenerator<string>,
  err: CommandContext['err'],
): Promise<string> {
  err(prompt, false);
  const letters: string[] = [];
  for (;;) {
    const { value: key, done } = await keys.next();
    if (done || key === INTERRUPT) throw new UsageError('interrupted');
    if (ENTER.has(key)) break;
    if (BACK.has(key)) letters.pop();
    else if (letters.length < LENGTH_MAX) letters.push(key);
  }
  err('');
  return letters.join('');
}

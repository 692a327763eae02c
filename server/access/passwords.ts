/** Passwords: hashed with scrypt, the parameters with the hash, so that they can grow without anybody having to choose another one. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { PASSWORD_LENGTH } from '../contract/people.ts';
import { VigieError } from '../lib/errors.ts';

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}
/** 64 MiB and about 150 ms of a core for each guess (OWASP asks for 2 to the 16th at least, with r = 8 and p = 2). */
const COST: Cost = { N: 2 ** 16, r: 8, p: 2 };
const HASH_BYTES = 32;
const SALT_BYTES = 16;
/** Hashing takes threads that the database's journal needs too, and memory: so many at once, and so many that wait. */
const AT_ONCE = 1;
const WAITING_MAX = 30;

/** The same text however it was typed: an é is one character, or two. */
const normal = (password: string): Buffer => Buffer.from(password.normalize('NFKC'), 'utf8');

function derive(password: string, salt: Buffer, { N, r, p }: Cost, bytes: number): Promise<Buffer> {
  const options = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(normal(password), salt, bytes, options, (error, hash) => (error ? reject(error) : resolve(hash)));
  });
}

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await taking(() => derive(password, salt, COST, HASH_BYTES));
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Of a password that nobody knows: its parameters are those of the others. */
const NOBODYS = [
  ...['scrypt', COST.N, COST.r, COST.p],
  ...[SALT_BYTES, HASH_BYTES].map((bytes) => randomBytes(bytes).toString('base64url')),
].join('$');

/** @param stored null: nobody has this account; it takes as long all the same, and is false. */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = (stored ?? NOBODYS).split('$');
  const wanted = Buffer.from(hash, 'base64url');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const found = await taking(() => derive(password, Buffer.from(salt, 'base64url'), cost, wanted.length));
  return timingSafeEqual(found, wanted) && stored !== null;
}

let running = 0;
const waiting: (() => void)[] = [];
/** @throws VigieError 503 when too many wait */
async function taking<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= WAITING_MAX) {
      const message = 'Too many people sign in at this moment; try again in some seconds.';
      throw new VigieError('server_full', message, { status: 503, retry_after_s: 5 });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    // Whoever waits takes the place over.
    if (next) next();
    else running -= 1;
  }
}

/** What is wrong with a password that somebody wants to have, or undefined. */
export function passwordFault(
  password: string,
  { email, name }: { email: string; name: string },
): string | undefined {
  const { least, most } = PASSWORD_LENGTH;
  const length = [...password].length;
  if (length < least || length > most) return `password must have ${least} to ${most} characters`;
  if (new Set(password).size < 4) return 'password must have at least four different characters';
  const plain = password.toLowerCase();
  if (plain === email.toLowerCase() || plain === name.toLowerCase())
    return 'password must be neither the e-mail address nor the name';
  return undefined;
}

/** Who may send and who may read: from a request's key, cookie, address and origin. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { bearerOf } from '../lib/bearer.ts';
import type { Clock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { BOOTSTRAP, type Grant, grantOf, type KeyRepository, sameSecret, sha256Hex } from './keys.ts';

/** What is looked at to know whether somebody may read: an HTTP request, or the handshake of a socket. */
export interface ReadRequest {
  readonly headers: IncomingHttpHeaders;
  /** Of the socket, which cannot be forged as a header can. */
  readonly remote_address: string | undefined;
}
/** The part of Socket.IO's handshake that matters here. */
export interface Handshake {
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  readonly auth?: Readonly<Record<string, unknown>>;
}

export interface AccessOptions {
  readonly keys: KeyRepository;
  readonly clock: Clock;
  readonly ingest_key: string | null;
  readonly public_read: boolean;
}

export const SESSION_COOKIE = 'vigie_session';
/** A revoked key works at most this much longer on other servers; while their database is busy, STALE_US. */
const CACHE_US = 5_000_000;
const STALE_US = 60_000_000;
/** An embedded database that is at a long job answers after seconds: no reader waits for that if what was known will do. */
const PATIENCE_MS = 250;
const CACHE_SIZE_MAX = 10_000;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'x-forwarded-host', 'via'];

export class Access {
  readonly #keys: KeyRepository;
  readonly #clock: Clock;
  readonly #ingest_key: string | null;
  readonly #public_read: boolean;
  readonly #cache = new Map<string, Known<Grant | undefined>>();
  #readers: Known<boolean> | undefined;
  /** Questions on their way, so that a busy database is asked each once. */
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(options: AccessOptions) {
    this.#keys = options.keys;
    this.#clock = options.clock;
    this.#ingest_key = options.ingest_key;
    this.#public_read = options.public_read;
  }

  /**
   * What the bearer of a secret may do; undefined when it is none of ours, or revoked.
   * @throws VigieError 503 when that cannot be looked up now.
   */
  async grant(secret: string): Promise<Grant | undefined> {
    if (this.#ingest_key !== null && sameSecret(secret, this.#ingest_key)) return BOOTSTRAP;
    const secret_sha256 = sha256Hex(secret);
    return this.#known(secret_sha256, this.#cache.get(secret_sha256), () => this.#lookUp(secret_sha256));
  }

  async #lookUp(secret_sha256: string): Promise<Grant | undefined> {
    const key = await this.#keys.findByHash(secret_sha256).catch((cause: unknown) => {
      throw new VigieError(
        'database_unavailable',
        'The key cannot be looked up now; send again a little later.',
        { status: 503, retry_after_s: 1, cause },
      );
    });
    const grant = key ? grantOf(key) : undefined;
    // Wrong keys are remembered too, so that guessing costs the database little; all are forgotten when they are many.
    if (this.#cache.size >= CACHE_SIZE_MAX) this.#cache.clear();
    this.#cache.set(secret_sha256, { value: grant, until_us: this.#clock.now_us() + CACHE_US });
    return grant;
  }

  /** What is known, or what the database says; when it does not say it soon, what was known a short while ago. */
  async #known<T>(question: string, known: Known<T> | undefined, ask: () => Promise<T>): Promise<T> {
    const now_us = this.#clock.now_us();
    if (known && known.until_us > now_us) return known.value;
    const under_way = this.#asked.get(question) as Promise<T> | undefined;
    const asked = under_way ?? ask().finally(() => this.#asked.delete(question));
    this.#asked.set(question, asked);
    if (!known || known.until_us + STALE_US < now_us) return asked;
    asked.catch(() => {}); // When nobody waits for it any more, its failure is told to the next that asks.
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<T>((resolve) => {
      timer = setTimeout(() => resolve(known.value), PATIENCE_MS);
    });
    return Promise.race([asked, patience]).finally(() => clearTimeout(timer));
  }

  /** To be called when keys were created or revoked: this server knows at once. */
  forget(): void {
    this.#cache.clear();
    this.#readers = undefined;
  }

  /** Whether an HTTP request may read. */
  mayRead(req: IncomingMessage): Promise<boolean> {
    return this.authoriseRead({ headers: req.headers, remote_address: req.socket.remoteAddress });
  }

  /** Whether the asker shows a key that may read, or has logged in with one, whoever else may read. A wall is seen by everybody. */
  async mayReadByKey({ headers }: IncomingMessage): Promise<boolean> {
    const grant = await this.#shown(headers);
    return grant?.can_read === true && !grant.wall;
  }

  /** What the key that is shown, or that somebody logged in with, grants. */
  async #shown(headers: IncomingHttpHeaders): Promise<Grant | undefined> {
    const bearer = bearerOf(headers);
    if (bearer !== undefined) return this.grant(bearer);
    const cookie = sessionOf(headers);
    return cookie !== undefined && isSameOrigin(headers) ? this.grant(cookie) : undefined;
  }

  /** Whether a socket may read; a program may also give its key as `auth: { key }`. */
  async authoriseHandshake(handshake: Handshake): Promise<boolean> {
    const key = handshake.auth?.key;
    if (typeof key === 'string' && (await this.grant(key))?.can_read) return true;
    return this.authoriseRead({ headers: handshake.headers, remote_address: handshake.address });
  }

  async authoriseRead({ headers, remote_address }: ReadRequest): Promise<boolean> {
    if (this.#public_read) return true;
    if (bearerOf(headers) !== undefined) return (await this.#shown(headers))?.can_read ?? false;
    if ((await this.#shown(headers))?.can_read) return true;
    return isOwnMachine(headers, remote_address) && !(await this.#readersExist());
  }

  /** A key made for reading says that not everybody shall read: from then on loopback needs one too. */
  #readersExist(): Promise<boolean> {
    return this.#known('readers', this.#readers, async () => {
      const keys = await this.#keys.list();
      const value = keys.some((key) => key.can_read && key.revoked_at === null);
      this.#readers = { value, until_us: this.#clock.now_us() + CACHE_US };
      return value;
    });
  }
}

/** An answer of the database, and until when it is taken as it is. */
interface Known<T> {
  readonly value: T;
  readonly until_us: number;
}

function sessionOf(headers: IncomingHttpHeaders): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name !== SESSION_COOKIE || !value) continue;
    try {
      return decodeURIComponent(value);
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** A page of another site, open in the same browser, must not read what its owner may. */
function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  return origin === undefined || URL.parse(origin)?.host === host;
}

/**
 * Somebody at the machine itself: a loopback socket, no proxy in between, addressed by a name of the machine (a foreign
 * name that resolves to 127.0.0.1 is an attack) and not from a page of another site.
 */
function isOwnMachine(headers: IncomingHttpHeaders, remote_address: string | undefined): boolean {
  if (!LOOPBACK.test(remote_address ?? '') || FORWARDED.some((name) => headers[name] !== undefined))
    return false;
  return LOOPBACK_HOST.test(headers.host ?? '') && isSameOrigin(headers);
}

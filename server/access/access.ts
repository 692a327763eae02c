/** Who may send and who may read: from a request's key, cookie, address and origin. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Actor } from '../contract/audit.ts';
import { type Role, roleReaches } from '../contract/people.ts';
import { bearerOf } from '../lib/bearer.ts';
import type { Clock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { BOOTSTRAP, type Grant, grantOf, type KeyRepository, sameSecret, sha256Hex } from './keys.ts';
import type { PeopleRepository, SessionOwner } from './people.ts';

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

/** Who asks, when he has shown a key or has signed in. */
export interface Caller {
  readonly actor: Actor;
  /** A key that reads stands for a supervisor, the bootstrap key for an administrator. null: may not even read. */
  readonly role: Role | null;
  /** A screen that everybody sees. */
  readonly wall: boolean;
  readonly email: string | null;
}

export interface AccessOptions {
  readonly keys: KeyRepository;
  readonly people: Pick<PeopleRepository, 'anybody' | 'findSession'>;
  readonly clock: Clock;
  readonly ingest_key: string | null;
  readonly public_read: boolean;
}

export const SESSION_COOKIE = 'vigie_session';
/** A session's secret, told from a key by its beginning. */
export const SESSION_PREFIX = 'session_';
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
  readonly #people: AccessOptions['people'];
  readonly #clock: Clock;
  readonly #ingest_key: string | null;
  readonly #public_read: boolean;
  readonly #cache = new Map<string, Known<Grant | undefined>>();
  readonly #sessions = new Map<string, Known<SessionOwner | null>>();
  #readers: Known<boolean> | undefined;
  /** Questions on their way, so that a busy database is asked each once. */
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(options: AccessOptions) {
    this.#keys = options.keys;
    this.#people = options.people;
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
    return this.#grantByHash(sha256Hex(secret));
  }

  #grantByHash(secret_sha256: string): Promise<Grant | undefined> {
    if (this.#ingest_key !== null && sameSecret(secret_sha256, sha256Hex(this.#ingest_key)))
      return Promise.resolve(BOOTSTRAP);
    return this.#known(secret_sha256, this.#cache.get(secret_sha256), async () => {
      const key = await this.#keys.findByHash(secret_sha256).catch(unavailable);
      return this.#remember(this.#cache, secret_sha256, key ? grantOf(key) : undefined);
    });
  }

  /** @param used whether somebody is at work, or only an open page */
  #session(secret: string, used: boolean): Promise<SessionOwner | null> {
    const secret_sha256 = sha256Hex(secret);
    return this.#known(`session ${secret_sha256}`, this.#sessions.get(secret_sha256), async () => {
      const owner = await this.#people.findSession(secret_sha256, used).catch(unavailable);
      return this.#remember(this.#sessions, secret_sha256, owner);
    });
  }

  /** Wrong secrets are remembered too, so that guessing costs the database little; all are forgotten when they are many. */
  #remember<T>(cache: Map<string, Known<T>>, secret_sha256: string, value: T): T {
    if (cache.size >= CACHE_SIZE_MAX) cache.clear();
    cache.set(secret_sha256, { value, until_us: this.#clock.now_us() + CACHE_US });
    return value;
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

  /** To be called when keys, people or sessions have changed: this server knows at once. */
  forget(): void {
    this.#cache.clear();
    this.#sessions.clear();
    this.#readers = undefined;
  }

  /** Whether an HTTP request may read. */
  mayRead(req: IncomingMessage): Promise<boolean> {
    return this.authoriseRead({ headers: req.headers, remote_address: req.socket.remoteAddress });
  }

  /** Whether the asker shows a key that may read, or has signed in, whoever else may read. A wall is seen by everybody. */
  async mayReadByKey({ headers }: IncomingMessage): Promise<boolean> {
    const caller = await this.#shown(headers, true);
    return caller !== undefined && caller.role !== null && !caller.wall;
  }

  /**
   * Who asks; undefined when nobody whom we know. What changes anything is asked with a cookie only by pages of ours: another site's,
   * open in the same browser, would send the cookie along.
   */
  async caller({ headers, method = 'GET' }: IncomingMessage): Promise<Caller | undefined> {
    const changes = !['GET', 'HEAD', 'OPTIONS'].includes(method);
    if (changes && bearerOf(headers) === undefined && !isOwnPage(headers)) return undefined;
    return this.#shown(headers, true);
  }

  /** Who has signed in, only to be told of it. */
  whoIs({ headers }: IncomingMessage): Promise<Caller | undefined> {
    return this.#shown(headers, true);
  }

  /** Whose the key is that is shown, or the session. */
  async #shown(headers: IncomingHttpHeaders, used: boolean): Promise<Caller | undefined> {
    const bearer = bearerOf(headers);
    if (bearer !== undefined) return callerOf(await this.grant(bearer));
    const cookie = sessionOf(headers);
    if (cookie === undefined || !isSameOrigin(headers)) return undefined;
    if (!cookie.startsWith(SESSION_PREFIX)) {
      // A wall keeps its own key; nobody else does in a browser.
      const caller = callerOf(await this.grant(cookie));
      return caller?.wall ? caller : undefined;
    }
    const owner = await this.#session(cookie, used);
    if (owner === null) return undefined;
    if ('key_sha256' in owner) return callerOf(await this.#grantByHash(owner.key_sha256));
    const { id, name, role, email } = owner.user;
    return { actor: { kind: 'user', id, name }, role, wall: false, email };
  }

  /** Whether a socket may read; a program may also give its key as `auth: { key }`. */
  async authoriseHandshake(handshake: Handshake): Promise<boolean> {
    const key = handshake.auth?.key;
    if (typeof key === 'string' && (await this.grant(key))?.can_read) return true;
    // An open page is not somebody at work: it must not keep a session alive.
    return this.authoriseRead({ headers: handshake.headers, remote_address: handshake.address }, false);
  }

  /** @param used whether somebody is at work, which keeps a session alive */
  async authoriseRead({ headers, remote_address }: ReadRequest, used = true): Promise<boolean> {
    if (this.#public_read) return true;
    if (reads(await this.#shown(headers, used))) return true;
    if (bearerOf(headers) !== undefined) return false;
    return isOwnMachine(headers, remote_address) && !(await this.#readersExist());
  }

  /** A key made for reading, or a person, says that not everybody shall read: from then on loopback is asked too. */
  #readersExist(): Promise<boolean> {
    return this.#known('readers', this.#readers, async () => {
      const value =
        (await this.#people.anybody()) ||
        (await this.#keys.list()).some((key) => key.can_read && key.revoked_at === null);
      this.#readers = { value, until_us: this.#clock.now_us() + CACHE_US };
      return value;
    });
  }
}

/** What a key lets its bearer do among people. */
function callerOf(grant: Grant | undefined): Caller | undefined {
  if (grant === undefined) return undefined;
  const { key_id: id, name, admin, can_read, wall } = grant;
  const role = admin ? 'administrator' : can_read ? (wall ? 'reader' : 'supervisor') : null;
  return { actor: { kind: admin ? 'bootstrap' : 'key', id, name }, role, wall, email: null };
}
const reads = (caller: Caller | undefined): boolean => caller !== undefined && caller.role !== null;
/** Whether somebody has a role, or one above it. A wall is nobody. */
export const reaches = ({ wall, role }: Caller, needed: Role): boolean =>
  !wall && role !== null && roleReaches(role, needed);

function unavailable(cause: unknown): never {
  const message = 'The key cannot be looked up now; send again a little later.';
  throw new VigieError('database_unavailable', message, { status: 503, retry_after_s: 1, cause });
}

/** An answer of the database, and until when it is taken as it is. */
interface Known<T> {
  readonly value: T;
  readonly until_us: number;
}

export function sessionOf(headers: IncomingHttpHeaders): string | undefined {
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

/** A page of ours, as every browser of today says with what changes anything. */
export function isOwnPage(headers: IncomingHttpHeaders): boolean {
  if (headers.origin !== undefined) return isSameOrigin(headers);
  return headers['sec-fetch-site'] === 'same-origin';
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

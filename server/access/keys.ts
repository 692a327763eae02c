/** API keys: what one may do, how its secret is made and recognised. Only the SHA-256 of a secret is ever kept. */
import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { By } from '../contract/audit.ts';
import { EVENT_TYPE_NAMES, type EventType } from '../contract/event-types.ts';
import type { WallSetting } from '../contract/walls.ts';

/** What a key may do, as it is created. An empty list of types or sources allows none; `*` allows all. */
export interface NewKey {
  /** For people: whose key it is. */
  readonly name: string;
  /** Event types without prefix: `call.queued`, `call.*` or `*`. */
  readonly types: readonly string[];
  /** CloudEvents sources: exact, or a beginning followed by `*`. */
  readonly sources: readonly string[];
  /** Origins of web pages that may use the key (`https://montreal.ca`). Not empty: a public key, only for `web.*`. */
  readonly origins: readonly string[];
  readonly can_read: boolean;
}
export interface KeyRecord extends NewKey {
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly created_at: string;
  readonly revoked_at: string | null;
  /** What the wall shows that has the key; null: it is not a wall's. */
  readonly wall: WallSetting | null;
}

/** What access needs of the table of keys. */
export interface KeyRepository {
  /** The key that is not revoked and whose secret has this SHA-256, in hex. */
  findByHash(secret_sha256: string): Promise<KeyRecord | null>;
  create(key: NewKey & { readonly id: string; readonly secret_sha256: string }, by: By): Promise<KeyRecord>;
  /** All keys, revoked ones too, newest first. */
  list(): Promise<readonly KeyRecord[]>;
  /** False when there is none with this id, or it was revoked before. */
  revoke(id: string, by: By): Promise<boolean>;
}

export const sha256Hex = (text: string): string => hash('sha256', text, 'hex');

/** A secret of 256 random bits: so many that its plain hash cannot be searched. */
export function newSecret(): {
  readonly id: string;
  readonly secret: string;
  readonly secret_sha256: string;
} {
  const secret = `vigie_${randomBytes(32).toString('base64url')}`;
  return { id: randomUUID(), secret, secret_sha256: sha256Hex(secret) };
}

/** Compares in a time that tells nothing of either text, nor of its length. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}

export type NotAllowed = 'type_not_allowed' | 'source_not_allowed';

/** What the bearer of a key may do. */
export interface Grant {
  readonly key_id: string;
  /** For people: whose key it is. */
  readonly name: string;
  /** The bootstrap key: everything, keys too. */
  readonly admin: boolean;
  readonly can_read: boolean;
  /** Of a screen that everybody sees: it reads what a wall shows. */
  readonly wall: boolean;
  /** Not empty: only pages of these origins, and only `web.*`. */
  readonly origins: readonly string[];
  /** Why an event may not be sent with this key, or undefined when it may. */
  refuses(type: EventType, source: string): NotAllowed | undefined;
}

export const BOOTSTRAP: Grant = {
  key_id: 'bootstrap',
  name: 'bootstrap',
  admin: true,
  can_read: true,
  wall: false,
  origins: [],
  refuses: () => undefined,
};

const matches = (pattern: string, text: string): boolean =>
  pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : pattern === text;

export function grantOf(key: KeyRecord): Grant {
  const public_key = key.origins.length > 0;
  const types = new Set(
    EVENT_TYPE_NAMES.filter((type) => key.types.some((pattern) => matches(pattern, type))).filter(
      (type) => !public_key || type.startsWith('web.'),
    ),
  );
  const every_source = key.sources.includes('*');
  return {
    key_id: key.id,
    name: key.name,
    admin: false,
    // What stands in a page's source is no secret.
    can_read: key.can_read && !public_key,
    wall: key.wall !== null,
    origins: key.origins,
    refuses(type, source) {
      if (!types.has(type)) return 'type_not_allowed';
      if (every_source || key.sources.some((pattern) => matches(pattern, source))) return undefined;
      return 'source_not_allowed';
    },
  };
}

/** What is wrong with a key that somebody wants to create, or undefined. */
export function newKeyFault(key: NewKey): string | undefined {
  if (key.name.length < 1 || key.name.length > 200) return 'name must be a text of 1 to 200 characters';
  for (const pattern of key.types) {
    if (!EVENT_TYPE_NAMES.some((type) => matches(pattern, type))) {
      return `types: ${JSON.stringify(pattern.slice(0, 80))} matches no event type; such as "call.*" or "call.queued"`;
    }
    if (key.origins.length > 0 && !pattern.startsWith('web.')) {
      return 'types: a key with origins stands in public pages and may only send web.* events';
    }
  }
  if (key.origins.length > 0 && key.can_read) return 'can_read: a key with origins stands in public pages';
  for (const origin of key.origins) {
    if (URL.parse(origin)?.origin !== origin || !/^https?:/.test(origin)) {
      return `origins: ${JSON.stringify(origin.slice(0, 80))} is no origin; such as "https://montreal.ca"`;
    }
  }
  return undefined;
}

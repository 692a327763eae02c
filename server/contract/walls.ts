/** Walls and how one is paired: it shows a short code, somebody who may read types it elsewhere, and the wall has a key of its own. */

/** What a wall shows, in turn. */
export interface WallSetting {
  /** `city`, codes of boroughs, or ids of queues. */
  readonly scopes: readonly string[];
  /** How long each is shown, s. */
  readonly every_s: number;
}
export interface Wall extends WallSetting {
  readonly id: string;
  readonly name: string;
  /** RFC 3339, UTC. */
  readonly paired_at: string;
}

/** What a screen gets that wants to be paired. */
export interface PairingBegun {
  /** To be typed; see `asPairingCode`. */
  readonly code: string;
  /** To be kept by the screen, and shown to nobody. */
  readonly device: string;
  readonly expires_s: number;
  /** How often to ask whether the code was typed, s. */
  readonly poll_s: number;
}

export const WALL_NAME_LENGTH_MAX = 80;
export const WALL_SCOPES_MAX = 12;
export const WALL_EVERY_S = { least: 10, most: 3_600, usual: 30 } as const;

/** Consonants only: no word, and none that is taken for another (RFC 8628, 6.1). 20 to the 8th codes. */
export const PAIRING_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
export const PAIRING_LENGTH = 8;

/** A code as somebody may type it: any case, with or without the hyphen. null: it is none. */
export function asPairingCode(typed: string): string | null {
  const letters = typed.toUpperCase().replaceAll(/[\s\u2010-\u2015-]/g, '');
  if (letters.length !== PAIRING_LENGTH) return null;
  return [...letters].every((letter) => PAIRING_LETTERS.includes(letter)) ? letters : null;
}
/** The code as it is shown: two groups of four. */
export const pairingCodeText = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** Address of a wall's page: what it shows is in it, so a reload shows the same. */
export function wallAddress(page: string, { scopes, every_s }: WallSetting): string {
  const [only, ...more] = scopes;
  if (more.length === 0)
    return only === undefined || only === 'city' ? page : `${page}/${encodeURIComponent(only)}`;
  return `${page}?scopes=${scopes.map(encodeURIComponent).join(',')}&every=${every_s}`;
}

/** What a wall's address says; a scope that is not there is told by its tile. null: one scope only, that of the path. */
export function settingOf(search: Pick<URLSearchParams, 'get'>): WallSetting | null {
  const scopes = (search.get('scopes') ?? '').split(',').filter((scope) => scope !== '');
  if (scopes.length < 2) return null;
  const asked_s = Number(search.get('every') ?? Number.NaN);
  const every_s = Number.isFinite(asked_s) ? asked_s : WALL_EVERY_S.usual;
  return {
    scopes: scopes.slice(0, WALL_SCOPES_MAX),
    every_s: Math.min(WALL_EVERY_S.most, Math.max(WALL_EVERY_S.least, every_s)),
  };
}

/** People who sign in: what each may do, and what the screens and the API say of them. */

/** Each may what those before it may. */
export const ROLES = ['reader', 'supervisor', 'manager', 'administrator'] as const;
/**
 * `reader`: sees everything. `supervisor`: pairs walls. `manager`: changes the city's settings and reads their history.
 * `administrator`: people and keys.
 */
export type Role = (typeof ROLES)[number];

export const roleReaches = (role: Role, needed: Role): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(needed);
export const isRole = (value: unknown): value is Role => ROLES.some((role) => role === value);

export interface User {
  readonly id: string;
  /** In lower case; what somebody signs in with. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** RFC 3339, UTC. */
  readonly created_at: string;
  /** Since when this person cannot sign in; nobody is deleted, since the history names them. */
  readonly disabled_at: string | null;
  /** Grows with every change: a change of what was read before another one is refused. */
  readonly revision: number;
}

/** Who asks, as `GET /api/v1/session` tells it. */
export interface SessionAnswer {
  readonly may_read: boolean;
  /** null: nobody has signed in (reading may be open all the same). */
  readonly role: Role | null;
  /** null: signed in with a key. */
  readonly user: Pick<User, 'email' | 'name'> | null;
}

export const PASSWORD_LENGTH = { least: 12, most: 200 } as const;
export const PERSON_NAME_LENGTH_MAX = 100;
export const EMAIL_LENGTH_MAX = 254;

/** A session that nobody uses ends after so long, s. A page that only watches is no use. */
export const SESSION_IDLE_S = 4 * 3_600;
/** However it is used, after so long: a day of work, s. */
export const SESSION_S = 12 * 3_600;

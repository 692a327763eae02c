/** What access needs of the tables of people and sessions. */
import type { By } from '../contract/audit.ts';
import type { Role, User } from '../contract/people.ts';

export interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  /** Hashed. */
  readonly password: string;
}
/** What is changed of a person; what is left out stays. */
export interface UserChange {
  readonly name?: string;
  readonly role?: Role;
  readonly disabled?: boolean;
  /** Hashed. */
  readonly password?: string;
}
/** `changed`: by somebody else since `revision`. `last`: nobody would be left who may manage people. */
export type UserOutcome = User | 'unknown' | 'changed' | 'last';

/** Whose a session is: a person's, or that of whoever showed a key. */
export type SessionOwner =
  | { readonly user: Pick<User, 'id' | 'name' | 'email' | 'role'> }
  | { readonly key_sha256: string };

export interface PeopleRepository {
  /** Whether anybody was ever added. */
  anybody(): Promise<boolean>;
  list(): Promise<readonly User[]>;
  /** null when the address is taken. */
  create(user: NewUser, by: By): Promise<User | null>;
  /**
   * Ends all sessions of who is disabled, or gets another password.
   * @param kept_sha256 of the session that stays, of who changes his own password
   */
  change(
    id: string,
    revision: number | null,
    change: UserChange,
    by: By,
    kept_sha256?: string | null,
  ): Promise<UserOutcome>;
  /** Id and hashed password of who may sign in. */
  passwordByEmail(email: string): Promise<{ readonly id: string; readonly password: string } | null>;
  passwordById(id: string): Promise<{ readonly id: string; readonly password: string } | null>;
  /** @param by null: of oneself. */
  endSessions(id: string, by: By | null): Promise<boolean>;

  /** @param idle_s sessions that nobody used for so long are over */
  beginSession(secret_sha256: string, owner: { user_id: string } | { key_sha256: string }): Promise<void>;
  /** Whose it is; null when it is over. @param used it is asked by somebody at work: the session lives on */
  findSession(secret_sha256: string, used: boolean): Promise<SessionOwner | null>;
  endSession(secret_sha256: string): Promise<void>;
}

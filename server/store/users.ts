/** People, and who has signed in. */
import Type from 'typebox';
import type { NewUser, PeopleRepository, SessionOwner, UserChange, UserOutcome } from '../access/people.ts';
import type { AuditAction, AuditNote, By } from '../contract/audit.ts';
import { ROLES, SESSION_IDLE_S, SESSION_S, type User } from '../contract/people.ts';
import { writeAudit } from './audit.ts';
import type { Database } from './database.ts';
import { loadSql, many, none, one, type Queryable, zeroOrOne } from './sql.ts';
import { utc, utcOrNull } from './utc.ts';

const Text = Type.Union([Type.String(), Type.Null()]);
const RoleName = Type.Enum([...ROLES]);
const Row = Type.Object({
  id: Type.String(),
  email: Type.String(),
  name: Type.String(),
  role: RoleName,
  created_at: Type.String(),
  disabled_at: Text,
  revision: Type.Integer(),
});
const Password = Type.Object({ id: Type.String(), password: Type.String() });
const sql = loadSql(import.meta.url, {
  anybody: one(Type.Object({ anybody: Type.Boolean() })),
  list_users: many(Row),
  lock_user: zeroOrOne(Row),
  password_by_email: zeroOrOne(Password),
  password_by_id: zeroOrOne(Password),
  create_user: zeroOrOne(Row),
  change_user: one(Row),
  lock_administrators: many(Type.Object({ id: Type.String() })),
  end_sessions: none,
  forget_sessions: none,
  begin_session: none,
  find_session: zeroOrOne(
    Type.Object({
      user_id: Text,
      name: Text,
      email: Text,
      role: Type.Union([RoleName, Type.Null()]),
      key_sha256: Text,
      touch: Type.Boolean(),
    }),
  ),
  touch_session: none,
  end_session: none,
});

const userOf = (row: Type.Static<typeof Row>): User => ({
  ...row,
  created_at: utc(row.created_at),
  disabled_at: utcOrNull(row.disabled_at),
});
/** What the history keeps of somebody. */
const told = ({ email, name, role, disabled_at }: User): object => ({
  email,
  name,
  role,
  disabled: disabled_at !== null,
});

export class UserStore implements PeopleRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async anybody(): Promise<boolean> {
    return (await sql.anybody(this.#db)).anybody;
  }

  async list(): Promise<readonly User[]> {
    return (await sql.list_users(this.#db)).map(userOf);
  }

  create(user: NewUser, by: By): Promise<User | null> {
    return this.#db.transaction(async (client) => {
      const row = await sql.create_user(client, { ...user });
      if (row === null) return null;
      const made = userOf(row);
      await writeAudit(client, by, [noteOf('created', made.id, null, made)]);
      return made;
    });
  }

  change(
    id: string,
    revision: number | null,
    change: UserChange,
    by: By,
    kept_sha256: string | null = null,
  ): Promise<UserOutcome> {
    return this.#db.transaction(async (client) => {
      const administrators = await sql.lock_administrators(client);
      const row = await sql.lock_user(client, { id });
      if (row === null) return 'unknown';
      const before = userOf(row);
      if (revision !== null && before.revision !== revision) return 'changed';
      const { name = before.name, role = before.role, disabled = before.disabled_at !== null } = change;
      const leaves = role !== 'administrator' || disabled;
      if (leaves && administrators.length === 1 && administrators[0]?.id === id) return 'last';
      const { password = null } = change;
      const after = userOf(await sql.change_user(client, { id, name, role, disabled, password }));
      if (disabled || password !== null) await sql.end_sessions(client, { id, kept_sha256 });
      await writeAudit(client, by, notesOf(before, after, password !== null));
      return after;
    });
  }

  passwordByEmail(email: string): Promise<{ id: string; password: string } | null> {
    return sql.password_by_email(this.#db, { email });
  }

  passwordById(id: string): Promise<{ id: string; password: string } | null> {
    return sql.password_by_id(this.#db, { id });
  }

  endSessions(id: string, by: By | null): Promise<boolean> {
    return this.#db.transaction(async (client: Queryable) => {
      const row = await sql.lock_user(client, { id });
      if (row === null) return false;
      await sql.end_sessions(client, { id, kept_sha256: null });
      if (by !== null)
        await writeAudit(client, by, [
          { subject: 'user', id, action: 'signed_out', before: null, after: null },
        ]);
      return true;
    });
  }

  async beginSession(
    secret_sha256: string,
    owner: { user_id: string } | { key_sha256: string },
  ): Promise<void> {
    await sql.forget_sessions(this.#db, { idle_s: SESSION_IDLE_S });
    const whose = { user_id: null, key_sha256: null, ...owner };
    await sql.begin_session(this.#db, { secret_sha256, session_s: SESSION_S, ...whose });
  }

  async findSession(secret_sha256: string, used: boolean): Promise<SessionOwner | null> {
    const row = await sql.find_session(this.#db, { secret_sha256, idle_s: SESSION_IDLE_S });
    if (row === null) return null;
    if (used && row.touch) await sql.touch_session(this.#db, { secret_sha256 });
    const { user_id, name, email, role, key_sha256 } = row;
    if (key_sha256 !== null) return { key_sha256 };
    if (user_id === null || name === null || email === null || role === null) return null;
    return { user: { id: user_id, name, email, role } };
  }

  async endSession(secret_sha256: string): Promise<void> {
    await sql.end_session(this.#db, { secret_sha256 });
  }
}

const noteOf = (action: AuditAction, id: string, before: User | null, after: User): AuditNote => ({
  subject: 'user',
  id,
  action,
  before: before && told(before),
  after: told(after),
});

/** One change may be several things to who reads the history. */
function notesOf(before: User, after: User, password: boolean): AuditNote[] {
  const { id } = before;
  const notes: AuditNote[] = [];
  if ((before.disabled_at === null) !== (after.disabled_at === null))
    notes.push(noteOf(after.disabled_at === null ? 'enabled' : 'disabled', id, before, after));
  else if (before.name !== after.name || before.role !== after.role)
    notes.push(noteOf('changed', id, before, after));
  if (password) notes.push({ subject: 'user', id, action: 'password_set', before: null, after: null });
  return notes;
}

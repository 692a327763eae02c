/** `vigie user add|list|role|password|disable|enable|sign-out`: over the server's HTTP, with the bootstrap key. */
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { isRole, ROLES, type User } from '../contract/people.ts';
import { VigieError } from '../lib/errors.ts';
import { Client } from './client.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { readSecret } from './secret.ts';

const USERS = '/api/v1/users';

const HELP = `vigie user add EMAIL --name NAME [--role ROLE]
vigie user list
vigie user role EMAIL ROLE
vigie user password EMAIL
vigie user disable EMAIL
vigie user enable EMAIL
vigie user sign-out EMAIL

People who sign in to the screens. Managed with the bootstrap key (VIGIE_INGEST_KEY), the same that the server was started with.
A password is asked for, or is the first line of what is piped in; it is never an argument. From the first person on, reading
needs signing in or a key, on the machine itself too: open screens without either are sent off within a minute.

  reader          sees everything (the default)
  supervisor      and pairs walls
  manager         and changes services, deadlines, calendars and units, and reads their history
  administrator   and manages people and keys

Who is disabled, gets another password or is signed out loses all open screens within a minute. Nobody is deleted: the
history of settings names them.`;

export const userCommand: Command = {
  name: 'user',
  summary: 'add people who sign in, change what they may do',
  help: HELP,
  async run(args, context) {
    const { url, ingest_key } = loadConfig(context.env);
    const client = new Client({ url, key: ingest_key, signal: context.signal, patience_s: 0 });
    const [action, ...rest] = args;
    const known = action === undefined ? undefined : ACTIONS[action];
    if (known === undefined || action === undefined || !Object.hasOwn(ACTIONS, action))
      throw new UsageError(
        `user: ${action === undefined ? 'what' : `unknown "${action}"`}: ${Object.keys(ACTIONS).join(', ')}?`,
      );
    return known(client, rest, context);
  },
};

type Action = (client: Client, args: readonly string[], context: CommandContext) => Promise<number>;
const ACTIONS: Readonly<Record<string, Action>> = {
  add,
  list,
  role: setRole,
  password: setPassword,
  disable: (client, args, context) => setDisabled(client, args, context, true),
  enable: (client, args, context) => setDisabled(client, args, context, false),
  'sign-out': signOut,
};

async function add(client: Client, args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { name: { type: 'string' }, role: { type: 'string', default: 'reader' } },
  });
  const email = only(positionals, 'add');
  const { name, role } = values;
  if (name === undefined) throw new UsageError('user add: --name is missing');
  if (!isRole(role)) throw unknownRole(role);
  const password = await readSecret(`Password of ${email}`, context);
  const made = (await client.request('POST', USERS, { email, name, role, password })) as User;
  context.out(`${made.email} may sign in as ${made.role}`);
  return 0;
}

async function list(client: Client, args: readonly string[], { out }: CommandContext): Promise<number> {
  if (args.length > 0) throw new UsageError('user list: takes nothing more');
  const users = await all(client);
  if (users.length === 0) out('nobody yet: vigie user add EMAIL --name …');
  for (const { email, name, role, created_at, disabled_at } of users) {
    const state = disabled_at === null ? 'may sign in' : `disabled ${disabled_at}`;
    out([email, name, role, state, `added ${created_at}`].join('\t'));
  }
  return 0;
}

async function setRole(client: Client, args: readonly string[], { out }: CommandContext): Promise<number> {
  const [email, role, ...more] = args;
  if (email === undefined || role === undefined || more.length > 0)
    throw new UsageError('user role: which person, and which role?');
  if (!isRole(role)) throw unknownRole(role);
  const user = await change(client, email, { role });
  out(`${user.email} is ${user.role}`);
  return 0;
}

async function setPassword(
  client: Client,
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  const user = await find(client, only(args, 'password'));
  const password = await readSecret(`New password of ${user.email}`, context);
  await change(client, user.email, { password });
  context.out(`${user.email} has another password, and is signed out everywhere`);
  return 0;
}

async function setDisabled(
  client: Client,
  args: readonly string[],
  { out }: CommandContext,
  disabled: boolean,
): Promise<number> {
  const user = await change(client, only(args, disabled ? 'disable' : 'enable'), { disabled });
  out(`${user.email} ${disabled ? 'may sign in no more' : 'may sign in again'}`);
  return 0;
}

async function signOut(client: Client, args: readonly string[], { out }: CommandContext): Promise<number> {
  const { id, email } = await find(client, only(args, 'sign-out'));
  await client.request('DELETE', `${USERS}/${encodeURIComponent(id)}/sessions`);
  out(`${email} is signed out everywhere`);
  return 0;
}

function only(args: readonly string[], action: string): string {
  const [email, ...more] = args;
  if (email !== undefined && more.length === 0 && !email.startsWith('-')) return email;
  throw new UsageError(`user ${action}: which person? One e-mail address`);
}
const unknownRole = (role: string): UsageError =>
  new UsageError(`there is no role "${role}"; those are ${ROLES.join(', ')}`);

const all = async (client: Client): Promise<readonly User[]> =>
  ((await client.request('GET', USERS)) as { items: readonly User[] }).items;

async function find(client: Client, email: string): Promise<User> {
  const wanted = email.trim().toLowerCase();
  const user = (await all(client)).find((candidate) => candidate.email === wanted);
  if (user) return user;
  throw new VigieError('user_unknown', `Nobody has the e-mail address ${wanted}: see vigie user list.`);
}
async function change(client: Client, email: string, wanted: object): Promise<User> {
  const { id, revision } = await find(client, email);
  return (await client.request('PATCH', `${USERS}/${encodeURIComponent(id)}`, {
    revision,
    ...wanted,
  })) as User;
}

/** `vigie key create|list|revoke`: over the server's HTTP, with the bootstrap key. */
import { parseArgs } from 'node:util';
import type { KeyRecord } from '../access/keys.ts';
import { loadConfig } from '../config.ts';
import { Client } from './client.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';

const KEYS = '/api/v1/keys';

const HELP = `vigie key create --name NAME [--types T,…] [--sources S,…] [--origins O,…] [--read]
vigie key list
vigie key revoke ID

Keys for the programs that send events or read state. Managed with the bootstrap key (VIGIE_INGEST_KEY), the same
that the server was started with.

  --name NAME       whose key it is
  --types T,…       event types it may send: call.queued, call.*, * (default: none)
  --sources S,…     CloudEvents sources it may send for: exact, or a beginning and * (default *)
  --origins O,…     for pages of these origins: a public key, which may send web.* only
  --read            it may read state`;

const listOf = (text: string | undefined): readonly string[] | undefined =>
  text
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

export const keyCommand: Command = {
  name: 'key',
  summary: 'create, list and revoke keys',
  help: HELP,
  async run(args, context) {
    const { url, ingest_key } = loadConfig(context.env);
    const client = new Client({ url, key: ingest_key, signal: context.signal, patience_s: 0 });
    const [action, ...rest] = args;
    switch (action) {
      case 'create':
        return create(client, rest, context);
      case 'list':
        return list(client, context);
      case 'revoke':
        return revoke(client, rest, context);
      default:
        throw new UsageError(
          `key: ${action === undefined ? 'what' : `unknown "${action}"`}: create, list or revoke?`,
        );
    }
  },
};

async function create(client: Client, args: readonly string[], context: CommandContext): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string' },
      types: { type: 'string' },
      sources: { type: 'string' },
      origins: { type: 'string' },
      read: { type: 'boolean', default: false },
    },
  });
  if (values.name === undefined) throw new UsageError('key create: --name is missing');
  const key = (await client.request('POST', KEYS, {
    name: values.name,
    types: listOf(values.types),
    sources: listOf(values.sources),
    origins: listOf(values.origins),
    can_read: values.read,
  })) as KeyRecord & { secret: string };
  context.err(`key ${key.id} (${key.name}): its secret is shown this once`);
  context.out(key.secret);
  return 0;
}

async function list(client: Client, { out }: CommandContext): Promise<number> {
  const { items } = (await client.request('GET', KEYS)) as { items: readonly KeyRecord[] };
  if (items.length === 0) out('no keys yet: vigie key create --name …');
  for (const key of items) {
    const may = [
      key.types.length > 0 ? `send ${key.types.join(',')} for ${key.sources.join(',')}` : '',
      key.origins.length > 0 ? `from pages of ${key.origins.join(',')}` : '',
      key.can_read ? 'read' : '',
    ];
    const state = key.revoked_at === null ? 'in force' : `revoked ${key.revoked_at}`;
    out([key.id, key.name, state, `created ${key.created_at}`, may.filter(Boolean).join('; ')].join('\t'));
  }
  return 0;
}

async function revoke(client: Client, args: readonly string[], { out }: CommandContext): Promise<number> {
  const [id, ...more] = args;
  if (id === undefined || more.length > 0)
    throw new UsageError('key revoke: which key? One id, from `vigie key list`');
  await client.request('DELETE', `${KEYS}/${encodeURIComponent(id)}`);
  out(`key ${id} is revoked`);
  return 0;
}

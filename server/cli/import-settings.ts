/** What the importers of requests have in common on the command line: source, time zone, encoding, the city's names. */
import { parseArgs } from 'node:util';
import { CATALOGUE } from '../../seeds/reference/index.ts';
import { loadConfig } from '../config.ts';
import type { Catalogue } from '../contract/catalogue.ts';
import { boroughNames, type NamedTerritory } from '../domain/borough-names.ts';
import type { TranslatorOptions } from '../ingest/files/row.ts';
import { type NamedService, serviceNames } from '../ingest/files/services.ts';
import { VigieError } from '../lib/errors.ts';
import { Client } from './client.ts';
import { type CommandContext, UsageError } from './command.ts';

/** Of one format. */
export interface ImportDefaults {
  readonly source: string;
  /** null: the city's. */
  readonly time_zone: string | null;
  readonly help: string;
}

/** The help of a format, with the options that all have. */
export const helpOf = ({ help, source, time_zone }: ImportDefaults): string => `${help}
  --source URI         CloudEvents source, the same for the same city (default ${source})
  --time-zone ZONE     zone of times without an offset (default ${time_zone ?? 'VIGIE_TIME_ZONE'})
  --encoding NAME      of a file that is not UTF-8, such as windows-1252
  --rejects FILE       another place for what could not go in`;

export interface Settings {
  readonly files: readonly string[];
  readonly rejects: string | undefined;
  /** Pieces of a file, in UTF-8. */
  readonly utf8: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;
  readonly options: TranslatorOptions;
}

/** What the command line of an importer of requests says. @returns null when it only asks for help */
export async function settingsOf(
  format: string,
  args: readonly string[],
  context: CommandContext,
  defaults: ImportDefaults,
): Promise<Settings | null> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      source: { type: 'string', default: defaults.source },
      'time-zone': { type: 'string' },
      encoding: { type: 'string', default: 'utf-8' },
      rejects: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    context.out(helpOf(defaults));
    return null;
  }
  if (positionals.length === 0) throw new UsageError(`import ${format}: which file?`);
  if (values.rejects !== undefined && positionals.length > 1)
    throw new UsageError('--rejects takes one file, not several');
  const config = loadConfig(context.env);
  const time_zone = values['time-zone'] ?? defaults.time_zone ?? config.time_zone;
  if (!isTimeZone(time_zone)) {
    throw new UsageError(`--time-zone ${time_zone} is no IANA time zone, such as America/Toronto`);
  }
  const client = new Client({
    url: config.url,
    key: config.ingest_key,
    signal: context.signal,
    patience_s: 0,
  });
  const { territories, services } = await referenceOf(client);
  return {
    files: positionals,
    rejects: values.rejects,
    utf8: transcoder(values.encoding),
    options: {
      source: values.source,
      time_zone,
      boroughCodeOf: boroughNames(territories),
      serviceOf: serviceNames(services),
    },
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function transcoder(encoding: string): Settings['utf8'] {
  if (/^utf-?8$/i.test(encoding)) return (chunks) => chunks;
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding);
  } catch {
    throw new UsageError(`--encoding ${encoding} is none that is known, such as windows-1252`);
  }
  return async function* utf8(chunks) {
    for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
    yield Buffer.from(decoder.decode());
  };
}

/** The server's catalogue; where it has none that can be read, the one that comes with this program. */
export async function referenceOf(
  client: Client,
): Promise<{ territories: readonly NamedTerritory[]; services: readonly NamedService[] }> {
  try {
    const catalogue = (await client.request('GET', '/api/v1/catalogue')) as Partial<Catalogue> | undefined;
    if (Array.isArray(catalogue?.territories) && Array.isArray(catalogue.services)) {
      return catalogue as Pick<Catalogue, 'territories' | 'services'>;
    }
  } catch (error) {
    // A server that is away is waited for when there is something to send.
    if (!(error instanceof VigieError)) throw error;
  }
  return CATALOGUE;
}

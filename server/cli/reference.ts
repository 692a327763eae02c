/** `vigie reference check|load FILE…`: a city's own services, units, calendars and deadlines. */
import { CATALOGUE } from '../../seeds/reference/index.ts';
import type { CatalogueAnswer } from '../catalogue/http.ts';
import { loadConfig } from '../config.ts';
import type { Catalogue } from '../contract/catalogue.ts';
import { type CatalogueChange, catalogueChange, changeFaults } from '../domain/catalogue-change.ts';
import { SECTIONS } from '../domain/catalogue-shape.ts';
import { localDate } from '../domain/office-hours.ts';
import { VigieError } from '../lib/errors.ts';
import { Client } from './client.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';
import { CSV_COLUMNS } from './reference-csv.ts';
import { readReferenceFiles } from './reference-files.ts';

const CATALOGUE_PATH = '/api/v1/catalogue';
const FAULTS_SHOWN_MAX = 200;
const IDS_SHOWN_MAX = 10;

const HELP = `vigie reference check FILE…
vigie reference load FILE…

What the city promises, from its own files: boroughs, units, calendars, deadline policies, services. JSON in the shape of the
files in seeds/reference (also what GET ${CATALOGUE_PATH} answers), or services as CSV with the columns
${CSV_COLUMNS}.
Several files are taken as one. What they name is added or replaced, the rest stays; when anything is wrong, nothing is loaded.

  check   says by file, line and column what is wrong, and otherwise what load would do. Without a server it
          takes the reference data of a fresh start for what is there
  load    the same, and loads it, with the bootstrap key (VIGIE_INGEST_KEY)

A version of a policy that is in force is not edited: new times come with a new version and a later valid_from.`;

export const referenceCommand: Command = {
  name: 'reference',
  summary: 'check and load what the city promises: services, units, calendars, deadlines',
  help: HELP,
  async run(args, context) {
    const [action, ...files] = args;
    if (action !== 'check' && action !== 'load')
      throw new UsageError(
        `reference: ${action === undefined ? 'what' : `unknown "${action}"`}: check or load?`,
      );
    const option = files.find((file) => file.startsWith('-'));
    if (option !== undefined) throw new UsageError(`reference ${action}: there is no option ${option}`);
    if (files.length === 0) throw new UsageError(`reference ${action}: which files?`);
    return action === 'check' ? check(files, context) : load(files, context);
  },
};

const clientOf = ({ env, signal }: CommandContext): Client => {
  const { url, ingest_key } = loadConfig(env);
  return new Client({ url, key: ingest_key, signal, patience_s: 0 });
};
const storedBy = async (client: Client): Promise<Catalogue> =>
  (await client.request('GET', CATALOGUE_PATH)) as Catalogue;

async function check(files: readonly string[], context: CommandContext): Promise<number> {
  const stored = await storedBy(clientOf(context)).catch((error: unknown) => {
    if (!(error instanceof VigieError) || error.code !== 'server_unreachable') throw error;
    context.err(`${error.message} Checked against the reference data of a fresh start.`);
    return CATALOGUE;
  });
  const said = await checked(files, stored, context);
  if (!said) return 1;
  context.out('Nothing is wrong. Loading it would give:');
  tell(catalogueChange(stored, said), context);
  return 0;
}

async function load(files: readonly string[], context: CommandContext): Promise<number> {
  const client = clientOf(context);
  const said = await checked(files, await storedBy(client), context);
  if (!said) {
    context.err('Nothing was loaded.');
    return 1;
  }
  tell((await client.request('PUT', CATALOGUE_PATH, said)) as CatalogueAnswer, context);
  return 0;
}

/** What the files say; null when something is wrong, which is told. */
async function checked(
  files: readonly string[],
  stored: Catalogue,
  { env, clock, err }: CommandContext,
): Promise<Catalogue | null> {
  const read = await readReferenceFiles(files);
  const today = localDate(clock.now_us(), loadConfig(env).time_zone);
  const faults = read.catalogue ? changeFaults(stored, read.catalogue, today).map(read.told) : read.faults;
  for (const { place, message } of faults.slice(0, FAULTS_SHOWN_MAX)) err(`${place}: ${message}`);
  if (faults.length > FAULTS_SHOWN_MAX) err(`… and ${faults.length - FAULTS_SHOWN_MAX} more`);
  return faults.length > 0 ? null : read.catalogue;
}

function tell(change: CatalogueChange, { out }: CommandContext): void {
  const ids = (what: string, list: readonly string[]): string => {
    const more = list.length > IDS_SHOWN_MAX ? ', …' : '';
    return `${list.length} ${what}${list.length > 0 ? ` (${list.slice(0, IDS_SHOWN_MAX).join(', ')}${more})` : ''}`;
  };
  for (const section of SECTIONS) {
    const { added, changed, unchanged } = change[section];
    if (added.length + changed.length + unchanged === 0) continue;
    out(`${section}: ${ids('added', added)}, ${ids('changed', changed)}, ${unchanged} unchanged`);
  }
}

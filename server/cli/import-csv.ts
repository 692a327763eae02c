/** `vigie import montreal-311 | nyc-311`: requests of a city, as a table of its open data. */
import { basename } from 'node:path';
import { type Columns, type CsvItem, CsvRecords } from '../ingest/files/csv.ts';
import { MONTREAL_311_COLUMNS, MONTREAL_311_SOURCE, Montreal311 } from '../ingest/files/montreal-311.ts';
import { NYC_311_COLUMNS, NYC_311_SOURCE, NYC_TIME_ZONE, Nyc311 } from '../ingest/files/nyc-311.ts';
import type { Translator, TranslatorOptions } from '../ingest/files/row.ts';
import { LineCutter } from '../ingest/ndjson.ts';
import type { CommandContext } from './command.ts';
import { importFile } from './import-loop.ts';
import { helpOf, type ImportDefaults, type Settings, settingsOf } from './import-settings.ts';
import { Account, RowSender } from './row-sender.ts';

const MONTREAL: ImportDefaults = {
  source: MONTREAL_311_SOURCE,
  time_zone: null,
  help: `vigie import montreal-311 FILE…

Reads the City of Montréal's open data « Requêtes 311 » (CSV) and sends what each row means to the server (VIGIE_URL,
VIGIE_INGEST_KEY): the creation, the unit, the last status. Importing a file twice changes nothing; a newer file adds what is new.
What could not go in is in FILE.rejects.txt, with line and reason.
`,
};
const NYC: ImportDefaults = {
  source: NYC_311_SOURCE,
  time_zone: NYC_TIME_ZONE,
  help: `vigie import nyc-311 FILE…

The same for New York City's open data « 311 Service Requests » (CSV).
`,
};
export const MONTREAL_311_HELP = helpOf(MONTREAL);
export const NYC_311_HELP = helpOf(NYC);

async function importCsv(
  settings: Settings,
  context: CommandContext,
  columns: Columns,
  translatorOf: (options: TranslatorOptions) => Translator,
): Promise<number> {
  let complete = true;
  for (const path of settings.files) {
    let account = new Account();
    const all = await importFile({
      context,
      path,
      rejects: settings.rejects,
      async read(chunks, uploader) {
        const sender = new RowSender(uploader, { now_us: () => context.clock.now_us(), check_all: false });
        account = sender.account;
        const translator = translatorOf(settings.options);
        const cutter = new LineCutter();
        const records = new CsvRecords(columns);
        const take = async (items: readonly CsvItem[]): Promise<void> => {
          for (const item of items) {
            if (item.kind === 'row') await sender.send(item, translator.translate(item.row));
            else await sender.reject(item, item.reason);
          }
        };
        for await (const chunk of settings.utf8(chunks)) await take(records.push(cutter.push(chunk)));
        await take(records.push(cutter.end()));
        await take(records.end());
      },
      summary: (uploader) => account.summary(basename(path), uploader),
    });
    complete &&= all;
  }
  return complete ? 0 : 1;
}

export async function importMontreal311(args: readonly string[], context: CommandContext): Promise<number> {
  const settings = await settingsOf('montreal-311', args, context, MONTREAL);
  if (settings === null) return 0;
  return importCsv(settings, context, MONTREAL_311_COLUMNS, (options) => new Montreal311(options));
}

export async function importNyc311(args: readonly string[], context: CommandContext): Promise<number> {
  const settings = await settingsOf('nyc-311', args, context, NYC);
  if (settings === null) return 0;
  return importCsv(settings, context, NYC_311_COLUMNS, (options) => new Nyc311(options));
}

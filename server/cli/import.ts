/** `vigie import <format>`. */
import { type Command, UsageError } from './command.ts';
import { BOUNDARIES_HELP, importBoundaries } from './import-boundaries.ts';
import { importMontreal311, importNyc311, MONTREAL_311_HELP, NYC_311_HELP } from './import-csv.ts';
import { GEOREPORT_HELP, importGeoreport } from './import-georeport.ts';
import { importNdjson, NDJSON_HELP } from './import-ndjson.ts';
import { importQueueLog, QUEUE_LOG_HELP } from './import-queue-log.ts';

const FORMATS = {
  'montreal-311': importMontreal311,
  'nyc-311': importNyc311,
  georeport: importGeoreport,
  boundaries: importBoundaries,
  'queue-log': importQueueLog,
  ndjson: importNdjson,
} as const;

export const importCommand: Command = {
  name: 'import',
  summary: `send files to the server: ${Object.keys(FORMATS).join(', ')}`,
  help: [MONTREAL_311_HELP, NYC_311_HELP, GEOREPORT_HELP, BOUNDARIES_HELP, QUEUE_LOG_HELP, NDJSON_HELP].join(
    '\n\n',
  ),
  run(args, context) {
    const [format, ...rest] = args;
    if (format === undefined)
      throw new UsageError(`import: which format? One of ${Object.keys(FORMATS).join(', ')}`);
    if (!Object.hasOwn(FORMATS, format)) {
      throw new UsageError(`import: unknown format "${format}": one of ${Object.keys(FORMATS).join(', ')}`);
    }
    return FORMATS[format as keyof typeof FORMATS](rest, context);
  },
};

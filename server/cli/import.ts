/** `vigie import <format>`. */
import { type Command, UsageError } from './command.ts';
import { importNdjson, NDJSON_HELP } from './import-ndjson.ts';
import { importQueueLog, QUEUE_LOG_HELP } from './import-queue-log.ts';

const FORMATS = { 'queue-log': importQueueLog, ndjson: importNdjson } as const;

export const importCommand: Command = {
  name: 'import',
  summary: 'send files to the server: queue-log, ndjson',
  help: `${QUEUE_LOG_HELP}\n\n${NDJSON_HELP}`,
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

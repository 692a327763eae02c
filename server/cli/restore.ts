/** `vigie restore FILE`: a backup into an empty database. The one command that needs no server, and wants none. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { pino } from 'pino';
import { readBackup } from '../backup/file.ts';
import type { BackupItem } from '../backup/types.ts';
import { loadConfig } from '../config.ts';
import { VigieError } from '../lib/errors.ts';
import { restoreEmbedded } from '../store/backup-folder.ts';
import { refuseOtherSchema, restoreInto } from '../store/backup-restore.ts';
import { openDatabase } from '../store/open.ts';
import { counted, fileOf, megabytes } from './backup.ts';
import type { Command, CommandContext } from './command.ts';
import { Progress, percent } from './progress.ts';

const HELP = `vigie restore FILE

Brings a backup back, with the server stopped: into the database of DATABASE_URL, which must be empty, or into the folder
VIGIE_DATA (default ./data), which must have no database yet. Either may have been backed up from the other. The file is checked
first; then all of it goes in, or nothing. Start the server afterwards.`;

/** The items of the file, with word of how far it is. */
async function* itemsOf(
  file: string,
  what: string,
  context: CommandContext,
): AsyncGenerator<BackupItem, void> {
  const { size } = await stat(file);
  const progress = new Progress(context);
  const stream = createReadStream(file, { highWaterMark: 1 << 18 });
  let table = '';
  try {
    for await (const item of readBackup(stream)) {
      if (context.signal.aborted) throw new VigieError('interrupted', 'Interrupted: nothing was restored.');
      if (item.kind === 'table') table = item.table.name;
      progress.at(() => `${what}: ${percent(stream.bytesRead, size)} of ${megabytes(size)} (${table})`);
      yield item;
    }
  } finally {
    progress.end();
  }
}

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'bring a backup back into an empty database',
  help: HELP,
  async run(args, context) {
    const file = fileOf('restore', args);
    const config = loadConfig(context.env);
    const began_us = context.clock.now_us();
    // Whole and sound, before anything is touched.
    for await (const _item of itemsOf(file, 'checking', context));
    await refuseOtherSchema(itemsOf(file, 'checking', context));
    const options = {
      retention: config,
      logger: pino({ level: 'silent' }),
      items: () => itemsOf(file, 'restoring', context),
      tell: (text: string) => context.err(text),
    };
    let restored: { rows: number; tables: number };
    if (config.database_url === null) {
      restored = await restoreEmbedded(config.data_dir, options);
    } else {
      const db = await openDatabase({
        databaseUrl: config.database_url,
        dataDir: '',
        logger: options.logger,
      });
      restored = await restoreInto(db, options).finally(() => db.close());
    }
    const took_s = (context.clock.now_us() - began_us) / 1e6;
    context.out(
      `${relative('.', file)}: ${counted(restored.rows)} rows in ${restored.tables} tables, ${took_s.toFixed(1)} s`,
    );
    return 0;
  },
};

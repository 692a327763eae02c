/** `vigie import ndjson`: events, one a line, of any number, in flat memory. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { type Line, LineCutter } from '../ingest/ndjson.ts';
import { type CommandContext, UsageError } from './command.ts';
import { importFile, type Uploader } from './import-loop.ts';

export const NDJSON_HELP = `vigie import ndjson FILE…

Sends events, one CloudEvent in JSON a line, to the server (VIGIE_URL, VIGIE_INGEST_KEY).
Sending a file again changes nothing. What could not go in is in FILE.rejects.txt, with reasons.

  --rejects FILE       another place for it`;

async function send(lines: readonly Line[], uploader: Uploader): Promise<void> {
  for (const { kind, index, text } of lines) {
    const origin = { line: index + 1, text };
    if (kind === 'too_long') await uploader.reject(origin, 'the line is longer than 256 KiB');
    else if (kind === 'not_utf8') await uploader.reject(origin, 'the line is not UTF-8');
    else await uploader.add(origin, [text]);
  }
}

export async function importNdjson(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rejects: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    context.out(NDJSON_HELP);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('import ndjson: which file?');
  if (values.rejects !== undefined && positionals.length > 1)
    throw new UsageError('--rejects takes one file, not several');
  let complete = true;
  for (const path of positionals) {
    const all = await importFile({
      context,
      path,
      rejects: values.rejects,
      async read(chunks, uploader) {
        const cutter = new LineCutter();
        for await (const chunk of chunks) await send(cutter.push(chunk), uploader);
        await send(cutter.end(), uploader);
      },
      summary: ({ totals, lines_rejected }) =>
        `${basename(path)}: ${totals.accepted} accepted, ${totals.duplicates} duplicates, ${lines_rejected} rejected`,
    });
    complete &&= all;
  }
  return complete ? 0 : 1;
}

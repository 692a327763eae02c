/** `vigie report <yyyy-mm>`: a monthly report into a file, and its sealing. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { REPORT_FORMATS, type Report, type ReportListItem } from '../contract/report.ts';
import { Client } from './client.ts';
import { type Command, type CommandContext, UsageError } from './command.ts';

const HELP = `vigie report YYYY-MM [--out FILE] [--scope city|CODE] [--lang fr|en] [--format html|pdf|csv|xlsx|json] [--seal]
vigie report list [--scope city|CODE]

Writes the report of a month, for the city or for one borough. The first time it takes the server up to a minute or two:
it counts every month of the year. Later it is there at once.

  --out FILE      where to; its ending says the format (default vigie-311-SCOPE-YYYY-MM.html)
  --scope CODE    a borough's two letters, such as VM (default city)
  --lang fr|en    default fr
  --format F      html, pdf, csv, xlsx or json, where FILE does not say it
  --seal          publish it first: from then on its figures never change, and what comes late becomes an erratum.
                  With the bootstrap key (VIGIE_INGEST_KEY)`;

/** The server counts, and prints. */
const REPORT_TIMEOUT_MS = 290_000;
const MONTH = /^\d{4}-\d{2}$/;

export const reportCommand: Command = {
  name: 'report',
  summary: 'a monthly report into a file; its sealing',
  help: HELP,
  async run(args, context) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        scope: { type: 'string', default: 'city' },
        lang: { type: 'string', default: 'fr' },
        format: { type: 'string' },
        seal: { type: 'boolean', default: false },
      },
    });
    const [month, ...more] = positionals;
    if (month === undefined || more.length > 0)
      throw new UsageError('report: name one month, such as 2026-10');
    const { url, ingest_key } = loadConfig(context.env);
    const client = new Client({ url, key: ingest_key, signal: context.signal, patience_s: 0 });
    const scope = encodeURIComponent(values.scope);
    if (month === 'list') return list(client, scope, context);
    if (!MONTH.test(month)) throw new UsageError(`report: "${month}" is not a month, such as 2026-10`);
    if (values.lang !== 'fr' && values.lang !== 'en') throw new UsageError('report: --lang is fr or en');
    const format = formatOf(values.out, values.format);
    const out = values.out ?? `vigie-311-${values.scope}-${month}.${format}`;
    const path = `/api/v1/reports/${month}`;
    if (values.seal) {
      context.err(`Sealing ${month} …`);
      const sealed = (await client.request(
        'POST',
        `${path}/seal?scope=${scope}`,
        {},
        REPORT_TIMEOUT_MS,
      )) as Report;
      context.out(`sealed ${month} ${values.scope}: sha256 ${sealed.sha256}`);
    }
    context.err(`Asking for ${month} …`);
    const body = await client.download(
      `${path}.${format}?scope=${scope}&lang=${values.lang}`,
      REPORT_TIMEOUT_MS,
    );
    await write(body, out);
    context.out(out);
    return 0;
  },
};

function formatOf(out: string | undefined, asked: string | undefined): string {
  const ending = out === undefined ? undefined : /\.(\w+)$/.exec(out)?.[1]?.toLowerCase();
  const format = asked ?? ending ?? 'html';
  if (!REPORT_FORMATS.some((known) => known === format))
    throw new UsageError(
      `report: "${format}" is none of ${REPORT_FORMATS.join(', ')}: end FILE with one, or say --format`,
    );
  return format;
}

/** Whole or not at all: a report that breaks off leaves no half of itself under its name. */
async function write(body: ReadableStream<Uint8Array>, out: string): Promise<void> {
  const part = `${out}.part`;
  try {
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(part));
    await rename(part, out);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

async function list(client: Client, scope: string, context: CommandContext): Promise<number> {
  const { items } = (await client.request('GET', `/api/v1/reports?scope=${scope}`)) as {
    readonly items: readonly ReportListItem[];
  };
  for (const { month, ended, sealed, sha256 } of items) {
    const standing = sealed ? `sealed ${sealed.at} sha256 ${sha256}` : ended ? 'not sealed' : 'runs';
    context.out(`${month}  ${standing}`);
  }
  if (items.length === 0) context.out('No month is known yet.');
  return 0;
}

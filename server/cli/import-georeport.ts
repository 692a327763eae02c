/** `vigie import georeport`: requests as an Open311 server tells them, in JSON or XML. */
import { basename } from 'node:path';
import {
  GEOREPORT_SOURCE,
  type GeoItem,
  Georeport,
  isRequest,
  isService,
} from '../ingest/files/georeport.ts';
import { type CutItem, JsonItems } from '../ingest/files/json-items.ts';
import { parseXmlItem, XmlItems } from '../ingest/files/xml-items.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import { jsonFault } from '../lib/json-fault.ts';
import type { CommandContext } from './command.ts';
import { importFile, type Origin } from './import-loop.ts';
import { helpOf, type ImportDefaults, settingsOf } from './import-settings.ts';
import { Account, RowSender } from './row-sender.ts';

const GEOREPORT: ImportDefaults = {
  source: GEOREPORT_SOURCE,
  time_zone: null,
  help: `vigie import georeport FILE…

Reads answers of an Open311 GeoReport v2 server to GET requests, in JSON or XML, and sends what each request means to the server
(VIGIE_URL, VIGIE_INGEST_KEY). Answers to GET services may stand before them: the names of their services are used.
Importing a file twice changes nothing. What could not go in is in FILE.rejects.txt, with line and reason.
`,
};
export const GEOREPORT_HELP = helpOf(GEOREPORT);

interface Cutter {
  push(text: string): readonly CutItem[];
  end(): readonly CutItem[];
}
interface Form {
  readonly cutter: Cutter;
  /** @throws Error that says what is wrong with the item */
  readonly parse: (text: string) => GeoItem;
}

/** JSON or XML, by the first sign. */
function formOf(text: string): Form | undefined {
  const first = text.trimStart().charAt(0);
  if (first === '') return undefined;
  if (first === '<') return { cutter: new XmlItems(), parse: parseXmlItem };
  if (first === '[' || first === '{') return { cutter: new JsonItems(), parse: parseJsonItem };
  throw new VigieError('not_georeport', 'This is neither JSON nor XML, so no answer of an Open311 server.');
}

function parseJsonItem(text: string): GeoItem {
  try {
    return JSON.parse(text) as GeoItem;
  } catch {
    const fault = jsonFault(text);
    throw new Error(
      fault ? `is not JSON: line ${fault.line} of it: expected ${fault.expected}` : 'is not JSON',
    );
  }
}

/** Reads one file's items, and keeps apart what they are. */
class GeoreportReader {
  requests = 0;
  services = 0;
  readonly #georeport: Georeport;
  readonly #sender: RowSender;
  #form: Form | undefined;
  #blank = '';

  constructor(georeport: Georeport, sender: RowSender) {
    this.#georeport = georeport;
    this.#sender = sender;
  }

  async push(text: string): Promise<void> {
    const piece = this.#blank + text;
    this.#form ??= formOf(piece);
    this.#blank = this.#form ? '' : piece.replace(/[^\n]+/g, '');
    for (const item of this.#form?.cutter.push(piece) ?? []) await this.#take(item);
  }

  /** @throws VigieError when it is no file of requests */
  async end(): Promise<void> {
    if (!this.#form) throw new VigieError('file_empty', 'The file is empty.');
    for (const item of this.#form.cutter.end()) await this.#take(item);
  }

  async #take({ line, text, fault }: CutItem): Promise<void> {
    const origin: Origin = { line, text };
    if (fault !== null) return this.#sender.reject(origin, fault);
    let item: GeoItem;
    try {
      item = this.#form!.parse(text);
    } catch (error) {
      return this.#sender.reject(origin, messageOf(error));
    }
    if (isRequest(item)) {
      this.requests += 1;
      const translation = this.#georeport.translate(item);
      await this.#sender.send(origin, translation);
    } else if (isService(item)) {
      this.services += 1;
      this.#georeport.learn(item);
    } else {
      await this.#sender.reject(origin, reasonOf(item));
    }
  }
}

function reasonOf(item: GeoItem): string {
  const told = typeof item.description === 'string' ? `: ${item.description}` : '';
  return 'code' in item
    ? `is an error that the server answered${told}`
    : 'is no request: it has no service_request_id';
}

export async function importGeoreport(args: readonly string[], context: CommandContext): Promise<number> {
  const settings = await settingsOf('georeport', args, context, GEOREPORT);
  if (settings === null) return 0;
  // One for all files: what services are called stands in one, and their requests in another.
  const georeport = new Georeport(settings.options);
  let complete = true;
  let requests = 0;
  let all_services = 0;
  for (const path of settings.files) {
    let account = new Account();
    let services = 0;
    const all = await importFile({
      context,
      path,
      rejects: settings.rejects,
      async read(chunks, uploader) {
        const sender = new RowSender(uploader, { now_us: () => context.clock.now_us(), check_all: true });
        account = sender.account;
        const reader = new GeoreportReader(georeport, sender);
        const decoder = new TextDecoder('utf-8', { fatal: true });
        for await (const chunk of settings.utf8(chunks)) await reader.push(decode(decoder, chunk));
        await reader.push(decode(decoder));
        await reader.end();
        services = reader.services;
        requests += reader.requests;
        all_services += services;
      },
      summary: (uploader) => {
        const name = basename(path);
        if (account.rows > 0 || services === 0) return account.summary(name, uploader);
        return `${name}: ${services} services, whose names are used; no requests`;
      },
    });
    complete &&= all;
  }
  if (requests > 0 || all_services === 0) return complete ? 0 : 1;
  context.err(
    'There are only services in what was given: georeport reads answers to GET requests.json or requests.xml.',
  );
  return 1;
}

function decode(decoder: TextDecoder, chunk?: Buffer): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    throw new VigieError(
      'not_utf8',
      'The file is not UTF-8: say its encoding, such as --encoding windows-1252.',
    );
  }
}

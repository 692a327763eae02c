/** `vigie import boundaries`: the boroughs of a city, as GeoJSON, into the server's catalogue. */
import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config.ts';
import { type BoroughCodeOf, boroughNames } from '../domain/borough-names.ts';
import { type Boundary, boundaryFault } from '../domain/boundary.ts';
import { VigieError } from '../lib/errors.ts';
import { jsonFault } from '../lib/json-fault.ts';
import { Client } from './client.ts';
import { type CommandContext, UsageError } from './command.ts';
import { referenceOf } from './import-settings.ts';
import { type Reject, RejectsFile } from './rejects.ts';

export const BOUNDARIES_HELP = `vigie import boundaries FILE…

Reads the boundaries of boroughs and linked cities (GeoJSON, a FeatureCollection of polygons in WGS 84) and puts them in the place
of the approximate areas. A feature is known by its code (property ABREV or code) or its name (NOM, name …).
Needs the bootstrap key (VIGIE_INGEST_KEY). What could not go in is in FILE.rejects.txt, with the feature's number and reason.

  --rejects FILE       another place for it`;

/** Boundaries of a whole country's towns are smaller; all of the file is held at once. */
const FILE_BYTES_MAX = 128 * 1_048_576;
/** Of one request: half of what the server takes. */
const BODY_LENGTH_MAX = 8 * 1_048_576;
const CODE_PROPERTIES = ['abrev', 'code', 'abbreviation', 'id'];
const NAME_PROPERTIES = ['nom', 'name', 'nom_arr', 'name_fr', 'name_en', 'borough', 'arrondissement'];

interface Item {
  readonly code: string;
  readonly geometry: Boundary;
}
export interface ReadBoundaries {
  readonly items: readonly Item[];
  /** `line` is the feature's number, from 1. */
  readonly rejects: readonly Reject[];
}

/** Takes a GeoJSON text apart. @throws VigieError when it is no collection of features */
export function readBoundaries(text: string, boroughCodeOf: BoroughCodeOf): ReadBoundaries {
  const items = new Map<string, Item>();
  const rejects: Reject[] = [];
  for (const [index, feature] of featuresOf(text).entries()) {
    const { properties, geometry } = (feature ?? {}) as { properties?: unknown; geometry?: unknown };
    const reject = (reason: string): void => {
      rejects.push({ line: index + 1, reason, text: JSON.stringify(properties ?? null) });
    };
    const code = codeOf(properties, boroughCodeOf);
    if (code === undefined) {
      reject('is no borough or linked city of this city: neither its code nor its name is known');
      continue;
    }
    const fault = boundaryFault(geometry);
    if (fault !== undefined) reject(`${code} ${fault}`);
    else if (items.has(code)) reject(`${code} stands there twice`);
    else items.set(code, { code, geometry: geometry as Boundary });
  }
  return { items: [...items.values()], rejects };
}

function featuresOf(text: string): readonly unknown[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const fault = jsonFault(text);
    const place = fault ? `: line ${fault.line}, column ${fault.column}: expected ${fault.expected}` : '';
    throw new VigieError('not_geojson', `It is not JSON${place}.`, { cause: error });
  }
  const { type, features, crs } = (json ?? {}) as { type?: unknown; features?: unknown; crs?: unknown };
  if (type !== 'FeatureCollection' || !Array.isArray(features)) {
    const told = typeof type === 'string' ? `GeoJSON of type ${type.slice(0, 40)}` : 'no GeoJSON';
    throw new VigieError('not_geojson', `It is ${told}: boundaries are a FeatureCollection.`);
  }
  const system = JSON.stringify(crs ?? null);
  if (crs && !/CRS84|EPSG(:|::|\/0\/)4326/i.test(system)) {
    throw new VigieError(
      'not_geojson',
      `Its coordinates are of ${system.slice(0, 120)}: convert it to WGS 84 (EPSG:4326).`,
    );
  }
  return features;
}

/** By its code, which is exact, or else by its name. */
function codeOf(properties: unknown, boroughCodeOf: BoroughCodeOf): string | undefined {
  if (typeof properties !== 'object' || properties === null) return undefined;
  const texts = new Map<string, string>();
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'string') texts.set(name.toLowerCase(), value.trim());
  }
  for (const name of CODE_PROPERTIES) {
    const code = texts.get(name);
    if (code !== undefined && boroughCodeOf(code) === code) return code;
  }
  for (const name of NAME_PROPERTIES) {
    const code = boroughCodeOf(texts.get(name) ?? '');
    if (code !== undefined) return code;
  }
  return undefined;
}

/** Parts that one request has room for. */
function* parts(items: readonly Item[]): Generator<readonly Item[]> {
  let part: Item[] = [];
  let length = 0;
  for (const item of items) {
    const more = JSON.stringify(item).length;
    if (part.length > 0 && length + more > BODY_LENGTH_MAX) {
      yield part;
      part = [];
      length = 0;
    }
    part.push(item);
    length += more;
  }
  if (part.length > 0) yield part;
}

async function textOf(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > FILE_BYTES_MAX) {
    throw new VigieError(
      'file_too_large',
      `It has ${Math.round(size / 1_048_576)} MiB; at most 128: simplify the lines.`,
    );
  }
  const bytes = await readFile(path);
  if (bytes.length === 0) throw new VigieError('file_empty', 'The file is empty.');
  if (!isUtf8(bytes)) throw new VigieError('not_utf8', 'It is not UTF-8, as GeoJSON must be.');
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

export async function importBoundaries(args: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rejects: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    context.out(BOUNDARIES_HELP);
    return 0;
  }
  if (positionals.length === 0) throw new UsageError('import boundaries: which file?');
  if (values.rejects !== undefined && positionals.length > 1)
    throw new UsageError('--rejects takes one file, not several');
  const { url, ingest_key } = loadConfig(context.env);
  const client = new Client({ url, key: ingest_key, signal: context.signal, patience_s: 0 });
  const boroughCodeOf = boroughNames((await referenceOf(client)).territories);
  let complete = true;
  for (const path of positionals) {
    const rejects = new RejectsFile(values.rejects ?? `${path}.rejects.txt`, { append: false });
    await rejects.begin();
    const read = await textOf(path)
      .then((text) => readBoundaries(text, boroughCodeOf))
      .catch((error: unknown) => {
        if (!(error instanceof VigieError)) throw error;
        throw new VigieError(error.code, `${path}: ${error.message}`, { cause: error });
      });
    let updated = 0;
    for (const items of parts(read.items)) {
      const answer = (await client.request('PUT', '/api/v1/boundaries', { items })) as { updated: number };
      updated += answer.updated;
    }
    await rejects.add(read.rejects);
    await rejects.close();
    const count = read.items.length + read.rejects.length;
    context.out(`${basename(path)}: ${count} features: ${updated} boundaries in, ${read.rejects.length} not`);
    if (rejects.count > 0) context.err(`${rejects.count} could not go in: see ${rejects.path}`);
    complete &&= read.rejects.length === 0 && updated === read.items.length && count > 0;
  }
  return complete ? 0 : 1;
}

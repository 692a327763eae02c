/** A city's own reference data from files: JSON in the shape of `seeds/reference`, services also as CSV. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Catalogue } from '../contract/catalogue.ts';
import { catalogueFrom, type Fault, SECTIONS, type Section } from '../domain/catalogue-shape.ts';
import { VigieError } from '../lib/errors.ts';
import { decodeText } from '../lib/http-body.ts';
import { jsonFault } from '../lib/json-fault.ts';
import { jsonPlaces } from '../lib/json-places.ts';
import { serviceRows } from './reference-csv.ts';

/** An item as it was written, and how to say where a part of it stands. */
export interface Written {
  readonly section: Section;
  readonly value: unknown;
  /** @param path JSON Pointer into the item. @returns such as `services.json:12:7` */
  readonly place: (path: string) => string;
}
/** Something that is wrong, with its place in the file. */
export interface Told {
  readonly place: string;
  readonly message: string;
}
export interface ReadFiles {
  readonly catalogue: Catalogue | null;
  readonly faults: readonly Told[];
  /** Says where a fault of the catalogue stands in the files. */
  readonly told: (fault: Fault) => Told;
}

type Members = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a city need not write. */
const USUAL: Readonly<Record<Section, Members>> = {
  territories: {},
  units: {},
  calendars: { holidays: false, closed: {}, open: [] },
  policies: { warning_share: 0.75 },
  services: { keywords: [], policy: null, placed: false, retired: false },
};
/** Lists that a file may have. The places of boroughs are the simulated city's, and pass. */
const LISTS: Readonly<Record<string, { readonly section: Section; readonly more: Members }>> = {
  ...Object.fromEntries(SECTIONS.map((section) => [section, { section, more: {} }])),
  boroughs: { section: 'territories', more: { kind: 'borough' } },
  linked_cities: { section: 'territories', more: { kind: 'linked_city' } },
};
/** Members that say where the data comes from, or which state of it this is. */
const PASSED = new Set(['provenance', 'revision']);

export async function readReferenceFiles(files: readonly string[]): Promise<ReadFiles> {
  const items: Written[] = [];
  const faults: Told[] = [];
  for (const file of files) {
    try {
      const text = decodeText(await readFile(file));
      const isCsv = extname(file).toLowerCase() === '.csv';
      const read = isCsv ? serviceRows(file, text) : jsonItems(file, text);
      items.push(...read.items);
      faults.push(...read.faults);
    } catch (error) {
      if (!(error instanceof VigieError)) throw error;
      faults.push({ place: file, message: error.message.replace('The body is', 'the file is') });
    }
  }
  const bySection = Object.fromEntries(
    SECTIONS.map((section) => [section, items.filter((item) => item.section === section)]),
  ) as Readonly<Record<Section, Written[]>>;
  const told = ({ path, message }: Fault): Told => {
    const [, section = '', index = ''] = path.split('/');
    const item = bySection[section as Section]?.[Number(index)];
    const rest = path.slice(`/${section}/${index}`.length);
    if (!item) return { place: `the server's ${section || 'catalogue'}`, message };
    const place = item.place(rest);
    // Where the place names a column, its name is not said again.
    const field = rest === '' || place.endsWith(')') ? '' : `${rest.slice(1).replaceAll('/', '.')}: `;
    return { place, message: field + message };
  };
  const value = Object.fromEntries(
    SECTIONS.map((section) => [section, bySection[section].map((item) => item.value)]),
  );
  const shaped = catalogueFrom(value);
  if ('catalogue' in shaped) return { catalogue: faults.length > 0 ? null : shaped.catalogue, faults, told };
  return { catalogue: null, faults: [...faults, ...shaped.faults.map(told)], told };
}

export interface FileItems {
  readonly items: readonly Written[];
  readonly faults: readonly Told[];
}

function jsonItems(file: string, text: string): FileItems {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = jsonFault(text);
    const place = fault ? `${file}:${fault.line}:${fault.column}` : file;
    return {
      items: [],
      faults: [{ place, message: `is not JSON: expected ${fault?.expected ?? 'a value'}` }],
    };
  }
  const placeOf = jsonPlaces(text);
  const at = (path: string): string => {
    const { line, column } = placeOf(path);
    return `${file}:${line}:${column}`;
  };
  const names = Object.keys(LISTS).join(', ');
  if (!isObject(value))
    return { items: [], faults: [{ place: at(''), message: `must be an object with lists: ${names}` }] };
  const items: Written[] = [];
  const faults: Told[] = [];
  for (const [name, list] of Object.entries(value)) {
    if (PASSED.has(name)) continue;
    const known = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
    if (!known) {
      faults.push({ place: at(`/${name}`), message: `"${name}" is no list here; those are ${names}` });
    } else if (!Array.isArray(list)) {
      faults.push({ place: at(`/${name}`), message: `${name} must be a list […]` });
    } else {
      for (const [index, item] of list.entries()) {
        const base = `/${name}/${index}`;
        items.push({
          section: known.section,
          value: withUsual(known.section, item, known.more),
          place: (path) => at(base + path),
        });
      }
    }
  }
  return { items, faults };
}

function withUsual(section: Section, item: unknown, more: Members): unknown {
  if (!isObject(item)) return item;
  if (section !== 'territories') return { ...USUAL[section], ...item };
  const { places: _places, ...rest } = item;
  return { ...rest, ...more };
}

/** Services as a spreadsheet writes them: a header, a line a service. */
import { CsvRecords } from '../ingest/files/csv.ts';
import type { FileItems, Told, Written } from './reference-files.ts';

const REQUIRED = ['id', 'name_fr', 'name_en', 'nature', 'group', 'unit', 'policy'] as const;
const OPTIONAL = [
  'description_fr',
  'description_en',
  'keywords',
  'placed',
  'retired',
  'earlier_policies',
] as const;
const COLUMNS: readonly string[] = [...REQUIRED, ...OPTIONAL];

export const CSV_COLUMNS = `${REQUIRED.join(',')} and if wanted ${OPTIONAL.join(',')}`;

/** By which column a part of a service is said. */
function columnOf(path: string): string {
  const [, field = '', language] = path.split('/');
  return language !== undefined && (field === 'name' || field === 'description')
    ? `${field}_${language}`
    : field;
}

const YES = new Set(['true', 'yes', 'oui', '1', 'x']);
const NO = new Set(['false', 'no', 'non', '0', '']);
/** What is neither stays as it is, to be told by the check. */
const flag = (text: string): boolean | string => {
  const word = text.toLowerCase();
  if (YES.has(word)) return true;
  return NO.has(word) ? false : text;
};
const listOf = (text: string): string[] =>
  text
    .split(/[;|]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
const policyOf = (text: string): string | null => (text === '' ? null : text);

/** `chaussee until 2027-01-01; voirie until 2028-01-01`; without a name before `until`, none. */
function earlierOf(text: string): unknown[] {
  return listOf(text).map((part) => {
    const found = /^(?:(\S+) )?until (\S+)$/.exec(part);
    return { policy: found?.[1] ?? null, until: found?.[2] ?? part };
  });
}

function serviceOf(row: Readonly<Record<string, string>>): Record<string, unknown> {
  const of = (name: string): string => row[name] ?? '';
  const name = { fr: of('name_fr'), en: of('name_en') };
  const earlier_policies = earlierOf(of('earlier_policies'));
  return {
    id: of('id'),
    name,
    description: { fr: of('description_fr') || name.fr, en: of('description_en') || name.en },
    nature: of('nature'),
    group: of('group'),
    keywords: listOf(of('keywords')),
    unit: of('unit'),
    policy: policyOf(of('policy')),
    ...(earlier_policies.length > 0 && { earlier_policies }),
    placed: flag(of('placed')),
    retired: flag(of('retired')),
  };
}

/** @throws VigieError when the header is not that of services */
export function serviceRows(file: string, text: string): FileItems {
  const records = new CsvRecords({ required: REQUIRED, optional: OPTIONAL });
  const lines = text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [{ kind: 'text' as const, text: line, index }]));
  const items: Written[] = [];
  const faults: Told[] = [];
  let header: readonly string[] | undefined;
  for (const item of [...records.push(lines), ...records.end()]) {
    if (item.kind === 'rejected') {
      faults.push({ place: `${file}:${item.line}`, message: item.reason });
      continue;
    }
    const names = Object.keys(item.row);
    if (!header) {
      header = names;
      for (const strange of names.filter((name) => !COLUMNS.includes(name)))
        faults.push({
          place: `${file}:1`,
          message: `column "${strange}" is not known; those are ${CSV_COLUMNS}`,
        });
    }
    const place = (path: string): string => {
      const column = columnOf(path);
      const at = names.indexOf(column);
      return at === -1 ? `${file}:${item.line}` : `${file}:${item.line}, column ${at + 1} (${column})`;
    };
    items.push({ section: 'services', value: serviceOf(item.row), place });
  }
  return { items, faults };
}

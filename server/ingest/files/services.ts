/** Names of services and units, as files write them, to their ids. */
import type { ServiceDefinition } from '../../contract/catalogue.ts';

export interface NamedService extends Pick<ServiceDefinition, 'id' | 'name'> {
  /** Unit that settles it, without its borough. */
  readonly unit: string;
}
export interface FoundService {
  readonly id: string;
  /** Of a service that the catalogue knows. */
  readonly unit: string | null;
}
/** @returns undefined for a name without a letter or a digit. */
export type ServiceOf = (name: string) => FoundService | undefined;

const ID_LENGTH_MAX = 128;
const NAMES_KEPT = 10_000;

/** Letters and digits of a name, without accents, parted by dashes; empty when it has none. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, ID_LENGTH_MAX)
    .replace(/^-+|-+$/g, '');

/** Finds a service by a name in either language or by its id; one that nobody knows is named by its slug. */
export function serviceNames(services: readonly NamedService[]): ServiceOf {
  const known = new Map<string, FoundService>();
  for (const { id, name, unit } of services) {
    for (const text of [name.fr, name.en, id]) {
      const key = slugOf(text);
      if (key !== '' && !known.has(key)) known.set(key, { id, unit });
    }
  }
  const read = new Map<string, FoundService | undefined>();
  return (name) => {
    if (read.has(name)) return read.get(name);
    const slug = slugOf(name);
    const found = slug === '' ? undefined : (known.get(slug) ?? { id: slug, unit: null });
    if (read.size < NAMES_KEPT) read.set(name, found);
    return found;
  };
}

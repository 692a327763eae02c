/** What an address under `/open311` names, and in which format it wants its answer. */
import { type Fault, fault, quoted } from './faults.ts';

export type Format = 'xml' | 'json';
export type Resource =
  | { readonly name: 'discovery' | 'services' | 'requests' }
  | { readonly name: 'service' | 'request' | 'token'; readonly id: string };
export interface Address {
  readonly resource: Resource;
  /** null: none was named, and the headers say which. */
  readonly format: Format | null;
}

const isFormat = (text: string | undefined): text is Format => text === 'xml' || text === 'json';

const nothingThere = (): Fault =>
  fault(
    404,
    'Il n’y a rien à cette adresse ; /open311/discovery.xml dit ce qu’il y a.',
    'There is nothing at this address; /open311/discovery.xml says what there is.',
  );
const unsupported = (extension: string): Fault =>
  fault(
    400,
    `Le format « ${quoted(extension)} » n’est pas offert : xml ou json.`,
    `The format "${quoted(extension)}" is not offered: xml or json.`,
  );

/**
 * @param path below `/open311`, such as `/v2/requests/12-00677322.json`. Ids of other systems have dots: what follows the last one is a
 *   format when it looks like one.
 */
export function addressOf(path: string): Address | Fault {
  const parts = partsOf(path);
  const last = parts.at(-1) ?? '';
  const [, stem, extension] = /^(.+)\.([a-z]{1,5})$/i.exec(last) ?? [undefined, last, undefined];
  const format = extension?.toLowerCase();
  // An old client writes requests/json.
  const apart = parts.length === 3 && parts[1] === 'requests' && isFormat(last);
  const named = apart ? last : format;
  const segments = apart ? parts.slice(0, -1) : [...parts.slice(0, -1), stem ?? last];
  const resource = resourceOf(segments);
  if (resource === undefined) return nothingThere();
  if (named === undefined) return { resource, format: null };
  return isFormat(named) ? { resource, format: named } : unsupported(named);
}

/** Empty when an escape in it means nothing: there is no such address. */
function partsOf(path: string): string[] {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return [];
  }
}

function resourceOf(segments: readonly string[]): Resource | undefined {
  const [first, collection, id, ...more] = segments;
  if (segments.length === 1 && first === 'discovery') return { name: 'discovery' };
  if (first !== 'v2' || more.length > 0) return undefined;
  // The specification suggests to answer the root with the discovery page too.
  if (collection === undefined || (collection === 'discovery' && id === undefined))
    return { name: 'discovery' };
  if (collection === 'services') return id === undefined ? { name: 'services' } : { name: 'service', id };
  if (collection === 'requests') return id === undefined ? { name: 'requests' } : { name: 'request', id };
  return collection === 'tokens' && id !== undefined ? { name: 'token', id } : undefined;
}

/** XML is the format that the specification requires: it is what a client without a wish gets. */
export function formatOfAccept(accept: string | undefined): Format {
  const json = accept?.search(/\bjson\b/i) ?? -1;
  const xml = accept?.search(/\bxml\b/i) ?? -1;
  return json >= 0 && (xml < 0 || json < xml) ? 'json' : 'xml';
}

/**
 * The XML of GeoReport v2: elements and text, no attributes, no namespace. The same values make the JSON by the Spark convention of the
 * specification: there a list stands alone, here it is an element with one element for each item.
 */
export type XmlValue =
  | string
  | number
  | boolean
  | null
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

/** What the items of a list are called. */
const ITEM_NAMES: Readonly<Record<string, string>> = {
  attributes: 'attribute',
  endpoints: 'endpoint',
  errors: 'error',
  formats: 'format',
  service_requests: 'request',
  services: 'service',
};

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // Written plainly, a parser would make a line feed of it.
  '\r': '&#13;',
};
/** What XML 1.0 has no way to write, not even escaped: a document with one of these is none. Half a surrogate pair is another. */
const NOT_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Everything beyond ASCII by its number: Perl's own parser, which FixMyStreet falls back to, decodes UTF-8 twice and gives up. */
const ESCAPED = /[&<>"'\r]|[^\0-\x7F]/gu;

export const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    .replace(NOT_XML, '\uFFFD')
    .replace(ESCAPED, (character) => ESCAPES[character] ?? `&#${character.codePointAt(0)};`);

function element(name: string, value: XmlValue): string {
  const inner = content(name, value);
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;
}

function content(name: string, value: XmlValue): string {
  if (value === null) return '';
  if (typeof value !== 'object') return escapeXml(String(value));
  if (isList(value)) {
    const item = ITEM_NAMES[name];
    if (item === undefined) throw new Error(`nobody said what the items of <${name}> are called`);
    return value.map((one) => element(item, one)).join('');
  }
  return Object.entries(value)
    .map(([inner, one]) => element(inner, one))
    .join('');
}
const isList = (value: XmlValue): value is readonly XmlValue[] => Array.isArray(value);

/** A whole document. Names of elements are ours, never what somebody sent. */
export const xmlDocument = (root: string, value: XmlValue): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n${element(root, value)}\n`;

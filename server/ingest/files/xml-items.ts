/**
 * The elements of a list in an XML file of any length, in flat memory: each is cut out whole, and parsed by itself. There are no
 * entities but XML's own five and numbers: a file that declares any, or anything else in a DOCTYPE, is refused before it is read.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { VigieError } from '../../lib/errors.ts';
import { type CutItem, HEAD_LENGTH, ITEM_LENGTH_MAX, TOO_LONG, TORN } from './json-items.ts';

const ITEMS = new Set(['request', 'service_request', 'service', 'error']);
const NAME = /^<\/?(?:[^\s:/>]+:)?([^\s:/>]+)/;

/** The end of the mark-up at the beginning of the text, or -1 when it is not there yet. */
function markupEnd(text: string, at: number): number {
  const after = (mark: string, from: number): number => {
    const found = text.indexOf(mark, from);
    return found === -1 ? -1 : found + mark.length;
  };
  if (text.startsWith('<!--', at)) return after('-->', at + 4);
  if (text.startsWith('<![CDATA[', at)) return after(']]>', at + 9);
  if (text.startsWith('<?', at)) return after('?>', at + 2);
  for (let end = at + 1, quote = ''; end < text.length; end += 1) {
    const char = text.charAt(end);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return end + 1;
  }
  return -1;
}
const couldBecome = (text: string, at: number, mark: string): boolean =>
  mark.startsWith(text.slice(at, at + mark.length));

export class XmlItems {
  #text = '';
  #line = 1;
  #depth = 0;
  #item = '';
  #item_depth = -1;
  #item_line = 0;
  #cut = false;

  /** The items that end in this piece of the file. @throws VigieError `xml_refused` */
  push(piece: string): CutItem[] {
    const items: CutItem[] = [];
    const text = this.#text + piece;
    let at = 0;
    for (;;) {
      const begin = text.indexOf('<', at);
      if (begin === -1) {
        this.#take(text.slice(at));
        at = text.length;
        break;
      }
      this.#take(text.slice(at, begin));
      at = begin;
      refuseDeclarations(text, at, this.#line);
      const end = markupEnd(text, at);
      if (end === -1) break;
      const item = this.#markup(text.slice(at, end));
      if (item) items.push(item);
      at = end;
    }
    this.#text = text.slice(at);
    if (this.#text.length > ITEM_LENGTH_MAX) {
      throw new VigieError('xml_refused', `Line ${this.#line}: a tag, comment or text is longer than 1 MiB.`);
    }
    return items;
  }

  end(): CutItem[] {
    if (this.#item_depth >= 0) {
      this.#take(this.#text);
      return [this.#itemEnd(TORN)];
    }
    if (this.#depth === 0 && this.#text.trim() === '') return [];
    return [{ line: this.#line, text: '', fault: 'the file ends before its list does: some may be missing' }];
  }

  #markup(text: string): CutItem | undefined {
    if (text.startsWith('<!') || text.startsWith('<?')) {
      this.#take(text);
      return undefined;
    }
    const name = NAME.exec(text)?.[1]?.toLowerCase() ?? '';
    if (text.startsWith('</')) {
      this.#take(text);
      this.#depth -= 1;
      return this.#depth === this.#item_depth ? this.#itemEnd(this.#cut ? TOO_LONG : null) : undefined;
    }
    const empty = text.endsWith('/>');
    // The root is the list itself, whatever its name.
    if (this.#item_depth < 0 && this.#depth > 0 && ITEMS.has(name)) {
      this.#item_depth = this.#depth;
      this.#item_line = this.#line;
    }
    this.#take(text);
    if (!empty) this.#depth += 1;
    return empty && this.#depth === this.#item_depth ? this.#itemEnd(null) : undefined;
  }

  #take(text: string): void {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#line += 1;
    if (this.#item_depth < 0 || this.#cut) return;
    this.#cut = this.#item.length + text.length > ITEM_LENGTH_MAX;
    this.#item = this.#cut ? this.#item.slice(0, HEAD_LENGTH) : this.#item + text;
  }

  #itemEnd(fault: string | null): CutItem {
    const item = { line: this.#item_line, text: this.#item, fault };
    this.#item = '';
    this.#item_depth = -1;
    this.#cut = false;
    return item;
  }
}

function refuseDeclarations(text: string, at: number, line: number): void {
  if (text.charAt(at + 1) !== '!') return;
  if (couldBecome(text, at, '<!--') || couldBecome(text, at, '<![CDATA[')) return;
  throw new VigieError(
    'xml_refused',
    `Line ${line}: the file has a DOCTYPE or declares entities. Nothing of it was read: GeoReport needs neither.`,
  );
}

const parser = new XMLParser({
  processEntities: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  removeNSPrefix: true,
  trimValues: false,
  cdataPropName: '#cdata',
});

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** One item as an object of texts. @throws Error that says what is wrong with it */
export function parseXmlItem(text: string): Readonly<Record<string, unknown>> {
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw new Error(`is not well-formed XML: ${valid.err.msg}`);
  const [item] = Object.values(parser.parse(text) as Record<string, unknown>);
  const value = plainValue(item);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** What the parser makes of an element: a text, or an object of its parts. */
function plainValue(node: unknown): unknown {
  if (typeof node === 'string') return decoded(node).trim();
  if (Array.isArray(node)) return node.map(plainValue);
  if (typeof node !== 'object' || node === null) return node;
  const parts = node as Readonly<Record<string, unknown>>;
  const names = Object.keys(parts).filter((name) => name !== '#text' && name !== '#cdata');
  if (names.length === 0) {
    // What CDATA holds is no mark-up: nothing in it is an entity.
    const cdata = [parts['#cdata'] ?? []].flat().join('');
    return `${decoded(String(parts['#text'] ?? ''))}${cdata}`.trim();
  }
  return Object.fromEntries(names.map((name) => [name, plainValue(parts[name])]));
}

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|[\w.-]+);/g, (whole, name: string) => {
    if (!name.startsWith('#')) {
      const char = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
      if (char === undefined) throw new Error(`names the entity ${whole}, which XML does not have`);
      return char;
    }
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    if (!(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) {
      throw new Error(`names the character ${whole}, which there is not`);
    }
    return String.fromCodePoint(code);
  });
}

/** Where each value of a JSON text stands, so that a fault in its meaning can be told by line and column, as one in its form is. */
export interface TextPlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

interface Open {
  readonly path: string;
  /** Place in a list; null: an object. */
  index: number | null;
  /** Name of the member whose value comes next. */
  name: string | null;
}

/** Offsets by JSON Pointer; of a member that stands twice, the last. @param text JSON that JSON.parse takes */
function offsetsOf(text: string): Map<string, number> {
  const offsets = new Map<string, number>();
  const stack: Open[] = [];
  const nextPath = (): string => {
    const open = stack.at(-1);
    if (!open) return '';
    return `${open.path}/${open.index ?? escaped(open.name ?? '')}`;
  };
  for (const { 0: token, index: at } of text.matchAll(TOKEN)) {
    const open = stack.at(-1);
    if (token === '}' || token === ']') stack.pop();
    else if (token === ',') {
      if (open?.index != null) open.index += 1;
      else if (open) open.name = null;
    } else if (token === ':') continue;
    else if (open && open.index === null && open.name === null) open.name = JSON.parse(token) as string;
    else {
      const path = nextPath();
      offsets.set(path, at);
      if (token === '{' || token === '[') stack.push({ path, index: token === '[' ? 0 : null, name: null });
    }
  }
  return offsets;
}

/** A finder of places in a text: of what is missing, the place of what it is missing in. */
export function jsonPlaces(text: string): (path: string) => TextPlace {
  const offsets = offsetsOf(text);
  return (path) => {
    let known = path;
    while (!offsets.has(known) && known !== '') known = known.slice(0, known.lastIndexOf('/'));
    const before = text.slice(0, offsets.get(known) ?? 0);
    return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
  };
}

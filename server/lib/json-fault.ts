/**
 * Where a text stops being JSON, as line and column. JSON.parse tells a position for some faults only, and a person who
 * has to find one comma in 16 MiB needs it for all of them. Only used once JSON.parse has refused the text.
 */
export interface JsonFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly expected: string;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** The end of the string that begins at `at`; negative (bitwise not of the place) when it is faulty there. */
function stringEnd(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i + 1;
    if (code < 0x20) return ~i;
    if (code !== 0x5c) continue;
    const next = text.charAt(i + 1);
    if (next === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(i + 2, i + 6))) i += 5;
    else if (next !== '' && '"\\/bfnrt'.includes(next)) i += 1;
    else return ~i;
  }
  return ~text.length;
}

type State = 'value' | 'value_or_end' | 'name' | 'name_or_end' | 'colon' | 'next' | 'done';
const EXPECTED: Record<State, string> = {
  value: 'a value',
  value_or_end: 'a value or ]',
  name: 'a name in double quotes',
  name_or_end: 'a name in double quotes or }',
  colon: ': after the name',
  next: ', or the end of the list or object',
  done: 'nothing more',
};

/** Walks the text with a stack of its own: nesting of any depth is no danger. */
export function jsonFault(text: string): JsonFault | undefined {
  const stack: ('{' | '[')[] = [];
  let state: State = 'value';
  let at = 0;
  const afterValue = (): State => (stack.length === 0 ? 'done' : 'next');
  for (;;) {
    at = skip(SPACE, text, at);
    if (at >= text.length) return state === 'done' ? undefined : placed(text, at, state);
    const char = text.charAt(at);
    const top = stack.at(-1);
    if (char === (top === '{' ? '}' : ']') && top && (state === 'next' || state.endsWith('_or_end'))) {
      stack.pop();
      state = afterValue();
      at += 1;
    } else if (state === 'next' && char === ',') {
      state = top === '{' ? 'name' : 'value';
      at += 1;
    } else if (state === 'colon' && char === ':') {
      state = 'value';
      at += 1;
    } else if (state === 'name' || state === 'name_or_end') {
      const end = char === '"' ? stringEnd(text, at) : ~at;
      if (end < 0) return placed(text, ~end, state, char === '"');
      state = 'colon';
      at = end;
    } else if (state === 'value' || state === 'value_or_end') {
      if (char === '{' || char === '[') {
        stack.push(char);
        state = char === '{' ? 'name_or_end' : 'value_or_end';
        at += 1;
        continue;
      }
      const end = char === '"' ? stringEnd(text, at) : skip(/[a-z]/.test(char) ? WORD : NUMBER, text, at);
      if (end < 0 || end === at) return placed(text, end < 0 ? ~end : at, state, char === '"');
      state = afterValue();
      at = end;
    } else {
      return placed(text, at, state);
    }
  }
}

function placed(text: string, at: number, state: State, in_string = false): JsonFault {
  const before = text.slice(0, at);
  const expected = in_string
    ? 'the rest of a text in double quotes, without control characters'
    : EXPECTED[state];
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n'), expected };
}

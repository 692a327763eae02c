import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../server/lib/json-fault.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the place where JSON ends', () => {
  it.each([
    ['', 1, 1],
    ['[1,]', 1, 4],
    ['{"a":1,\n"b" 3}', 2, 5],
    ['{"a":1,}', 1, 8],
    ['[1 2]', 1, 4],
    ['["a\nb"]', 1, 4],
    ['["\\x"]', 1, 3],
    ['["\\u12g4"]', 1, 3],
    ['["open', 1, 7],
    ['{"a":tru}', 1, 6],
    ['[01]', 1, 3],
    ['[1]]', 1, 4],
    ['{a:1}', 1, 2],
    ['[12true]', 1, 4],
    ["['a']", 1, 2],
  ])('%j stops at line %i, column %i', (text, line, column) => {
    expect(isJson(text)).toBe(false);
    expect(jsonFault(text)).toMatchObject({ line, column });
  });

  it('what JSON.parse reads has none, what it refuses has one', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[],:"\\0-.eEtn \n\u0001'))
      .map(([text, at, put]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + 1);
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), broken, fc.string()), (text) => {
        expect(jsonFault(text) === undefined).toBe(isJson(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('nesting of any depth is walked without a stack overflow', () => {
    expect(jsonFault('['.repeat(1_000_000))).toMatchObject({ line: 1, column: 1_000_001 });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonPlaces } from '../../server/lib/json-places.ts';

describe('the places of a JSON text', () => {
  it('are where values begin, counted in lines and columns from 1', () => {
    const place = jsonPlaces('{\n  "a": [1, {"b": "x,]"}],\n  "c/d": null\n}');
    expect(place('')).toEqual({ line: 1, column: 1 });
    expect(place('/a/0')).toEqual({ line: 2, column: 9 });
    expect(place('/a/1/b')).toEqual({ line: 2, column: 18 });
    expect(place('/c~1d')).toEqual({ line: 3, column: 10 });
  });

  it('of what is missing are those of what it is missing in', () => {
    const place = jsonPlaces('{\n "a": [\n  {"b": 1}]}');
    expect(place('/a/0/c/d')).toEqual({ line: 3, column: 3 });
    expect(place('/z')).toEqual({ line: 1, column: 1 });
  });

  it('lead to every value of any text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const lines = text.split('\n');
        const place = jsonPlaces(text);
        const visit = (part: unknown, path: string): void => {
          const { line, column } = place(path);
          const written = [lines[line - 1]!.slice(column - 1), ...lines.slice(line)].join('\n');
          const beginning = JSON.stringify(part, null, indent).split('\n')[0]!;
          expect(written.startsWith(beginning)).toBe(true);
          if (typeof part !== 'object' || part === null) return;
          for (const [name, child] of Object.entries(part))
            visit(child, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
        };
        visit(value, '');
      }),
      { numRuns: 500 },
    );
  });
});

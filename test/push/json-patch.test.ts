import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyPatch,
  diff,
  escapeSegment,
  pointerSegments,
  sameJson,
} from '../../server/contract/json-patch.ts';

const KEYS = ['a', 'b', '', '~', '/', 'a/b', '~1', '__proto__', 'constructor', 'é'];
const json = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom(null, true, 'x', '', 1.5),
    fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 5 })
    .map((members) =>
      JSON.parse(`{${members.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`),
    ),
})).value;

describe('json patch', () => {
  it('what is applied to the old document gives the new one, also after crossing the wire', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const operations = JSON.parse(JSON.stringify(diff(before, after)));
        expect(JSON.stringify(sorted(applyPatch(before, operations)))).toBe(JSON.stringify(sorted(after)));
      }),
      { numRuns: 500 },
    );
  });

  it('documents that are the same have no operations, others have some', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(diff(a, JSON.parse(JSON.stringify(a)))).toEqual([]);
        expect(diff(a, b).length === 0).toBe(sameJson(a, b));
      }),
    );
  });

  it('never takes more characters than replacing the whole', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const whole = JSON.stringify([{ op: 'replace', path: '', value: after }]).length;
        expect(JSON.stringify(diff(before, after)).length).toBeLessThanOrEqual(whole);
      }),
    );
  });

  it('the old document stays as it was, and what did not change is shared', () => {
    const before = { items: { a: { n: 1, deep: { x: 1 } }, b: { n: 2 } } };
    const copy = structuredClone(before);
    const after = applyPatch(before, [{ op: 'replace', path: '/items/a/n', value: 5 }]);
    expect(before).toEqual(copy);
    expect(after.items.a.n).toBe(5);
    expect(after.items.b).toBe(before.items.b);
    expect(after.items.a.deep).toBe(before.items.a.deep);
  });

  it('one field that changed costs one small operation', () => {
    const item = {
      waiting: 3,
      name: { fr: 'Centre', en: 'Centre' },
      today: { counts: { offered: 10, answered: 9 } },
    };
    const after = { ...item, today: { counts: { offered: 11, answered: 9 } } };
    expect(diff({ items: { q: item } }, { items: { q: after } })).toEqual([
      { op: 'replace', path: '/items/q/today/counts/offered', value: 11 },
    ]);
  });

  it('pointers are escaped as RFC 6901 says', () => {
    expect(escapeSegment('a/b~c')).toBe('a~1b~0c');
    expect(pointerSegments('/a~1b~0c/~01/')).toEqual(['a/b~c', '~1', '']);
    expect(pointerSegments('')).toEqual([]);
    expect(() => pointerSegments('a')).toThrow(/not a JSON Pointer/);
  });

  it('an operation on what is not there throws', () => {
    expect(() => applyPatch({}, [{ op: 'remove', path: '/a' }])).toThrow(/nothing at/);
    expect(() => applyPatch({}, [{ op: 'replace', path: '/a', value: 1 }])).toThrow(/nothing at/);
    expect(() => applyPatch({ a: 1 }, [{ op: 'add', path: '/a/b', value: 1 }])).toThrow(/no object/);
    expect(() => applyPatch({}, [{ op: 'replace', path: '/toString', value: 1 }])).toThrow(/nothing at/);
    expect(() => applyPatch({}, [{ op: 'remove', path: '' }])).toThrow(/whole document/);
  });

  it('a member named __proto__ is data, not a prototype', () => {
    const after = applyPatch({ items: {} }, [
      { op: 'add', path: '/items/__proto__', value: { polluted: true } },
    ]);
    expect(Object.hasOwn(after.items, '__proto__')).toBe(true);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(after.items)).toBe(Object.prototype);
  });
});

/** Members in the order of their names: two equal documents may hold them in different ones. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [key, sorted(member)]);
}

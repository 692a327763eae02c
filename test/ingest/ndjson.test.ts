import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINE_BYTES_MAX, type Line, LineCutter } from '../../server/ingest/ndjson.ts';

function cut(bytes: Buffer, sizes: readonly number[]): Line[] {
  const cutter = new LineCutter();
  const lines: Line[] = [];
  let from = 0;
  for (let turn = 0; from < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    lines.push(...cutter.push(bytes.subarray(from, from + size)));
    from += size;
  }
  return [...lines, ...cutter.end()];
}

describe('lines of a stream', () => {
  it('are the same however the bytes arrive', () => {
    const text = fc
      .array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 20 })
      .map((rows) => rows.join('\n'));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (rows, sizes) => {
        const bytes = Buffer.from(rows, 'utf8');
        expect(cut(bytes, sizes)).toEqual(cut(bytes, [bytes.length]));
      }),
    );
  });

  it('empty ones are passed over and counted', () => {
    expect(cut(Buffer.from('a\n\n \r\nb'), [3])).toEqual([
      { kind: 'text', text: 'a', index: 0 },
      { kind: 'text', text: 'b', index: 3 },
    ]);
  });

  it('one that is not UTF-8 is marked, its neighbours are read', () => {
    const bytes = Buffer.concat([Buffer.from('é\n'), Buffer.from([0xc3, 0x28, 0x0a]), Buffer.from('ß\n')]);
    for (const size of [1, 2, 100]) {
      expect(cut(bytes, [size]).map(({ kind }) => kind)).toEqual(['text', 'not_utf8', 'text']);
    }
  });

  it('one that is too long is marked with its beginning only, its neighbours are read', () => {
    const long = 'x'.repeat(LINE_BYTES_MAX + 1);
    const lines = cut(Buffer.from(`a\n${long}\nb`), [65_536]);
    expect(lines.map(({ kind, index }) => [kind, index])).toEqual([
      ['text', 0],
      ['too_long', 1],
      ['text', 2],
    ]);
    expect(lines[1]?.text.length).toBeLessThanOrEqual(1_024);
  });

  it('a byte order mark is no part of the first', () => {
    expect(cut(Buffer.from('\uFEFF{}\n'), [100])).toEqual([{ kind: 'text', text: '{}', index: 0 }]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvItem, CsvRecords } from '../../../server/ingest/files/csv.ts';
import { LineCutter } from '../../../server/ingest/ndjson.ts';

const COLUMNS = { required: ['id', 'name'], optional: ['note'] };
function read(bytes: string | Buffer, size = 7): CsvItem[] {
  const file = Buffer.from(bytes as string);
  const cutter = new LineCutter();
  const records = new CsvRecords(COLUMNS);
  const items: CsvItem[] = [];
  for (let from = 0; from < file.length; from += size)
    items.push(...records.push(cutter.push(file.subarray(from, from + size))));
  items.push(...records.push(cutter.end()), ...records.end());
  return items;
}
/** Each item as its line, and its id or that it was refused. */
const seen = (bytes: string | Buffer): string[] =>
  read(bytes).map((item) => `${item.line} ${item.kind === 'row' ? item.row.id : 'refused'}`);

describe('records of a CSV file', () => {
  it('are rows by the names of their columns, with the number of their line', () => {
    expect(
      read('id,name,note\n1,"a, b",""\n2,c,d\n').map((item) => item.kind === 'row' && [item.line, item.row]),
    ).toEqual([
      [2, { id: '1', name: 'a, b', note: '' }],
      [3, { id: '2', name: 'c', note: 'd' }],
    ]);
  });

  it('are the same with a byte order mark, with CRLF, without a last line end, and with another delimiter', () => {
    const plain = 'id,name,note\n1,é,b\n2,c,d\n';
    const rows = (text: string) => read(text).map((item) => item.kind === 'row' && item.row);
    for (const text of [
      `\uFEFF${plain}`,
      plain.replaceAll('\n', '\r\n'),
      plain.trimEnd(),
      plain.replaceAll(',', ';'),
    ]) {
      expect(rows(text)).toEqual(rows(plain));
    }
  });

  it('may have line ends, empty lines and quotes in their quoted fields', () => {
    const [item] = read('id,name,note\n1,"a\n\nb","say ""no"""\n2,c,d\n');
    expect(item).toMatchObject({ line: 2, row: { name: 'a\n\nb', note: 'say "no"' } });
  });

  it('cost themselves only when their quotes or fields are wrong', () => {
    expect(seen('id,name,note\n1,a,b\n2,"open,b\n3,c,d\n4,"e",f\n5,g\n6,h,i')).toEqual([
      '2 1',
      '3 refused',
      '4 3',
      '5 4',
      '6 refused',
      '7 6',
    ]);
  });

  it('keep a quote that stands inside a field', () => {
    expect(
      read('id,name,note\n1,12" pipe,b\n2,say "x",d\n').map((item) => item.kind === 'row' && item.row.name),
    ).toEqual(['12" pipe', 'say "x"']);
  });

  it('are torn at the end of a torn file, and told', () => {
    expect(read('id,name,note\n1,a,b\n2,"c').at(-1)).toMatchObject({
      kind: 'rejected',
      line: 3,
      reason: 'a quote is opened and not closed',
    });
  });

  it('that are not UTF-8 or longer than 256 KiB are refused, and their neighbours are read', () => {
    const latin1 = Buffer.concat([
      Buffer.from('id,name,note\n1,a,b\n2,'),
      Buffer.from([0xe9]),
      Buffer.from(',d\n3,e,f\n'),
    ]);
    expect(seen(latin1)).toEqual(['2 1', '3 refused', '4 3']);
    expect(seen(`id,name,note\n1,a,b\n2,${'x'.repeat(300_000)},d\n3,e,f\n`)).toEqual([
      '2 1',
      '3 refused',
      '4 3',
    ]);
  });

  it('are what was written, whatever it was', () => {
    const field = fc
      .string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', ' ', ';', '\t') })
      .map((text) => text.trim());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(field, field), { maxLength: 20 }),
        fc.integer({ min: 1, max: 50 }),
        (fields, size) => {
          const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
          const lines = fields.map(([name, note], index) => `${index},${quoted(name)},${quoted(note)}\n`);
          const items = read(`id,name,note\n${lines.join('')}`, size);
          const blank = (text: string): string => text.replace(/\n[ \t\n]*\n/g, '\n');
          expect(
            items.map((item) => item.kind === 'row' && [blank(item.row.name!), blank(item.row.note!)]),
          ).toEqual(fields.map((texts) => texts.map(blank)));
        },
      ),
    );
  });

  it('are not looked for in another file, and what is missing is named', () => {
    expect(() => read('id;colour\n1;2\n')).toThrow('no column name. It has: id, colour');
    expect(() => read('id,name,id\n')).toThrow('The column id stands there twice.');
    expect(() => read('')).toThrow('The file is empty.');
    expect(read('id,name,note\n')).toEqual([]);
  });
});

import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { sheetNames, xlsxFile } from '../../server/lib/xlsx.ts';

/** The texts of the parts of a workbook. */
async function parts(file: Promise<Buffer>): Promise<Record<string, string>> {
  const files = unzipSync(new Uint8Array(await file));
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]));
}

describe('a workbook', () => {
  const file = () =>
    xlsxFile([
      {
        name: 'Demandes: été',
        lead: ['Rapport'],
        columns: [
          { title: 'Nom', width: 20 },
          { title: 'Part', width: 10, format: '0.0%' },
          { title: 'Créée', width: 18 },
        ],
        rows: [
          ['=1+1', 0.734, new Date('2026-11-01T04:30:00Z')],
          ['@x', null, null],
        ],
      },
      { name: 'Demandes: été', columns: [{ title: 'n', width: 5 }], rows: [[3]] },
    ]);

  it('takes a text that begins as a formula does for a text', async () => {
    const all = Object.values(await parts(file())).join('\n');
    expect(all).toContain('=1+1');
    expect(all).not.toMatch(/<f[ >]/);
  });

  it('keeps numbers as numbers and dates as dates, with their formats', async () => {
    const written = await parts(file());
    const sheet = written['xl/worksheets/sheet1.xml']!;
    expect(sheet).toMatch(/<v>0\.734<\/v>/);
    // Days since 1900 of 2026-11-01 04:30.
    expect(sheet).toMatch(/<v>46327\.1875<\/v>/);
    expect(written['xl/styles.xml']).toContain('0.0%');
  });

  it('has its head stay where it is, under what stands above it', async () => {
    expect((await parts(file()))['xl/worksheets/sheet1.xml']).toMatch(/ySplit="2"[^>]*state="frozen"/);
  });
});

it('names of sheets are what spreadsheets take, each once', () => {
  expect(sheetNames(['a/b', 'A B', "'x'", '', 'y'.repeat(40)])).toEqual([
    'a b',
    'A B (2)',
    'x',
    '-',
    'y'.repeat(31),
  ]);
});

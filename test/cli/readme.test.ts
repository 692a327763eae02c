import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../server/config.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('lists every setting as it is: name, type, default, meaning', () => {
    const cell = (text: string): string => text.replaceAll('|', '\\|');
    const rows = SETTINGS.map(
      ({ name, type, default: value, meaning }) =>
        `| \`${name}\` | ${cell(type)} | ${value === '' ? '' : `\`${value}\``} | ${cell(meaning)} |`,
    );
    // The formatter pads the cells of a table.
    const plain = (row: string): string => row.replace(/ +/g, ' ').replace(/\| \|/g, '|  |');
    const listed = readme.split('\n').filter((line) => /^\| `[A-Z][A-Z_]+` +\|/.test(line));
    expect(listed.map(plain)).toEqual(rows.map(plain));
  });
  it('names the two commands that a fresh clone needs', () => {
    expect(readme).toContain('$ npm start');
    expect(readme).toContain('`npm test`');
  });
});

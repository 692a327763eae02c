/** The part of the style that a machine can see. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MIGRATION_NAME } from '../server/store/migrate.ts';
import { projectFiles, ROOT } from './setup/files.ts';

const LINES_MAX = 400;
const WRITTEN = /\.(ts|mjs|js|svelte|sql|css)$/;
const files = projectFiles().filter((file) => WRITTEN.test(file) && !file.endsWith('.min.js'));
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
/** Assembled, so that this file does not find itself. */
const UNFINISHED = new RegExp(
  ['TO', 'DO|FIX', 'ME|@ts-', 'ignore|@ts-', 'nocheck|biome-', 'ignore'].join(''),
);

describe('the files', () => {
  it(`have at most ${LINES_MAX} lines`, () => {
    // The dump of the schema is written by a program, and grows with it.
    const long = files
      .filter((file) => file !== 'sql/schema.sql')
      .map((file) => ({ file, lines: textOf(file).split('\n').length - 1 }))
      .filter(({ lines }) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it('leave nothing half done, and silence no checker', () => {
    expect(files.filter((file) => UNFINISHED.test(textOf(file)))).toEqual([]);
  });

  it('skip no test and run none alone', () => {
    const tests = files.filter((file) => /^test\/.*\.test\.ts$/.test(file));
    expect(tests.filter((file) => /\b(?:it|describe|test)\.(?:skip|only|todo)\b/.test(textOf(file)))).toEqual(
      [],
    );
  });
});

describe('the SQL', () => {
  const migrations = files
    .filter((file) => file.startsWith('sql/migrations/'))
    .map((file) => basename(file, '.sql'));

  it('has migrations named timestamp_table__column__operation', () => {
    expect(migrations.length).toBeGreaterThan(0);
    expect(migrations.filter((name) => !MIGRATION_NAME.test(name))).toEqual([]);
  });

  it('has migrations that differ in their timestamps', () => {
    const stamps = migrations.map((name) => name.slice(0, 14));
    expect(new Set(stamps).size).toBe(stamps.length);
  });

  it('has a module beside every file of blocks', () => {
    const blocks = files.filter((file) => file.startsWith('server/') && file.endsWith('.sql'));
    const lonely = blocks.filter((file) => !files.includes(file.replace(/\.sql$/, '.ts')));
    expect(lonely).toEqual([]);
  });
});

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { loadSql, many, none, one, parseBlock, splitStatements, zeroOrOne } from '../../server/store/sql.ts';

const Row = Type.Object({ id: Type.Integer() });

/** A module with a twin file of the given text; gives its URL. */
function moduleWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-sql-'));
  writeFileSync(join(folder, 'queue.sql'), text);
  return pathToFileURL(join(folder, 'queue.ts')).href;
}
const answering = (rows: object[]) => ({ query: async () => ({ rows, rowCount: rows.length }) as never });

describe('parameters', () => {
  it('become positions in the order of first use, and keep theirs when used again', () => {
    const block = parseBlock('SELECT $until, $from, $until;');
    expect(block).toEqual({ text: 'SELECT $1, $2, $1', names: ['until', 'from'] });
  });

  it('are not looked for in strings, names, comments and dollar quotes', () => {
    const text = `SELECT '$a', "$b", $$ $c $$, $t$ $d $t$ /* $e */ -- $f`;
    expect(parseBlock(text)).toEqual({ text, names: [] });
  });

  it('throw when one is missing or not used', async () => {
    const sql = loadSql(moduleWith('-- BLOCK by_id\nSELECT $id::int AS id\n'), { by_id: one(Row) });
    await expect(sql.by_id(answering([]), {})).rejects.toThrow('queue.by_id: parameter $id is missing');
    expect(() => sql.by_id.config({ id: 1, borough: 'VM' })).toThrow('$borough is not used');
    expect(sql.by_id.config({ id: 7 })).toEqual({
      name: 'queue.by_id',
      text: 'SELECT $1::int AS id',
      values: [7],
    });
  });
});

describe('blocks', () => {
  const text = '-- what is kept\n-- BLOCK by_id\nSELECT 1 AS id\n\n-- BLOCK delete_all\nDELETE FROM queue;\n';

  it('that the module misspells throw at load', () => {
    expect(() => loadSql(moduleWith(text), { by_idd: one(Row), delete_all: none })).toThrow('by_id');
    expect(() => loadSql(moduleWith(text), { by_id: one(Row), delete_all: none, purge: none })).toThrow(
      'there is no block purge',
    );
  });

  it('that the module forgets throw at load', () => {
    expect(() => loadSql(moduleWith(text), { by_id: one(Row) })).toThrow('delete_all is not named');
  });

  it('are single statements with names of their own', () => {
    const shapes = { by_id: one(Row) };
    expect(() => loadSql(moduleWith('SELECT 1;\n-- BLOCK by_id\nSELECT 1'), shapes)).toThrow(
      'before the first',
    );
    expect(() => loadSql(moduleWith('-- BLOCK by_id\nSELECT 1; SELECT 2'), shapes)).toThrow('one statement');
    expect(() => loadSql(moduleWith('-- BLOCK by_id\nSELECT 1\n-- BLOCK by_id\nSELECT 1'), shapes)).toThrow(
      'twice',
    );
    expect(() => loadSql(moduleWith('-- BLOCK by id\nSELECT 1'), shapes)).toThrow('not a block name');
  });
});

describe('a result', () => {
  const text = '-- BLOCK a\nSELECT 1 AS id\n-- BLOCK b\nSELECT 1 AS id\n-- BLOCK c\nSELECT 1 AS id\n';
  const sql = loadSql(moduleWith(text), { a: one(Row), b: zeroOrOne(Row), c: many(Row) });

  it('has the cardinality that the module names', async () => {
    await expect(sql.a(answering([]))).rejects.toThrow('0 rows where the module expects one');
    await expect(sql.b(answering([{ id: 1 }, { id: 2 }]))).rejects.toThrow('2 rows');
    expect(await sql.a(answering([{ id: 1 }]))).toEqual({ id: 1 });
    expect(await sql.b(answering([]))).toBeNull();
    expect(await sql.c(answering([{ id: 1 }, { id: 2 }]))).toHaveLength(2);
  });

  it('whose row is not of the schema throws, with the column', async () => {
    await expect(sql.a(answering([{ id: 'one' }]))).rejects.toThrow('/id');
  });
});

describe('statements of a file', () => {
  it('end at semicolons outside strings, comments and function bodies', () => {
    const text = `-- first; comment
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;
/* nothing; */ ; SELECT ';' -- last`;
    expect(splitStatements(text)).toHaveLength(2);
  });
});

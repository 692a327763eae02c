/**
 * SQL lives in `.sql` files, never in strings: a module has a twin file of blocks, each headed `-- BLOCK name`, with
 * parameters written `$name`.
 *
 *     const sql = loadSql(import.meta.url, {
 *       queue_by_id: zeroOrOne(QueueRow),
 *       delete_queue: none,
 *     });
 *     const queue = await sql.queue_by_id(db, { id });
 *
 * The module says which blocks it wants and what rows each gives, so a misspelt, missing or forgotten block throws when
 * the module is loaded, not when a citizen is waiting. A missing or unused parameter throws too.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** What a query runs on: the database, its pool, or the one connection of a transaction. */
export interface Queryable {
  query<R extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<pg.QueryResult<R>>;
}
export type Parameters = Readonly<Record<string, unknown>>;

type Cardinality = 'none' | 'one' | 'zeroOrOne' | 'many';
interface Shape<Result> {
  readonly cardinality: Cardinality;
  readonly row: TSchema | null;
  /** Planned anew each time, for the values it is asked with. */
  readonly planned_each_time?: boolean;
  /** Carries the type only. */
  readonly result?: Result;
}

/** No rows are expected; gives the number of rows changed. */
export const none: Shape<number> = { cardinality: 'none', row: null };
/** Exactly one row. */
export const one = <T extends TSchema>(row: T): Shape<Static<T>> => ({ cardinality: 'one', row });
export const zeroOrOne = <T extends TSchema>(row: T): Shape<Static<T> | null> => ({
  cardinality: 'zeroOrOne',
  row,
});
export const many = <T extends TSchema>(row: T): Shape<Static<T>[]> => ({ cardinality: 'many', row });
/**
 * A block whose best plan depends on the values, such as filters of which most are null. A plan costs about a millisecond; without a
 * name the database makes one for these values and keeps none.
 */
export const plannedEachTime = <Result>(shape: Shape<Result>): Shape<Result> => ({
  ...shape,
  planned_each_time: true,
});

export interface Block<Result> {
  (on: Queryable, parameters?: Parameters): Promise<Result>;
  /** The query as `pg` takes it, for callers that read rows themselves (streams, large batches). */
  config(parameters?: Parameters): NamedQuery;
}
export interface NamedQuery {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}
type Shapes = Readonly<Record<string, Shape<unknown>>>;
export type Blocks<S extends Shapes> = {
  readonly [K in keyof S]: Block<S[K] extends Shape<infer Result> ? Result : never>;
};

interface Parsed {
  readonly text: string;
  /** Parameter names by position. */
  readonly names: readonly string[];
}

/** Strings, quoted names, comments and dollar quotes are passed over; then `$name` (not `$1`) is a parameter. */
const TOKEN =
  /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(?<tag>[a-z_]*)\$[\s\S]*?\$\k<tag>\$|\$(?<parameter>[a-z_]\w*)|;/gi;

/** `$name` becomes `$1`, `$2` … in the order of first use; the same name keeps its position. */
export function parseBlock(source: string): Parsed {
  const names: string[] = [];
  const text = source.replaceAll(TOKEN, (token, ...rest) => {
    const groups = rest.at(-1) as { parameter?: string };
    if (groups.parameter === undefined) return token;
    if (!names.includes(groups.parameter)) names.push(groups.parameter);
    return `$${names.indexOf(groups.parameter) + 1}`;
  });
  return { text: text.trim().replace(/;$/, ''), names };
}

/** The statements of a file, apart; a semicolon inside a string, a comment or a function's body does not end one. */
export function splitStatements(source: string): string[] {
  const statements: string[] = [];
  let start = 0;
  const cut = (end: number) => {
    const statement = source.slice(start, end).trim();
    if (statement.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() !== '') statements.push(statement);
    start = end + 1;
  };
  for (const match of source.matchAll(TOKEN)) if (match[0] === ';') cut(match.index);
  cut(source.length);
  return statements;
}

/** The blocks of a `.sql` file by name. Anything but comments before the first block is an error. */
export function parseBlocks(source: string, file: string): Map<string, Parsed> {
  const blocks = new Map<string, Parsed>();
  const [preamble = '', ...parts] = source.split(/^--[ \t]*BLOCK[ \t]+/m);
  if (splitStatements(preamble).length > 0) throw new Error(`${file}: SQL before the first "-- BLOCK name"`);
  for (const part of parts) {
    const [, name, body] = /^(\w+)[ \t]*(?:\r?\n|$)([\s\S]*)$/.exec(part) ?? [];
    if (name === undefined || body === undefined) {
      throw new Error(`${file}: not a block name: ${JSON.stringify(part.split('\n')[0])}`);
    }
    if (blocks.has(name)) throw new Error(`${file}: block ${name} is there twice`);
    if (splitStatements(body).length !== 1)
      throw new Error(`${file}: block ${name} is not exactly one statement`);
    blocks.set(name, parseBlock(body));
  }
  return blocks;
}

function valuesOf(block: Parsed, parameters: Parameters, label: string): unknown[] {
  for (const name of Object.keys(parameters)) {
    if (!block.names.includes(name)) throw new Error(`${label}: parameter $${name} is not used by the block`);
  }
  return block.names.map((name) => {
    const value = parameters[name];
    if (value === undefined) throw new Error(`${label}: parameter $${name} is missing`);
    return value;
  });
}

function checkCardinality(count: number, cardinality: Cardinality, label: string): void {
  const fits =
    cardinality === 'many' ||
    (cardinality === 'none' && count === 0) ||
    (cardinality === 'one' && count === 1) ||
    (cardinality === 'zeroOrOne' && count <= 1);
  if (!fits) throw new Error(`${label}: ${count} rows where the module expects ${cardinality}`);
}

function makeBlock(parsed: Parsed, shape: Shape<unknown>, label: string): Block<unknown> {
  const validator = shape.row === null ? null : Compile(shape.row);
  const config = (parameters: Parameters = {}): NamedQuery => ({
    name: label,
    text: parsed.text,
    values: valuesOf(parsed, parameters, label),
  });
  const run = async (on: Queryable, parameters: Parameters = {}): Promise<unknown> => {
    const { name, ...unnamed } = config(parameters);
    const { rows, rowCount } = await on.query(shape.planned_each_time ? unnamed : { name, ...unnamed });
    checkCardinality(rows.length, shape.cardinality, label);
    for (const row of rows) {
      if (validator === null || validator.Check(row)) continue;
      const fault = validator.Errors(row)[0];
      throw new Error(
        `${label}: a row is not what the module expects: ${fault?.instancePath} ${fault?.message}`,
      );
    }
    if (shape.cardinality === 'none') return rowCount ?? 0;
    return shape.cardinality === 'many' ? rows : (rows[0] ?? null);
  };
  return Object.assign(run, { config });
}

/**
 * Loads the twin `.sql` of a module.
 * @param moduleUrl `import.meta.url` of the module
 * @param shapes every block of the file, by name, with its cardinality and the schema of its rows
 */
export function loadSql<const S extends Shapes>(moduleUrl: string, shapes: S): Blocks<S> {
  const file = fileURLToPath(moduleUrl).replace(/\.ts$/, '.sql');
  const module = basename(file, '.sql');
  const parsed = parseBlocks(readFileSync(file, 'utf8'), basename(file));
  for (const name of parsed.keys()) {
    if (!Object.hasOwn(shapes, name))
      throw new Error(`${module}.sql: block ${name} is not named by the module`);
  }
  const blocks: Record<string, Block<unknown>> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const block = parsed.get(name);
    if (block === undefined) throw new Error(`${module}.sql: there is no block ${name}`);
    blocks[name] = makeBlock(block, shape, `${module}.${name}`);
  }
  return blocks as Blocks<S>;
}

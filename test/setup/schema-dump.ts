/** The schema as text, for a person to read and a test to compare (`sql/schema.sql`). */
import Type from 'typebox';
import { loadSql, many, type Queryable } from '../../server/store/sql.ts';

const sql = loadSql(import.meta.url, {
  relations: many(
    Type.Object({ kind: Type.String(), name: Type.String(), columns: Type.Array(Type.String()) }),
  ),
  rules: many(Type.Object({ relation: Type.String(), rule: Type.String() })),
  functions: many(Type.Object({ definition: Type.String() })),
  aggregates: many(Type.Object({ name: Type.String(), materialized_only: Type.Boolean() })),
});

export async function dumpSchema(db: Queryable): Promise<string> {
  const rules = await sql.rules(db);
  const aggregates = new Map((await sql.aggregates(db)).map((one) => [one.name, one.materialized_only]));
  const kindOf = (name: string, kind: string): string => {
    if (!aggregates.has(name)) return kind;
    return aggregates.get(name) ? 'continuous aggregate' : 'continuous aggregate, real-time,';
  };
  const relations = (await sql.relations(db)).map(({ kind, name, columns }) => {
    const own = rules.filter((rule) => rule.relation === name).map(({ rule }) => `  ${rule}`);
    return [
      `${kindOf(name, kind)} ${name} (`,
      columns.map((column) => `  ${column}`).join(',\n'),
      ')',
      ...own,
    ].join('\n');
  });
  const functions = (await sql.functions(db)).map(({ definition }) => definition.trim());
  const head =
    '-- The schema that the migrations make, for reading. Written by test/store/schema.test.ts: run it with `--update`\n' +
    '-- after a migration, and look at the difference.';
  return `${[head, ...relations, ...functions].join('\n\n')}\n`;
}

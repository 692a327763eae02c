/** What became of the forms of the city's web site. */
import Type from 'typebox';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many, plannedEachTime } from './sql.ts';

const Form = Type.Object({
  service: Type.Union([Type.String(), Type.Null()]),
  started: Type.Integer(),
  submitted: Type.Integer(),
  abandoned: Type.Integer(),
  errors: Type.Integer(),
  errors_unplaced: Type.Integer(),
});
export type FormRow = Type.Static<typeof Form>;
const sql = loadSql(import.meta.url, { forms: plannedEachTime(many(Form)) });

/** @param span whole quarter hours; its end is not in it. @param borough null: all */
export function formsIn(
  db: Database,
  borough: string | null,
  span: { readonly from_us: number; readonly to_us: number },
): Promise<FormRow[]> {
  return sql.forms(db, { borough, from: rfc3339Of(span.from_us), to: rfc3339Of(span.to_us) });
}

/** The reference data in the database: what the city says about its queues, and about its mail. */
import Type from 'typebox';
import { DEFAULT_MAIL, type MailConfig, type QueueConfig } from '../contract/reference.ts';
import type { Database } from './database.ts';
import { loadSql, many, none, zeroOrOne } from './sql.ts';

const Row = Type.Object({ id: Type.String(), kind: Type.Enum(['phone', 'counter']), name: Type.Object({}) });
const Mail = Type.Object({
  threshold_days: Type.Number(),
  target: Type.Number(),
  closing_days: Type.Integer(),
});
const sql = loadSql(import.meta.url, {
  list_queues: many(Row),
  mail_config: zeroOrOne(Mail),
  save_mail_config: none,
  save_queues: none,
});

/** All queues by id. */
export async function listQueues(db: Database): Promise<QueueConfig[]> {
  // The columns and their types are those of QueueConfig: the table has no others.
  return (await sql.list_queues(db)) as unknown as QueueConfig[];
}

/** Adds queues and replaces what was said of those that are there; the others stay. One statement: all or none. */
export async function saveQueues(db: Database, queues: readonly QueueConfig[]): Promise<void> {
  await sql.save_queues(db, { queues: JSON.stringify(queues), replace: true });
}

/** Adds those that are not there yet. What a city has changed stays as it is, whatever the seeds say. */
export async function seedQueues(db: Database, queues: readonly QueueConfig[]): Promise<void> {
  await sql.save_queues(db, { queues: JSON.stringify(queues), replace: false });
}

/** When mail is answered in time; the default where the city says nothing. */
export async function mailConfig(db: Database): Promise<MailConfig> {
  return (await sql.mail_config(db)) ?? DEFAULT_MAIL;
}

export async function saveMailConfig(db: Database, config: MailConfig): Promise<void> {
  await sql.save_mail_config(db, { ...config, replace: true });
}

/** Says it where nothing was said yet. */
export async function seedMailConfig(db: Database, config: MailConfig): Promise<void> {
  await sql.save_mail_config(db, { ...config, replace: false });
}

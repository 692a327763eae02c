/**
 * The limit of a database: the same multi-row insert that the server uses, with its parameters made beforehand, and nothing
 * around it. A process of its own, as the server is one; prints events per second.
 *
 * `calls <count>`, or `requests <file>`: what `vigie import montreal-311` makes of that file.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CATALOGUE } from '../../seeds/reference/index.ts';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { boroughNames } from '../../server/domain/borough-names.ts';
import { CsvRecords } from '../../server/ingest/files/csv.ts';
import {
  MONTREAL_311_COLUMNS,
  MONTREAL_311_SOURCE,
  Montreal311,
} from '../../server/ingest/files/montreal-311.ts';
import { serviceNames } from '../../server/ingest/files/services.ts';
import { LineCutter } from '../../server/ingest/ndjson.ts';
import { checkEvent, Refusal } from '../../server/ingest/validate.ts';
import { BinaryWriter } from '../../server/store/copy-format.ts';
import { arraysOf, FAMILY_COLUMNS } from '../../server/store/event-columns.ts';
import { sql } from '../../server/store/events.ts';
import { rfc3339Of } from '../../server/store/instants.ts';
import { Sources } from '../../server/store/sources.ts';
import { testDatabase } from '../setup/database.ts';
import { sampleCalls } from './sample.ts';

const ROWS_A_BATCH = 4_000;
const [what, argument] = process.argv.slice(2);

function recordOf(event: object): EventRecord {
  const record = checkEvent(event, Date.now() * 1000, true);
  if (record instanceof Refusal) throw new Error(record.message);
  return record;
}

async function requestsOf(path: string): Promise<EventRecord[]> {
  const cutter = new LineCutter();
  const records = new CsvRecords(MONTREAL_311_COLUMNS);
  const translator = new Montreal311({
    source: MONTREAL_311_SOURCE,
    time_zone: 'America/Toronto',
    boroughCodeOf: boroughNames(CATALOGUE.territories),
    serviceOf: serviceNames(CATALOGUE.services),
  });
  const events: EventRecord[] = [];
  for await (const chunk of createReadStream(path))
    for (const item of records.push(cutter.push(chunk as Buffer))) {
      const made = item.kind === 'row' ? translator.translate(item.row) : null;
      if (made?.kind === 'events') events.push(...made.events.map(recordOf));
    }
  return events;
}

const requests = what === 'requests';
const events = requests ? await requestsOf(argument!) : sampleCalls(Number(argument)).map(recordOf);
const { db, close } = await testDatabase();
const sources = new Sources(db);
await sources.add(new Set(events.map(({ source }) => source)));
const server_id = randomUUID();
const writer = new BinaryWriter();

const queries = [];
for (let at = 0; at < events.length; at += ROWS_A_BATCH) {
  const rows = events.slice(at, at + ROWS_A_BATCH);
  const times = rows.map(({ time_us }) => time_us);
  queries.push(
    sql[requests ? 'insert_request' : 'insert_call'].config({
      ...arraysOf(writer, FAMILY_COLUMNS[requests ? 'request' : 'call'], rows, sources.ids),
      batch: at,
      server_id,
      span_from: [rfc3339Of(Math.min(...times))],
      span_to: [rfc3339Of(Math.max(...times))],
      wanted: rows.length,
      noted_at: rfc3339Of(rows[0]?.time_us ?? 0),
      sources: '{}',
    }),
  );
}
await db.query(queries.shift()!);
const began = performance.now();
for (const query of queries) await db.query(query);
const seconds = (performance.now() - began) / 1000;
console.log((events.length - ROWS_A_BATCH) / seconds);
await close();

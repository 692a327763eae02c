/** The store of one server with its records of requests and their upkeep, on a test database. */
import { randomUUID } from 'node:crypto';
import type { DeadlineRules } from '../../server/domain/request-deadlines.ts';
import type { Clock } from '../../server/lib/clock.ts';
import { RequestBook } from '../../server/live/request-book.ts';
import type { Database } from '../../server/store/database.ts';
import { EventStore } from '../../server/store/events.ts';
import { openPictures } from '../../server/store/request-reader.ts';
import { RequestUpkeep } from '../../server/store/request-upkeep.ts';
import { RequestRecords } from '../../server/store/requests.ts';
import { testLogger } from '../setup/database.ts';

export interface RequestServerOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly rules: () => DeadlineRules;
  readonly server_id?: string;
  /** Called in the transaction, after the records are written. */
  readonly after?: () => unknown;
}
export type RequestServer = ReturnType<typeof requestServer>;

export function requestServer({ db, clock, rules, server_id = randomUUID(), after }: RequestServerOptions) {
  class Records extends RequestRecords {
    override async project(...given: Parameters<RequestRecords['project']>) {
      const projected = await super.project(...given);
      await after?.();
      return projected;
    }
  }
  const made: RequestRecords[] = [];
  const store = new EventStore(db, {
    server_id,
    logger: testLogger,
    clock,
    records: (sources) => {
      made.push(new Records({ rules, sources: () => sources.ids }));
      return made[0]!;
    },
  });
  const upkeep = new RequestUpkeep({ db, records: made[0]!, server_id, number: () => store.takeNumber() });
  return { server_id, store, upkeep };
}

/** What is open now, as a server has it in memory. */
export async function openBook(db: Database): Promise<RequestBook> {
  const book = new RequestBook();
  for await (const page of openPictures(db)) for (const picture of page) book.put(picture, 0);
  return book;
}

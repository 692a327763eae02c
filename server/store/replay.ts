/** What an embedded database lost in a power cut is written again, from the journal in front of it (ARCHITECTURE, decision 6). */
import type { EventRecord } from '../contract/event-types.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/logger.ts';
import type { Database } from './database.ts';
import type { Batch, BatchResult } from './events.types.ts';
import { decodeBatch } from './journal-batch.ts';

const REPLAY_ROWS = 4_000;

export interface ReplayOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the note of a batch is there, in the transaction of which its events were: then nothing of it can be missing. */
  readonly isCommitted: (batch: number, received_us: number) => Promise<boolean>;
  readonly write: (batch: Batch, received_us: number, number?: number) => Promise<BatchResult>;
}

/** Writes what the journal held at the opening, as far as the database does not have it. */
export async function replayJournal({ db, clock, logger, isCommitted, write }: ReplayOptions): Promise<void> {
  let events: EventRecord[] = [];
  let received_us = 0;
  let replayed = 0;
  let restored = 0;
  const count = ({ fresh }: BatchResult): void => {
    replayed += fresh.length;
    restored += fresh.filter((outcome) => outcome === true).length;
  };
  const flush = async (): Promise<void> => {
    count(await write({ events, rejected: [] }, received_us));
    events = [];
  };
  for await (const record of db.journalRecords()) {
    const batch = decodeBatch(record);
    const { number } = batch;
    const known = number !== undefined && batch.received_us !== undefined;
    if (known && (await isCommitted(number, batch.received_us))) continue;
    received_us = batch.received_us ?? clock.now_us();
    if (batch.rejected.length > 0 && number !== undefined) {
      // Rejected events have no identity: by its own number the batch is known when the replay itself is broken off.
      count(await write(batch, received_us, number));
      continue;
    }
    events.push(...batch.events);
    if (events.length >= REPLAY_ROWS) await flush();
  }
  if (events.length > 0) await flush();
  if (replayed > 0) logger.info({ replayed, restored }, 'the journal was replayed');
}

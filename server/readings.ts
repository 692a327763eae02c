/** The server's own figures on `/metrics`, beside those of the process. */
import type { Reading } from './lib/ops.ts';
import type { Parts } from './main.ts';

/** Read when asked for; 0 for a part that is not there yet. */
export function readings(parts: Parts): Reading[] {
  const batcher = () => parts.batcher?.stats;
  const push = () => parts.push?.stats();
  return [
    {
      name: 'vigie_ingest_pending_rows',
      help: 'Events that wait for a transaction',
      kind: 'gauge',
      read: () => batcher()?.pending_rows ?? 0,
    },
    {
      name: 'vigie_ingest_rows_total',
      help: 'Events handed to the store',
      kind: 'counter',
      read: () => batcher()?.rows ?? 0,
    },
    {
      name: 'vigie_ingest_flushes_total',
      help: 'Transactions of events',
      kind: 'counter',
      read: () => batcher()?.flushes ?? 0,
    },
    {
      name: 'vigie_database_up',
      help: '1 when the database answers',
      kind: 'gauge',
      read: () => (parts.watch?.state === 'up' ? 1 : 0),
    },
    {
      name: 'vigie_live_connections',
      help: 'Connected screens',
      kind: 'gauge',
      read: () => push()?.connections ?? 0,
    },
  ];
}

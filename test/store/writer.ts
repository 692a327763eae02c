/** A process that commits numbered rows, and journals them, without end, telling its parent after each; it is killed. */
import { openDatabase } from '../../server/store/open.ts';
import { testLogger } from '../setup/database.ts';

const [, , databaseUrl = '', dataDir = ''] = process.argv;
const db = await openDatabase({
  databaseUrl: databaseUrl === '' ? null : databaseUrl,
  dataDir,
  logger: testLogger,
});
await db.query('CREATE TABLE streamed (n integer PRIMARY KEY, filler text)');
for (let n = 0; ; n += 1) {
  await db.journal(Buffer.from(String(n)));
  process.send?.({ committed: n - 1, journaled: n - 1 });
  await db.query(`INSERT INTO streamed VALUES ($1, repeat('x', 1000))`, [n]);
  process.send?.({ committed: n, journaled: n });
}

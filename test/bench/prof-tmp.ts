import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { EventStore } from '../../server/store/events.ts';
import { RequestRecords } from '../../server/store/requests.ts';
import { rulesOf } from '../requests/support.ts';
import { testDatabase, testLogger } from '../setup/database.ts';
import { livesOf } from './requests.ts';
const times = new Map<string, [number, number]>();
const orig = pg.Client.prototype.query as any;
(pg.Client.prototype as any).query = function (...args: any[]) {
  const q = args[0]; const key = typeof q === 'string' ? q.slice(0, 40) : (q.name ?? q.text ?? '?').slice(0, 60);
  const t = performance.now(); const r = orig.apply(this, args);
  const note = () => { const e = times.get(key) ?? [0, 0]; e[0] += performance.now() - t; e[1] += 1; times.set(key, e); };
  if (r?.then) r.then(note, note);
  return r;
};
const { db, close } = await testDatabase();
const rules = rulesOf();
const store = new EventStore(db, { server_id: randomUUID(), logger: testLogger, records: (sources) => new RequestRecords({ rules: () => rules, sources: () => sources.ids }) });
const N = Number(process.argv[2] ?? 4000);
for (let round = 0; round < 3; round++) {
  const events = livesOf(N, round); times.clear();
  const began = performance.now();
  for (let at = 0; at < events.length; at += 4000) await store.write({ events: events.slice(at, at + 4000), rejected: [] });
  const s = (performance.now() - began) / 1000;
  console.log(db.kind, events.length, 'events', (events.length / s).toFixed(0), '/s', s.toFixed(2));
  for (const [k, [t, n]] of [...times].sort((a, b) => b[1][0] - a[1][0]).slice(0, 10)) console.log('  ', (t / 1000).toFixed(2), n, k);
}
await close();

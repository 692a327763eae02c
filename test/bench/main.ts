/** `npm run bench [name …]`: every benchmark of the contract as a ratio to a limit measured in the same run. */
import { cpus } from 'node:os';
import { bench as benchBroadcast } from './broadcast.ts';
import { benchImportRequests } from './import-requests.ts';
import { benchIngestEmbedded, benchIngestNative, benchSingles } from './ingest.ts';
import { bench as benchLatency } from './latency.ts';
import { benchMap } from './map.ts';
import { benchMapPan } from './map-pan.ts';
import { benchRequests } from './requests.ts';
import { benchLists } from './requests-list.ts';
import { benchStore } from './store.ts';
import type { Bench, BenchRow } from './types.ts';
import { benchWall } from './wall.ts';
import { benchImport, benchRestart } from './whole.ts';

const native = Boolean(process.env.DATABASE_URL);
const BENCHES: Record<string, Bench> = {
  ingest: native ? benchIngestNative : benchIngestEmbedded,
  singles: benchSingles,
  import: benchImport,
  'import-requests': benchImportRequests,
  restart: benchRestart,
  store: benchStore,
  requests: benchRequests,
  lists: benchLists,
  latency: benchLatency,
  broadcast: benchBroadcast,
  map: benchMap,
  'map-pan': benchMapPan,
  wall: benchWall,
};

function print(row: BenchRow): void {
  const value = row.value >= 100 ? row.value.toFixed(0) : row.value.toFixed(3);
  console.log(
    `  ${row.passed ? 'holds ' : 'MISSED'} ${row.name}: ${value} ${row.unit}, ${row.at_least ? 'at least' : 'at most'} ${row.limit}`,
  );
  console.log(`         ${row.configuration}`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`unknown benchmark ${unknown.join(', ')}: choose from ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
const cpu = cpus();
console.log(
  `Node ${process.versions.node}, ${cpu.length} × ${cpu[0]?.model ?? 'unknown processor'}, database ${native ? 'TimescaleDB server' : 'embedded'}`,
);
let missed = 0;
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`${name}`);
  const rows = await bench();
  for (const row of rows) print(row);
  missed += rows.filter(({ passed }) => !passed).length;
}
console.log(missed === 0 ? 'All limits hold.' : `${missed} limits missed.`);
process.exitCode = missed === 0 ? 0 : 1;

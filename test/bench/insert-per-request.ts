/** What group commit is compared with: a plain server that inserts and commits each posted event by itself. */
import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type pg from 'pg';
import { pino } from 'pino';
import { openDatabase } from '../../server/store/open.ts';

const db = await openDatabase({
  databaseUrl: process.env.BENCH_DATABASE_URL || null,
  dataDir: process.env.VIGIE_DATA ?? '',
  logger: pino({ level: 'error' }),
});
await db.query(`CREATE TABLE IF NOT EXISTS one_by_one (
  ts timestamptz NOT NULL, event_id uuid NOT NULL, type text, source text, subject text, queue text, agent text,
  UNIQUE (ts, event_id))`);
const INSERT = `INSERT INTO one_by_one VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`;

interface Posted {
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  data: { queue?: string; agent?: string };
}
async function store(event: Posted): Promise<number> {
  const id = createHash('sha256').update(`${event.source}\0${event.id}`).digest('hex').slice(0, 32);
  const values = [
    event.time,
    id,
    event.type,
    event.source,
    event.subject,
    event.data.queue,
    event.data.agent,
  ];
  const { rowCount } = await db.query({ name: 'one', text: INSERT, values } satisfies pg.QueryConfig);
  return rowCount ?? 0;
}
const answerOf = (stored: number) => ({ accepted: stored, duplicates: 1 - stored, rejected: [] });

const bare: http.RequestListener = (req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', async () => {
    const body = JSON.stringify(answerOf(await store(JSON.parse(Buffer.concat(chunks).toString()))));
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
};
/** As such a server is usually written. */
function withExpress(): http.RequestListener {
  const app = express();
  app.use(express.json({ type: '*/*' }));
  app.post('/api/v1/events', async (req, res) => {
    res.json(answerOf(await store(req.body)));
  });
  return app;
}
const server = http.createServer(process.env.BENCH_EXPRESS ? withExpress() : bare);
server.listen(0, '127.0.0.1', () =>
  console.log(
    JSON.stringify({ msg: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  ),
);
process.on('SIGTERM', () => db.close().then(() => process.exit(0)));

/** `POST /api/v1/events` over real HTTP into a real database. */
import { gzipSync } from 'node:zlib';
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BATCH,
  BOOTSTRAP_KEY,
  type IngestServer,
  queuedEvent,
  STREAM,
  STRUCTURED,
  startIngest,
} from './server.ts';

let server: IngestServer;
beforeAll(async () => {
  server = await startIngest();
}, 120_000);
afterAll(() => server?.close());

const lines = (...rows: unknown[]): string =>
  rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');
async function countOf(subject_like: string): Promise<number> {
  const { rows } = await server.database.db.query<{ n: number }>(
    'select count(*)::integer as n from call_event where subject like $1',
    [subject_like],
  );
  return rows[0]?.n ?? -1;
}

describe('an event goes in', () => {
  it('structured; and again, later, it is a duplicate that changes nothing', async () => {
    const body = JSON.stringify(queuedEvent('s1'));
    const first = await server.post(body, STRUCTURED);
    expect(first).toMatchObject({ status: 200, body: { accepted: 1, duplicates: 0, rejected: [] } });
    expect((await server.post(body, STRUCTURED)).body).toEqual({ accepted: 0, duplicates: 1, rejected: [] });
    expect(await countOf('call-s1')).toBe(1);
  });

  it('with the same source and id at another time as another event', async () => {
    const at = (time: string): string => JSON.stringify(queuedEvent('t1', { time }));
    expect((await server.post(at('2026-11-23T10:00:00Z'), STRUCTURED)).body.accepted).toBe(1);
    expect((await server.post(at('2026-11-23T10:00:00.000001Z'), STRUCTURED)).body.accepted).toBe(1);
    expect((await server.post(at('2026-11-23T10:00:00.0000001Z'), STRUCTURED)).body.accepted).toBe(1);
    expect((await server.post(at('2026-11-23T05:00:00-05:00'), STRUCTURED)).body.duplicates).toBe(1);
    expect(await countOf('call-t1')).toBe(3);
  });

  it('in a batch, whose bad ones are rejected alone and kept', async () => {
    const batch = [
      queuedEvent('b1'),
      queuedEvent('b2', { data: {} }),
      'text',
      queuedEvent('b1'),
      queuedEvent('b3'),
    ];
    const { status, body } = await server.post(JSON.stringify(batch), BATCH);
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 2, duplicates: 1 });
    expect(body.rejected.map(({ index, id, code }) => [index, id, code])).toEqual([
      [1, 'b2', 'field_missing'],
      [2, null, 'not_an_event'],
    ]);
    const { rows } = await server.database.db.query(
      "select id, source, code, payload from rejected_event where id = 'b2'",
    );
    expect(rows).toEqual([
      { id: 'b2', source: '/acd', code: 'field_missing', payload: JSON.stringify(batch[1]) },
    ]);
  });

  it('in a batch of 10,000, whole', async () => {
    const batch = Array.from({ length: 10_000 }, (_, index) => queuedEvent(`big-${index}`));
    const { body } = await server.post(JSON.stringify(batch), BATCH);
    expect(body).toEqual({ accepted: 10_000, duplicates: 0, rejected: [] });
    expect(await countOf('call-big-%')).toBe(10_000);
  });

  it('from two senders at once exactly once', async () => {
    const batch = JSON.stringify(Array.from({ length: 500 }, (_, index) => queuedEvent(`twice-${index}`)));
    const backwards = JSON.stringify(JSON.parse(batch).reverse());
    const answers = await Promise.all(
      [batch, backwards, batch, backwards].map((body) => server.post(body, BATCH)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(500);
    expect(answers.reduce((sum, { body }) => sum + body.duplicates, 0)).toBe(1_500);
    expect(await countOf('call-twice-%')).toBe(500);
  });

  it('compressed', async () => {
    const packed = new Uint8Array(gzipSync(JSON.stringify([queuedEvent('gz1')])));
    const { body } = await server.post(packed, { ...BATCH, 'content-encoding': 'gzip' });
    expect(body.accepted).toBe(1);
  });

  it('and those who follow commits hear of it once, with the answer', async () => {
    const seen = (): number =>
      server.commits.flatMap(({ events }) => events).filter(({ subject }) => subject === 'call-heard').length;
    await server.post(JSON.stringify([queuedEvent('heard')]), BATCH);
    expect(seen()).toBe(1);
    await server.post(JSON.stringify([queuedEvent('heard')]), BATCH);
    expect(seen()).toBe(1);
  });
});

describe("the CloudEvents SDK's own client", () => {
  const event = (id: string): CloudEvent<unknown> =>
    new CloudEvent({
      id,
      source: '/sdk',
      type: 'org.vigie311.call.answered',
      subject: `sdk-${id}`,
      time: '2026-11-23T14:00:00.123Z',
      sequence: '42',
      trace: 'kept',
      data: { queue: 'VM', agent: 'A1', ring_s: 2.5 },
    });
  const stored = async (id: string): Promise<unknown> =>
    (
      await server.database.db.query(
        'select type, sequence, queue, agent, ring_s, extra, ts from call_event where subject = $1',
        [`sdk-${id}`],
      )
    ).rows;
  const row = {
    type: 'answered',
    sequence: '42',
    queue: 'VM',
    agent: 'A1',
    ring_s: 2.5,
    extra: { ce_trace: 'kept' },
    ts: new Date('2026-11-23T14:00:00.123Z'),
  };

  it.each([
    ['binary', HTTP.binary],
    ['structured', HTTP.structured],
  ] as const)('sends in %s mode', async (name, encode) => {
    const message = encode(event(name));
    const { body } = await server.post(String(message.body), message.headers as Record<string, string>);
    expect(body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(await stored(name)).toEqual([row]);
  });

  it('sends by its transport', async () => {
    const emit = emitterFor(httpTransport(`${server.url}/api/v1/events`), { mode: Mode.BINARY });
    const sent = (await emit(event('emitted'), {
      headers: { authorization: `Bearer ${BOOTSTRAP_KEY}` },
    })) as {
      body: string;
    };
    expect(JSON.parse(sent.body)).toMatchObject({ accepted: 1 });
    expect(await stored('emitted')).toEqual([row]);
  });
});

describe('binary mode', () => {
  const headers = (change: Record<string, string> = {}): Record<string, string> => ({
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-id': 'bin1',
    'ce-source': '/acd',
    'ce-type': 'org.vigie311.call.queued',
    'ce-subject': 'call-bin1',
    'ce-time': '2026-11-23T14:00:00Z',
    ...change,
  });
  const send = (change: Record<string, string>) => server.post('{"queue":"VM"}', headers(change));

  it('decodes percent signs, and takes UTF-8 as it is', async () => {
    await send({ 'ce-id': 'p1', 'ce-subject': 'caf%C3%A9%20%22311%22', 'ce-note': '100%' });
    await send({ 'ce-id': 'p2', 'ce-subject': Buffer.from('café brut').toString('latin1') });
    const { rows } = await server.database.db.query(
      "select subject, extra from call_event where subject like 'caf%' order by subject",
    );
    expect(rows).toEqual([
      { subject: 'café "311"', extra: { ce_note: '100%' } },
      { subject: 'café brut', extra: null },
    ]);
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['a NUL in an attribute', { 'ce-subject': 'a%00b' }, 200, 'nul_character'],
    ['half a character', { 'ce-subject': 'a%C3' }, 400, 'header_invalid'],
    ['data as an attribute', { 'ce-data': '{"queue":"XX"}' }, 400, 'header_invalid'],
    ['another version', { 'ce-specversion': '2.0' }, 200, 'specversion_unsupported'],
    ['a surrogate in UTF-8', { 'ce-subject': 'a%ED%A0%80' }, 400, 'header_invalid'],
    ['an id without end', { 'ce-id': 'x'.repeat(4_000) }, 200, 'attribute_invalid'],
    ['no time', { 'ce-time': '' }, 200, 'time_invalid'],
  ])('a hostile header is refused: %s', async (_, change, status, code) => {
    const answer = await send(change);
    expect(answer.status).toBe(status);
    expect(answer.body.error?.code ?? answer.body.rejected[0]?.code).toBe(code);
  });

  it('an attribute sent twice is refused', async () => {
    const all = new Headers(headers());
    all.append('ce-__proto__', 'x');
    const doubled = [...all, ['ce-id', 'second']] as [string, string][];
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      const req = request(
        `${server.url}/api/v1/events`,
        {
          method: 'POST',
          headers: [...doubled, ['authorization', `Bearer ${BOOTSTRAP_KEY}`]].flat() as never,
        },
        (res) => resolve(res.resume().statusCode),
      );
      req.on('error', reject).end('{"queue":"VM"}');
    });
    expect(status).toBe(400);
  });

  it('an attribute called __proto__ is kept like any other', async () => {
    expect(
      (await send({ 'ce-id': 'proto', 'ce-subject': 'call-proto', 'ce-__proto__': 'x' })).body.accepted,
    ).toBe(1);
    const { rows } = await server.database.db.query(
      "select extra from call_event where subject = 'call-proto'",
    );
    expect(rows).toEqual([{ extra: { ce___proto__: 'x' } }]);
  });
});

describe('a body that cannot be read', () => {
  it.each<[string, string, Record<string, string>, number, string]>([
    ['truncated JSON', '[{"id":"1"},\n{"id":', BATCH, 400, 'line 2, column 7'],
    ['an event as a batch', '{}', BATCH, 400, 'array'],
    ['a batch as an event', '[]', STRUCTURED, 400, 'object'],
    ['nothing', '', STRUCTURED, 400, 'line 1, column 1'],
    ['nesting without end', '['.repeat(1_000_000), BATCH, 400, 'line 1, column 1000001'],
    ['JSON that is no CloudEvent', '{}', { 'content-type': 'application/json' }, 415, 'application/x-ndjson'],
    ['XML', '<a/>', { 'content-type': 'text/xml' }, 415, 'application/cloudevents+json'],
    [
      'another charset',
      '{}',
      { 'content-type': 'application/cloudevents+json; charset=latin1' },
      415,
      'utf-8',
    ],
    ['another compression', '{}', { ...STRUCTURED, 'content-encoding': 'br' }, 415, 'gzip'],
    ['compression that is none', '{}', { ...STRUCTURED, 'content-encoding': 'gzip' }, 400, 'gzip'],
  ])('is refused with a reason: %s', async (_, body, headers, status, words) => {
    const answer = await server.post(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body.error?.message).toContain(words);
  });

  it('that is not UTF-8 is refused with its place', async () => {
    const answer = await server.post(new Uint8Array(Buffer.from('[{\n"é\xff"}]', 'latin1')), BATCH);
    expect(answer.status).toBe(400);
    expect(answer.body.error?.message).toContain('line 2, column 2');
  });

  it('too many events, or too many bytes also once unpacked, are refused with 413', async () => {
    const many = JSON.stringify(Array.from({ length: 10_001 }, () => 1));
    expect((await server.post(many, BATCH)).status).toBe(413);
    const wide = new Uint8Array(17 * 1024 * 1024).fill(0x20);
    expect((await server.post(wide, BATCH)).status).toBe(413);
    const bomb = new Uint8Array(gzipSync(wide));
    expect(bomb.length).toBeLessThan(100_000);
    expect((await server.post(bomb, { ...BATCH, 'content-encoding': 'gzip' })).status).toBe(413);
  });

  it('an empty batch is answered with nothing', async () => {
    expect((await server.post('[]', BATCH)).body).toEqual({ accepted: 0, duplicates: 0, rejected: [] });
  });
});

describe('a stream of lines', () => {
  it('goes in, whatever some of its lines are', async () => {
    const { status, body } = await server.post(
      lines(
        queuedEvent('l1'),
        '',
        '{torn',
        queuedEvent('l1'),
        `"${'x'.repeat(300_000)}"`,
        '[1]',
        queuedEvent('l2'),
      ),
      STREAM,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 2, duplicates: 1 });
    expect(body.rejected.map(({ index, code }) => [index, code])).toEqual([
      [2, 'line_not_json'],
      [4, 'line_too_long'],
      [5, 'not_an_event'],
    ]);
    expect(body.rejected[0]?.message).toContain('column 2');
  });

  it('compressed and cut off is stored as far as it could be read, and says where', async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => queuedEvent(`cut-${index}`));
    const packed = new Uint8Array(gzipSync(lines(...rows)));
    const { status, body } = await server.post(packed.subarray(0, packed.length - 2_000), {
      ...STREAM,
      'content-encoding': 'gzip',
    });
    expect(status).toBe(400);
    expect(body.accepted).toBeGreaterThan(0);
    expect(await countOf('call-cut-%')).toBe(body.accepted);
    expect(body.resume_at_line).toBe(body.accepted);
  });

  it('lists its first 1,000 rejections and counts and keeps all', async () => {
    const { body } = await server.post(
      lines(...Array.from({ length: 2_500 }, () => ({ id: 'many-bad' }))),
      STREAM,
    );
    expect(body.rejected).toHaveLength(1_000);
    expect(body.rejected_total).toBe(2_500);
    const { rows } = await server.database.db.query(
      "select count(*)::integer as n from rejected_event where id = 'many-bad'",
    );
    expect(rows).toEqual([{ n: 2_500 }]);
  });

  it('that goes on has its events stored while it does', async () => {
    const encoder = new TextEncoder();
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const stream = new ReadableStream<Uint8Array>({
      start(started) {
        controller = started;
      },
    });
    const answer = server.post(stream, STREAM);
    controller?.enqueue(encoder.encode(`${JSON.stringify(queuedEvent('flow-1'))}\n`));
    await expect.poll(() => countOf('call-flow-1'), { timeout: 5_000 }).toBe(1);
    controller?.enqueue(encoder.encode(JSON.stringify(queuedEvent('flow-2'))));
    controller?.close();
    expect((await answer).body).toEqual({ accepted: 2, duplicates: 0, rejected: [] });
  });

  it('of 100,000 events and a line of 200 MB goes in with memory flat', async () => {
    const encoder = new TextEncoder();
    const piece = new Uint8Array(1_000_000).fill(0x78);
    let sent = 0;
    let rss_max = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        rss_max = Math.max(rss_max, process.memoryUsage.rss());
        if (sent < 100) {
          const rows = Array.from({ length: 1_000 }, (_, index) => queuedEvent(`long-${sent}-${index}`));
          controller.enqueue(encoder.encode(`${lines(...rows)}\n`));
        } else if (sent < 300) controller.enqueue(piece);
        else {
          controller.enqueue(encoder.encode(`\n${JSON.stringify(queuedEvent('long-last'))}`));
          controller.close();
        }
        sent += 1;
      },
    });
    const before = process.memoryUsage.rss();
    const { body } = await server.post(stream, STREAM);
    expect(body).toMatchObject({ accepted: 100_001, duplicates: 0 });
    expect(body.rejected.map(({ index, code }) => [index, code])).toEqual([[100_000, 'line_too_long']]);
    expect(rss_max - before).toBeLessThan(300_000_000);
  }, 120_000);
});

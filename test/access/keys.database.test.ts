/** Keys, over real HTTP with a real database: who may send what, from where, and who may read. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Access } from '../../server/access/access.ts';
import { grantOf, sameSecret } from '../../server/access/keys.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { KeyStore } from '../../server/store/keys.ts';
import { UserStore } from '../../server/store/users.ts';
import {
  BATCH,
  BOOTSTRAP_KEY,
  type IngestServer,
  queuedEvent,
  STREAM,
  startIngest,
} from '../ingest/server.ts';

let server: IngestServer;
beforeAll(async () => {
  server = await startIngest();
}, 120_000);
afterAll(() => server?.close());

interface Created {
  id: string;
  secret: string;
}
async function createKey(key: Record<string, unknown>): Promise<Created> {
  const response = await server.ask('POST', '/api/v1/keys', key);
  expect(response.status).toBe(201);
  return (await response.json()) as Created;
}
const send = (secret: string, ...events: unknown[]) =>
  server.post(JSON.stringify(events), { ...BATCH, authorization: `Bearer ${secret}` });
const abandoned = (id: string) => queuedEvent(id, { type: 'org.vigie311.call.abandoned' });
const viewed = (id: string) =>
  queuedEvent(id, {
    type: 'org.vigie311.web.page_viewed',
    source: 'https://montreal.ca',
    data: { path: '/' },
  });

describe('sending', () => {
  it('without a key, or with a wrong one, is refused with 401', async () => {
    const nobody = await server.post('[]', { ...BATCH, authorization: '' });
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('www-authenticate')).toContain('Bearer');
    expect((await send('vigie_wrong')).body.error?.code).toBe('key_wrong');
    expect((await server.post('[]', { ...BATCH, authorization: 'Basic Zm9v' })).status).toBe(401);
    expect((await send(`${BOOTSTRAP_KEY}x`)).status).toBe(401);
  });

  it('what the key does not allow is rejected alone; nothing allowed at all is 403', async () => {
    const { secret } = await createKey({ name: 'acd', types: ['call.queued'], sources: ['/acd', '/acd/*'] });
    const mixed = await send(
      secret,
      queuedEvent('k1'),
      abandoned('k2'),
      queuedEvent('k3', { source: '/other' }),
      queuedEvent('k4', { source: '/acd/2' }),
      queuedEvent('k5', { source: '/acd2' }),
    );
    expect(mixed.body).toMatchObject({ accepted: 2, duplicates: 0 });
    expect(mixed.body.rejected.map(({ id, code }) => [id, code])).toEqual([
      ['k2', 'type_not_allowed'],
      ['k3', 'source_not_allowed'],
      ['k5', 'source_not_allowed'],
    ]);
    const none = await send(secret, abandoned('k6'));
    expect(none).toMatchObject({ status: 403, body: { error: { code: 'type_not_allowed' } } });
    const stream = await server.post(JSON.stringify(abandoned('k7')), {
      ...STREAM,
      authorization: `Bearer ${secret}`,
    });
    expect(stream.status).toBe(403);
    const { rows } = await server.database.db.query("select id from rejected_event where id in ('k6', 'k7')");
    expect(rows).toEqual([]);
  });

  it('with a key that was revoked is refused at once', async () => {
    const { id, secret } = await createKey({ name: 'short', types: ['*'] });
    expect((await send(secret, queuedEvent('r1'))).body.accepted).toBe(1);
    expect((await server.ask('DELETE', `/api/v1/keys/${id}`)).status).toBe(204);
    expect((await send(secret, queuedEvent('r2'))).status).toBe(401);
    expect((await server.ask('DELETE', `/api/v1/keys/${id}`)).status).toBe(404);
    expect((await server.ask('DELETE', '/api/v1/keys/none')).status).toBe(404);
  });
});

describe('a public key', () => {
  const origin = 'https://montreal.ca';
  it('stands in the address, for web events of pages of its origins only', async () => {
    const { secret } = await createKey({ name: 'site', types: ['web.*'], origins: [origin] });
    const post = (from: string | undefined, ...events: unknown[]) =>
      server.post(
        JSON.stringify(events),
        { 'content-type': 'text/plain;charset=UTF-8', authorization: '', ...(from && { origin: from }) },
        `?key=${secret}`,
      );
    const answer = await post(origin, viewed('w1'));
    expect(answer.body).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect((await post('https://evil.example', viewed('w2'))).status).toBe(403);
    expect((await post(undefined, viewed('w3'))).status).toBe(403);
    expect((await post(origin, queuedEvent('w4'))).body.error?.code).toBe('type_not_allowed');
    const preflight = await fetch(`${server.url}/api/v1/events?key=${secret}`, {
      method: 'OPTIONS',
      headers: { origin },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    const foreign = await fetch(`${server.url}/api/v1/events?key=${secret}`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example' },
    });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    expect((await server.ask('GET', '/api/v1/queues', undefined, secret)).status).toBe(403);
  });

  it('is the only one that may stand there', async () => {
    const { secret } = await createKey({ name: 'private', types: ['web.*'] });
    for (const key of [secret, BOOTSTRAP_KEY]) {
      const answer = await server.post('[]', { ...BATCH, authorization: '', origin }, `?key=${key}`);
      expect(answer.status).toBeGreaterThanOrEqual(401);
    }
  });

  it('can be made neither for other events nor for reading', async () => {
    for (const more of [{ types: ['call.*'] }, { types: ['*'] }, { types: ['web.*'], can_read: true }]) {
      const response = await server.ask('POST', '/api/v1/keys', { name: 'x', origins: [origin], ...more });
      expect(response.status).toBe(400);
    }
  });
});

describe('keys are managed', () => {
  it('by the bootstrap key only', async () => {
    const { secret } = await createKey({ name: 'all', types: ['*'], can_read: true });
    for (const method of ['GET', 'POST']) {
      expect((await server.ask(method, '/api/v1/keys', undefined, null)).status).toBe(401);
      expect((await server.ask(method, '/api/v1/keys', undefined, secret)).status).toBe(403);
    }
  });

  it('and the secret is shown once, and kept nowhere', async () => {
    const { id, secret } = await createKey({ name: 'once', types: ['mail.*'] });
    expect(secret).toMatch(/^vigie_[\w-]{43}$/);
    const list = await (await server.ask('GET', '/api/v1/keys')).text();
    expect(list).toContain(id);
    expect(list).not.toContain(secret);
    const { rows } = await server.database.db.query('select api_key::text as row from api_key');
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it.each<[unknown, string]>([
    [[], 'JSON object'],
    [{}, 'name'],
    [{ name: 'x', types: ['cal.*'] }, 'matches no event type'],
    [{ name: 'x', types: 'call.*' }, 'list'],
    [{ name: 'x', origins: ['montreal.ca'] }, 'no origin'],
    [{ name: 'x', can_read: 'yes' }, 'can_read'],
  ])('a key such as %j is refused with the reason', async (key, words) => {
    const response = await server.ask('POST', '/api/v1/keys', key);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(words);
  });
});

describe('reading', () => {
  it('is for keys that may read, by header, cookie or handshake', async () => {
    const reader = await createKey({ name: 'wall', can_read: true });
    const sender = await createKey({ name: 'acd', types: ['*'] });
    const read = async (key: string | null): Promise<number> =>
      (await server.ask('GET', '/api/v1/queues', undefined, key)).status;
    expect(await read(reader.secret)).toBe(200);
    expect(await read(BOOTSTRAP_KEY)).toBe(200);
    expect(await read(sender.secret)).toBe(403);
    expect(await read(null)).toBe(401);

    const login = await server.ask('POST', '/api/v1/session', { key: reader.secret }, null);
    const cookie = login.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/);
    const withCookie = (headers: Record<string, string> = {}) =>
      fetch(`${server.url}/api/v1/queues`, { headers: { cookie: cookie.split(';')[0] ?? '', ...headers } });
    expect((await withCookie()).status).toBe(200);
    expect((await withCookie({ origin: 'https://evil.example' })).status).toBe(401);
    expect((await server.ask('POST', '/api/v1/session', { key: sender.secret }, null)).status).toBe(403);
    expect((await server.ask('POST', '/api/v1/session', { key: 'wrong' }, null)).status).toBe(401);

    const access = accessOf({});
    const handshake = { address: '10.0.0.9', headers: { host: 'vigie.example' } };
    expect(await access.authoriseHandshake({ ...handshake, auth: { key: reader.secret } })).toBe(true);
    expect(await access.authoriseHandshake({ ...handshake, auth: { key: sender.secret } })).toBe(false);
    expect(await access.authoriseHandshake(handshake)).toBe(false);
  });

  const accessOf = (options: { public_read?: boolean }): Access =>
    new Access({
      keys: new KeyStore(server.database.db),
      people: new UserStore(server.database.db),
      clock: systemClock,
      ingest_key: BOOTSTRAP_KEY,
      public_read: options.public_read ?? false,
    });

  it('is open on loopback until a key for reading exists, and only to the machine itself', async () => {
    const { rows } = await server.database.db.query<{ id: string }>('select id from api_key where can_read');
    for (const { id } of rows) await server.ask('DELETE', `/api/v1/keys/${id}`);
    const access = accessOf({});
    const from = (remote_address: string, headers: Record<string, string> = {}) =>
      access.authoriseRead({ remote_address, headers: { host: 'localhost:3110', ...headers } });
    expect(await from('127.0.0.1')).toBe(true);
    expect(await from('::1', { host: '[::1]:3110' })).toBe(true);
    expect(await from('::ffff:127.0.0.1', { origin: 'http://localhost:3110' })).toBe(true);
    expect(await from('192.168.1.7')).toBe(false);
    expect(await from('127.0.0.1', { 'x-forwarded-for': '1.2.3.4' })).toBe(false);
    expect(await from('127.0.0.1', { host: 'attacker.example' })).toBe(false);
    expect(await from('127.0.0.1', { origin: 'https://attacker.example' })).toBe(false);
    await createKey({ name: 'wall', can_read: true });
    expect(
      await accessOf({}).authoriseRead({ remote_address: '127.0.0.1', headers: { host: 'localhost' } }),
    ).toBe(false);
    expect(
      await accessOf({ public_read: true }).authoriseRead({ remote_address: '10.1.1.1', headers: {} }),
    ).toBe(true);
  });
});

describe('patterns and secrets', () => {
  it('a pattern that ends with * is a beginning, any other one is exact', () => {
    const grant = grantOf({
      id: 'k',
      name: 'k',
      types: ['call.*', 'agent.state'],
      sources: ['/a*', '/b'],
      origins: [],
      can_read: false,
      wall: null,
      created_at: '',
      revoked_at: null,
    });
    expect(grant.refuses('call.queued', '/abc')).toBeUndefined();
    expect(grant.refuses('agent.state', '/b')).toBeUndefined();
    expect(grant.refuses('agent.state', '/bc')).toBe('source_not_allowed');
    expect(grant.refuses('mail.received', '/b')).toBe('type_not_allowed');
  });

  it('secrets of any length are compared', () => {
    expect(sameSecret('a', 'a')).toBe(true);
    expect(sameSecret('a', 'ab')).toBe(false);
  });
});

describe('a sender who does not finish', () => {
  const begin = `POST /api/v1/events HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${BOOTSTRAP_KEY}\r\n`;
  function sendRaw(text: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => {
        socket.write(text);
        setTimeout(() => {
          socket.destroy();
          resolve();
        }, 300);
      });
    });
  }
  const stored = async (): Promise<string[]> =>
    (
      await server.database.db.query<{ subject: string }>(
        "select subject from call_event where subject like 'call-half%' order by 1",
      )
    ).rows.map(({ subject }) => subject);

  it('a batch that breaks off is not stored; of a stream what came whole is', async () => {
    const batch = JSON.stringify([queuedEvent('half-1')]);
    await sendRaw(`${begin}content-type: ${BATCH['content-type']}\r\ncontent-length: 5000\r\n\r\n${batch}`);
    const row = `${JSON.stringify(queuedEvent('half-2'))}\n`;
    await sendRaw(
      `${begin}content-type: ${STREAM['content-type']}\r\ncontent-length: 5000\r\n\r\n${row}{"specver`,
    );
    await expect.poll(stored, { timeout: 5_000 }).toEqual(['call-half-2']);
    expect((await server.post('[]', BATCH)).status).toBe(200);
  });
});

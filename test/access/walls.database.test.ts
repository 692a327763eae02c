/** Pairing of walls, over real HTTP with a real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asPairingCode,
  PAIRING_LETTERS,
  type PairingBegun,
  settingOf,
  type Wall,
  wallAddress,
} from '../../server/contract/walls.ts';
import { BOOTSTRAP_KEY, type IngestServer, startIngest } from '../ingest/server.ts';

let server: IngestServer;
beforeAll(async () => {
  server = await startIngest();
  // From the first key that may read, the machine itself needs one too.
  await server.ask('POST', '/api/v1/keys', { name: 'office', can_read: true });
}, 120_000);
afterAll(() => server?.close());

const begin = async (): Promise<PairingBegun> => {
  const answer = await server.ask('POST', '/api/v1/walls/pairings', undefined, null);
  expect(answer.status).toBe(201);
  return (await answer.json()) as PairingBegun;
};
const ask = (device: unknown) => server.ask('POST', '/api/v1/walls/pairings/key', { device }, null);
const pair = (body: object, key: string | null = BOOTSTRAP_KEY) =>
  server.ask('POST', '/api/v1/walls', { name: 'Salle 2', ...body }, key);
const walls = async (): Promise<Wall[]> =>
  ((await (await server.ask('GET', '/api/v1/walls')).json()) as { items: Wall[] }).items;
const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const read = async (cookie: string) =>
  (await fetch(`${server.url}/api/v1/queues`, { headers: { cookie } })).status;

describe('pairing a wall', () => {
  it('gives it a key of its own when its code is typed, once, and takes it back', async () => {
    const { code, device, poll_s } = await begin();
    expect(code).toMatch(/^[B-Z]{4}-[B-Z]{4}$/);
    expect(poll_s).toBeGreaterThan(0);
    const waiting = await ask(device);
    expect(waiting.status).toBe(202);
    expect(waiting.headers.get('set-cookie')).toBeNull();

    const typed = ` ${code.toLowerCase().replace('-', ' ')}`;
    const answer = await pair({ code: typed, scopes: ['city', 'VM'], every_s: 20 });
    expect([answer.status, await answer.json()]).toEqual([
      202,
      { name: 'Salle 2', scopes: ['city', 'VM'], every_s: 20 },
    ]);
    // The code is used up, before the wall has asked and after.
    expect((await pair({ code })).status).toBe(404);

    const paired = await ask(device);
    expect(await paired.json()).toEqual({ paired: true, scopes: ['city', 'VM'], every_s: 20 });
    expect(paired.headers.get('set-cookie')).toMatch(/Max-Age=34560000; HttpOnly; SameSite=Lax/);
    expect((await ask(device)).status).toBe(404);
    const cookie = cookieOf(paired);
    expect(await read(cookie)).toBe(200);

    const [wall] = await walls();
    expect(wall).toMatchObject({ name: 'Salle 2', scopes: ['city', 'VM'], every_s: 20 });
    expect((await server.ask('DELETE', `/api/v1/walls/${wall?.id}`)).status).toBe(204);
    expect(await walls()).toEqual([]);
    expect(await read(cookie)).toBe(401);
  });

  it('keeps no secret that could be read back', async () => {
    const { code, device } = await begin();
    await pair({ code });
    await ask(device);
    const { rows } = await server.database.db.query(
      "select (select string_agg(t::text, ' ') from wall_pairing t) as pairings, (select string_agg(t::text, ' ') from api_key t) as keys",
    );
    expect(JSON.stringify(rows)).not.toContain(device);
  });

  it('is for people who read by a key of their own: nobody, a sender or a wall cannot', async () => {
    const { code, device } = await begin();
    expect((await pair({ code }, null)).status).toBe(401);
    const made = await server.ask('POST', '/api/v1/keys', { name: 'acd', types: ['*'] });
    expect((await pair({ code }, ((await made.json()) as { secret: string }).secret)).status).toBe(401);
    const first = await begin();
    await pair({ code: first.code });
    const cookie = cookieOf(await ask(first.device));
    for (const [method, path] of [
      ['POST', '/api/v1/walls'],
      ['GET', '/api/v1/walls'],
    ] as const) {
      const body = method === 'POST' ? { body: JSON.stringify({ code, name: 'x' }) } : {};
      expect(
        (await fetch(server.url + path, { method, headers: { cookie, origin: server.url }, ...body })).status,
      ).toBe(401);
    }
    expect((await ask(device)).status).toBe(202);
    const reader = await server.ask('POST', '/api/v1/keys', { name: 'supervisor', can_read: true });
    expect((await pair({ code }, ((await reader.json()) as { secret: string }).secret)).status).toBe(202);
  });

  it('ends with the code’s ten minutes', async () => {
    const [first, second] = [await begin(), await begin()];
    await pair({ code: second.code });
    await server.database.db.query("update wall_pairing set expires_at = now() - interval '1 second'");
    expect((await pair({ code: first.code })).status).toBe(404);
    for (const { device } of [first, second]) expect((await ask(device)).status).toBe(404);
    await begin();
    const { rows } = await server.database.db.query('select count(*)::integer as n from wall_pairing');
    expect(rows[0]?.n).toBe(1);
  });

  it.each([
    [{ code: 'AEIO-UAEI' }, 'eight letters'],
    [{ code: 12 }, 'eight letters'],
    [{ name: ' ' }, 'name must be'],
    [{ name: 'x'.repeat(81) }, 'name must be'],
    [{ scopes: [] }, 'scopes must be'],
    [{ scopes: ['city', 'a,b'] }, 'scopes must be'],
    [{ every_s: 1 }, 'every_s must be'],
    [{ every_s: '30' }, 'every_s must be'],
  ])('says what is wrong with %j', async (change, words) => {
    const answer = await pair({ code: 'BBBB-BBBB', ...change });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(words);
  });

  it('does not let screens without end wait', async () => {
    await server.database.db.query(
      "insert into wall_pairing (code, device_sha256, expires_at) select 'x' || n, sha256(n::text::bytea), now() + interval '1 hour' from generate_series(1, 200) n",
    );
    const answer = await server.ask('POST', '/api/v1/walls/pairings', undefined, null);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await server.database.db.query("delete from wall_pairing where code like 'x%'");
  });
});

describe('a code and an address', () => {
  it('is read however it is typed, and is no word', () => {
    expect(asPairingCode('bdwp hqpk')).toBe('BDWPHQPK');
    expect(asPairingCode('BDWP‑HQPK')).toBe('BDWPHQPK');
    for (const wrong of ['', 'BDWP-HQP', 'BDWP-HQPK-B', 'BDWP-HQPA']) expect(asPairingCode(wrong)).toBeNull();
    expect(PAIRING_LETTERS).not.toMatch(/[AEIOUY0-9]/);
  });

  it('of a wall says what it shows, and is read back', () => {
    expect(wallAddress('/mur', { scopes: ['city'], every_s: 30 })).toBe('/mur');
    expect(wallAddress('/mur', { scopes: ['VM'], every_s: 30 })).toBe('/mur/VM');
    const setting = { scopes: ['city', 'VM', 'centre/é'], every_s: 45 };
    const { searchParams } = new URL(wallAddress('/mur', setting), 'http://x');
    expect(settingOf(searchParams)).toEqual(setting);
    expect(settingOf(new URLSearchParams('scopes=city'))).toBeNull();
    expect(settingOf(new URLSearchParams('scopes=city,VM&every=0'))?.every_s).toBe(10);
    expect(settingOf(new URLSearchParams('scopes=city,VM&every=rubbish'))?.every_s).toBe(30);
  });
});

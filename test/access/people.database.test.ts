/** People and sessions, over real HTTP with a real database: who gets in, for how long, and who does not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Access } from '../../server/access/access.ts';
import type { AuditEntry } from '../../server/contract/audit.ts';
import type { SessionAnswer, User } from '../../server/contract/people.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { KeyStore } from '../../server/store/keys.ts';
import { UserStore } from '../../server/store/users.ts';
import { BOOTSTRAP_KEY, type IngestServer, startIngest } from '../ingest/server.ts';

const PASSWORD = 'le chat dort au soleil';
let server: IngestServer;
beforeAll(async () => {
  server = await startIngest();
}, 120_000);
afterAll(() => server?.close());

async function add(email: string, role = 'reader', name = 'Léa Tremblay'): Promise<User> {
  const answer = await server.ask('POST', '/api/v1/users', { email, name, role, password: PASSWORD });
  expect(answer.status).toBe(201);
  return (await answer.json()) as User;
}
const patch = async (user: User, body: object) => server.ask('PATCH', `/api/v1/users/${user.id}`, body);
const current = async (id: string): Promise<User> => {
  const { items } = (await (await server.ask('GET', '/api/v1/users')).json()) as { items: User[] };
  return items.find((user) => user.id === id)!;
};
const signIn = (body: object, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/v1/session`, { method: 'POST', body: JSON.stringify(body), headers });
const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
async function session(email: string): Promise<string> {
  const answer = await signIn({ email, password: PASSWORD });
  expect(answer.status).toBe(200);
  return cookieOf(answer);
}
/** As a page of ours asks. */
const own = (cookie: string, method: string, path: string, body?: object, headers = {}) =>
  fetch(server.url + path, {
    method,
    headers: { cookie, origin: server.url, ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
const reads = async (cookie: string): Promise<number> =>
  (await fetch(`${server.url}/api/v1/queues`, { headers: { cookie } })).status;

describe('before anybody was added', () => {
  it('reading is open on the machine itself, and the first person closes it, disabled or not', async () => {
    const open = async () => (await fetch(`${server.url}/api/v1/queues`)).status;
    expect(await open()).toBe(200);
    const first = await add('premiere@ville.example');
    expect(await open()).toBe(401);
    expect((await patch(first, { revision: first.revision, disabled: true })).status).toBe(200);
    expect(await open()).toBe(401);
  });
});

describe('signing in', () => {
  it('takes the e-mail address in any case, and gives a session that says who it is', async () => {
    await add('Lea@Ville.example', 'manager');
    const answer = await signIn({ email: ' LEA@ville.example', password: PASSWORD });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^vigie_session=session_[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
    );
    const said: SessionAnswer = {
      may_read: true,
      role: 'manager',
      user: { email: 'lea@ville.example', name: 'Léa Tremblay' },
    };
    expect(await answer.json()).toEqual(said);
    expect(await (await own(cookieOf(answer), 'GET', '/api/v1/session')).json()).toEqual(said);
    expect(await reads(cookieOf(answer))).toBe(200);
    const secure = await signIn(
      { email: 'lea@ville.example', password: PASSWORD },
      { 'x-forwarded-proto': 'https' },
    );
    expect(secure.headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it('answers who is unknown, disabled or wrong with the same words', async () => {
    const gone = await add('partie@ville.example');
    await patch(gone, { revision: gone.revision, disabled: true });
    await add('max@ville.example');
    const answers = await Promise.all(
      [
        { email: 'personne@ville.example', password: PASSWORD },
        { email: 'partie@ville.example', password: PASSWORD },
        { email: 'max@ville.example', password: `${PASSWORD}.` },
        { email: 'max@ville.example' },
        { email: 7, password: [] },
      ].map(async (body) => {
        const answer = await signIn(body);
        return [answer.status, answer.headers.get('set-cookie'), await answer.text()];
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.[0]).toBe(401);
  });

  it('never takes over a session that was there before', async () => {
    await add('fixe@ville.example');
    const before = await session('fixe@ville.example');
    const answer = await signIn({ email: 'fixe@ville.example', password: PASSWORD }, { cookie: before });
    expect(cookieOf(answer)).not.toBe(before);
    expect(await reads(before)).toBe(401);
    const planted = 'vigie_session=session_planted';
    const fresh = cookieOf(
      await signIn({ email: 'fixe@ville.example', password: PASSWORD }, { cookie: planted }),
    );
    expect(fresh).not.toBe(planted);
    expect(await reads(planted)).toBe(401);
  });

  it('is not done by a page of another site', async () => {
    await add('site@ville.example');
    const body = { email: 'site@ville.example', password: PASSWORD };
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ])
      expect((await signIn(body, headers as Record<string, string>)).status).toBe(403);
    expect((await signIn(body, { origin: server.url })).status).toBe(200);
  });

  it('stops after ten failures of one account, many at once too, and only of that one', async () => {
    await add('cible@ville.example');
    await add('autre@ville.example');
    const tries = await Promise.all(
      Array.from({ length: 14 }, () => signIn({ email: 'cible@ville.example', password: 'wrong' })),
    );
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(10);
    const refused = tries.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(60);
    expect((await signIn({ email: 'CIBLE@ville.example', password: PASSWORD })).status).toBe(429);
    expect((await signIn({ email: 'autre@ville.example', password: PASSWORD })).status).toBe(200);
  });

  it('with a key makes a session of that key, which ends with it, and never puts the key into the browser', async () => {
    const made = await server.ask('POST', '/api/v1/keys', { name: 'office', can_read: true });
    const { id, secret } = (await made.json()) as { id: string; secret: string };
    const answer = await signIn({ key: secret });
    expect(answer.headers.get('set-cookie')).not.toContain(secret);
    expect(await answer.json()).toEqual({ may_read: true, role: 'supervisor', user: null });
    expect(await reads(cookieOf(answer))).toBe(200);
    expect(await reads(`vigie_session=${secret}`)).toBe(401);
    expect(await reads(`vigie_session=${BOOTSTRAP_KEY}`)).toBe(401);
    await server.ask('DELETE', `/api/v1/keys/${id}`);
    expect(await reads(cookieOf(answer))).toBe(401);
    const boss = await signIn({ key: BOOTSTRAP_KEY });
    expect(await boss.json()).toEqual({ may_read: true, role: 'administrator', user: null });
  });
});

describe('a session', () => {
  it('ends when one signs out, here or everywhere', async () => {
    await add('sort@ville.example');
    const [one, two, three] = [
      await session('sort@ville.example'),
      await session('sort@ville.example'),
      await session('sort@ville.example'),
    ];
    const out = await own(one, 'DELETE', '/api/v1/session');
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect([await reads(one), await reads(two)]).toEqual([401, 200]);
    await own(two, 'DELETE', '/api/v1/session?everywhere=1');
    expect([await reads(two), await reads(three)]).toEqual([401, 401]);
  });

  it('ends unused after four hours and used after twelve, and an open page is no use', async () => {
    const { id } = await add('temps@ville.example');
    const { db } = server.database;
    const age = (column: string, span: string) =>
      db.query(`update user_session set ${column} = now() - interval '${span}' where user_id = $1`, [id]);
    const access = () =>
      new Access({
        keys: new KeyStore(db),
        people: new UserStore(db),
        clock: systemClock,
        ingest_key: null,
        public_read: false,
      });
    const cookie = await session('temps@ville.example');
    const headers = { cookie, host: 'vigie.example' };
    const seen = async (): Promise<number> =>
      (
        await db.query(
          'select extract(epoch from now() - seen_at)::integer as s from user_session where user_id = $1',
          [id],
        )
      ).rows[0]?.s;
    await age('seen_at', '3 hours 59 minutes');
    expect(await access().authoriseHandshake({ headers, address: '10.0.0.1' })).toBe(true);
    expect(await seen()).toBeGreaterThan(3 * 3_600);
    expect(await access().authoriseRead({ headers, remote_address: '10.0.0.1' })).toBe(true);
    expect(await seen()).toBeLessThan(60);
    await age('seen_at', '4 hours');
    expect(await access().authoriseRead({ headers, remote_address: '10.0.0.1' })).toBe(false);
    const second = await session('temps@ville.example');
    await age('ends_at', '1 second');
    const again = { cookie: second, host: 'vigie.example' };
    expect(await access().authoriseRead({ headers: again, remote_address: '10.0.0.1' })).toBe(false);
  });

  it('ends at once, on this server, of who is disabled or gets another password', async () => {
    const user = await add('fin@ville.example');
    const first = await session('fin@ville.example');
    const disabled = (await (await patch(user, { revision: user.revision, disabled: true })).json()) as User;
    expect(disabled.disabled_at).not.toBeNull();
    expect(await reads(first)).toBe(401);
    const again = (await (
      await patch(disabled, { revision: disabled.revision, disabled: false })
    ).json()) as User;
    expect(await reads(first)).toBe(401);
    const second = await session('fin@ville.example');
    await patch(again, { revision: again.revision, password: 'une autre phrase entière' });
    expect(await reads(second)).toBe(401);
    expect((await signIn({ email: 'fin@ville.example', password: PASSWORD })).status).toBe(401);
  });

  it('gives what the role gives now, not what it gave at the beginning', async () => {
    await add('reste@ville.example', 'administrator');
    const user = await add('role@ville.example', 'administrator');
    const cookie = await session('role@ville.example');
    expect((await own(cookie, 'GET', '/api/v1/keys')).status).toBe(200);
    await patch(user, { revision: user.revision, role: 'manager' });
    expect((await own(cookie, 'GET', '/api/v1/keys')).status).toBe(403);
    expect((await own(cookie, 'GET', '/api/v1/audit')).status).toBe(200);
  });

  it('changes nothing for a page of another site, nor for a request that does not say where it comes from', async () => {
    await add('csrf@ville.example', 'administrator');
    const cookie = await session('csrf@ville.example');
    const make = (headers: Record<string, string>) =>
      fetch(`${server.url}/api/v1/keys`, {
        method: 'POST',
        headers: { cookie, ...headers },
        body: JSON.stringify({ name: 'mine', can_read: true }),
      });
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'same-site' },
      {},
    ])
      expect((await make(headers as Record<string, string>)).status).toBe(403);
    expect((await make({ origin: server.url })).status).toBe(201);
    expect((await make({ 'sec-fetch-site': 'same-origin' })).status).toBe(201);
  });

  it('is kept, as a password is, so that it cannot be read back', async () => {
    const { id } = await add('secret@ville.example');
    const cookie = await session('secret@ville.example');
    const { rows } = await server.database.db.query(
      "select (select string_agg(t::text, ' ') from user_session t) as s, (select string_agg(t::text, ' ') from app_user t) as u, (select string_agg(t::text, ' ') from audit_entry t) as a",
    );
    const kept = JSON.stringify(rows);
    expect(kept).not.toContain(cookie.split('=')[1]);
    expect(kept).not.toContain(PASSWORD);
    const list = await (await server.ask('GET', '/api/v1/users')).text();
    expect(list).toContain(id);
    expect(list).not.toContain('scrypt');
    expect((rows[0] as { a: string }).a).not.toContain('scrypt');
  });
});

describe('a person', () => {
  it('changes the own password with the present one, and stays signed in here alone', async () => {
    await add('moi@ville.example');
    const [here, there] = [await session('moi@ville.example'), await session('moi@ville.example')];
    const change = (password: string, new_password: string) =>
      own(here, 'POST', '/api/v1/session/password', { password, new_password });
    expect((await change('wrong', 'une nouvelle phrase')).status).toBe(403);
    expect((await change(PASSWORD, 'court')).status).toBe(400);
    expect((await change(PASSWORD, 'une nouvelle phrase')).status).toBe(204);
    expect([await reads(here), await reads(there)]).toEqual([200, 401]);
  });

  it('is changed only by who has read the last change', async () => {
    const user = await add('deux@ville.example');
    expect((await patch(user, { revision: user.revision, name: 'A' })).status).toBe(200);
    const late = await patch(user, { revision: user.revision, name: 'B' });
    expect([late.status, ((await late.json()) as { error: { code: string } }).error.code]).toEqual([
      409,
      'changed_since',
    ]);
    expect((await current(user.id)).name).toBe('A');
  });

  it('stays an administrator when nobody else is', async () => {
    const { items } = (await (await server.ask('GET', '/api/v1/users')).json()) as { items: User[] };
    for (const user of items.filter(({ role }) => role === 'administrator'))
      expect((await patch(user, { revision: user.revision, role: 'reader' })).status).toBeLessThan(410);
    const left = (
      (await (await server.ask('GET', '/api/v1/users')).json()) as { items: User[] }
    ).items.filter(({ role }) => role === 'administrator');
    expect(left).toHaveLength(1);
    const answer = await patch(left[0]!, { revision: left[0]!.revision, disabled: true });
    expect(((await answer.json()) as { error: { code: string } }).error.code).toBe('last_administrator');
  });

  it('may what the role says, and no more', async () => {
    const { code } = (await (await server.ask('POST', '/api/v1/walls/pairings', undefined, null)).json()) as {
      code: string;
    };
    const asks = async (role: string) => {
      await add(`${role}@roles.example`, role);
      const cookie = await session(`${role}@roles.example`);
      const status = async (method: string, path: string, body?: object) =>
        (await own(cookie, method, path, body)).status;
      return {
        reads: await reads(cookie),
        pairs: await status('POST', '/api/v1/walls', { code, name: 'Salle' }),
        history: await status('GET', '/api/v1/audit'),
        people: await status('GET', '/api/v1/users'),
        keys: await status('GET', '/api/v1/keys'),
      };
    };
    expect(await asks('reader')).toEqual({ reads: 200, pairs: 403, history: 403, people: 403, keys: 403 });
    expect(await asks('supervisor')).toEqual({
      reads: 200,
      pairs: 202,
      history: 403,
      people: 403,
      keys: 403,
    });
    expect(await asks('manager')).toEqual({ reads: 200, pairs: 404, history: 200, people: 403, keys: 403 });
    expect(await asks('administrator')).toEqual({
      reads: 200,
      pairs: 404,
      history: 200,
      people: 200,
      keys: 200,
    });
  });
});

describe('the history', () => {
  const entries = async (query = ''): Promise<{ items: AuditEntry[]; next: string | null }> =>
    (await (await server.ask('GET', `/api/v1/audit${query}`)).json()) as never;

  it('tells who made what of whom, with the reason, and comes in pages', async () => {
    await add('chef@histoire.example', 'administrator', 'La cheffe');
    const cookie = await session('chef@histoire.example');
    const user = await add('membre@histoire.example');
    const body = { revision: user.revision, role: 'manager', why: 'remplace Max' };
    expect((await own(cookie, 'PATCH', `/api/v1/users/${user.id}`, body)).status).toBe(200);
    const { items } = await entries(`?subject=user&id=${user.id}`);
    expect(items).toMatchObject([
      {
        actor: { kind: 'user', name: 'La cheffe' },
        action: 'changed',
        before: { role: 'reader' },
        after: { role: 'manager' },
        why: 'remplace Max',
      },
      { actor: { kind: 'bootstrap' }, action: 'created', before: null, why: null },
    ]);
    const first = await entries('?limit=2');
    expect(first.items).toHaveLength(2);
    const second = (await (await server.ask('GET', first.next!)).json()) as { items: AuditEntry[] };
    expect(second.items[0]!.number).toBeLessThan(first.items[1]!.number);
  });

  it('tells keys and walls, and to a manager nothing of people and keys', async () => {
    const made = await server.ask('POST', '/api/v1/keys', { name: 'acd', types: ['call.*'] });
    const { id } = (await made.json()) as { id: string };
    await server.ask('DELETE', `/api/v1/keys/${id}`);
    expect((await entries(`?id=${id}`)).items.map(({ subject, action }) => `${subject} ${action}`)).toEqual([
      'key revoked',
      'key created',
    ]);
    const begun = await server.ask('POST', '/api/v1/walls/pairings', undefined, null);
    const { code, device } = (await begun.json()) as { code: string; device: string };
    await server.ask('POST', '/api/v1/walls', { code, name: 'Salle 9' });
    await server.ask('POST', '/api/v1/walls/pairings/key', { device }, null);
    const [wall] = (await entries('?subject=wall')).items;
    expect(wall).toMatchObject({
      action: 'created',
      after: { name: 'Salle 9' },
      actor: { kind: 'bootstrap' },
    });
    await server.ask('DELETE', `/api/v1/walls/${wall!.id}`);
    expect((await entries('?subject=wall')).items[0]).toMatchObject({ action: 'revoked', after: null });

    await add('gestion@histoire.example', 'manager');
    const cookie = await session('gestion@histoire.example');
    const seen = (await (await own(cookie, 'GET', '/api/v1/audit?limit=500')).json()) as {
      items: AuditEntry[];
    };
    expect(new Set(seen.items.map(({ subject }) => subject))).toEqual(new Set(['wall']));
  });
});

/** `vigie user`, against a whole server: the password is typed or piped, never an argument, and never shown. */
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretInput } from '../../server/cli/command.ts';
import { run } from '../../server/cli/main.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { type TestServer, testServer } from '../setup/server.ts';

const PASSWORD = 'le chat dort au soleil';
const EMAIL = 'lea@ville.example';
let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

async function vigie(args: readonly string[], input: SecretInput = Readable.from([])) {
  const said = { out: '', err: '' };
  const code = await run(['user', ...args], {
    env: server.env,
    out: (text) => {
      said.out += `${text}\n`;
    },
    err: (text) => {
      said.err += text;
    },
    is_terminal: false,
    signal: new AbortController().signal,
    clock: systemClock,
    input,
  });
  return { code, ...said };
}
const piped = (text: string): SecretInput => Readable.from([text]);
/** A terminal on which somebody types; remembers whether its echo was on when it did. */
function terminal(typed: string) {
  const raw: boolean[] = [];
  const input = Object.assign(Readable.from([...typed]), {
    isTTY: true,
    setRawMode: (on: boolean) => raw.push(on),
  });
  return { raw, input };
}
const signIn = async (password: string): Promise<number> =>
  (
    await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      body: JSON.stringify({ email: EMAIL, password }),
    })
  ).status;

describe('vigie user', () => {
  it('adds somebody by a password that is piped in, and lists who there is', async () => {
    expect(await vigie(['list'])).toMatchObject({ code: 0, out: expect.stringContaining('nobody yet') });
    const added = await vigie(
      ['add', EMAIL, '--name', 'Léa', '--role', 'manager'],
      piped(`${PASSWORD}\nmore`),
    );
    expect(added).toMatchObject({ code: 0, out: `${EMAIL} may sign in as manager\n` });
    expect(await signIn(PASSWORD)).toBe(200);
    expect((await vigie(['list'])).out).toMatch(/^lea@ville\.example\tLéa\tmanager\tmay sign in\t/);
  });

  it('takes a password that is typed twice on a terminal, without showing it', async () => {
    const next = 'la pluie tombe doucement';
    const { raw, input } = terminal(`${next}x\u007f\r${next}\r`);
    const changed = await vigie(['password', EMAIL], input);
    expect(changed.code).toBe(0);
    expect(raw).toEqual([true, false]);
    expect(changed.out + changed.err).not.toContain('pluie');
    expect([await signIn(PASSWORD), await signIn(next)]).toEqual([401, 200]);
    const other = terminal(`${next}\rautre chose\r`);
    expect(await vigie(['password', EMAIL], other.input)).toMatchObject({ code: 2 });
    expect(other.raw).toEqual([true, false]);
  });

  it('changes a role, disables and enables, and signs out', async () => {
    expect((await vigie(['role', EMAIL, 'supervisor'])).out).toBe(`${EMAIL} is supervisor\n`);
    expect((await vigie(['disable', EMAIL])).code).toBe(0);
    expect(await signIn('la pluie tombe doucement')).toBe(401);
    expect((await vigie(['list'])).out).toContain('disabled');
    expect((await vigie(['enable', EMAIL])).code).toBe(0);
    expect((await vigie(['sign-out', EMAIL])).code).toBe(0);
    expect(await signIn('la pluie tombe doucement')).toBe(200);
  });

  it('says what is wrong, with the exit code of what it is', async () => {
    expect((await vigie(['add', EMAIL])).code).toBe(2);
    expect((await vigie(['add', EMAIL, '--name', 'L', '--password', 'x'])).code).toBe(2);
    expect((await vigie(['role', EMAIL, 'owner'])).err).toContain(
      'reader, supervisor, manager, administrator',
    );
    expect(await vigie(['add', EMAIL, '--name', 'L'], piped(PASSWORD))).toMatchObject({ code: 1 });
    expect(await vigie(['add', 'b@ville.example', '--name', 'B'], piped('court'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('12 to 200 characters'),
    });
    expect((await vigie(['disable', 'personne@ville.example'])).err).toContain('Nobody has');
    expect((await vigie(['constructor'])).code).toBe(2);
  });
});

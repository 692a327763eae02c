/** What may not be said of a person, over real HTTP with a real database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IngestServer, startIngest } from '../ingest/server.ts';

const PASSWORD = 'le chat dort au soleil';
let server: IngestServer;
beforeAll(async () => {
  server = await startIngest();
}, 120_000);
afterAll(() => server?.close());

describe('a person', () => {
  it.each<[object, string]>([
    [{ email: 'pas une adresse' }, 'email'],
    [{ name: ' ' }, 'name'],
    [{ role: 'owner' }, 'role'],
    [{ password: 'court' }, 'password'],
    [{ password: 'x'.repeat(30) }, 'password'],
    [{ password: 'nouvelle@ville.example' }, 'password'],
    [{ admin: true }, 'admin'],
  ])('with %j is refused with the reason', async (change, words) => {
    const body = {
      email: 'nouvelle@ville.example',
      name: 'N',
      role: 'reader',
      password: PASSWORD,
      ...change,
    };
    const answer = await server.ask('POST', '/api/v1/users', body);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(words);
  });
});

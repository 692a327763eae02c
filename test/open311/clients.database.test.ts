/**
 * What known clients send, to the letter: FixMyStreet's Open311.pm (its fields, its spelling of device_id, its attributes), node-open311
 * and the client of the same name before it. What they read of the answers stands in the tests of posts and reads.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AT, type Open311Server, row, startOpen311 } from './server.ts';

let server: Open311Server;
let api_key: string;
beforeAll(async () => {
  server = await startOpen311();
  api_key = await server.key();
  server.requests.put(row('12-00677322'), row('12-00677323'));
});
afterAll(() => server.close());

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
async function post(path: string, body: string): Promise<string> {
  const response = await fetch(server.url + path, { method: 'POST', body, headers: FORM });
  const text = await response.text();
  expect([response.status, text]).toEqual([200, expect.stringContaining('service_request_id')]);
  return /[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(text)![0];
}
const get = async (path: string): Promise<string> => {
  const response = await server.get(path);
  expect(response.status).toBe(200);
  return await response.text();
};

describe('FixMyStreet', () => {
  it('lists services, posts a report with everything it has to send, and reads it back with its expected date', async () => {
    expect(await get('/v2/services.xml?jurisdiction_id=ville.example')).toContain(
      '<service_code>nid-de-poule</service_code>',
    );
    const body =
      `attribute%5Btitle%5D=Mme&attribute%5Blast_name%5D=Tremblay&lat=45.508888&long=-73.561668&first_name=Jeanne` +
      '&last_name=Tremblay&email=jeanne%40example.org&phone=&deviceid=iOS&service_code=nid-de-poule' +
      '&description=Nid-de-poule+%C3%A0+l%E2%80%99entr%C3%A9e%0A%0ATr%C3%A8s+profond%0A%0Ahttps%3A%2F%2Ffms.example%2Freport%2F7%0A' +
      '&media_url=https%3A%2F%2Ffms.example%2Fphoto%2F7.0.jpeg&media_url=https%3A%2F%2Ffms.example%2Fphoto%2F7.1.jpeg' +
      `&api_key=${api_key}&jurisdiction_id=ville.example`;
    const id = await post('/v2/requests.xml', body);
    expect(server.requests.rows.get(id)).toMatchObject({
      description: 'Nid-de-poule à l’entrée\n\nTrès profond\n\nhttps://fms.example/report/7',
      channel: 'mobile',
      ...AT,
    });
    expect(await get(`/v2/tokens/${id}.xml?jurisdiction_id=ville.example`)).toContain(
      `<request><service_request_id>${id}</service_request_id><token>${id}</token></request>`,
    );
    const read = await get(
      `/v2/requests.xml?jurisdiction_id=ville.example&service_request_id=${id}%2C12-00677322`,
    );
    expect(read.match(/<request>/g)).toHaveLength(2);
    expect(read).toMatch(/<expected_datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ<\/expected_datetime>/);
  });

  it('asks for what was reported in the last hour', async () => {
    const w3c = (ago_ms: number): string =>
      encodeURIComponent(`${new Date(Date.now() - ago_ms).toISOString().slice(0, 19)}Z`);
    const span = `start_date=${w3c(3_600_000)}&end_date=${w3c(-1_000)}`;
    expect(await get(`/v2/requests.xml?${span}`)).toContain('12-00677322');
  });
});

describe('node-open311', () => {
  it('posts a form with its jurisdiction in the address, and reads by id, by ids and by filters', async () => {
    const body = `service_code=nid-de-poule&lat=45.508888&long=-73.561668&description=Trou%20%C3%A9norme&email=a%40b.ca&api_key=${api_key}&attribute%5BCOULEUR%5D=rouge`;
    const id = await post('/v2/requests.json?jurisdiction_id=ville.example', body);
    for (const query of [
      `requests/${id}.json?`,
      `requests.json?service_request_id=${id}%2Cx&`,
      'requests.json?status=open&',
    ])
      expect(await get(`/v2/${query}jurisdiction_id=ville.example`)).toContain(id);
  });

  it('of old puts everything in the address, escapes no +, and writes the format as a folder', async () => {
    const address = `/v2/requests/json?api_key=${api_key}&jurisdiction_id=ville.example&service_code=nid-de-poule&address_string=210%20rue%20Sherbrooke,%20Montr%C3%A9al`;
    const id = await post(address, '');
    expect(server.requests.rows.get(id)).toMatchObject({ address: '210 rue Sherbrooke, Montréal' });
    const end = `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}+00:00`;
    expect(await get(`/v2/requests/json?jurisdiction_id=ville.example&end_date=${end}`)).toContain(id);
  });
});

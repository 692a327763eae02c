import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importServer, shared, tally } from './import-files.ts';

const JSON_REQUESTS = shared('georeport-bloomington_requests.json');
const JSON_SERVICES = shared('georeport-bloomington_services.json');
const XML_REQUESTS = shared('georeport-san_francisco_requests.xml');
const XML_SERVICES = shared('georeport-san_francisco_services.xml');

let city: Awaited<ReturnType<typeof importServer>>;
beforeAll(async () => {
  city = await importServer();
});
afterAll(() => city.close());
const CREATED = "type = 'created'";
const ENDED = "type = 'resolved'";

describe('vigie import georeport', () => {
  it.runIf(existsSync(JSON_REQUESTS))('counts of a real answer in JSON what it says', async () => {
    const requests = JSON.parse(await readFile(JSON_REQUESTS, 'utf8')) as Record<string, string>[];
    const files = [await city.copy(JSON_SERVICES), await city.copy(JSON_REQUESTS)];
    const { code, out } = await city.vigie(['georeport', ...files, '--source', 'urn:b']);
    expect(code).toBe(0);
    expect(out).toContain('46 services, whose names are used');
    expect(out).toContain(`${requests.length} rows`);
    expect(await city.counts('urn:b', "extra->>'service_name'", CREATED)).toEqual(
      tally(requests, (one) => one.service_name!),
    );
    expect(await city.counts('urn:b', 'unit', "type = 'transmitted'")).toEqual(
      tally(requests, (one) => one.agency_responsible!),
    );
    const closed = requests.filter(({ status }) => status === 'closed');
    expect(await city.counts('urn:b', 'subject', ENDED)).toEqual(
      tally(closed, (one) => one.service_request_id!),
    );
    expect(await city.counts('urn:b', "to_char(ts at time zone 'UTC', 'YYYY-MM')", CREATED)).toEqual(
      tally(requests, (one) => new Date(one.requested_datetime!).toISOString().slice(0, 7)),
    );
    expect((await city.vigie(['georeport', files[1]!, '--source', 'urn:b'])).out).toContain('0 accepted');
  });

  it.runIf(existsSync(XML_REQUESTS))('counts of a real answer in XML what it says', async () => {
    const text = await readFile(XML_REQUESTS, 'utf8');
    const all = (name: string): string[] =>
      [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((m) => m[1]!);
    const file = await city.copy(XML_REQUESTS);
    const args = ['georeport', file, '--source', 'urn:s', '--time-zone', 'America/Los_Angeles'];
    const { code, out } = await city.vigie(args);
    expect(code).toBe(0);
    expect(out).toContain('56 rows');
    expect(await city.counts('urn:s', 'subject', CREATED)).toEqual(
      tally(all('service_request_id'), (id) => id),
    );
    expect(await city.counts('urn:s', "'closed'", ENDED)).toEqual({
      closed: all('status').filter((one) => one === 'Closed').length,
    });
    const local = "to_char(due_at at time zone 'America/Los_Angeles', 'YYYY-MM-DD HH24:MI')";
    expect(await city.counts('urn:s', local, `${CREATED} and due_at is not null`)).toEqual(
      tally(all('expected_datetime'), (time) => time.slice(0, 16)),
    );
    const placed = all('lat').filter((lat) => lat !== '0.0').length;
    expect(await city.counts('urn:s', "'placed'", `${CREATED} and latitude is not null`)).toEqual({ placed });
    expect((await city.vigie(args)).out).toContain('0 accepted');
  });

  it.runIf(existsSync(XML_SERVICES))(
    'says politely that a list of services is no list of requests',
    async () => {
      const { code, err } = await city.vigie(['georeport', await city.copy(XML_SERVICES)]);
      expect(code).toBe(1);
      expect(err).toContain('only services');
    },
  );

  const request = (id: string, more = ''): string =>
    `<request><service_request_id>${id}</service_request_id><status>open</status><service_code>1</service_code><requested_datetime>2026-05-01T10:00:00Z</requested_datetime>${more}</request>`;
  it.each([
    ['an empty file', ' \n', 'is empty'],
    ['a text', 'hello', 'neither JSON nor XML'],
    [
      'entities that grow',
      `<!DOCTYPE r [<!ENTITY a "aaaa">]><service_requests>${request('x')}</service_requests>`,
      'Nothing of it was read',
    ],
    [
      'Latin-1',
      Buffer.from(`<r>${request('x', '<description>\u00e9</description>')}</r>`, 'latin1'),
      '--encoding',
    ],
  ])('refuses %s, and nothing of it is in', async (name, text, why) => {
    const file = join(city.folder, 'refused.xml');
    await writeFile(file, text);
    const { code, err } = await city.vigie(['georeport', file, '--source', `urn:${name}`]);
    expect(code).toBe(1);
    expect(err).toContain(why);
    expect(await city.counts(`urn:${name}`, 'subject')).toEqual({});
  });

  it('puts in what is whole of a file that is torn, and tells of the rest', async () => {
    const file = join(city.folder, 'torn.xml');
    await writeFile(
      file,
      `<r>${request('t1')}\n${request('t2', '<description>&x;</description>')}\n<request><status>op`,
    );
    const { code, out } = await city.vigie(['georeport', file, '--source', 'urn:torn']);
    expect(code).toBe(1);
    expect(out).toContain('3 rows');
    const rejects = (await readFile(`${file}.rejects.txt`, 'utf8')).trimEnd().split('\n');
    expect(rejects.map((line) => line.split('\t').slice(0, 2))).toEqual([
      ['2', 'names the entity &x;, which XML does not have'],
      ['3', 'the file ends in the middle of it'],
    ]);
    expect(await city.counts('urn:torn', 'subject', CREATED)).toEqual({ t1: 1 });
  });

  it('reads a list in either shape of JSON, with a byte order mark', async () => {
    const one = (id: string) => ({
      service_request_id: id,
      status: 'open',
      service_code: 1,
      requested_datetime: '2026-05-01T10:00:00Z',
    });
    const file = join(city.folder, 'shapes.json');
    for (const shape of [
      [one('a')],
      { service_requests: [one('b')] },
      { service_requests: { request: [one('c')] } },
      one('d'),
    ]) {
      await writeFile(file, `\uFEFF${JSON.stringify(shape, null, 1)}`);
      expect((await city.vigie(['georeport', file, '--source', 'urn:shapes'])).code).toBe(0);
    }
    expect(await city.counts('urn:shapes', 'subject', CREATED)).toEqual({ a: 1, b: 1, c: 1, d: 1 });
  });
});

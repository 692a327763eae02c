import { describe, expect, it } from 'vitest';
import { addressOf, formatOfAccept } from '../../server/open311/address.ts';
import { addressFields } from '../../server/open311/fields.ts';
import { parseFilter } from '../../server/open311/query.ts';
import type { RequestQuery } from '../../server/open311/sources.ts';
import { newRequestId } from '../../server/open311/submission.ts';

const us = (iso: string): number => Date.parse(iso) * 1000;
const NOW = '2026-11-23T14:00:00Z';
const DAY_US = 86_400_000_000;
const parsed = (query: string) => parseFilter(addressFields(`/requests.json?${query}`), us(NOW));

function queryOf(text: string): RequestQuery {
  const result = parsed(text);
  if (!('value' in result) || result.value.by !== 'query') throw new Error(JSON.stringify(result));
  return result.value.query;
}
function faultsOf(text: string): string[] {
  const result = parsed(text);
  return 'faults' in result ? result.faults.map((fault) => fault.text.en) : [];
}

describe('the filters of the specification', () => {
  it('are by default the last 90 days, all services, all statuses and the first 1,000', () => {
    expect(queryOf('')).toEqual({
      statuses: 'all',
      created_from_us: us(NOW) - 90 * DAY_US,
      created_to_us: us(NOW),
      limit: 1_000,
      offset: 0,
    });
  });

  it('hold an empty argument to be none', () => {
    expect(queryOf('service_code=&start_date=&status=,&lat=&page=&q=')).toEqual(queryOf(''));
  });

  it('take ids repeated or separated by commas, which override everything else', () => {
    expect(parsed('service_request_id=a,b&service_request_id=b,%20c&status=nonsense&start_date=x')).toEqual({
      value: { by: 'id', ids: ['a', 'b', 'c'] },
    });
    expect(faultsOf(`service_request_id=${Array.from({ length: 1_001 }, (_, id) => id).join(',')}`)).toEqual([
      'At most 1000 service_request_id at a time.',
    ]);
  });

  it('take services and statuses repeated or separated by commas', () => {
    expect(queryOf('service_code=a,b&service_code=c').service).toEqual(['a', 'b', 'c']);
    expect(queryOf('status=open').statuses).toBe('open');
    expect(queryOf('status=CLOSED').statuses).toBe('closed');
    expect(queryOf('status=open,closed').statuses).toBe('all');
    expect(queryOf('status=open&status=closed').statuses).toBe('all');
    expect(faultsOf('status=fixed')).toEqual(['status is open, closed or both; not "fixed".']);
  });

  it('read dates with their offset, also without seconds and with a + that nobody escaped', () => {
    const span = queryOf('start_date=2026-10-01T00:00:00-04:00&end_date=2026-10-31T23:59Z');
    expect(span).toMatchObject({
      created_from_us: us('2026-10-01T04:00:00Z'),
      created_to_us: us('2026-10-31T23:59:00Z'),
    });
    expect(queryOf('end_date=2026-10-01T00:00:00+02:00').created_to_us).toBe(us('2026-09-30T22:00:00Z'));
  });

  it('span 90 days from the one date that is given', () => {
    expect(queryOf('start_date=2020-01-01T00:00:00Z')).toMatchObject({
      created_from_us: us('2020-01-01T00:00:00Z'),
      created_to_us: us('2020-03-31T00:00:00Z'),
    });
    expect(queryOf('end_date=2020-03-31T00:00:00Z')).toMatchObject({
      created_from_us: us('2020-01-01T00:00:00Z'),
      created_to_us: us('2020-03-31T00:00:00Z'),
    });
  });

  it('refuse dates that are none, spans over 90 days and spans that end before they begin', () => {
    for (const date of ['yesterday', '2026-02-30T00:00:00Z', '2026-10-01T00:00:00', '2026-10-01', '1e9']) {
      expect(faultsOf(`start_date=${date}`)[0]).toMatch(/^start_date is no moment with an offset/);
    }
    expect(faultsOf('start_date=2026-01-01T00:00:00Z&end_date=2026-04-01T00:00:01Z')).toEqual([
      'From start_date to end_date are more than 90 days: ask for the rest apart.',
    ]);
    expect(faultsOf('start_date=2026-01-01T00:00:00Z&end_date=2026-04-01T00:00:00Z')).toEqual([]);
    expect(faultsOf('start_date=2026-01-02T00:00:00Z&end_date=2026-01-01T00:00:00Z')).toEqual([
      'end_date is before start_date.',
    ]);
  });
});

describe('the extensions', () => {
  it('page through what there is', () => {
    expect(queryOf('page=3&page_size=50')).toMatchObject({ limit: 50, offset: 100 });
    for (const page of ['0', '-1', '1.5', 'x', '99999999999']) {
      expect(faultsOf(`page=${page}`)).toHaveLength(1);
      expect(faultsOf(`page_size=${page}`)).toHaveLength(1);
    }
    expect(faultsOf('page_size=1001')).toEqual(['page_size must be a number from 1 to 1000.']);
    expect(faultsOf('page=101')).toEqual(['Pages end at 100000 requests: narrow the dates.']);
  });

  it('ask for what changed, however old, unless dates of creation are given too', () => {
    expect(queryOf('updated_after=2026-11-01T00:00:00Z')).toMatchObject({
      created_from_us: 0,
      created_to_us: us(NOW),
      updated_from_us: us('2026-11-01T00:00:00Z'),
    });
    const both = queryOf('updated_before=2026-11-01T00:00:00Z&start_date=2026-10-01T00:00:00Z');
    expect(both).toMatchObject({
      created_from_us: us('2026-10-01T00:00:00Z'),
      updated_to_us: us('2026-11-01T00:00:00Z'),
      updated_from_us: us('2026-08-03T00:00:00Z'),
    });
  });

  it('ask for a circle, whole or not at all', () => {
    expect(queryOf('lat=45.5&long=-73.6&radius=250.5').circle).toEqual({
      latitude: 45.5,
      longitude: -73.6,
      radius_m: 250.5,
    });
    for (const part of [
      'lat=45.5',
      'radius=10',
      'lat=45.5&radius=10',
      'lat=45.5&long=-73.6',
      'lat=45.5&long=x&radius=1',
    ])
      expect(faultsOf(part)).toHaveLength(1);
    expect(faultsOf('lat=45.5&long=-73.6&radius=50001')).toHaveLength(1);
  });
});

describe('an address', () => {
  it('names a resource and a format', () => {
    const request = (id: string) => ({ name: 'request', id });
    for (const [path, resource, format] of [
      ['/discovery.xml', { name: 'discovery' }, 'xml'],
      ['/v2/discovery.json', { name: 'discovery' }, 'json'],
      ['/v2/', { name: 'discovery' }, null],
      ['/v2/services.JSON', { name: 'services' }, 'json'],
      ['/v2/services/nid-de-poule.xml', { name: 'service', id: 'nid-de-poule' }, 'xml'],
      ['/v2/requests', { name: 'requests' }, null],
      ['/v2/requests/json', { name: 'requests' }, 'json'],
      ['/v2/requests/12-00677322.xml', request('12-00677322'), 'xml'],
      ['/v2/requests/1.234', request('1.234'), null],
      ['/v2/requests/1.234.json', request('1.234'), 'json'],
      ['/v2/requests/a%2Fb%20c.json', request('a/b c'), 'json'],
      ['/v2/tokens/abc.xml', { name: 'token', id: 'abc' }, 'xml'],
    ] as const) {
      expect(addressOf(path)).toEqual({ resource, format });
    }
  });

  it('that names nothing is a 404, and a format that is not offered a 400', () => {
    for (const path of ['/', '/v3/services.json', '/v2/tokens.json', '/v2/requests/a/b.json', '/v2/%E9.json'])
      expect(addressOf(path)).toMatchObject({ code: 404 });
    for (const path of ['/v2/services.html', '/v2/requests/1.csv', '/discovery.yaml'])
      expect(addressOf(path)).toMatchObject({ code: 400 });
  });

  it('without a format leaves it to the headers: XML, unless JSON is wanted more', () => {
    expect(formatOfAccept(undefined)).toBe('xml');
    expect(formatOfAccept('*/*')).toBe('xml');
    expect(formatOfAccept('application/json, text/xml;q=0.5')).toBe('json');
    expect(formatOfAccept('text/html,application/xhtml+xml,application/xml;q=0.9')).toBe('xml');
  });
});

describe('the id of a new request', () => {
  it('has sixty random bits, and no comma, dot or letter that is taken for another', () => {
    const ids = new Set(Array.from({ length: 10_000 }, newRequestId));
    expect(ids.size).toBe(10_000);
    for (const id of ids) expect(id).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/);
  });
});

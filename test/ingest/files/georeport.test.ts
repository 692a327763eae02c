import { describe, expect, it } from 'vitest';
import { type GeoItem, Georeport, isRequest, isService } from '../../../server/ingest/files/georeport.ts';
import { JsonItems } from '../../../server/ingest/files/json-items.ts';
import { parseXmlItem, XmlItems } from '../../../server/ingest/files/xml-items.ts';
import { eventsOf, OPTIONS, reasonOf, steps } from './translate.ts';

const REQUEST: GeoItem = {
  service_request_id: '4fbd',
  status: 'open',
  service_name: 'Graffiti',
  service_code: '4e09',
  description: 'On a mailbox',
  agency_responsible: 'Police Department',
  requested_datetime: '2012-05-23T15:35:08-04:00',
  updated_datetime: '2012-05-23T16:35:10-04:00',
  expected_datetime: '2012-05-30T12:00:00-04:00',
  address: '2303 S Olcott Blvd',
  zipcode: null,
  lat: 39.14,
  long: -86.48,
  media_url: '',
};
const translate = (change: GeoItem = {}) => new Georeport(OPTIONS).translate({ ...REQUEST, ...change });

describe('a request of GeoReport', () => {
  it('is created with its expected date, and given to its agency', () => {
    const [first, second, ...more] = eventsOf(translate());
    expect(first!.data).toEqual({
      service: 'graffiti',
      service_name: 'Graffiti',
      service_code: '4e09',
      nature: 'request',
      channel: 'web',
      longitude: -86.48,
      latitude: 39.14,
      address: '2303 S Olcott Blvd',
      description: 'On a mailbox',
      due_at: '2012-05-30T16:00:00.000Z',
    });
    expect(second!.data).toEqual({ unit: 'Police Department' });
    expect(more).toEqual([]);
  });

  it('is of the service that the catalogue has by that name, or else of its code', () => {
    const serviceOf = (change: GeoItem) => eventsOf(translate(change))[0]!.data.service;
    expect(serviceOf({ service_name: 'Traffic Suggestions' })).toBe('4e09');
    expect(serviceOf({ service_name: 'Traffic Suggestions', service_code: '' })).toBe('traffic-suggestions');
  });

  it('publishes its notes while it is open, and is settled with them when it is closed', () => {
    expect(eventsOf(translate({ status_notes: 'Soon' })).at(-1)).toMatchObject({
      type: 'org.vigie311.request.status_published',
      time: '2012-05-23T20:35:10.000Z',
      data: { text: 'Soon', expected_at: '2012-05-30T16:00:00.000Z' },
    });
    expect(eventsOf(translate({ status: 'Closed', status_notes: 'A duplicate.' })).at(-1)).toMatchObject({
      type: 'org.vigie311.request.resolved',
      data: { resolution: 'duplicate', text: 'A duplicate.' },
    });
  });

  it('is read in the city’s zone where its times have no offset', () => {
    expect(steps(translate({ requested_datetime: '2012-05-22 23:57:23.97' }))[0]).toBe(
      'created 2012-05-23T03:57:23.970Z',
    );
  });

  it('at 0,0 is nowhere', () => {
    expect(eventsOf(translate({ lat: '0.0', long: '0.0' }))[0]!.data).not.toHaveProperty('latitude');
  });

  it('keeps what the standard does not have a place for, whatever it is called', () => {
    expect(
      eventsOf(translate({ media_url: 'https://x/1.jpg', due_at: 7, borough: ['a'] }))[0]!.data,
    ).toMatchObject({
      georeport: { media_url: 'https://x/1.jpg', due_at: 7, borough: ['a'] },
      due_at: '2012-05-30T16:00:00.000Z',
    });
  });

  it('keeps a description that is too long whole, beside its beginning', () => {
    const description = 'é'.repeat(4_001);
    expect(eventsOf(translate({ description }))[0]!.data).toMatchObject({
      description: description.slice(1),
      description_whole: description,
    });
  });

  it('takes the name of its service from the services of the city', () => {
    const georeport = new Georeport(OPTIONS);
    georeport.learn({ service_code: '4e09', service_name: 'Tags' });
    expect(eventsOf(georeport.translate({ ...REQUEST, service_name: null }))[0]!.data.service_name).toBe(
      'Tags',
    );
  });

  it.each([
    [{ service_request_id: null, token: 'x' }, 'service_request_id is empty'],
    [{ requested_datetime: 'now' }, 'requested_datetime "now"'],
    [{ service_code: '', service_name: '' }, 'service_code and service_name are empty'],
    [{ status: 'lost' }, 'status "lost"'],
    [{ status: 'closed', updated_datetime: null }, 'updated_datetime is empty'],
  ])('with %j says what is wrong', (change, reason) => {
    expect(reasonOf(translate(change))).toContain(reason);
  });

  it('is told from a service', () => {
    expect([isRequest(REQUEST), isService(REQUEST)]).toEqual([true, false]);
    expect([isRequest({ service_code: '1' }), isService({ service_code: '1' })]).toEqual([false, true]);
  });
});

function cut(cutter: JsonItems | XmlItems, text: string, size = 5) {
  const items = [];
  for (let from = 0; from < text.length; from += size)
    items.push(...cutter.push(text.slice(from, from + size)));
  return [...items, ...cutter.end()];
}
const json = (text: string) => cut(new JsonItems(), text);
const xml = (text: string) => cut(new XmlItems(), text);

describe('items of a JSON file', () => {
  it.each([
    '[{"a":1},{"a":2}]',
    '{"service_requests":[{"a":1},{"a":2}]}',
    '{"requests" : [ {"a":1} , {"a":2} ] , "more":[{"a":3}]}',
    '{"service_requests":{"request":[{"a":1},{"a":2}]}}',
  ])('are those of its list: %s', (text) => {
    expect(json(text).map((item) => JSON.parse(item.text))).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('may hold brackets, quotes and lists of their own, and know their lines', () => {
    const items = json('[\n{"a":"]}\\"","b":[{"c":1}]},\n{"a":2}\n]');
    expect(items.map(({ line, text }) => [line, JSON.parse(text)])).toEqual([
      [2, { a: ']}"', b: [{ c: 1 }] }],
      [3, { a: 2 }],
    ]);
  });

  it('are one when the file is one', () => {
    expect(json('{"service_request_id":"1"}')).toEqual([
      { line: 1, text: '{"service_request_id":"1"}', fault: null },
    ]);
    expect(json('[]')).toEqual([]);
  });

  it('are torn when the file is', () => {
    expect(json('[{"a":1},{"a":').map(({ fault }) => fault)).toEqual([
      null,
      'the file ends in the middle of it',
    ]);
    expect(json('[{"a":1},').at(-1)!.fault).toContain('some may be missing');
  });

  it('are no memory: one of many megabytes is passed over, and one that is nested for ever is refused', () => {
    const items = cut(new JsonItems(), `[{"a":"${'x'.repeat(3_000_000)}"},{"a":2}]`, 65_536);
    expect(items.map(({ fault, text }) => [fault === null, text.length < 2_000])).toEqual([
      [false, true],
      [true, true],
    ]);
    expect(() => json('['.repeat(10_000))).toThrow('nested more than 200 deep');
  });
});

describe('items of an XML file', () => {
  it('are those of its list, as objects of texts', () => {
    const items = xml(
      `<?xml version="1.0"?><!-- <request> --><m:service_requests xmlns:m="u">
<request><a>1 &amp; 2 &#233;&#x41;</a><b/><c x:nil="true"/></request>
<m:request n=">"><a><![CDATA[<x> &amp;]]></a></m:request></m:service_requests>`,
    );
    expect(items.map(({ line, text }) => [line, parseXmlItem(text)])).toEqual([
      [2, { a: '1 & 2 éA', b: '', c: '' }],
      [3, { a: '<x> &amp;' }],
    ]);
  });

  it.each([
    ['<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r><request><x>&b;</x></request></r>'],
    ['<r><request/></r><!DOCTYPE r SYSTEM "file:///etc/passwd">'],
    ['<r><!ENTITY x "y"><request/></r>'],
  ])('are not read where entities are declared: %s', (text) => {
    expect(() => xml(text)).toThrow('declares entities');
  });

  it('that name an entity or a character that is none, or are not well-formed, are refused', () => {
    expect(() => parseXmlItem('<request><a>&b;</a></request>')).toThrow('names the entity &b;');
    expect(() => parseXmlItem('<request><a>&#0;</a></request>')).toThrow('names the character &#0;');
    expect(() => parseXmlItem('<request><a>1</b></request>')).toThrow('is not well-formed XML');
  });

  it('are torn when the file is, and no memory when they are many megabytes', () => {
    expect(xml('<r><request><a>1</a></request><request><a>').map(({ fault }) => fault)).toEqual([
      null,
      'the file ends in the middle of it',
    ]);
    expect(xml('<r><request/>').at(-1)!.fault).toContain('some may be missing');
    const long = `<r><request><a>${'x'.repeat(3_000_000)}</a></request><request><a>2</a></request></r>`;
    expect(cut(new XmlItems(), long, 65_536).map(({ fault }) => fault === null)).toEqual([false, true]);
    expect(() => cut(new XmlItems(), `<r ${'x'.repeat(3_000_000)}`, 65_536)).toThrow('longer than 1 MiB');
  });
});

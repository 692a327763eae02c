import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { asyncApiPage } from '../../server/contract/asyncapi.ts';
import { EVENT_TYPE_NAMES, TYPE_PREFIX } from '../../server/contract/event-types.ts';
import { eventSchema, eventsSchemaPage } from '../../server/contract/json-schema.ts';
import { openApiPage } from '../../server/contract/openapi.ts';
import { PAGE_SCRIPT_BYTES_MAX, pageScript } from '../../server/ingest/page-script.ts';

/** References of a page that lead nowhere. */
function lostReferences(page: object): string[] {
  const references = new Set<string>();
  JSON.stringify(page, (name, value: unknown) => {
    if (name === '$ref' && typeof value === 'string') references.add(value);
    return value;
  });
  return [...references].filter((reference) => {
    let place: unknown = page;
    for (const part of reference.slice(2).split('/'))
      place = (place as Record<string, unknown> | undefined)?.[part];
    return place === undefined;
  });
}

describe('the pages that describe the server', () => {
  it.each([
    ['the schema of events', eventsSchemaPage()],
    ['openapi', openApiPage('1.0.0')],
    ['asyncapi', asyncApiPage('1.0.0')],
  ])('%s has no reference that leads nowhere', (_, page) => {
    expect(lostReferences(page)).toEqual([]);
  });

  it('the schema of events has every type, and takes what the server takes', () => {
    const page = eventsSchemaPage() as { $defs: Record<string, unknown>; oneOf: unknown[] };
    expect(Object.keys(page.$defs)).toEqual(EVENT_TYPE_NAMES);
    expect(page.oneOf).toHaveLength(EVENT_TYPE_NAMES.length);
    const check = Compile(eventSchema('call.transferred'));
    const event = {
      specversion: '1.0',
      id: '1',
      source: '/acd',
      type: `${TYPE_PREFIX}call.transferred`,
      subject: 'c',
      time: '2026-11-23T10:00:00Z',
    };
    expect(check.Check({ ...event, data: { from_queue: 'a', to_external: '911' } })).toBe(true);
    expect(check.Check({ ...event, data: { from_queue: 'a' } })).toBe(false);
    expect(check.Check(event)).toBe(false);
  });

  it('every path of openapi answers something, and those with a body say which', () => {
    const { paths } = openApiPage('1.0.0') as {
      paths: Record<string, Record<string, { responses: object; requestBody?: object; summary: string }>>;
    };
    /** A question without words. */
    const bodiless = new Set(['/api/v1/walls/pairings', '/api/v1/reports/{month}/seal']);
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
        expect(operation.summary).not.toBe('');
        const sends = ['post', 'put', 'patch'].includes(method) && !bodiless.has(path);
        expect(operation.requestBody !== undefined).toBe(sends);
      }
    }
  });
});

describe('the script for the pages of a city', () => {
  it('is at most 2,048 bytes as served, and parses', () => {
    expect(Buffer.byteLength(pageScript())).toBeLessThanOrEqual(PAGE_SCRIPT_BYTES_MAX);
    expect(() => new Function(pageScript())).not.toThrow();
  });

  it('keeps nothing in the browser and reads nothing that is typed', () => {
    expect(pageScript()).not.toMatch(
      /cookie|localStorage|sessionStorage|indexedDB|\.value\b|location\.search|\.href\b.*tell/,
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EVENT_TYPE_NAMES,
  type EventRecord,
  type EventType,
  eventTypeSpec,
  FIELDS,
  TYPE_PREFIX,
} from '../../server/contract/event-types.ts';
import { eventId } from '../../server/ingest/identity.ts';
import { checkEvent, Refusal } from '../../server/ingest/validate.ts';

const NOW_US = Date.parse('2026-11-23T15:00:00Z') * 1000;
const queued = {
  specversion: '1.0',
  id: '1',
  source: '/acd',
  type: `${TYPE_PREFIX}call.queued`,
  subject: 'call-1',
  time: '2026-11-23T09:59:00.5-05:00',
  data: { queue: 'VM', position: 2 } as Record<string, unknown>,
};
const check = (change: Record<string, unknown>): EventRecord | Refusal =>
  checkEvent({ ...queued, ...change }, NOW_US, false);
function accepted(change: Record<string, unknown>): EventRecord {
  const result = check(change);
  if (result instanceof Refusal) throw new Error(`refused: ${result.message}`);
  return result;
}
function refused(change: Record<string, unknown>): Refusal {
  const result = check(change);
  if (!(result instanceof Refusal)) throw new Error('accepted');
  return result;
}

/** A value that fits a field. */
function sample(name: keyof typeof FIELDS, type: EventType): unknown {
  const schema = (eventTypeSpec(type).narrow?.[name] ?? FIELDS[name]) as {
    enum?: string[];
    type?: string;
    format?: string;
  };
  if (schema.enum) return schema.enum[0];
  if (schema.format) return '2026-11-24T10:00:00Z';
  if (name === 'policy') return 'travaux@2';
  return { string: 'xx', number: 1.5, integer: 1, array: ['VM'] }[schema.type ?? ''];
}

describe('an event', () => {
  it('is kept with its time to the microsecond and its identity', () => {
    expect(accepted({ sequence: 7 })).toEqual({
      event_id: eventId('/acd', '1', ''),
      time_us: Date.parse('2026-11-23T14:59:00.5Z') * 1000,
      type: 'call.queued',
      source: '/acd',
      subject: 'call-1',
      sequence: '7',
      data: { queue: 'VM', position: 2 },
      extra: null,
    });
  });

  it.each(EVENT_TYPE_NAMES)(
    '%s goes in with all its fields, and not without one that is required',
    (type) => {
      const { required, optional } = eventTypeSpec(type);
      const data = Object.fromEntries([...required, ...optional].map((name) => [name, sample(name, type)]));
      expect(accepted({ type: TYPE_PREFIX + type, data }).data).toEqual(data);
      for (const name of required) {
        const { code, message } = refused({ type: TYPE_PREFIX + type, data: { ...data, [name]: undefined } });
        expect(code).toBe('field_missing');
        expect(message).toContain(`data.${name} is missing`);
      }
      for (const name of [...required, ...optional]) {
        const { code, message } = refused({
          type: TYPE_PREFIX + type,
          data: { ...data, [name]: { odd: 1 } },
        });
        expect(code).toBe('field_invalid');
        expect(message).toContain(`data.${name} is an object`);
      }
    },
  );

  it('keeps fields and extensions that its type does not name', () => {
    const data = { queue: 'VM', agent: 'A1', vendor: { trunk: [1, 'é'] } };
    const { extra } = accepted({ data, traceparent: '00-ab', dataschema: 'https://x' });
    expect({ ...extra }).toEqual({
      agent: 'A1',
      vendor: { trunk: [1, 'é'] },
      ce_traceparent: '00-ab',
      ce_dataschema: 'https://x',
    });
  });

  it('treats a field that is null as one that is not there', () => {
    expect(accepted({ data: { queue: 'VM', position: null } }).data).toEqual({ queue: 'VM' });
    expect(refused({ data: { queue: null } }).message).toContain('data.queue is missing');
  });

  it('takes its data as Base64 too, as the CloudEvents JSON format allows', () => {
    const data_base64 = Buffer.from('{"queue":"VM"}').toString('base64');
    expect(accepted({ data: undefined, data_base64 }).data).toEqual({ queue: 'VM' });
    expect(refused({ data: undefined, data_base64: 'e30x' }).code).toBe('data_not_an_object');
  });

  it('cannot change anything by a name such as __proto__', () => {
    const data: unknown = JSON.parse(
      '{"queue":"VM","__proto__":{"polluted":1},"constructor":{"prototype":2}}',
    );
    const { extra } = checkEvent({ ...queued, data }, NOW_US, false) as EventRecord;
    expect(JSON.stringify(extra)).toBe('{"__proto__":{"polluted":1},"constructor":{"prototype":2}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('of the web keeps nothing of its path from the question mark on', () => {
    const { data } = accepted({
      type: `${TYPE_PREFIX}web.page_viewed`,
      data: { path: '/recherche?q=typed#here' },
    });
    expect(data.path).toBe('/recherche');
  });
});

describe('an event is refused, with a reason a person can act on', () => {
  it.each<[Record<string, unknown>, string, string]>([
    [{ specversion: '0.3' }, 'specversion_unsupported', '"1.0"'],
    [{ id: undefined }, 'attribute_missing', 'id is missing'],
    [{ id: 12 }, 'attribute_invalid', 'a text of 1 to 256'],
    [{ source: '' }, 'attribute_missing', 'source is missing'],
    [{ subject: 'x'.repeat(257) }, 'attribute_invalid', 'the call it is about'],
    [{ type: `${TYPE_PREFIX}call.answred` }, 'type_unknown', `did you mean ${TYPE_PREFIX}call.answered`],
    [{ type: 'call.queued' }, 'type_unknown', `did you mean ${TYPE_PREFIX}call.queued`],
    [{ type: 'com.example.other' }, 'type_unknown', '/api/v1/events/schema'],
    [{ type: undefined }, 'attribute_missing', 'type is missing'],
    [{ time: undefined }, 'attribute_missing', 'time is missing'],
    [{ time: '2026-02-30T00:00:00Z' }, 'time_invalid', 'does not exist'],
    [{ time: '2026-11-23T10:00:00' }, 'time_invalid', 'no offset'],
    [{ time: '2026-11-23T15:05:01Z' }, 'time_in_future', '5 minutes ahead'],
    [{ time: '1969-12-31T23:59:59Z' }, 'time_too_old', 'before 1970'],
    [{ sequence: 'x'.repeat(65) }, 'attribute_invalid', 'sequence'],
    [{ datacontenttype: 'text/xml' }, 'datacontenttype_unsupported', 'application/json'],
    [{ data: 'text' }, 'data_not_an_object', 'JSON object'],
    [{ data: [1] }, 'data_not_an_object', 'JSON object'],
    [{ data: undefined }, 'field_missing', 'data.queue is missing: queue the contact is in'],
    [{ data: { queue: 4 } }, 'field_invalid', 'data.queue is 4; it should be: queue the contact is in'],
    [{ data: { queue: 'VM', position: 1e300 } }, 'field_invalid', 'data.position'],
    [{ data: { queue: 'VM', line: '911' } }, 'field_invalid', 'one of 311, corporate, linked_city'],
    [{ data: { queue: 'V\0M' } }, 'nul_character', '"data.queue" holds a NUL'],
    [{ subject: 'a\ud800' }, 'lone_surrogate', '"subject" holds half'],
    [{ data: { queue: 'VM', note: ['a\ud800'] } }, 'lone_surrogate', '"note.0" holds half'],
    [{ data: { queue: 'VM', account: 2 ** 60 } }, 'number_inexact', 'send it as a text'],
    [{ data: { queue: 'VM', rate: Number.POSITIVE_INFINITY } }, 'number_inexact', 'send it as a text'],
    [{ data: { queue: 'VM', blob: 'x'.repeat(70_000) } }, 'extra_too_large', '64 KiB'],
  ])('%j', (change, code, words) => {
    const refusal = refused(change);
    expect(refusal.code).toBe(code);
    expect(refusal.message).toContain(words);
  });

  it('when it is nested deeper than a database can take', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(refused({ data: { queue: 'VM', deep } }).code).toBe('too_deep');
  });

  it('and the reason repeats no text that a citizen may have written', () => {
    const type = `${TYPE_PREFIX}request.created`;
    const { message } = refused({
      type,
      data: { service: 's', nature: 'mon numéro est le 514', channel: 'phone' },
    });
    expect(message).not.toContain('514');
  });

  it('a moment promised that does not exist is refused as well', () => {
    const data = { service: 's', nature: 'request', channel: 'phone', due_at: '2026-02-30T00:00:00Z' };
    expect(refused({ type: `${TYPE_PREFIX}request.created`, data }).message).toContain('data.due_at');
  });

  it('exactly 5 minutes ahead still goes in', () => {
    expect(accepted({ time: '2026-11-23T15:05:00Z' }).time_us).toBe(NOW_US + 300_000_000);
  });
});

describe('a request', () => {
  const request = (type: string, data: Record<string, unknown>) => ({
    type: `${TYPE_PREFIX}request.${type}`,
    subject: 'R-1',
    data,
  });
  it('is not due before it is promised', () => {
    const created = { service: 'pothole', nature: 'request', channel: 'phone' };
    const before = refused(request('created', { ...created, due_at: '2026-11-23T09:00:00-05:00' }));
    expect([before.code, before.message]).toEqual(['field_invalid', expect.stringContaining('data.due_at')]);
    expect(refused(request('revised', { due_at: '2026-11-20T00:00:00Z' })).code).toBe('field_invalid');
    accepted(request('created', { ...created, due_at: '2026-11-23T14:59:00.5Z' }));
  });
  it('is not merged into itself', () => {
    expect(refused(request('merged', { into: 'R-1' })).message).toContain('the request itself');
    accepted(request('merged', { into: 'R-2' }));
  });
  it('is revised in something', () => {
    expect(refused(request('revised', { reason: 'agreed' })).code).toBe('field_missing');
    expect(refused(request('revised', { policy: 'travaux' })).code).toBe('field_invalid');
  });
});

describe('identity', () => {
  it('differs with source, id and what is finer than a microsecond, and with nothing else', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-'), maxLength: 3 });
    fc.assert(
      fc.property(fc.tuple(text, text, text), fc.tuple(text, text, text), (a, b) => {
        expect(eventId(...a) === eventId(...b)).toBe(a.join('\0') === b.join('\0'));
      }),
    );
    expect(accepted({}).event_id).toBe(accepted({ data: { queue: 'other' }, subject: 'x' }).event_id);
    expect(accepted({ time: '2026-11-23T14:00:00.0000001Z' }).event_id).not.toBe(accepted({}).event_id);
  });

  it('no JSON makes the check throw, and what it accepts can be kept', () => {
    const json = fc.jsonValue();
    fc.assert(
      fc.property(fc.record({ ...queuedArbitraries(json) }, { requiredKeys: [] }), (change) => {
        const result = checkEvent({ ...queued, ...change }, NOW_US, false);
        if (!(result instanceof Refusal)) expect(JSON.stringify(result)).not.toContain('\\u0000');
      }),
      { numRuns: 500 },
    );
  });
});

function queuedArbitraries(json: fc.Arbitrary<unknown>): Record<string, fc.Arbitrary<unknown>> {
  return {
    id: json,
    source: json,
    subject: json,
    sequence: json,
    data: json,
    ext: json,
    datacontenttype: json,
  };
}

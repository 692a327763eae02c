import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CloudEvent, QueueLogReader, type Reading } from '../../server/ingest/telephone/events.ts';
import { parseLine } from '../../server/ingest/telephone/queue-log.ts';

const REAL_LOG = new URL('../../../shared/data/asterisk-queue_log.txt', import.meta.url);

const readAll = (lines: readonly string[], reader = new QueueLogReader()): Reading[] =>
  lines.map((line) => reader.read(line));
const eventsOf = (readings: readonly Reading[]): CloudEvent[] =>
  readings.flatMap((reading) => (reading.kind === 'events' ? reading.events : []));
const eventsFrom = (...lines: string[]) => eventsOf(readAll(lines));
const one = (line: string): CloudEvent => {
  const events = eventsFrom(line);
  expect(events).toHaveLength(1);
  return events[0]!;
};
const reasonOf = (line: string) => {
  const parsed = parseLine(line);
  return parsed.kind === 'rejected' ? parsed.reason : parsed.kind;
};

describe('a line of the queue_log', () => {
  it('gives one event of the contract, at its exact second', () => {
    expect(one('1266833911|1266833905.2|9000|NONE|ENTERQUEUE||5550100|3')).toMatchObject({
      specversion: '1.0',
      source: 'urn:vigie:queue-log',
      type: 'org.vigie311.call.queued',
      subject: '1266833905.2',
      time: '2010-02-22T10:18:31Z',
      data: { queue: '9000', position: 3 },
    });
  });

  it.each([
    ['ENTERQUEUE||5145550100', 'call.queued', { queue: 'Q' }],
    ['ENTERQUEUE||5145550100|1|Ann', 'call.queued', { queue: 'Q', position: 1 }],
    ['CONNECT|36', 'call.answered', { queue: 'Q', agent: 'SIP/7', wait_s: 36 }],
    ['CONNECT|36|1266834033.87', 'call.answered', { queue: 'Q', agent: 'SIP/7', wait_s: 36 }],
    ['CONNECT|36|1266834033.87|4', 'call.answered', { queue: 'Q', agent: 'SIP/7', wait_s: 36, ring_s: 4 }],
    [
      'COMPLETECALLER|2|40|1',
      'call.completed',
      { queue: 'Q', agent: 'SIP/7', talk_s: 40, wait_s: 2, original_position: 1, ended_by: 'caller' },
    ],
    [
      'COMPLETEAGENT|2|40',
      'call.completed',
      { queue: 'Q', agent: 'SIP/7', talk_s: 40, wait_s: 2, ended_by: 'agent' },
    ],
    ['ABANDON|2|3|13', 'call.abandoned', { queue: 'Q', position: 2, original_position: 3, wait_s: 13 }],
    ['EXITWITHTIMEOUT|2', 'call.timed_out', { queue: 'Q', position: 2 }],
    [
      'EXITWITHTIMEOUT|1|2|60',
      'call.timed_out',
      { queue: 'Q', position: 1, original_position: 2, wait_s: 60 },
    ],
    [
      'EXITEMPTY|1|2|60',
      'call.timed_out',
      { queue: 'Q', position: 1, original_position: 2, wait_s: 60, reason: 'empty' },
    ],
    [
      'EXITWITHKEY|9|1|2|60',
      'call.transferred',
      { from_queue: 'Q', to_external: 'key:9', position: 1, original_position: 2, wait_s: 60 },
    ],
    [
      'WITHDRAW|1|2|60|moved by 5145550100',
      'call.transferred',
      { from_queue: 'Q', to_external: 'withdrawn', position: 1, original_position: 2, wait_s: 60 },
    ],
    [
      'BLINDTRANSFER|911|from-internal|3|20|1',
      'call.transferred',
      {
        from_queue: 'Q',
        to_external: '911',
        agent: 'SIP/7',
        talk_s: 20,
        wait_s: 3,
        original_position: 1,
        method: 'blind',
        context: 'from-internal',
      },
    ],
    [
      'TRANSFER|911|from-internal',
      'call.transferred',
      { from_queue: 'Q', to_external: '911', agent: 'SIP/7', method: 'blind', context: 'from-internal' },
    ],
    [
      'ATTENDEDTRANSFER|BRIDGE|8c2b-11|3|20|1',
      'call.transferred',
      {
        from_queue: 'Q',
        to_external: 'attended',
        agent: 'SIP/7',
        talk_s: 20,
        wait_s: 3,
        original_position: 1,
        method: 'bridge',
      },
    ],
  ])('in the form %s is a %s', (form, type, data) => {
    const event = one(`1700000000|1.2|Q|SIP/7|${form}`);
    expect(event.type).toBe(`org.vigie311.${type}`);
    expect(event.data).toEqual(data);
  });

  it('is a request to be called back when the key was declared as one', () => {
    const reader = new QueueLogReader({ callback_keys: ['1'] });
    const [event] = eventsOf([reader.read('1700000000|1.2|Q|NONE|EXITWITHKEY|1|2|2|30')]);
    expect(event!.type).toBe('org.vigie311.call.callback_requested');
  });

  it('keeps fractions of a second where the log has them', () => {
    expect(one('1700000000.123456|1.2|Q|NONE|ABANDON|1|1|5').time).toBe('2023-11-14T22:13:20.123456Z');
  });

  it.each([
    'RINGNOANSWER|2000',
    'RINGCANCELED|900',
    'CONFIGRELOAD|',
    'QUEUESTART|',
    'PENALTY|3',
    'RINGINUSE|1',
  ])('that says %s is known and has no counterpart', (form) => {
    expect(parseLine(`1700000000|NONE|NONE|NONE|${form}`)).toEqual({
      kind: 'without_counterpart',
      event: form.split('|')[0],
    });
  });

  it.each([
    ['', 'blank'],
    ['   ', 'blank'],
    ['33911|1266833905.2|9000|NONE|ENTERQUEUE|', 'the time 33911 is not one'],
    ['12668339111266833912|1.2|9000|NONE|ENTERQUEUE|', 'not a line of a queue_log'],
    ['1266833911|1266833905.2|9000', 'not a line of a queue_log'],
    ['1266833911|1266833905.2|9000|NONE|ENTERQ', 'ENTERQ is not an event'],
    ['1266833911|1.2|9000|SIP/7|COMPLETEAGENT|36', 'COMPLETEAGENT without talk time'],
    ['1266833911|1.2|9000|SIP/7|CONNECT|', 'CONNECT without wait time'],
    ['1266833911|1.2|9000|SIP/7|BLINDTRANSFER|', 'BLINDTRANSFER without extension'],
    ['1266833911|NONE|9000|NONE|ABANDON|1|1|1', 'ABANDON names no call'],
    ['1266833911|1.2|NONE|NONE|ABANDON|1|1|1', 'ABANDON names no queue'],
    ['1266833911|1.2|9000|NONE|CONNECT|1', 'CONNECT names no agent'],
    [`1266833911|${'1'.repeat(129)}|9000|NONE|ABANDON|1|1|1`, 'the call is longer than 128'],
    ['<html><body>Not found</body></html>', 'not a line of a queue_log'],
  ])('that is torn or foreign (%s) is refused with its reason', (line, reason) => {
    expect(reasonOf(line)).toContain(reason);
  });

  it('is read through line ends of Windows, a byte order mark and the hole that truncating leaves', () => {
    expect(one('\uFEFF1700000000|1.2|Q|NONE|ENTERQUEUE||x|2\r').data).toEqual({ queue: 'Q', position: 2 });
    expect(one('\0\0\0\x001700000000|1.2|Q|NONE|ENTERQUEUE||x|2').data).toEqual({ queue: 'Q', position: 2 });
  });
});

describe('identity', () => {
  const line = '1700000000|1.2|Q|NONE|ENTERQUEUE||5145550100|1';

  it('does not depend on the number of the caller, which a hash would give away', () => {
    expect(one(line).id).toBe(one('1700000000|1.2|Q|NONE|ENTERQUEUE||anonymous|1').id);
  });
  it('tells identical lines of one second apart, and is the same when they are read again', () => {
    const ids = eventsFrom(line, line).map((event) => event.id);
    expect(new Set(ids).size).toBe(2);
    expect(eventsFrom(line, line).map((event) => event.id)).toEqual(ids);
  });
  it('keeps the order of the log for what one call does within a second', () => {
    const events = eventsFrom(
      '1700000000|1.2|Q|NONE|ENTERQUEUE||x|1',
      '1700000000|9.9|Q|NONE|ENTERQUEUE||x|2',
      '1700000000|1.2|Q|SIP/7|CONNECT|0|1.3|0',
      '1700000000|1.2|Q|SIP/7|COMPLETEAGENT|0|0|1',
    );
    const of_call = events.filter((event) => event.subject === '1.2');
    expect(of_call.map((event) => event.sequence)).toEqual(['0000', '0001', '0002']);
    expect(of_call.map((event) => event.type.split('.').at(-1))).toEqual(['queued', 'answered', 'completed']);
  });
  it('is the same when a second reader goes on from the snapshot of the first', () => {
    const lines = [
      line,
      line,
      '1700000000|1.2|Q|SIP/7|ADDMEMBER|',
      '1700000000|1.2|Q|SIP/7|CONNECT|3',
      line,
      '1700000001|1.2|Q|SIP/7|COMPLETEAGENT|3|1|1',
    ];
    const whole = eventsFrom(...lines);
    for (let cut = 0; cut <= lines.length; cut++) {
      const first = new QueueLogReader();
      const before = eventsOf(readAll(lines.slice(0, cut), first));
      const second = new QueueLogReader({}, JSON.parse(JSON.stringify(first.snapshot())));
      expect([...before, ...eventsOf(readAll(lines.slice(cut), second))]).toEqual(whole);
    }
  });
});

describe('privacy', () => {
  it('lets no telephone number out, wherever the log has one', () => {
    const events = eventsFrom(
      '1700000000|1.2|Q|NONE|ENTERQUEUE|http://crm/?n=5145550100|"Ann" <5145550101>|1|Ann 514-555-0102',
      '1700000001|1.2|Q|Local/15145550103@from-internal/n|CONNECT|1|1.3|1',
      '1700000002|1.2|Q|Local/15145550103@from-internal/n|BLINDTRANSFER|5145550104|x|1|1|1',
      '1700000003|1.2|Q|Jeanne Tremblay|PAUSE|call 514-555-0105',
    );
    const text = JSON.stringify(events);
    expect(text).not.toMatch(/5145550|514-555|Ann|Tremblay/);
    expect(events[1]!.data.agent).toMatch(/^Local\/number-[\w-]{12}@from-internal\/n$/);
    expect(events[3]!.subject).toMatch(/^member-[\w-]{12}$/);
  });
  it('gives an agent the same pseudonym every time', () => {
    const line = '1700000001|1.2|Q|SIP/5145550103|CONNECT|1';
    expect(one(line).data.agent).toBe(one(line).data.agent);
  });
  it('leaves interfaces and extensions as they are', () => {
    const [event] = eventsFrom('1700000001|1.2|Q|Local/2004@from-internal/n|BLINDTRANSFER|911|x|1|1|1');
    expect(event!.data).toMatchObject({ agent: 'Local/2004@from-internal/n', to_external: '911' });
  });
});

describe('agents', () => {
  const states = (...lines: string[]) =>
    eventsFrom(...lines)
      .filter((event) => event.type.endsWith('agent.state'))
      .map(({ data }) => [data.state, ...(data.queues as string[])].join(' '));

  it('are available in the queues they were added to, and offline when removed from the last', () => {
    expect(
      states(
        '1700000000|MANAGER|A|SIP/7|ADDMEMBER|',
        '1700000001|MANAGER|B|SIP/7|ADDMEMBER|PAUSED',
        '1700000002|NONE|B|SIP/7|UNPAUSE|',
        '1700000003|NONE|A|SIP/7|PAUSE|lunch',
        '1700000004|NONE|NONE|SIP/7|PAUSEALL|lunch',
        '1700000005|NONE|NONE|SIP/7|UNPAUSEALL|',
        '1700000006|REALTIME|A|SIP/7|REMOVEMEMBER|',
        '1700000007|CLI|B|SIP/7|REMOVEMEMBER|',
      ),
    ).toEqual([
      'available A',
      'available A',
      'available A B',
      'available B',
      'paused A B',
      'available A B',
      'available B',
      'offline B',
    ]);
  });
  it('whom the log never added are not claimed to be there', () => {
    expect(states('1700000001|1.1|A|SIP/7|CONNECT|1', '1700000009|1.1|A|SIP/7|COMPLETECALLER|1|8|1')).toEqual(
      [],
    );
  });
});

describe('any log', () => {
  const TYPES: Record<string, string> = {
    'ENTERQUEUE||5145550100|1': 'call.queued',
    'CONNECT|5|1.2|1': 'call.answered',
    'COMPLETEAGENT|5|60|1': 'call.completed',
    'ABANDON|1|1|5': 'call.abandoned',
    'EXITWITHTIMEOUT|1|1|5': 'call.timed_out',
    'RINGNOANSWER|1000': 'without_counterpart',
    ENTERQ: 'rejected',
  };
  const anyLine = fc.record({
    second: fc.integer({ min: 1_700_000_000, max: 1_700_000_005 }),
    call: fc.integer({ min: 1, max: 5 }),
    form: fc.constantFrom(...Object.keys(TYPES)),
  });

  it('gives as many events of each type as it has lines of it, each with an identity of its own', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 60 }), (lines) => {
        const sorted = lines.toSorted((a, b) => a.second - b.second);
        const readings = readAll(sorted.map(({ second, call, form }) => `${second}|${call}|Q|SIP/7|${form}`));
        const found = readings.map((reading) =>
          reading.kind === 'events' ? reading.events[0]!.type.replace('org.vigie311.', '') : reading.kind,
        );
        expect(found).toEqual(sorted.map(({ form }) => TYPES[form]));
        const ids = eventsOf(readings).map(({ id, time }) => `${id} ${time}`);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });
  it('never makes the parser throw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('|', '1700000000|1|Q|A|', 'CONNECT'))),
        (parts) => {
          new QueueLogReader().read(parts.join(''));
        },
      ),
    );
  });
});

describe.runIf(existsSync(REAL_LOG))('the real log of February 2010', () => {
  const lines = existsSync(REAL_LOG) ? readFileSync(REAL_LOG, 'utf8').split('\n') : [];

  it('gives what it says, line by line', () => {
    const readings = readAll(lines);
    readings.forEach((reading, index) => {
      const event = lines[index]!.split('|')[4];
      if (reading.kind === 'blank') expect(lines[index]).toBe('');
      else if (reading.kind === 'rejected') expect.fail(`line ${index + 1}: ${reading.reason}`);
      else expect(reading.event).toBe(event);
    });
    const counts: Record<string, number> = {};
    for (const { type } of eventsOf(readings)) counts[type] = (counts[type] ?? 0) + 1;
    expect(counts).toEqual({
      'org.vigie311.call.queued': 21,
      'org.vigie311.call.answered': 8,
      'org.vigie311.call.abandoned': 12,
      'org.vigie311.call.completed': 7,
    });
    expect(readings.filter(({ kind }) => kind === 'without_counterpart')).toHaveLength(221 + 7 + 2);
  });
  it('gives the same identities when it is read again', () => {
    const identities = eventsOf(readAll(lines)).map(({ id, time }) => `${id} ${time}`);
    expect(new Set(identities).size).toBe(48);
    expect(eventsOf(readAll(lines)).map(({ id, time }) => `${id} ${time}`)).toEqual(identities);
  });
});

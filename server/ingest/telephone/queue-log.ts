/**
 * One line of Asterisk's `queue_log`, `epoch|callid|queue|agent|EVENT|data…`, as its own source writes it, in old forms
 * and new. Pure. The number and the name of the caller, which only ENTERQUEUE carries, are never read out of a line.
 */

/** A line that tells something, its parts still as the log writes them. */
export interface QueueLogEntry {
  /** Seconds since 1970, exact. */
  readonly epoch_s: number;
  /** Digits after the second's point as the log has them; empty as a rule. */
  readonly fraction: string;
  readonly call: string;
  readonly queue: string;
  readonly agent: string;
  readonly event: QueueLogEvent;
  /** The data by name; a field that is missing, empty or not of its kind is undefined. */
  readonly data: QueueLogData;
}
export interface QueueLogData {
  readonly position?: number;
  readonly original_position?: number;
  /** What Asterisk calls hold: the time waited in the queue. */
  readonly wait_s?: number;
  readonly ring_s?: number;
  readonly talk_s?: number;
  readonly key?: string;
  readonly extension?: string;
  readonly context?: string;
  readonly method?: string;
  readonly reason?: string;
  readonly paused?: boolean;
}
export type ParsedLine =
  | { readonly kind: 'entry'; readonly entry: QueueLogEntry }
  /** Known, but nothing the city counts: a telephone that rang in vain, a configuration that was read. */
  | { readonly kind: 'without_counterpart'; readonly event: string }
  | { readonly kind: 'blank' }
  | { readonly kind: 'rejected'; readonly reason: string };

/** What a data field is, in the order in which a line has them. `_` is not read: it may hold what must not leave. */
type Field = keyof QueueLogData | '_';
interface Form {
  readonly fields: readonly Field[];
  /** Without these the line is torn: no version of Asterisk leaves them out. */
  readonly required?: readonly Field[];
  readonly about: 'call' | 'agent';
  /** The line must name an agent. */
  readonly agent?: true;
}

const leaving: Form = { fields: ['position', 'original_position', 'wait_s'], about: 'call' };
const completed: Form = {
  fields: ['wait_s', 'talk_s', 'original_position'],
  required: ['wait_s', 'talk_s'],
  about: 'call',
  agent: true,
};
const blind: Form = {
  fields: ['extension', 'context', 'wait_s', 'talk_s', 'original_position'],
  required: ['extension'],
  about: 'call',
  agent: true,
};
const membership: Form = { fields: ['reason'], about: 'agent', agent: true };

const FORMS = {
  ENTERQUEUE: { fields: ['_', '_', 'position'], about: 'call' },
  CONNECT: { fields: ['wait_s', '_', 'ring_s'], required: ['wait_s'], about: 'call', agent: true },
  COMPLETEAGENT: completed,
  COMPLETECALLER: completed,
  ABANDON: leaving,
  EXITWITHTIMEOUT: leaving,
  EXITEMPTY: leaving,
  EXITWITHKEY: {
    fields: ['key', 'position', 'original_position', 'wait_s'],
    required: ['key'],
    about: 'call',
  },
  BLINDTRANSFER: blind,
  /** What BLINDTRANSFER was called before Asterisk 12. */
  TRANSFER: blind,
  ATTENDEDTRANSFER: {
    fields: ['method', '_', 'wait_s', 'talk_s', 'original_position'],
    required: ['method'],
    about: 'call',
    agent: true,
  },
  WITHDRAW: { fields: ['position', 'original_position', 'wait_s', '_'], about: 'call' },
  ADDMEMBER: { fields: ['paused'], about: 'agent', agent: true },
  REMOVEMEMBER: membership,
  PAUSE: membership,
  UNPAUSE: membership,
  PAUSEALL: membership,
  UNPAUSEALL: membership,
} as const satisfies Record<string, Form>;
export type QueueLogEvent = keyof typeof FORMS;

/** Events of Asterisk that say nothing of a caller's way or of an agent's state. */
const WITHOUT_COUNTERPART = new Set([
  'RINGNOANSWER',
  'RINGCANCELED',
  'CONFIGRELOAD',
  'QUEUESTART',
  'PENALTY',
  'RINGINUSE',
  'OUTCALL',
  'AGENTDUMP',
  'AGENTLOGIN',
  'AGENTLOGOFF',
  'AGENTCALLBACKLOGIN',
  'AGENTCALLBACKLOGOFF',
  'SYSCOMPAT',
  'DID',
  'INFO',
]);

/** What the columns hold where a line is about no call, no queue or no agent. */
const NOBODY = new Set(['', 'NONE', 'MANAGER', 'REALTIME', 'CLI']);
/** Asterisk is of 1999. A line that lost its first digits has an earlier time, one that ran into another a later one. */
const EPOCH_S_MIN = Date.UTC(1999, 0, 1) / 1000;
const EPOCH_S_MAX = Date.UTC(2100, 0, 1) / 1000;
const NAME_LENGTH_MAX = 128;
const REASON_LENGTH_MAX = 200;

const isKnown = (event: string): event is QueueLogEvent => Object.hasOwn(FORMS, event);
const rejected = (reason: string): ParsedLine => ({ kind: 'rejected', reason });

/** Reads one line, without its line end. */
export function parseLine(text: string): ParsedLine {
  // A log cut by copying and truncating under a writer that kept its place begins with a hole of NULs.
  const line = text.replace(/^[\uFEFF\0]+/, '').trimEnd();
  if (line === '') return { kind: 'blank' };
  const [epoch = '', call = '', queue = '', agent = '', event = '', ...fields] = line.split('|');
  const time = /^(\d{1,12})(?:\.(\d{1,9}))?$/.exec(epoch);
  if (!time || !/^[A-Z][A-Z_]{1,40}$/.test(event)) {
    return rejected('not a line of a queue_log: expected epoch|callid|queue|agent|EVENT');
  }
  const epoch_s = Number(time[1]);
  if (epoch_s < EPOCH_S_MIN || epoch_s >= EPOCH_S_MAX) {
    return rejected(
      `the time ${epoch} is not one of a queue_log: expected seconds since 1970, between 1999 and 2100`,
    );
  }
  if (WITHOUT_COUNTERPART.has(event)) return { kind: 'without_counterpart', event };
  if (!isKnown(event)) return rejected(`${event} is not an event of Asterisk's queue_log; is the line torn?`);
  const fault = faultOf(event, { call, queue, agent });
  if (fault) return rejected(fault);
  const form: Form = FORMS[event];
  const data = readData(form.fields, fields);
  const missing = form.required?.find((name) => name !== '_' && data[name] === undefined);
  if (missing) return rejected(`${event} without ${missing.replace(/_s$/, ' time')}; is the line torn?`);
  return { kind: 'entry', entry: { epoch_s, fraction: time[2] ?? '', call, queue, agent, event, data } };
}

function faultOf(event: QueueLogEvent, names: Record<'call' | 'queue' | 'agent', string>): string | null {
  const form: Form = FORMS[event];
  for (const [column, name] of Object.entries(names)) {
    if (name.length > NAME_LENGTH_MAX) return `the ${column} is longer than ${NAME_LENGTH_MAX} characters`;
  }
  if (form.about === 'call' && NOBODY.has(names.call)) return `${event} names no call`;
  if (form.about === 'call' && NOBODY.has(names.queue)) return `${event} names no queue`;
  if (form.agent && NOBODY.has(names.agent)) return `${event} names no agent`;
  return null;
}

function readData(names: readonly Field[], fields: readonly string[]): QueueLogData {
  const data: Record<string, unknown> = {};
  names.forEach((name, index) => {
    if (name === '_') return;
    const value = readField(name, fields[index]?.trim() ?? '');
    if (value !== undefined) data[name] = value;
  });
  return data;
}

function readField(name: keyof QueueLogData, text: string): unknown {
  switch (name) {
    case 'position':
    case 'original_position':
      return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
    case 'wait_s':
    case 'ring_s':
    case 'talk_s':
      return /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : undefined;
    case 'paused':
      return text === 'PAUSED' ? true : undefined;
    default:
      return text === '' ? undefined : text.slice(0, REASON_LENGTH_MAX);
  }
}

/** Whether a queue column names a queue: lines about every queue have `NONE` there. */
export const namesQueue = (queue: string): boolean => !NOBODY.has(queue);

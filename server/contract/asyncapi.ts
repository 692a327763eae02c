/** `/api/asyncapi.json`: the socket, namespaces `/live` and `/replay`. */
import { listOf, refTo, STATE_SCHEMAS } from './api-schemas.ts';
import type { JsonSchema } from './json-schema.ts';
import { TOPICS } from './live.ts';
import { REPLAY_DAYS, REPLAY_NAMESPACE, REPLAY_SPEEDS } from './replay.ts';
import { REQUEST_SCHEMAS } from './request-schemas.ts';

const ITEMS = {
  queues: 'QueueState',
  agents: 'AgentsState',
  requests: 'RequestsState',
  breaches: 'BreachState',
  map: 'MapItem',
  feeds: 'FeedState',
  clock: 'ClockState',
} as const;

const topic: JsonSchema = { enum: [...TOPICS] };
const scope: JsonSchema = {
  type: 'string',
  description: 'city, a borough code, or a queue id',
  default: 'city',
};
const moment: JsonSchema = { type: 'string', format: 'date-time' };
const version: JsonSchema = {
  type: 'integer',
  description: 'Grows; not consecutive, and differs between servers',
};

const speed: JsonSchema = { enum: [...REPLAY_SPEEDS], description: 'Times as fast as it was' };

const stateOf = (item: string): JsonSchema => ({
  type: 'object',
  required: ['items'],
  properties: { items: { type: 'object', additionalProperties: refTo(item) } },
});

const watchAnswer: JsonSchema = {
  oneOf: [
    {
      type: 'object',
      title: 'The whole state',
      required: ['version', 'at', 'state'],
      properties: { version, at: moment, state: { anyOf: TOPICS.map((name) => stateOf(ITEMS[name])) } },
    },
    {
      type: 'object',
      title: 'Only what is missing since `have`',
      required: ['version', 'at', 'from', 'changes'],
      properties: { version, at: moment, from: version, changes: listOf(refTo('PatchOperation')) },
    },
    refTo('Error'),
  ],
};

/** @param page_version of the server. */
export function asyncApiPage(page_version: string): JsonSchema {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Vigie 311, live',
      version: page_version,
      description:
        'Socket.IO, path /socket.io, namespace /live. `watch` is answered with the state and its version; then deltas, each from one version to the next. A delta from another version than the one held: watch again. Nothing for 15 s: the data is stale.',
    },
    servers: { here: { host: 'localhost:3110', protocol: 'socketio', pathname: '/socket.io' } },
    defaultContentType: 'application/json',
    channels: {
      live: {
        address: '/live',
        description: 'Messages are Socket.IO events with the name of the message and one object.',
        messages: {
          watch: { $ref: '#/components/messages/watch' },
          watchAnswer: { $ref: '#/components/messages/watchAnswer' },
          unwatch: { $ref: '#/components/messages/unwatch' },
          delta: { $ref: '#/components/messages/delta' },
        },
      },
      replay: {
        address: REPLAY_NAMESPACE,
        description: `The live state as it was at an earlier instant, going on from there: one replay a socket, which ends with it; three at a time. What to begin with is given in the handshake as \`auth\`: \`at\` (of the last ${REPLAY_DAYS} days), \`speed\` and \`playing\`. Topics are followed as on /live; the server's time is the replay's. Tiles of its map: \`replay=<id>\` at /api/v1/map.`,
        messages: {
          watch: { $ref: '#/components/messages/watch' },
          watchAnswer: { $ref: '#/components/messages/watchAnswer' },
          unwatch: { $ref: '#/components/messages/unwatch' },
          delta: { $ref: '#/components/messages/delta' },
          control: { $ref: '#/components/messages/control' },
          replay: { $ref: '#/components/messages/replay' },
        },
      },
    },
    operations: {
      watch: {
        action: 'receive',
        channel: { $ref: '#/channels/live' },
        messages: [{ $ref: '#/channels/live/messages/watch' }],
        reply: {
          channel: { $ref: '#/channels/live' },
          messages: [{ $ref: '#/channels/live/messages/watchAnswer' }],
        },
      },
      unwatch: {
        action: 'receive',
        channel: { $ref: '#/channels/live' },
        messages: [{ $ref: '#/channels/live/messages/unwatch' }],
      },
      delta: {
        action: 'send',
        channel: { $ref: '#/channels/live' },
        messages: [{ $ref: '#/channels/live/messages/delta' }],
      },
      control: {
        action: 'receive',
        channel: { $ref: '#/channels/replay' },
        messages: [{ $ref: '#/channels/replay/messages/control' }],
        reply: {
          channel: { $ref: '#/channels/replay' },
          messages: [{ $ref: '#/channels/replay/messages/replay' }],
        },
      },
      replay: {
        action: 'send',
        channel: { $ref: '#/channels/replay' },
        messages: [{ $ref: '#/channels/replay/messages/replay' }],
      },
    },
    components: {
      messages: {
        watch: { name: 'watch', summary: 'Follow a topic in a scope', payload: refTo('Watch') },
        watchAnswer: { name: 'watch (acknowledgement)', payload: refTo('WatchAnswer') },
        unwatch: { name: 'unwatch', summary: 'Follow it no more', payload: refTo('Unwatch') },
        delta: { name: 'delta', summary: 'One step of a topic', payload: refTo('Delta') },
        control: { name: 'control', summary: 'How a replay goes on', payload: refTo('ReplayControl') },
        replay: {
          name: 'replay',
          summary: 'Where a replay is: when that changes, and every five seconds',
          payload: refTo('ReplayStatus'),
        },
      },
      schemas: {
        ...STATE_SCHEMAS,
        ...REQUEST_SCHEMAS,
        Watch: {
          type: 'object',
          required: ['topic', 'scope'],
          properties: { topic, scope, have: { ...version, description: 'The version the client holds' } },
        },
        Unwatch: { type: 'object', required: ['topic', 'scope'], properties: { topic, scope } },
        WatchAnswer: watchAnswer,
        ReplayControl: {
          type: 'object',
          properties: {
            playing: { type: 'boolean' },
            speed,
            step_s: {
              type: 'integer',
              minimum: 1,
              maximum: 3_600,
              description: 'On by so many seconds at once',
            },
          },
        },
        ReplayStatus: {
          type: 'object',
          required: ['id', 'at', 'speed', 'playing', 'ended', 'error'],
          properties: {
            id: { type: ['string', 'null'], description: 'Until it is built there is none' },
            at: moment,
            speed,
            playing: { type: 'boolean' },
            ended: { type: 'boolean', description: 'It has come to the present' },
            error: {
              type: ['object', 'null'],
              description: 'Why there is no replay; then nothing else is told',
              properties: { code: { type: 'string' }, message: { type: 'string' } },
            },
          },
        },
      },
    },
  };
}

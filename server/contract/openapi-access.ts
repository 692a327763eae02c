/** The chapter of the OpenAPI page on people, sessions, keys and the history of settings. */
import { listOf, pageOf, refTo } from './api-schemas.ts';
import { AUDIT_ACTIONS, AUDIT_SUBJECTS, WHY_LENGTH_MAX } from './audit.ts';
import type { JsonSchema } from './json-schema.ts';
import { answer, errorAnswer, idParameter, jsonBody, moment, query } from './openapi-parts.ts';
import { EMAIL_LENGTH_MAX, PASSWORD_LENGTH, PERSON_NAME_LENGTH_MAX, ROLES, type Role } from './people.ts';

const WHO = [{ key: [] }, { session: [] }];
const text = { type: 'string' } as const;
const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
/** Who is nobody, and whose role does not reach. */
export const roleErrors = (role: Role): JsonSchema => ({
  '401': errorAnswer('Nobody: neither a key nor a session'),
  '403': errorAnswer(`Below the role of ${role}, or a session used by another site`),
});
const administrator = roleErrors('administrator');
const why: JsonSchema = { type: 'string', maxLength: WHY_LENGTH_MAX, description: 'Kept in the history' };

const newKey: JsonSchema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 200 },
    types: { ...listOf({ type: 'string' }), examples: [['call.*', 'agent.state']] },
    sources: { ...listOf({ type: 'string' }), default: ['*'], description: 'Exact, or ending with *' },
    origins: {
      ...listOf({ type: 'string' }),
      description: 'Makes a public key, for web.* events of these pages',
    },
    can_read: { type: 'boolean', default: false },
  },
};
const key: JsonSchema = {
  allOf: [
    refTo('NewKey'),
    {
      type: 'object',
      required: ['id', 'created_at', 'revoked_at'],
      properties: {
        id: { type: 'string' },
        created_at: moment,
        revoked_at: { anyOf: [moment, { type: 'null' }] },
      },
    },
  ],
};
const keysPath: JsonSchema = {
  get: {
    tags: ['access'],
    summary: 'All keys, without their secrets',
    security: WHO,
    responses: { '200': answer({ description: 'The keys', schema: pageOf(refTo('Key')) }), ...administrator },
  },
  post: {
    tags: ['access'],
    summary: 'Create a key; its secret is shown this once',
    security: WHO,
    requestBody: jsonBody(refTo('NewKey')),
    responses: {
      '201': answer({
        description: 'The key',
        schema: { allOf: [refTo('Key'), { type: 'object', properties: { secret: { type: 'string' } } }] },
      }),
      '400': errorAnswer('What is wrong with it'),
      ...administrator,
    },
  },
};
const keyPath: JsonSchema = {
  delete: {
    tags: ['access'],
    summary: 'Revoke a key',
    parameters: [idParameter],
    security: WHO,
    responses: { '204': { description: 'Revoked' }, '404': errorAnswer('None in force'), ...administrator },
  },
};

const email: JsonSchema = { type: 'string', format: 'email', maxLength: EMAIL_LENGTH_MAX };
const name: JsonSchema = { type: 'string', minLength: 1, maxLength: PERSON_NAME_LENGTH_MAX };
const role: JsonSchema = { enum: [...ROLES] };
const password: JsonSchema = {
  type: 'string',
  minLength: PASSWORD_LENGTH.least,
  maxLength: PASSWORD_LENGTH.most,
};
const user: JsonSchema = {
  type: 'object',
  required: ['id', 'email', 'name', 'role', 'created_at', 'disabled_at', 'revision'],
  properties: {
    ...{ id: text, email, name, role, created_at: moment, disabled_at: nullable(moment) },
    revision: { type: 'integer', description: 'Grows with every change' },
  },
};
const usersPath: JsonSchema = {
  get: {
    tags: ['access'],
    summary: 'People who may sign in, and who might before',
    security: WHO,
    responses: {
      '200': answer({ description: 'All of them', schema: pageOf(refTo('User')) }),
      ...administrator,
    },
  },
  post: {
    tags: ['access'],
    summary: 'Add somebody; from the first person on, reading needs a session or a key',
    security: WHO,
    requestBody: jsonBody({
      type: 'object',
      required: ['email', 'name', 'role', 'password'],
      properties: { email, name, role, password, why },
    }),
    responses: {
      '201': answer({ description: 'The person', schema: refTo('User') }),
      '400': errorAnswer('What is wrong'),
      '409': errorAnswer('The address is taken'),
      ...administrator,
    },
  },
};
const userPath: JsonSchema = {
  patch: {
    tags: ['access'],
    summary: 'Change somebody; who is disabled or gets another password is signed out everywhere',
    parameters: [idParameter],
    security: WHO,
    requestBody: jsonBody({
      type: 'object',
      required: ['revision'],
      properties: {
        revision: { type: 'integer', description: 'The one that was read' },
        ...{ name, role, password, why, disabled: { type: 'boolean' } },
      },
    }),
    responses: {
      '200': answer({ description: 'The person', schema: refTo('User') }),
      '400': errorAnswer('What is wrong'),
      '404': errorAnswer('No such person'),
      '409': errorAnswer('Changed by somebody else since, or the last administrator'),
      ...administrator,
    },
  },
};
const userSessionsPath: JsonSchema = {
  delete: {
    tags: ['access'],
    summary: 'Sign somebody out everywhere',
    parameters: [idParameter],
    security: WHO,
    responses: { '204': { description: 'Done' }, '404': errorAnswer('No such person'), ...administrator },
  },
};

const session: JsonSchema = {
  type: 'object',
  required: ['may_read', 'role', 'user'],
  properties: {
    may_read: { type: 'boolean' },
    role: { enum: [...ROLES, null], description: 'null: nobody has signed in' },
    user: nullable({ type: 'object', properties: { email, name } }),
  },
};
const sessionPath: JsonSchema = {
  get: {
    tags: ['access'],
    summary: 'Who asks, and whether the asker may read',
    responses: { '200': answer({ description: 'The answer', schema: session }) },
  },
  post: {
    tags: ['access'],
    summary: 'Sign a browser in (an HttpOnly cookie), with a password or with a key that may read',
    requestBody: jsonBody({
      oneOf: [
        { type: 'object', required: ['email', 'password'], properties: { email, password: text } },
        { type: 'object', required: ['key'], properties: { key: text } },
      ],
    }),
    responses: {
      '200': answer({ description: 'Signed in', schema: session }),
      '401': errorAnswer('Unknown, disabled or wrong: one answer for all'),
      '403': errorAnswer('The key may not read, or a page of another site asks'),
      '429': errorAnswer('Too many attempts failed, for this account or from this address', true),
      '503': errorAnswer('Too many sign in at once', true),
    },
  },
  delete: {
    tags: ['access'],
    summary: 'Sign out',
    parameters: [query('everywhere', { type: 'boolean' }, 'On all devices')],
    responses: { '204': { description: 'Signed out' }, '403': errorAnswer('A page of another site asks') },
  },
};
const ownPasswordPath: JsonSchema = {
  post: {
    tags: ['access'],
    summary: 'Change one’s own password; other devices are signed out',
    security: [{ session: [] }],
    requestBody: jsonBody({
      type: 'object',
      required: ['password', 'new_password'],
      properties: { password: text, new_password: password },
    }),
    responses: {
      '204': { description: 'Changed' },
      '400': errorAnswer('What is wrong with the new one'),
      '403': errorAnswer('The present password is another one'),
      '429': errorAnswer('Too many attempts failed', true),
    },
  },
};

const auditEntry: JsonSchema = {
  type: 'object',
  required: ['number', 'at', 'actor', 'subject', 'id', 'action', 'before', 'after', 'why'],
  properties: {
    number: { type: 'integer' },
    at: moment,
    actor: {
      type: 'object',
      properties: { kind: { enum: ['user', 'key', 'bootstrap'] }, id: text, name: text },
    },
    subject: { enum: [...AUDIT_SUBJECTS] },
    id: { ...text, description: 'Of a policy id@version' },
    action: { enum: [...AUDIT_ACTIONS] },
    before: nullable({ type: 'object' }),
    after: nullable({ type: 'object' }),
    why: nullable(text),
  },
};
const auditPath: JsonSchema = {
  get: {
    tags: ['access'],
    summary: 'Who changed which setting, when, from what to what, and why; newest first',
    description: 'People and keys are told to administrators alone.',
    security: WHO,
    parameters: [
      query('subject', listOf({ enum: [...AUDIT_SUBJECTS] }), 'Of these kinds'),
      query('id', text, 'Of this one; of a policy all its versions'),
      query('limit', { type: 'integer', minimum: 1, maximum: 500, default: 50 }, 'Entries of a page'),
      query('cursor', text, 'From the address in "next"'),
    ],
    responses: {
      '200': answer({ description: 'A page', schema: pageOf(refTo('AuditEntry')) }),
      ...roleErrors('manager'),
    },
  },
};

export const ACCESS_PATHS: Readonly<Record<string, JsonSchema>> = {
  '/api/v1/keys': keysPath,
  '/api/v1/keys/{id}': keyPath,
  '/api/v1/users': usersPath,
  '/api/v1/users/{id}': userPath,
  '/api/v1/users/{id}/sessions': userSessionsPath,
  '/api/v1/session': sessionPath,
  '/api/v1/session/password': ownPasswordPath,
  '/api/v1/audit': auditPath,
};
export const ACCESS_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  NewKey: newKey,
  Key: key,
  User: user,
  AuditEntry: auditEntry,
};

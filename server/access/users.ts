/** `/api/v1/users`: who may sign in, and what each may do. */
import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import {
  EMAIL_LENGTH_MAX,
  isRole,
  PERSON_NAME_LENGTH_MAX,
  ROLES,
  type Role,
  type User,
} from '../contract/people.ts';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Access } from './access.ts';
import { byOf, jsonObject, requireRole, wrapped } from './http-parts.ts';
import { hashPassword, passwordFault } from './passwords.ts';
import type { PeopleRepository, UserChange, UserOutcome } from './people.ts';

export interface UsersRouterOptions {
  readonly access: Access;
  readonly people: PeopleRepository;
  readonly logger: Logger;
}

export function usersRouter({ access, people, logger }: UsersRouterOptions): Router {
  const router = Router();
  const admin = requireRole(access, 'administrator', 'People are managed');

  router.get(
    '/api/v1/users',
    admin,
    wrapped(async (_req, res) => {
      res.setHeader('cache-control', 'no-store');
      sendJson(res, 200, { items: await people.list(), next: null });
    }),
  );
  router.post(
    '/api/v1/users',
    admin,
    wrapped(async (req, res) => {
      const { email, name, role, password, why, ...others } = await jsonObject(req);
      refuseFields(others);
      const wanted = { email: emailOf(email), name: nameOf(name), role: roleOf(role) };
      const hashed = await hashPassword(passwordOf(password, wanted));
      const made = await people.create({ ...wanted, id: randomUUID(), password: hashed }, byOf(req, why));
      access.forget();
      if (made === null)
        throw new VigieError('email_taken', 'There is somebody with this e-mail address.', { status: 409 });
      sendJson(res, 201, made);
    }),
  );
  router.patch(
    '/api/v1/users/:id',
    admin,
    wrapped(async (req, res) => {
      const id = String(req.params.id);
      const { revision, name, role, disabled, password, why, ...others } = await jsonObject(req);
      refuseFields(others);
      if (!Number.isSafeInteger(revision)) throw invalid('revision must be the one that was read');
      const known = (await people.list()).find((user) => user.id === id);
      if (known === undefined) throw unknownUser();
      if (disabled !== undefined && typeof disabled !== 'boolean')
        throw invalid('disabled must be true or false');
      const change: UserChange = {
        ...(name !== undefined && { name: nameOf(name) }),
        ...(role !== undefined && { role: roleOf(role) }),
        ...(disabled !== undefined && { disabled }),
        ...(password !== undefined && { password: await hashPassword(passwordOf(password, known)) }),
      };
      const outcome = await people.change(id, revision as number, change, byOf(req, why));
      access.forget();
      sendJson(res, 200, changed(outcome));
    }),
  );
  router.delete(
    '/api/v1/users/:id/sessions',
    admin,
    wrapped(async (req, res) => {
      const ended = await people.endSessions(String(req.params.id), byOf(req, undefined));
      access.forget();
      if (!ended) throw unknownUser();
      res.status(204).end();
    }),
  );
  router.use(errorHandler(logger));
  return router;
}

const invalid = (message: string): VigieError =>
  new VigieError('user_invalid', `${message}.`, { status: 400 });
const unknownUser = (): VigieError =>
  new VigieError('user_unknown', 'There is no such person.', { status: 404 });

function changed(outcome: UserOutcome): User {
  if (outcome === 'unknown') throw unknownUser();
  if (outcome === 'changed') {
    const message = 'Somebody else has changed this person since; read again, and look at it.';
    throw new VigieError('changed_since', message, { status: 409 });
  }
  if (outcome === 'last') {
    const message = 'Nobody else is an administrator: name another one first.';
    throw new VigieError('last_administrator', message, { status: 409 });
  }
  return outcome;
}

function refuseFields(others: Record<string, unknown>): void {
  const [field] = Object.keys(others);
  if (field !== undefined) throw invalid(`${JSON.stringify(field.slice(0, 60))} is not a field here`);
}
function emailOf(value: unknown): string {
  const email = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (email.length <= EMAIL_LENGTH_MAX && /^[^\s@<>"\p{Cc}]+@[^\s@<>"\p{Cc}]+$/u.test(email)) return email;
  throw invalid('email must be an address, such as nom@ville.example');
}
function nameOf(value: unknown): string {
  const name = typeof value === 'string' ? value.trim() : '';
  if (name !== '' && name.length <= PERSON_NAME_LENGTH_MAX && !/\p{Cc}/u.test(name)) return name;
  throw invalid(`name must be a text of 1 to ${PERSON_NAME_LENGTH_MAX} characters`);
}
function roleOf(value: unknown): Role {
  if (isRole(value)) return value;
  throw invalid(`role must be one of ${ROLES.join(', ')}`);
}
function passwordOf(value: unknown, user: { email: string; name: string }): string {
  const password = typeof value === 'string' ? value : '';
  const fault = passwordFault(password, user);
  if (fault === undefined) return password;
  throw invalid(fault);
}

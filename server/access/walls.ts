/**
 * Pairing of walls over HTTP. A wall hangs where everybody passes, so nobody types a password on it: it shows a code, and somebody who
 * may read types that elsewhere (as RFC 8628 has it for devices without a keyboard). A wall's key reads what a wall shows, and no more.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import type { Actor, By } from '../contract/audit.ts';
import {
  asPairingCode,
  PAIRING_LENGTH,
  PAIRING_LETTERS,
  type PairingBegun,
  pairingCodeText,
  WALL_EVERY_S,
  WALL_NAME_LENGTH_MAX,
  WALL_SCOPES_MAX,
  type Wall,
  type WallSetting,
} from '../contract/walls.ts';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';
import { type Access, reaches } from './access.ts';
import { jsonObject, refusedRole, sessionCookie, wrapped } from './http-parts.ts';
import { newSecret, sha256Hex } from './keys.ts';

/** What pairing needs of the store. */
export interface WallRepository {
  /** False when too many screens wait. */
  begin(pairing: {
    readonly code: string;
    readonly device_sha256: string;
    readonly expires_s: number;
    readonly pairings_max: number;
  }): Promise<boolean>;
  /** False when no screen waits with this code. */
  approve(code: string, name: string, setting: WallSetting, actor: Actor): Promise<boolean>;
  /** Makes the key of a wall whose code was typed, once; null when it was not. */
  takeKey(
    device_sha256: string,
    key: { readonly id: string; readonly secret_sha256: string },
  ): Promise<WallSetting | null>;
  isWaiting(device_sha256: string): Promise<boolean>;
  list(): Promise<readonly Wall[]>;
  revoke(id: string, by: By): Promise<boolean>;
}

export interface WallsRouterOptions {
  readonly access: Access;
  readonly walls: WallRepository;
  readonly logger: Logger;
}

const EXPIRES_S = 600;
const POLL_S = 3;
/** Anybody may ask for a code. */
const PAIRINGS_MAX = 200;
/** As long as browsers keep a cookie. */
const WALL_SESSION_S = 400 * 86_400;
const SCOPE_LENGTH_MAX = 80;

/** `/api/v1/walls`. */
export function wallsRouter({ access, walls, logger }: WallsRouterOptions): Router {
  const router = Router();
  const supervisor = async (req: Request): Promise<Actor> => {
    const caller = await access.caller(req);
    if (caller !== undefined && reaches(caller, 'supervisor')) return caller.actor;
    // A key that only sends, or that of a wall, is nobody here.
    throw refusedRole(req, caller?.actor.kind === 'user', 'supervisor', 'Walls are paired');
  };

  router.post(
    '/api/v1/walls/pairings',
    wrapped(async (_req, res) => {
      const code = Array.from(
        { length: PAIRING_LENGTH },
        () => PAIRING_LETTERS[randomInt(PAIRING_LETTERS.length)],
      ).join('');
      const device = randomBytes(32).toString('base64url');
      const pairing = {
        code,
        device_sha256: sha256Hex(device),
        expires_s: EXPIRES_S,
        pairings_max: PAIRINGS_MAX,
      };
      if (!(await walls.begin(pairing))) {
        const message = 'Too many screens wait to be paired; try again in some minutes.';
        throw new VigieError('server_full', message, { status: 429, retry_after_s: 60 });
      }
      res.setHeader('cache-control', 'no-store');
      sendJson(res, 201, {
        code: pairingCodeText(code),
        device,
        expires_s: EXPIRES_S,
        poll_s: POLL_S,
      } satisfies PairingBegun);
    }),
  );
  router.post(
    '/api/v1/walls/pairings/key',
    wrapped(async (req, res) => {
      const { device } = await jsonObject(req);
      const device_sha256 = sha256Hex(typeof device === 'string' ? device : '');
      const { id, secret, secret_sha256 } = newSecret();
      const setting = await walls.takeKey(device_sha256, { id, secret_sha256 });
      res.setHeader('cache-control', 'no-store');
      if (setting !== null) {
        access.forget();
        res.setHeader('set-cookie', sessionCookie(req, secret, WALL_SESSION_S));
        return sendJson(res, 200, { paired: true, ...setting });
      }
      if (await walls.isWaiting(device_sha256)) return sendJson(res, 202, { paired: false });
      throw new VigieError('pairing_unknown', 'This code has expired; ask for another one.', { status: 404 });
    }),
  );

  router.get(
    '/api/v1/walls',
    wrapped(async (req, res) => {
      await supervisor(req);
      sendJson(res, 200, { items: await walls.list(), next: null });
    }),
  );
  router.post('/api/v1/walls', wrapped(pair));
  async function pair(req: Request, res: Response): Promise<void> {
    const actor = await supervisor(req);
    const { code, name, setting } = wantedOf(await jsonObject(req));
    if (!(await walls.approve(code, name, setting, actor))) {
      const message = 'No wall shows this code now. Codes hold for ten minutes: look at the wall again.';
      throw new VigieError('code_unknown', message, { status: 404 });
    }
    sendJson(res, 202, { name, ...setting });
  }
  router.delete(
    '/api/v1/walls/:id',
    wrapped(async (req, res) => {
      const actor = await supervisor(req);
      const revoked = await walls.revoke(String(req.params.id), { actor, why: null });
      access.forget();
      if (!revoked) throw new VigieError('wall_unknown', 'There is no such wall.', { status: 404 });
      res.status(204).end();
    }),
  );
  router.use(errorHandler(logger));
  return router;
}

interface Wanted {
  readonly code: string;
  readonly name: string;
  readonly setting: WallSetting;
}
function wantedOf(body: Record<string, unknown>): Wanted {
  const fault = (message: string): VigieError => new VigieError('wall_invalid', message, { status: 400 });
  const { code: typed, name, scopes = ['city'], every_s = WALL_EVERY_S.usual } = body;
  const code = typeof typed === 'string' ? asPairingCode(typed) : null;
  if (code === null) throw fault('code must be the eight letters that the wall shows, such as "BDWP-HQPK".');
  if (typeof name !== 'string' || name.trim() === '' || name.length > WALL_NAME_LENGTH_MAX)
    throw fault(
      `name must be a text of 1 to ${WALL_NAME_LENGTH_MAX} characters, such as where the wall hangs.`,
    );
  const isScope = (scope: unknown): scope is string =>
    typeof scope === 'string' && scope !== '' && scope.length <= SCOPE_LENGTH_MAX && !scope.includes(',');
  if (
    !Array.isArray(scopes) ||
    scopes.length < 1 ||
    scopes.length > WALL_SCOPES_MAX ||
    !scopes.every(isScope)
  )
    throw fault(
      `scopes must be a list of 1 to ${WALL_SCOPES_MAX}: "city", codes of boroughs, or ids of queues.`,
    );
  const { least, most } = WALL_EVERY_S;
  if (typeof every_s !== 'number' || !(every_s >= least && every_s <= most))
    throw fault(`every_s must be a number of seconds from ${least} to ${most}.`);
  return { code, name: name.trim(), setting: { scopes, every_s } };
}

/** What access does while the database is slow or away; keys themselves are tested over HTTP in keys.database.test.ts. */
import { describe, expect, it } from 'vitest';
import { Access } from '../../server/access/access.ts';
import type { KeyRecord, KeyRepository } from '../../server/access/keys.ts';
import { ManualClock } from '../../server/lib/clock.ts';

const reader: KeyRecord = {
  id: '1',
  name: 'reader',
  types: [],
  sources: [],
  origins: [],
  can_read: true,
  wall: null,
  created_at: '2026-11-25T00:00:00Z',
  revoked_at: null,
};

function make(keys: readonly KeyRecord[]) {
  const clock = new ManualClock('2026-11-25T12:00:00Z');
  const asked = { list: 0, find: 0 };
  let hold = false;
  const held: (() => void)[] = [];
  const answer = <T>(value: T): Promise<T> =>
    hold ? new Promise((resolve) => held.push(() => resolve(value))) : Promise.resolve(value);
  const repository: Pick<KeyRepository, 'list' | 'findByHash'> = {
    list: () => {
      asked.list += 1;
      return answer(keys);
    },
    findByHash: () => {
      asked.find += 1;
      return answer(keys[0] ?? null);
    },
  };
  const access = new Access({
    keys: repository as KeyRepository,
    people: { anybody: async () => false, findSession: async () => null },
    clock,
    ingest_key: null,
    public_read: false,
  });
  const headers = { host: 'localhost:3110' };
  return {
    clock,
    asked,
    busy: (is_busy: boolean) => {
      hold = is_busy;
      if (!is_busy) for (const go of held.splice(0)) go();
    },
    own: () => access.authoriseRead({ headers, remote_address: '127.0.0.1' }),
    byKey: () =>
      access.authoriseRead({
        headers: { ...headers, authorization: 'Bearer secret' },
        remote_address: '10.0.0.1',
      }),
  };
}
const within = async <T>(promise: Promise<T>, time_ms: number): Promise<T | 'still waiting'> => {
  const timeout = new Promise<'still waiting'>((resolve) =>
    setTimeout(() => resolve('still waiting'), time_ms),
  );
  return Promise.race([promise, timeout]);
};

describe('a database that is at a long job', () => {
  it('keeps no reader waiting for what was known a short while ago, and is asked once', async () => {
    const { clock, asked, busy, own } = make([]);
    expect(await own()).toBe(true);
    clock.advance_s(6);
    busy(true);
    expect(await within(Promise.all([own(), own(), own()]), 2_000)).toEqual([true, true, true]);
    expect(asked.list).toBe(2);
    busy(false);
    const known = make([reader]);
    expect(await known.byKey()).toBe(true);
    known.clock.advance_s(6);
    known.busy(true);
    expect(await within(known.byKey(), 2_000)).toBe(true);
  });

  it('is waited for when what was known is old, or nothing was', async () => {
    const { clock, busy, own } = make([]);
    expect(await own()).toBe(true);
    clock.advance_s(70);
    busy(true);
    const old = own();
    expect(await within(old, 500)).toBe('still waiting');
    busy(false);
    expect(await old).toBe(true);
  });

  it('is believed again as soon as it answers', async () => {
    const keys: KeyRecord[] = [];
    const { clock, busy, own } = make(keys);
    expect(await own()).toBe(true);
    clock.advance_s(6);
    busy(true);
    expect(await own()).toBe(true);
    keys.push(reader);
    busy(false);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await own()).toBe(false);
  });
});

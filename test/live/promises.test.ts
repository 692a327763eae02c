import { describe, expect, it } from 'vitest';
import { PromiseWatch } from '../../server/live/promises.ts';
import type { CommittedBatch } from '../../server/store/events.types.ts';
import { testLogger } from '../setup/database.ts';

const BATCH: CommittedBatch = { batch: 1, received_us: 0, events: [], rejected: {} };
/** Servers on one database, each with the promises that it has read. */
function make(revision: number) {
  const city = { revision, counted: revision as number | null };
  const server = () => {
    const seen = { loaded: revision, counts: 0, batches: 0 };
    const watch = new PromiseWatch({
      loaded: revision,
      logger: testLogger,
      onCounted: () => {
        seen.batches += 1;
      },
      source: {
        revision: async () => city.revision,
        load: async () => {
          seen.loaded = city.revision;
          return city.revision;
        },
        counted: async () => city.counted,
        setCounted: async (counted) => {
          city.counted = counted;
        },
        async *again() {
          seen.counts += 1;
          yield BATCH;
        },
      },
    });
    return { seen, watch };
  };
  return { city, server };
}

describe('changed promises', () => {
  it('are counted by once, and then by nobody', async () => {
    const { city, server } = make(1);
    const { seen, watch } = server();
    await watch.look();
    expect(seen).toEqual({ loaded: 1, counts: 0, batches: 0 });
    city.revision = 2;
    await watch.look();
    await watch.look();
    expect(seen).toEqual({ loaded: 2, counts: 1, batches: 1 });
    expect(city.counted).toBe(2);
  });

  it('are counted by on every server: until it reads them each goes on by the old ones', async () => {
    const { city, server } = make(1);
    const [one, two] = [server(), server()];
    city.revision = 2;
    await one.watch.look();
    await two.watch.look();
    expect(two.seen).toEqual({ loaded: 2, counts: 1, batches: 1 });
  });

  it('are counted by after a restart when it was broken off', async () => {
    const { city, server } = make(2);
    city.counted = 1;
    const { seen, watch } = server();
    await watch.look();
    expect(seen.counts).toBe(1);
    expect(city.counted).toBe(2);
  });
});

/** Joins Open311 to the way of all events into the store: one event, answered after its commit. */
import { Intake, type Submitter } from './ingest/intake.ts';
import type { Clock } from './lib/clock.ts';
import type { SubmitEvent } from './open311/sources.ts';

export const eventSubmitter =
  (batcher: Submitter, clock: Clock): SubmitEvent =>
  async (event, grant) => {
    const intake = new Intake({ batcher, grant, clock, bulk: false });
    intake.add(event, 0, false);
    await intake.store();
    return intake.answer();
  };

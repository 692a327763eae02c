import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_LIMITS, type AgentEvent, foldAgent, type StateSegment } from '../../server/domain/agent.ts';
import { AgentHistory } from '../../server/domain/agent-history.ts';
import { foldContact, type Leg } from '../../server/domain/contact.ts';
import { insertEvent } from '../../server/domain/subject.ts';

const MINUTE_US = 60_000_000;

interface Talk {
  readonly kind: 'talk';
  readonly ahead_min: number;
  readonly talk_min: number | null;
  readonly wrap_up_s: number;
  readonly queue: string;
}
interface Say {
  readonly kind: 'say';
  readonly ahead_min: number;
  readonly state: 'available' | 'paused' | 'offline';
}
interface End {
  readonly kind: 'end' | 'gone';
  readonly back: number;
}
type Step = Talk | Say | End;

/** Mostly one after the other; now and then late, at the same moment, or long after. */
const ahead_min = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 0, max: 12 }) },
  { weight: 1, arbitrary: fc.integer({ min: -600, max: 0 }) },
  { weight: 1, arbitrary: fc.constantFrom(250, 11_000) },
);
const talk: fc.Arbitrary<Step> = fc.record<Talk>({
  kind: fc.constant('talk'),
  ahead_min,
  talk_min: fc.option(fc.integer({ min: 0, max: 9 })),
  wrap_up_s: fc.constantFrom(0, 0, 30, 120),
  queue: fc.constantFrom('north', 'south'),
});
const say: fc.Arbitrary<Step> = fc.record<Say>({
  kind: fc.constant('say'),
  ahead_min,
  state: fc.constantFrom('available', 'paused', 'offline'),
});
const end: fc.Arbitrary<Step> = fc.record<End>({
  kind: fc.constantFrom('end', 'gone'),
  back: fc.integer({ min: 0, max: 30 }),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 8, arbitrary: talk }, { weight: 1, arbitrary: say }, { weight: 2, arbitrary: end }),
  { minLength: 20, maxLength: 160, size: 'max' },
);

/** A leg that was answered then. */
function legOf(at_us: number, { talk_min, wrap_up_s, queue }: Talk): Leg {
  const answered = { event_id: '', time_us: at_us, sequence: '', rank: 2, kind: 'answered' as const, queue };
  const nothing = { to_queue: null, to_external: null, talk_ms: null, hold_ms: null, misdirected: false };
  const [leg] = foldContact([{ ...answered, ...nothing, agent: 'ada', wrap_up_ms: null }]) as [Leg];
  if (talk_min !== null) endLeg(leg, at_us + talk_min * MINUTE_US, wrap_up_s);
  return leg;
}
function endLeg(leg: Leg, ended_us: number, wrap_up_s: number): void {
  leg.status = 'ended';
  leg.ended_us = ended_us;
  leg.wrap_up_ms = wrap_up_s * 1000;
}

describe('the history of an agent', () => {
  it('folds to what a fold of all of it gives, whatever was added, changed or taken away', () => {
    let borders = 0;
    fc.assert(
      fc.property(steps, (taken) => {
        const history = new AgentHistory(AGENT_LIMITS);
        const said: AgentEvent[] = [];
        const legs: Leg[] = [];
        let segments: readonly StateSegment[] = [];
        let now_us = 1_700_000_000_000_000;
        for (const [index, step] of taken.entries()) {
          const at_us = 'ahead_min' in step ? now_us + step.ahead_min * MINUTE_US : now_us;
          if (step.kind === 'talk') {
            const leg = legOf(at_us, step);
            legs.push(leg);
            history.serve(leg);
          } else if (step.kind === 'say') {
            const event = {
              event_id: `${index}`,
              sequence: '',
              rank: 9,
              state: step.state,
              queues: ['north'],
            };
            insertEvent(said, { ...event, time_us: at_us });
            history.say({ ...event, time_us: at_us });
          } else {
            const leg = legs.at(-1 - step.back);
            if (leg === undefined) continue;
            history.unserve(leg);
            if (step.kind === 'gone') legs.splice(legs.indexOf(leg), 1);
            else {
              endLeg(leg, Math.max(leg.left_us!, now_us), 60);
              history.serve(leg);
            }
          }
          now_us = Math.max(now_us, at_us);
          const { kept, tail } = history.fold(now_us);
          for (const segment of segments.slice(0, kept)) expect(segment.to_us).toBeLessThanOrEqual(now_us);
          segments = [...segments.slice(0, kept), ...tail];
          if (kept > 0) borders += 1;
          expect(segments).toEqual(foldAgent(said, legs));
        }
      }),
      { numRuns: 60 },
    );
    expect(borders).toBeGreaterThan(500);
  });

  it('of what was said before an instant keeps the last, as long as it holds', () => {
    const history = new AgentHistory(AGENT_LIMITS);
    for (const minute of [1, 2, 3, 9]) {
      const event = { event_id: `${minute}`, sequence: '', rank: 9, state: 'available' as const, queues: [] };
      history.say({ ...event, time_us: minute * MINUTE_US });
    }
    const from = () => history.fold(20 * MINUTE_US).tail.map(({ from_us }) => from_us / MINUTE_US);
    expect(history.trim(0, 5 * MINUTE_US)).toBe(true);
    expect(from()).toEqual([3, 9]);
    expect(history.trim(0, 5 * MINUTE_US)).toBe(false);
    expect(history.trim(4 * MINUTE_US, 5 * MINUTE_US)).toBe(true);
    expect(from()).toEqual([9]);
  });
});

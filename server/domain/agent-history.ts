/**
 * What an agent said and served, and its fold while both grow. A day of an agent is hundreds of conversations, of which a new
 * event changes the last: what lies well behind is folded once, and only the rest again. A change behind that border folds all.
 */
import {
  type AgentEvent,
  AgentFold,
  type AgentLimits,
  lastPoint_us,
  pointsOf,
  type StateSegment,
} from './agent.ts';
import type { Leg } from './contact.ts';
import { insertEvent } from './subject.ts';

/** With more points behind the border than this the border moves up, to so many before the newest. */
const POINTS_MAX = 36;
const POINTS_KEPT = 12;

/** A place in the fold: all points before `at_us` are in it. */
interface Border {
  readonly at_us: number;
  readonly fold: AgentFold;
  /** Segments that were over there. */
  readonly segments: number;
}

export class AgentHistory {
  readonly #said: AgentEvent[] = [];
  readonly #served = new Set<Leg>();
  /** Of those served, the ones that may have a point at the border or after it. */
  #recent = new Set<Leg>();
  readonly #beginning: Border;
  #border: Border;
  /** The earliest moment of which something changed since the last fold, µs. */
  #changed_us = Number.NEGATIVE_INFINITY;

  constructor(limits: AgentLimits) {
    this.#beginning = { at_us: Number.NEGATIVE_INFINITY, fold: new AgentFold(limits), segments: 0 };
    this.#border = this.#beginning;
  }

  /** Takes a state in that the agent said; false when it is there already. */
  say(event: AgentEvent): boolean {
    if (insertEvent(this.#said, event) < 0) return false;
    this.#change(event.time_us);
    return true;
  }

  /** The agent answered the leg, which must not change before it is taken back. */
  serve(leg: Leg): void {
    this.#served.add(leg);
    this.#recent.add(leg);
    this.#change(leg.left_us!);
  }
  unserve(leg: Leg): void {
    this.#served.delete(leg);
    this.#recent.delete(leg);
    this.#change(leg.left_us!);
  }

  /** Of what was said before `before_us`, keeps the last, if it is later than `from_us`; false when there was no more. */
  trim(from_us: number, before_us: number): boolean {
    const said = this.#said;
    let before = 0;
    while (before < said.length && said[before]!.time_us < before_us) before += 1;
    const gone = before > 0 && said[before - 1]!.time_us > from_us ? before - 1 : before;
    if (gone === 0) return false;
    said.splice(0, gone);
    this.#change(Number.NEGATIVE_INFINITY);
    return true;
  }

  #change(at_us: number): void {
    if (at_us < this.#changed_us) this.#changed_us = at_us;
  }

  /** The segments: the first `kept` of the last time, all of them over, and then `tail`. */
  fold(now_us: number): { readonly kept: number; readonly tail: readonly StateSegment[] } {
    if (this.#changed_us < this.#border.at_us || now_us < this.#border.at_us) this.#border = this.#beginning;
    this.#changed_us = Number.POSITIVE_INFINITY;
    const { at_us, fold: until, segments: kept } = this.#border;
    const legs = this.#border === this.#beginning ? this.#served : this.#recent;
    const said = this.#said.slice(this.#said.findLastIndex(({ time_us }) => time_us < at_us) + 1);
    const points = pointsOf(said, legs).filter((point) => point.at_us >= at_us);
    const next_us = points.length > POINTS_MAX ? points.at(-POINTS_KEPT)!.at_us : at_us;
    const fold = until.copy();
    for (const point of points) {
      if (point.at_us >= next_us && this.#border.at_us < next_us && next_us <= now_us) {
        this.#border = { at_us: next_us, fold: fold.copy(), segments: kept + fold.segments.length };
        this.#recent = new Set([...legs].filter((leg) => lastPoint_us(leg) >= next_us));
      }
      fold.step(point);
    }
    return { kept, tail: fold.end() };
  }
}

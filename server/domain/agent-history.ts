/**
 * What an agent said and served, and its fold while both grow. A day of an agent is hundreds of conversations, of which a new
 * event changes the last, or one of the last: so the fold is kept at borders on the way, and only what lies behind the last border
 * before the change is folded again.
 */
import {
  type AgentEvent,
  AgentFold,
  type AgentLimits,
  lastPoint_us,
  type Point,
  pointsOf,
  type StateSegment,
} from './agent.ts';
import type { Leg } from './contact.ts';
import { insertEvent } from './subject.ts';

/** So many points lie between two borders at least. */
const POINTS_BETWEEN = 24;

/** A place in the fold: all points before `at_us` are in it. */
interface Border {
  readonly at_us: number;
  readonly fold: AgentFold;
  /** Segments that were over there. */
  readonly segments: number;
  /** The legs that began before it and end at it or after it. */
  readonly across: readonly Leg[];
}

export class AgentHistory {
  readonly #said: AgentEvent[] = [];
  /** In the order in which they were answered. */
  readonly #served: Leg[] = [];
  /** From the beginning on; what changes takes away those behind it. */
  readonly #borders: [Border, ...Border[]];
  /** The earliest moment of which something changed since the last fold, µs. */
  #changed_us = Number.NEGATIVE_INFINITY;

  constructor(limits: AgentLimits) {
    const at_us = Number.NEGATIVE_INFINITY;
    this.#borders = [{ at_us, fold: new AgentFold(limits), segments: 0, across: [] }];
  }

  /** Takes a state in that the agent said; false when it is there already. */
  say(event: AgentEvent): boolean {
    if (insertEvent(this.#said, event) < 0) return false;
    this.#change(event.time_us);
    return true;
  }

  /** The agent answered the leg, which must not change before it is taken back. */
  serve(leg: Leg): void {
    this.#served.splice(this.#firstFrom(leg.left_us!), 0, leg);
    this.#change(leg.left_us!);
  }
  unserve(leg: Leg): void {
    const index = this.#served.indexOf(leg, this.#firstFrom(leg.left_us!));
    if (index >= 0) this.#served.splice(index, 1);
    this.#change(leg.left_us!);
  }

  /** Index of the first leg that was answered at the instant or later. */
  #firstFrom(at_us: number): number {
    let low = 0;
    let high = this.#served.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#served[middle]!.left_us! < at_us) low = middle + 1;
      else high = middle;
    }
    return low;
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
    const border = this.#lastBorder(Math.min(this.#changed_us, now_us));
    this.#changed_us = Number.POSITIVE_INFINITY;
    const { at_us, segments: kept } = border;
    const fold = border.fold.copy();
    let across = [...border.across];
    let before_us = at_us;
    let between = 0;
    for (const point of this.#pointsFrom(border)) {
      if (between >= POINTS_BETWEEN && point.at_us > before_us && point.at_us <= now_us) {
        across = across.filter((leg) => lastPoint_us(leg) >= point.at_us);
        const segments = kept + fold.segments.length;
        this.#borders.push({ at_us: point.at_us, fold: fold.copy(), segments, across: [...across] });
        between = 0;
      }
      fold.step(point);
      if (point.order === 0) across.push(point.begin);
      before_us = point.at_us;
      between += 1;
    }
    return { kept, tail: fold.end() };
  }

  /** The last border before which nothing changed; those after it are gone. */
  #lastBorder(changed_us: number): Border {
    while (this.#borders.at(-1)!.at_us > changed_us) this.#borders.pop();
    return this.#borders.at(-1)!;
  }

  #pointsFrom({ at_us, across }: Border): Point[] {
    const said = this.#said.slice(this.#said.findLastIndex(({ time_us }) => time_us < at_us) + 1);
    const legs = [...across, ...this.#served.slice(this.#firstFrom(at_us))];
    return pointsOf(said, legs).filter((point) => point.at_us >= at_us);
  }
}

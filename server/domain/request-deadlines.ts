/**
 * The deadlines of a request, from its folded life and the city's promises. Everything is counted from the beginning, so a pause
 * told late, a revised date or an edited calendar changes all that follows from it.
 *
 * Each kind runs once or several times: settlement again after each deliberate change of what is promised, acknowledgement after
 * a reopening, status after each publication. A run ends where it is met, where the request ends, or where the next run begins: from
 * there on its clock stands for ever. So a run is broken exactly when its clock reaches the amount.
 */
import type { DeadlineKind, DeadlinePolicy, Target } from '../contract/catalogue.ts';
import { ALWAYS, type CountingCalendar } from './calendar.ts';
import { type Clock, countedUntil, dueAt, measureOf, type Stop, targetAmount_us } from './deadline.ts';
import type { FoldedRequest, Promise as Promised } from './request.ts';

/** What the city promises, ready to count by. */
export interface DeadlineRules {
  /** The version in force at an instant; null: none. */
  policyFor(service: string | null, at_us: number): DeadlinePolicy | null;
  /** A version by `id@version`; null: unknown. */
  policy(reference: string): DeadlinePolicy | null;
  /** null: no such calendar. */
  calendar(id: string, measure: 'hours' | 'days'): CountingCalendar | null;
}

export interface DeadlineRun {
  readonly kind: DeadlineKind;
  /** With every stop up to the end of the run. */
  readonly clock: Clock;
  /** `id@version`; null: a date that was given. */
  readonly policy: string | null;
  /** Such as `3 business_days`, or `date`. */
  readonly target: string;
  readonly calendar: string | null;
  readonly warning_share: number;
  /** From here on it holds; a promise changed later than its date is broken at the change. */
  readonly from_us: number;
  readonly met_us: number | null;
  /** Met, or over for another reason. */
  readonly over_us: number | null;
}
/** A run and its moments, whatever the time is now. */
export interface Deadline extends DeadlineRun {
  /** When it is due, or was; null while its clock stands before that. */
  readonly due_us: number | null;
  readonly warning_us: number | null;
  /** When it is broken if nothing happens until then; null: it cannot be any more, or not while the clock stands. */
  readonly breach_us: number | null;
}

const reference = ({ id, version }: DeadlinePolicy): string => `${id}@${version}`;

type Draft = Pick<DeadlineRun, 'kind' | 'met_us' | 'over_us'> & {
  readonly start_us: number;
  readonly from_us?: number;
};

/** The stops of a run: pauses and settlements, up to its end. What comes after that no longer moves its due date. */
function stopsOf({ pauses, settlements }: FoldedRequest, over_us: number | null): Stop[] {
  const stops = [...pauses, ...settlements];
  if (over_us === null) return stops;
  return stops.flatMap((stop): Stop[] => {
    if (stop.from_us >= over_us) return [];
    return [{ ...stop, to_us: Math.min(stop.to_us ?? over_us, over_us) }];
  });
}

class Runs {
  readonly list: Deadline[] = [];
  readonly #request: FoldedRequest;
  readonly #rules: DeadlineRules;

  constructor(request: FoldedRequest, rules: DeadlineRules) {
    this.#request = request;
    this.#rules = rules;
  }

  byPolicy(draft: Draft, policy: DeadlinePolicy | null): void {
    const target = policy?.targets[draft.kind];
    if (!policy || !target) return;
    const calendar = this.#rules.calendar(target.calendar, measureOf(target));
    if (!calendar) return;
    this.#add(draft, calendar, targetAmount_us(target), {
      policy: reference(policy),
      target: targetText(target),
      calendar: target.calendar,
      warning_share: policy.warning_share,
    });
  }
  /** A date that was given moves with the pauses after it was given, by the clock; those before it were known then. */
  byDate(draft: Draft, due_us: number, warning_share: number): void {
    const { start_us, from_us = start_us } = draft;
    const stops = stopsOf(this.#request, from_us);
    const amount_us = countedUntil({ calendar: ALWAYS, start_us, amount_us: 0, stops }, due_us);
    this.#add(draft, ALWAYS, amount_us, { policy: null, target: 'date', calendar: null, warning_share });
  }

  #add(
    draft: Draft,
    calendar: CountingCalendar,
    amount_us: number,
    about: Pick<DeadlineRun, 'policy' | 'target' | 'calendar' | 'warning_share'>,
  ): void {
    const { kind, start_us, met_us, over_us, from_us = start_us } = draft;
    const clock: Clock = { calendar, start_us, amount_us, stops: stopsOf(this.#request, over_us) };
    const run: DeadlineRun = { kind, clock, ...about, from_us, met_us, over_us };
    this.list.push({ ...run, ...timesOf(run) });
  }
}

const targetText = ({ amount, unit }: Target): string => `${amount} ${unit}`;

function timesOf(run: DeadlineRun): Pick<Deadline, 'due_us' | 'warning_us' | 'breach_us'> {
  const { clock, over_us, from_us } = run;
  const due_us = dueAt(clock);
  if (due_us === null) return { due_us, warning_us: warningOf(run, null), breach_us: null };
  // What was done at the last moment was done in time.
  const kept = over_us !== null && over_us <= due_us;
  return { due_us, warning_us: warningOf(run, due_us), breach_us: kept ? null : Math.max(due_us, from_us) };
}

/** When a warning is given: after its share of the time, if the run is not over then. */
function warningOf(
  { clock, warning_share, over_us, from_us }: DeadlineRun,
  due_us: number | null,
): number | null {
  if (warning_share >= 1) return null;
  const at_us = dueAt(clock, warning_share);
  if (at_us === null) return null;
  const moment_us = Math.max(at_us, from_us);
  if (over_us !== null && over_us <= moment_us) return null;
  return due_us !== null && moment_us >= due_us ? null : moment_us;
}

/** The first of some moments that is not null. */
const earliest = (...moments: (number | null | undefined)[]): number | null =>
  moments.reduce<number | null>((first, at) => (at == null ? first : Math.min(first ?? at, at)), null);

/** All deadlines of a request, by kind and beginning. Without a known creation there are none. */
export function deadlinesOf(request: FoldedRequest, rules: DeadlineRules): Deadline[] {
  const { created_us } = request;
  if (created_us === null) return [];
  const runs = new Runs(request, rules);
  const policyOf = (promise: Promised | undefined): DeadlinePolicy | null => {
    if (promise === undefined) return null;
    return promise.policy === null
      ? rules.policyFor(promise.service, created_us)
      : rules.policy(promise.policy);
  };
  const standing = policyOf(request.promises.at(-1));
  /** Where what began in a spell is over because the request was settled or ended. */
  const overIn = (spell: number): number | null => request.settlements[spell]?.from_us ?? null;

  const over_us = earliest(request.transmitted_us, overIn(0));
  const met_us = over_us === request.transmitted_us ? over_us : null;
  runs.byPolicy({ kind: 'transmission', start_us: created_us, met_us, over_us }, standing);
  for (const { at_us, spell, met_us } of request.rounds) {
    const over_us = earliest(met_us, overIn(spell));
    runs.byPolicy({ kind: 'acknowledgement', start_us: at_us, met_us, over_us }, standing);
  }
  for (const draft of statusRuns(request, created_us, overIn)) runs.byPolicy(draft, standing);
  settlementRuns(runs, request, created_us, policyOf);
  return runs.list;
}

/** From the creation and from each reopening to the first publication, from there to the next, and to the end of that spell. */
function statusRuns(
  { publications, reopenings }: FoldedRequest,
  created_us: number,
  overIn: (spell: number) => number | null,
): Draft[] {
  return [created_us, ...reopenings].flatMap((begin_us, spell): Draft[] => {
    const told = publications.flatMap((told) => (told.spell === spell ? told.at_us : []));
    return [begin_us, ...told].map((start_us, index): Draft => {
      const met_us = told[index] ?? null;
      return { kind: 'status', start_us, met_us, over_us: met_us ?? overIn(spell) };
    });
  });
}

function settlementRuns(
  runs: Runs,
  { promises, settled_us, settlements }: FoldedRequest,
  created_us: number,
  policyOf: (promise: Promised) => DeadlinePolicy | null,
): void {
  const last = settlements.at(-1);
  const end_us = last?.to_us === null ? last.from_us : null;
  for (const [index, promise] of promises.entries()) {
    const next_us = promises[index + 1]?.at_us;
    // Changed again at the same moment: it never held.
    if (next_us === promise.at_us) continue;
    const over_us = next_us ?? end_us;
    const met_us = next_us === undefined ? settled_us : null;
    const draft: Draft = {
      kind: 'settlement',
      start_us: created_us,
      from_us: promise.at_us,
      met_us,
      over_us,
    };
    const policy = policyOf(promise);
    if (promise.due_us !== null) runs.byDate(draft, promise.due_us, policy?.warning_share ?? 0.75);
    else runs.byPolicy(draft, policy);
  }
}

/** The settlement deadline that holds now; undefined: none. */
export const settlementOf = (deadlines: readonly Deadline[]): Deadline | undefined =>
  deadlines.findLast(({ kind }) => kind === 'settlement');

/** What became of the promises beside the settlement, at an instant. */
export interface KeptPromises {
  /** Transmitted within the limit; null: nothing was promised, or the limit has neither passed nor been kept. */
  readonly transmission: boolean | null;
  readonly status_promised: boolean;
  /** When the status that was published last was, or will be, too old; null: never, as far as is known. */
  readonly status_stale_us: number | null;
}
export function keptPromises(deadlines: readonly Deadline[], now_us: number): KeptPromises {
  const transmission = deadlines.find(({ kind }) => kind === 'transmission');
  const status = deadlines.findLast(({ kind }) => kind === 'status');
  const breach_us = transmission?.breach_us ?? null;
  const broken = breach_us !== null && breach_us <= now_us;
  return {
    transmission: broken ? false : transmission && transmission.met_us !== null ? true : null,
    status_promised: status !== undefined,
    status_stale_us: status?.breach_us ?? null,
  };
}

/** A breach or a warning that is told, or to be told. */
export interface Moment {
  readonly what: 'breach' | 'warning';
  readonly kind: DeadlineKind;
  readonly at_us: number;
}

/** All breaches and warnings there are, or will be if nothing happens, in order of time. */
export function momentsOf(deadlines: readonly Deadline[]): Moment[] {
  const moments: Moment[] = [];
  for (const { kind, warning_us, breach_us } of deadlines) {
    if (warning_us !== null) moments.push({ what: 'warning', kind, at_us: warning_us });
    if (breach_us !== null) moments.push({ what: 'breach', kind, at_us: breach_us });
  }
  return moments.sort((a, b) => a.at_us - b.at_us);
}

/** The next moment, after an instant, at which time alone changes something; null: none. */
export function nextMoment(deadlines: readonly Deadline[], now_us: number): number | null {
  return earliest(
    ...deadlines.flatMap(({ warning_us, breach_us }) =>
      [warning_us, breach_us].filter((at_us) => at_us !== null && at_us > now_us),
    ),
  );
}

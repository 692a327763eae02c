/** The backlog of a scope, put together from what the database counted. Pure: counts in, the answer's figures out. */
import {
  type AgeBand,
  type BacklogAnswer,
  type BacklogFlow,
  type BacklogGroup,
  type BacklogGroupRow,
  DEADLINE_BANDS,
} from '../contract/backlog.ts';
import { definitionRef } from '../contract/definitions.ts';
import { RESOLUTIONS } from '../contract/event-types.ts';
import type { Figure } from '../contract/live.ts';
import { BACKLOG_CAUSES, type BacklogCause } from '../contract/requests.ts';
import { addDays, localDate, localDay } from '../domain/office-hours.ts';
import type { FlowCount, SettledCount, SettlementTimes, StandingCount } from '../store/backlog.ts';
import type { Scope } from './scope.ts';

/** First ages of the bands, in local days: 0–7, 8–30, 31–90, 91–365 and more. */
const AGE_DAYS = [0, 8, 31, 91, 366] as const;
const LATE_DAYS = [30, 7] as const;
const SOON_DAYS = 3;

/** Instants at which bands meet, ascending: of ages and of distances to the deadline. */
export function bordersAt(as_of_us: number, time_zone: string) {
  const today = localDate(as_of_us, time_zone);
  const start_us = (days: number): number => localDay(addDays(today, days), time_zone).from_us;
  return {
    // Old enough for a band is what was created before its border.
    age_borders_us: AGE_DAYS.slice(1)
      .toReversed()
      .map((days) => start_us(1 - days)),
    // What is due at a midnight is due on the day that ends then; what is due at this very moment is overdue.
    due_borders_us: [
      ...LATE_DAYS.map((days) => start_us(-days)),
      as_of_us,
      start_us(1),
      start_us(1 + SOON_DAYS),
    ].map((end_us) => end_us + 1),
  };
}
const OVERDUE_BANDS = LATE_DAYS.length + 1;

/** Which transfers change what is looked at: none the city, those between boroughs a borough, all of them a unit. */
type Transfers = 'none' | 'across' | 'all';
function transfersOf(scope: Scope, by: BacklogGroup | null): Transfers {
  if (scope.kind === 'unit' || by === 'unit') return 'all';
  return by === 'borough' || scope.kind === 'borough' ? 'across' : 'none';
}
const isTransfer = (cause: BacklogCause): boolean =>
  cause === 'transferred_in' || cause === 'transferred_out';

/** The identity of one group. Transfers within it are left out: each leaves and comes at the same instant. */
export function flowOf(
  rows: readonly FlowCount[],
  open: readonly StandingCount[],
  transfers: Transfers,
): BacklogFlow {
  const counts = Object.fromEntries(BACKLOG_CAUSES.map((cause) => [cause, 0])) as Record<
    BacklogCause,
    number
  >;
  for (const { cause, across, inside } of rows) {
    if (isTransfer(cause) && (transfers === 'none' || (transfers === 'across' && !across))) continue;
    // Steps out are stored as −1.
    counts[cause] +=
      cause === 'received' || cause === 'reopened' || cause === 'transferred_in' ? inside : -inside;
  }
  const closing = sum(open, nOf) - sum(rows, ({ after }) => after);
  const inside = sum(rows, (row) => row.inside);
  return { opening: closing - inside, ...counts, closing };
}

const over = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);
const sum = <T>(rows: readonly T[], count: (row: T) => number): number =>
  rows.reduce((total, row) => total + count(row), 0);
const nOf = ({ n }: { readonly n: number }): number => n;

const isOverdue = ({ due }: StandingCount): boolean => due !== null && due < OVERDUE_BANDS;

function onTime(
  settled: readonly SettledCount[],
  overdue: number,
): Pick<BacklogGroupRow, 'on_time' | 'on_time_settled'> {
  const on_time = sum(
    settled.filter((row) => row.on_time === true),
    nOf,
  );
  const late = sum(
    settled.filter((row) => row.on_time === false),
    nOf,
  );
  const without_due = sum(
    settled.filter((row) => row.on_time === null),
    nOf,
  );
  const counts = { settled_on_time: on_time, settled_late: late, settled_without_due: without_due };
  const figure = (
    id: 'on_time' | 'on_time_settled',
    whole: number,
    more: Record<string, number>,
  ): Figure => ({
    value: over(on_time, whole),
    definition: definitionRef(id),
    counts: { ...counts, ...more },
  });
  return {
    on_time: figure('on_time', on_time + late + overdue, { open_overdue: overdue }),
    on_time_settled: figure('on_time_settled', on_time + late, {}),
  };
}

function ageing(standing: readonly StandingCount[]): BacklogAnswer['ageing'] {
  const of = (fits: (row: StandingCount) => boolean): number => sum(standing.filter(fits), nOf);
  const by_age = AGE_DAYS.map((from_days, index): AgeBand => {
    const next = AGE_DAYS[index + 1];
    const to_days = next === undefined ? null : next - 1;
    return { from_days, to_days, open: of(({ age }) => age === AGE_DAYS.length - 1 - index) };
  });
  const by_deadline = DEADLINE_BANDS.map((band, index) => ({
    band,
    open: of(({ due }) => (band === 'without_due' ? due === null : due === index)),
  }));
  return {
    definition: definitionRef('ageing'),
    by_age,
    age_unknown: of(({ age }) => age === null),
    by_deadline,
  };
}

export interface BacklogCounts {
  readonly flow: readonly FlowCount[];
  /** Open now. */
  readonly open: readonly StandingCount[];
  /** Open at `as_of`: rows are added up, and may take back what others say. */
  readonly standing: readonly StandingCount[];
  readonly settled: readonly SettledCount[];
  readonly times: SettlementTimes;
}

/** Everything of the answer but its dates. */
export function backlogFigures(
  counts: BacklogCounts,
  scope: Scope,
  by: BacklogGroup | null,
): Omit<BacklogAnswer, 'as_of' | 'from' | 'to'> {
  const { flow, standing, settled, times } = counts;
  const overdue = sum(standing.filter(isOverdue), nOf);
  const open = sum(standing, nOf);
  const without_due = sum(
    standing.filter(({ due }) => due === null),
    nOf,
  );
  const byResolution = [...RESOLUTIONS, null].map((resolution) => [
    resolution ?? 'not_said',
    sum(
      settled.filter((row) => row.resolution === resolution),
      nOf,
    ),
  ]);
  const time = (id: 'settlement_p50' | 'settlement_p90', value: number | null): Figure => ({
    value,
    definition: definitionRef(id),
    counts: { settled: times.n },
  });
  return {
    scope: scope.name,
    open: { value: open, definition: definitionRef('backlog'), counts: { open, overdue, without_due } },
    flow: { ...flowOf(flow, counts.open, transfersOf(scope, null)), definition: definitionRef('backlog') },
    ageing: ageing(standing),
    ...onTime(settled, overdue),
    by_resolution: { definition: definitionRef('by_resolution'), counts: Object.fromEntries(byResolution) },
    settlement_p50: time('settlement_p50', times.p50_s),
    settlement_p90: time('settlement_p90', times.p90_s),
    by,
    groups: by === null ? [] : groupsOf(counts, transfersOf(scope, by)),
  };
}

function groupsOf(
  { flow, open, standing, settled }: Omit<BacklogCounts, 'times'>,
  transfers: Transfers,
): BacklogGroupRow[] {
  const flows = Map.groupBy(flow, ({ key }) => key);
  const opens = Map.groupBy(open, ({ key }) => key);
  const standings = Map.groupBy(standing, ({ key }) => key);
  const settlements = Map.groupBy(settled, ({ key }) => key);
  const keys = [...new Set([...flows.keys(), ...opens.keys(), ...standings.keys(), ...settlements.keys()])];
  keys.sort((a, b) => (a === null || b === null ? Number(a === null) - Number(b === null) : a < b ? -1 : 1));
  return keys.map((key) => {
    const own = standings.get(key) ?? [];
    const overdue = sum(own.filter(isOverdue), nOf);
    return {
      key,
      ...flowOf(flows.get(key) ?? [], opens.get(key) ?? [], transfers),
      open: sum(own, nOf),
      overdue,
      without_due: sum(
        own.filter(({ due }) => due === null),
        nOf,
      ),
      ...onTime(settlements.get(key) ?? [], overdue),
    };
  });
}

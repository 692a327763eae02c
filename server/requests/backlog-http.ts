/** `GET /api/v1/backlog` and `GET /api/v1/breaches`. */
import type { Request, Router } from 'express';
import {
  BACKLOG_GROUPS,
  type BacklogAnswer,
  type BacklogGroup,
  type BreachRow,
} from '../contract/backlog.ts';
import { DEADLINE_KINDS, type DeadlineKind } from '../contract/catalogue.ts';
import { breachId, DEADLINE_EVENT_KINDS } from '../contract/requests.ts';
import { addDays, localDate, localDay } from '../domain/office-hours.ts';
import { isoOf } from '../lib/clock.ts';
import {
  badParameter,
  queryChoice,
  queryInstant,
  queryInteger,
  queryText,
  refuseOthers,
} from '../lib/http-query.ts';
import type {
  BacklogSpan,
  FlowCount,
  SettledCount,
  SettlementTimes,
  StandingCount,
  StoreScope,
  StoreSpan,
  TellingPlace,
  TellingRow,
} from '../store/backlog.ts';
import { backlogFigures, bordersAt } from './backlog.ts';
import { type ReaderOptions, readerRouter } from './reader.ts';
import { scopeOf } from './scope.ts';

interface StandingQuestion {
  readonly scope: StoreScope;
  readonly by: BacklogGroup | null;
  readonly age_borders_us: readonly number[];
  readonly due_borders_us: readonly number[];
}
/** What is asked of the store, and of the live state. */
export interface BacklogSource {
  flow(span: BacklogSpan): Promise<readonly FlowCount[]>;
  /** What is open now. */
  open(question: StandingQuestion): readonly StandingCount[];
  /** What has moved since, taken back. */
  since(question: StandingQuestion & { readonly as_of_us: number }): Promise<readonly StandingCount[]>;
  settled(span: BacklogSpan): Promise<readonly SettledCount[]>;
  settlementTimes(span: StoreSpan): Promise<SettlementTimes>;
  tellings(question: {
    readonly scope: StoreScope;
    readonly since_us: number;
    readonly kind: DeadlineKind | null;
    readonly whats: readonly TellingRow['what'][] | null;
    readonly before: TellingPlace | null;
    readonly rows_max: number;
  }): Promise<readonly TellingRow[]>;
}

export interface BacklogOptions extends ReaderOptions {
  readonly backlog: BacklogSource;
  readonly time_zone: string;
}

/** Local days, the present one included, of a period that is not said. */
const PERIOD_DAYS = 30;
const BREACHES = '/api/v1/breaches';

export function backlogRouter(options: BacklogOptions): Router {
  return readerRouter(options, {
    '/api/v1/backlog': (req) => backlogAnswer(req, options),
    [BREACHES]: (req) => breachesAnswer(req, options),
  });
}

async function backlogAnswer(
  req: Request,
  { backlog, clock, time_zone }: BacklogOptions,
): Promise<BacklogAnswer> {
  refuseOthers(req, ['scope', 'as_of', 'from', 'to', 'by']);
  const scope = scopeOf(req);
  const by = queryChoice(req, 'by', BACKLOG_GROUPS) ?? null;
  const given_to_us = queryInstant(req, 'to');
  const given_as_of_us = queryInstant(req, 'as_of') ?? given_to_us;
  const as_of_us = given_as_of_us ?? clock.now_us();
  const to_us = given_to_us ?? as_of_us;
  const first = addDays(localDate(to_us, time_zone), 1 - PERIOD_DAYS);
  const from_us = queryInstant(req, 'from') ?? localDay(first, time_zone).from_us;
  if (to_us < from_us) throw badParameter('to', 'must not be before from');
  const span = { scope: { borough: scope.borough, unit: scope.unit }, from_us, to_us };
  const question = { scope: span.scope, by, ...bordersAt(as_of_us, time_zone) };
  const [flow, since, settled, times] = await Promise.all([
    backlog.flow({ ...span, by }),
    given_as_of_us === undefined ? [] : backlog.since({ ...question, as_of_us }),
    backlog.settled({ ...span, by }),
    backlog.settlementTimes(span),
  ]);
  // After the steps are read, so that what this server has just committed is in both as far as can be.
  const open = backlog.open(question);
  const figures = backlogFigures({ flow, open, standing: [...open, ...since], settled, times }, scope, by);
  return { ...figures, as_of: isoOf(as_of_us), from: isoOf(from_us), to: isoOf(to_us) };
}

const BREACH_ROWS = 100;
const BREACH_ROWS_MAX = 1_000;
/** What the column holds. */
const TURN_MAX = 32_767;
const DAY_US = 86_400_000_000;

async function breachesAnswer(req: Request, { backlog, clock }: BacklogOptions): Promise<object> {
  refuseOthers(req, ['scope', 'since', 'kind', 'what', 'limit', 'cursor']);
  const { borough, unit } = scopeOf(req);
  const now_us = clock.now_us();
  const limit = queryInteger(req, 'limit', 1, BREACH_ROWS_MAX) ?? BREACH_ROWS;
  const what = queryChoice(req, 'what', DEADLINE_EVENT_KINDS);
  const rows = await backlog.tellings({
    scope: { borough, unit },
    since_us: queryInstant(req, 'since') ?? now_us - DAY_US,
    kind: queryChoice(req, 'kind', DEADLINE_KINDS) ?? null,
    // A warning is asked for: there are many, and most come to nothing.
    whats: what ? [what] : ['breach', 'withdrawal'],
    before: placeOf(queryText(req, 'cursor')),
    rows_max: limit + 1,
  });
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(breachRow), next: last ? nextAddress(req, last) : null, as_of: isoOf(now_us) };
}

function breachRow(row: TellingRow): BreachRow {
  const { number, request_id, kind, what, turn, service, borough, unit, reason, at_us } = row;
  return {
    id: breachId(number, kind, what, at_us, turn),
    request: request_id,
    number,
    what,
    kind,
    at: isoOf(at_us),
    recorded_at: isoOf(row.recorded_us),
    service,
    borough,
    unit,
    reason,
    withdrawn_at: row.withdrawn_us === null ? null : isoOf(row.withdrawn_us),
  };
}

function nextAddress(req: Request, { at_us, number, kind, what, turn }: TellingRow): string {
  const query = new URLSearchParams(req.originalUrl.split('?', 2)[1] ?? '');
  query.set('cursor', Buffer.from(JSON.stringify([at_us, number, kind, what, turn])).toString('base64url'));
  return `${BREACHES}?${query}`;
}

function placeOf(text: string | undefined): TellingPlace | null {
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    const [at_us, number, name, told, turn] = Array.isArray(value) ? value : [];
    const kind = DEADLINE_KINDS.find((each) => each === name);
    const what = DEADLINE_EVENT_KINDS.find((each) => each === told);
    if (kind && what && [at_us, number, turn].every(Number.isSafeInteger) && turn >= 0 && turn <= TURN_MAX)
      return { at_us, number, kind, what, turn };
  } catch {
    // What is no JSON is no cursor of ours either.
  }
  throw badParameter('cursor', 'is none of this list: follow the address in "next", or begin without one');
}

/** `GET /api/v1/breaches/forecast`: how many deadlines will pass in the days to come, and how well that was foretold before. */
import type { Request, Router } from 'express';
import type { BreachForecastAnswer, BreachTrialRow } from '../contract/breach-forecast.ts';
import { definitionRef } from '../contract/definitions.ts';
import {
  type BreachTrial,
  dispersionOf,
  forecastOf,
  type LifeRow,
  LifeTables,
  trialError,
} from '../domain/breach-forecast.ts';
import { addDays, localDate, localDay } from '../domain/office-hours.ts';
import { isoOf } from '../lib/clock.ts';
import { refuseOthers } from '../lib/http-query.ts';
import type { StoreScope } from '../store/backlog.ts';
import type { DueRow } from '../store/breach-forecast.ts';
import { type ReaderOptions, readerRouter } from './reader.ts';
import { type Scope, scopeOf } from './scope.ts';

/** What is asked of the store. */
export interface ForecastSource {
  lives(question: {
    readonly borough: string | null;
    readonly services: readonly string[];
    readonly from_us: number;
    readonly as_of_us: number;
  }): Promise<readonly LifeRow[]>;
  due(scope: StoreScope, as_of_us: number, until_us: number): Promise<readonly DueRow[]>;
}
export interface ForecastOptions extends ReaderOptions {
  readonly forecast: ForecastSource;
  readonly time_zone: string;
}

/** Local days that are looked ahead, today included. */
const AHEAD_DAYS = 7;
const TRIALS = 4;
/** From so long before come the times that are told from. */
const KNOWN_US = 26 * 7 * 86_400_000_000;
/** What was learned from the past is kept for so long: records of half a year are read for it. */
const KEPT_US = 600_000_000;
const KEPT_SCOPES_MAX = 100;

interface Learned {
  readonly at_us: number;
  readonly date: string;
  readonly tables: Promise<LifeTables>;
  readonly trials: Promise<readonly (BreachTrial & BreachTrialRow)[]>;
}

export function breachForecastRouter(options: ForecastOptions): Router {
  const learned = new Map<string, Learned>();
  return readerRouter(options, {
    '/api/v1/breaches/forecast': (req) => forecastAnswer(req, options, learned),
  });
}

async function forecastAnswer(
  req: Request,
  options: ForecastOptions,
  learned: Map<string, Learned>,
): Promise<BreachForecastAnswer> {
  refuseOthers(req, ['scope']);
  const scope = scopeOf(req);
  const as_of_us = options.clock.now_us();
  const date = localDate(as_of_us, options.time_zone);
  const known = learnedOf(options, scope, { as_of_us, date }, learned);
  const due = await dueIn(options, scope, date, as_of_us);
  const tables = await known.tables;
  const chances = due.map((row) => tables.chance(row));
  const trials = await known.trials;
  const { expected, variance: _, ...counts } = forecastOf(chances, dispersionOf(trials));
  const error = trialError(trials);
  const kept = trials.filter(({ breached, low, high }) => breached >= low && breached <= high).length;
  return {
    scope: scope.name,
    as_of: isoOf(as_of_us),
    to: addDays(date, AHEAD_DAYS - 1),
    forecast: {
      // Of none whose time is known nothing is foretold; of no deadline in these days none can pass.
      value: counts.at_risk > 0 && counts.at_risk === counts.without_history ? null : rounded(expected, 1),
      definition: definitionRef('breach_forecast'),
      counts: {
        ...counts,
        weeks_tried: trials.length,
        ...(error !== null && { weeks_error: rounded(error, 3) }),
        ...(trials.length > 0 && { weeks_coverage: rounded(kept / trials.length, 3) }),
      },
    },
    items: byService(due, chances),
    trials: trials.map(({ date: first, low, high, breached, ...trial }) => ({
      date: first,
      expected: rounded(trial.expected, 1),
      low,
      high,
      breached,
    })),
    next: null,
  };
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

function byService(
  due: readonly DueRow[],
  chances: readonly (number | null)[],
): BreachForecastAnswer['items'] {
  const sums = new Map<string, { service: string; at_risk: number; expected: number }>();
  due.forEach(({ service }, index) => {
    if (service === null) return;
    const sum = sums.get(service) ?? { service, at_risk: 0, expected: 0 };
    sum.at_risk += 1;
    sum.expected += chances[index] ?? 0;
    sums.set(service, sum);
  });
  return [...sums.values()]
    .toSorted((a, b) => b.expected - a.expected || (a.service < b.service ? -1 : 1))
    .map((sum) => ({ ...sum, expected: rounded(sum.expected, 1) }));
}

function dueIn(
  { forecast, time_zone }: ForecastOptions,
  { borough, unit }: Scope,
  date: string,
  as_of_us: number,
): Promise<readonly DueRow[]> {
  const until_us = localDay(addDays(date, AHEAD_DAYS - 1), time_zone).to_us;
  return forecast.due({ borough, unit }, as_of_us, until_us);
}

function learnedOf(
  options: ForecastOptions,
  scope: Scope,
  now: { readonly as_of_us: number; readonly date: string },
  learned: Map<string, Learned>,
): Learned {
  const kept = learned.get(scope.name);
  if (kept && kept.date === now.date && now.as_of_us - kept.at_us < KEPT_US) return kept;
  const first = addDays(now.date, -AHEAD_DAYS * TRIALS);
  const made: Learned = {
    at_us: now.as_of_us,
    date: now.date,
    tables: dueIn(options, scope, now.date, now.as_of_us).then((due) =>
      tablesAt(options, scope, due, now.as_of_us),
    ),
    trials: trialsFrom(options, scope, first),
  };
  learned.delete(scope.name);
  if (learned.size >= KEPT_SCOPES_MAX) learned.delete(learned.keys().next().value!);
  learned.set(scope.name, made);
  Promise.all([made.tables, made.trials]).catch(() => {
    if (learned.get(scope.name) === made) learned.delete(scope.name);
  });
  return made;
}

async function tablesAt(
  { forecast }: ForecastOptions,
  { borough }: Scope,
  due: readonly DueRow[],
  as_of_us: number,
): Promise<LifeTables> {
  const services = [...new Set(due.map(({ service }) => service).filter((service) => service !== null))];
  if (services.length === 0) return new LifeTables([]);
  const from_us = as_of_us - KNOWN_US;
  return new LifeTables(await forecast.lives({ borough, services, from_us, as_of_us }));
}

/** The weeks since a date, each foretold from what was known before the first of them. Weeks of which nothing was due are none. */
async function trialsFrom(
  options: ForecastOptions,
  scope: Scope,
  first: string,
): Promise<(BreachTrial & BreachTrialRow)[]> {
  const weeks: { date: string; due: readonly DueRow[] }[] = [];
  for (let week = 0; week < TRIALS; week += 1) {
    const date = addDays(first, week * AHEAD_DAYS);
    weeks.push({ date, due: await dueIn(options, scope, date, localDay(date, options.time_zone).from_us) });
  }
  const due = weeks.flatMap((week) => week.due);
  const tables = await tablesAt(options, scope, due, localDay(first, options.time_zone).from_us);
  const tried = weeks.flatMap((week) => {
    const known = week.due
      .map((row) => ({ ...row, chance: tables.chance(row) }))
      .filter(({ chance }) => chance !== null);
    if (known.length === 0) return [];
    const chances = known.map(({ chance }) => chance);
    const breached = known.filter(({ passed }) => passed).length;
    return [{ date: week.date, chances, breached, ...forecastOf(chances) }];
  });
  // How much weeks vary is told from the others: its own error must not widen the interval that it is held against.
  return tried.map((week) => {
    const dispersion = dispersionOf(tried.filter((other) => other !== week));
    const { date, breached } = week;
    return { ...forecastOf(week.chances, dispersion), date, breached };
  });
}

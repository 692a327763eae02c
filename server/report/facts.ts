/**
 * What reports are made from. Counting a month reads hundreds of thousands of events, so it is done once and kept, and again when something
 * came late that lies in it, or the day after: what was settled in it may have been reopened since. What is kept outlives the events.
 */
import type { BacklogAnswer, BacklogFlow, BacklogGroup } from '../contract/backlog.ts';
import type { Family } from '../contract/event-types.ts';
import type { RequestMetrics } from '../contract/request-metrics.ts';
import type { Clock } from '../lib/clock.ts';
import type { CallDays, CallFacts } from './call-facts.ts';
import { daysOf, type MonthSpan, type Months, spanOf } from './months.ts';

export interface CreatedCount {
  readonly nature: string | null;
  readonly channel: string | null;
  readonly service: string | null;
  readonly n: number;
}
export interface TimesBy {
  readonly key: string | null;
  readonly n: number;
  readonly p50_s: number | null;
  readonly p90_s: number | null;
}
/** Steps of the backlog on a day, counted from the first of the span. */
export interface FlowDay {
  readonly day: number;
  readonly received: number;
  readonly ended: number;
  readonly moved: number;
}
export interface RequestFacts {
  readonly metrics: RequestMetrics;
  /** The backlog at its end, with the steps of the span by service, and for the city by borough. */
  readonly backlog: BacklogAnswer;
  readonly services: BacklogAnswer['groups'];
  readonly boroughs: BacklogAnswer['groups'];
  readonly created: readonly CreatedCount[];
  readonly times: { readonly service: readonly TimesBy[]; readonly borough: readonly TimesBy[] };
  readonly complaints: Readonly<Record<'received' | 'settled' | 'on_time' | 'late', number>>;
  readonly days: readonly FlowDay[];
}
/** What came into the backlog and went out of it: little work beside the rest of a month. */
export interface StepFacts {
  readonly flow: BacklogFlow;
  readonly days: readonly FlowDay[];
}
export interface ChannelFacts {
  readonly events: readonly {
    readonly family: string;
    readonly type: string;
    readonly n: number;
    readonly without_results: number;
  }[];
}
/** What is known of the telling itself: of all the city. */
export interface DataFacts {
  readonly family_days: readonly { readonly family: Family; readonly day: number; readonly n: number }[];
  readonly refused: readonly { readonly code: string; readonly n: number }[];
}

/** The city (null) or a borough. */
export interface SourceSpan {
  readonly borough: string | null;
  readonly from_us: number;
  readonly to_us: number;
}
export interface KeptFacts {
  readonly key: string;
  readonly facts: unknown;
  readonly made_us: number;
  /** Until when nothing came that lies in them. */
  readonly checked_us: number;
}
/** What is asked of the store. */
export interface ReportSource {
  calls(
    span: MonthSpan,
    days: readonly { readonly date: string; readonly from_us: number }[],
    as_of_us: number,
  ): Promise<{ readonly sums: CallFacts; readonly days: CallDays }>;
  metrics(
    borough: string | null,
    dates: { readonly from: string; readonly to: string },
  ): Promise<RequestMetrics>;
  backlog(span: SourceSpan, as_of_us: number, by: BacklogGroup | null): Promise<BacklogAnswer>;
  created(span: SourceSpan): Promise<readonly CreatedCount[]>;
  times(span: SourceSpan, by: 'service' | 'borough'): Promise<readonly TimesBy[]>;
  complaints(span: SourceSpan): Promise<RequestFacts['complaints']>;
  flowDays(span: SourceSpan, days_us: readonly number[]): Promise<readonly FlowDay[]>;
  channelEvents(span: SourceSpan): Promise<ChannelFacts['events']>;
  familyDays(span: MonthSpan, days_us: readonly number[]): Promise<DataFacts['family_days']>;
  refused(span: MonthSpan): Promise<DataFacts['refused']>;
  beginnings(): Promise<Partial<Record<Family, number>>>;
  /** The earliest instant that what came since tells of, by family. */
  earliestSince(since_us: number): Promise<Partial<Record<Family, number>>>;
  readFacts(keys: readonly string[]): Promise<readonly KeptFacts[]>;
  saveFacts(key: string, facts: unknown, made_us: number): Promise<void>;
  factsChecked(keys: readonly string[], at_us: number): Promise<void>;
}

/** Facts, and what they know. */
export interface Known<T> {
  readonly facts: T;
  readonly as_of_us: number;
}

/** Of a month that runs, figures are made anew after so long; of one that has ended, after a day. */
const RUNNING_US = 5 * 60_000_000;
const ENDED_US = 86_400_000_000;
/** Notes of batches may be committed so long after the time that they say. */
const COMMIT_US = 5 * 60_000_000;
/** A contact goes on so long beyond the end of a month. */
const CONTACT_US = 12 * 3_600_000_000;

/** Of the shape of facts: those of another one are counted anew. */
const SHAPE = 1;
const keyOf = (...parts: readonly string[]): string => [SHAPE, ...parts].join(':');

/** What is counted, over which months, from events of which families. */
interface Fact<T> {
  readonly key: string;
  readonly months: Months;
  readonly families: readonly Family[];
  /** Events so long after the months still change it. */
  readonly reach_us: number;
  readonly make: (span: MonthSpan, now_us: number) => Promise<T>;
}

export interface FactsOptions {
  readonly source: ReportSource;
  readonly clock: Clock;
  readonly time_zone: string;
}

/** What one report asks for: what is kept of it and still true is read at once. */
export interface FactsQuestion {
  /** Months. */
  readonly calls?: readonly string[];
  readonly days?: readonly string[];
  readonly data?: readonly string[];
  readonly borough: string | null;
  /** Of the web site and of mail. */
  readonly channels?: readonly Months[];
  readonly requests?: readonly Months[];
  readonly steps?: readonly Months[];
}
export interface FactsAnswer {
  readonly calls: ReadonlyMap<string, CallFacts>;
  readonly days: ReadonlyMap<string, CallDays>;
  readonly data: ReadonlyMap<string, DataFacts>;
  /** One for each of the periods. */
  readonly channels: readonly ChannelFacts[];
  readonly requests: readonly RequestFacts[];
  readonly steps: readonly StepFacts[];
  /** What is known least far of all of them. */
  readonly as_of_us: number;
}

export class ReportFacts {
  readonly #options: FactsOptions;
  /** Those being made: two readers wait for the same. */
  readonly #making = new Map<string, Promise<Known<unknown>>>();

  constructor(options: FactsOptions) {
    this.#options = options;
  }

  beginnings(): Promise<Partial<Record<Family, number>>> {
    return this.#options.source.beginnings();
  }

  async answer(question: FactsQuestion): Promise<FactsAnswer> {
    const { calls = [], days = [], data = [], borough, channels = [], requests = [], steps = [] } = question;
    const facts = {
      calls: calls.map((month) => this.#calls(month)),
      days: days.map((month) => this.#days(month)),
      data: data.map((month) => this.#data(month)),
      channels: channels.map((months) => this.#channels(borough, months)),
      requests: requests.map((months) => this.#requests(borough, months)),
      steps: steps.map((months) => this.#steps(borough, months)),
    };
    const kept = await this.#fresh(Object.values(facts).flat());
    let as_of_us = Number.POSITIVE_INFINITY;
    // One after the other: what is live goes first on an embedded database.
    const readAll = async <T>(wanted: readonly Fact<T>[]): Promise<T[]> => {
      const all: T[] = [];
      for (const fact of wanted) {
        const known = kept.get(fact.key) ?? (await this.#made(fact));
        as_of_us = Math.min(as_of_us, known.as_of_us);
        all.push(known.facts as T);
      }
      return all;
    };
    const byMonth = <T>(months: readonly string[], values: readonly T[]): Map<string, T> =>
      new Map(months.map((month, index) => [month, values[index]!]));
    return {
      calls: byMonth(calls, await readAll(facts.calls)),
      days: byMonth(days, await readAll(facts.days)),
      data: byMonth(data, await readAll(facts.data)),
      channels: await readAll(facts.channels),
      requests: await readAll(facts.requests),
      steps: await readAll(facts.steps),
      as_of_us,
    };
  }

  /** One reading of the events makes the sums and the days: whichever is asked for first keeps the other too. */
  #calls(month: string): Fact<CallFacts> {
    const { source, time_zone } = this.#options;
    const fact = this.#callFact('calls', month);
    return {
      ...fact,
      async make(span, now_us) {
        const { sums, days } = await source.calls(span, daysOf(fact.months, time_zone), now_us);
        await source.saveFacts(keyOf('call_days', month), days, now_us);
        return sums;
      },
    };
  }
  #days(month: string): Fact<CallDays> {
    const { source, time_zone } = this.#options;
    const fact = this.#callFact('call_days', month);
    return {
      ...fact,
      async make(span, now_us) {
        const { sums, days } = await source.calls(span, daysOf(fact.months, time_zone), now_us);
        await source.saveFacts(keyOf('calls', month), sums, now_us);
        return days;
      },
    };
  }
  #callFact(what: string, month: string): Omit<Fact<never>, 'make'> {
    return {
      key: keyOf(what, month),
      months: { from: month, to: month },
      families: ['call', 'counter'],
      reach_us: CONTACT_US,
    };
  }
  #channels(borough: string | null, months: Months): Fact<ChannelFacts> {
    const { source } = this.#options;
    return {
      key: keyOf('channels', borough ?? 'city', months.from, months.to),
      months,
      families: ['web', 'mail'],
      reach_us: 0,
      make: async (span) => ({ events: await source.channelEvents({ ...span, borough }) }),
    };
  }
  #data(month: string): Fact<DataFacts> {
    const { source, time_zone } = this.#options;
    const months = { from: month, to: month };
    return {
      key: keyOf('data', month),
      months,
      families: ['call', 'counter', 'web', 'mail', 'request'],
      reach_us: 0,
      async make(span) {
        const days_us = daysOf(months, time_zone).map(({ from_us }) => from_us);
        return { family_days: await source.familyDays(span, days_us), refused: await source.refused(span) };
      },
    };
  }
  #requests(borough: string | null, months: Months): Fact<RequestFacts> {
    return {
      key: keyOf('requests', borough ?? 'city', months.from, months.to),
      months,
      families: ['request'],
      reach_us: 0,
      make: (span, now_us) => requestFacts(this.#options, borough, span, now_us),
    };
  }

  #steps(borough: string | null, months: Months): Fact<StepFacts> {
    const { source, time_zone } = this.#options;
    return {
      key: keyOf('steps', borough ?? 'city', months.from, months.to),
      months,
      families: ['request'],
      reach_us: 0,
      async make(span, now_us) {
        const scoped = { borough, from_us: span.from_us, to_us: span.to_us };
        const days_us = daysOf(months, time_zone).map(({ from_us }) => from_us);
        const { flow } = await source.backlog(scoped, Math.min(span.to_us, now_us), null);
        return { flow, days: await source.flowDays(scoped, days_us) };
      },
    };
  }

  /** Those that are kept and that nothing has changed since. */
  async #fresh(facts: readonly Fact<unknown>[]): Promise<Map<string, Known<unknown>>> {
    const { source, clock, time_zone } = this.#options;
    const now_us = clock.now_us();
    const kept = await source.readFacts(facts.map(({ key }) => key));
    const fresh = new Map<string, Known<unknown>>();
    if (kept.length === 0) return fresh;
    const since_us = Math.min(...kept.map(({ checked_us }) => checked_us)) - COMMIT_US;
    const earliest = await source.earliestSince(since_us);
    const factOf = new Map(facts.map((fact) => [fact.key, fact]));
    const checked: string[] = [];
    for (const { key, facts: value, made_us } of kept) {
      const { months, families, reach_us } = factOf.get(key)!;
      const end_us = spanOf(months, time_zone).to_us + reach_us;
      const runs = made_us < end_us;
      if (now_us >= made_us + (runs ? RUNNING_US : ENDED_US)) continue;
      if (!runs && families.some((family) => (earliest[family] ?? Number.POSITIVE_INFINITY) < end_us))
        continue;
      fresh.set(key, { facts: value, as_of_us: made_us });
      if (!runs) checked.push(key);
    }
    if (checked.length > 0) await source.factsChecked(checked, now_us);
    return fresh;
  }

  async #made<T>({ key, months, make }: Fact<T>): Promise<Known<T>> {
    const running = this.#making.get(key);
    if (running) return running as Promise<Known<T>>;
    const { source, clock, time_zone } = this.#options;
    const making = (async () => {
      const now_us = clock.now_us();
      const facts = await make(spanOf(months, time_zone), now_us);
      await source.saveFacts(key, facts, now_us);
      return { facts, as_of_us: now_us };
    })();
    this.#making.set(key, making);
    try {
      return await making;
    } finally {
      this.#making.delete(key);
    }
  }
}

async function requestFacts(
  { source, time_zone }: FactsOptions,
  borough: string | null,
  span: MonthSpan,
  now_us: number,
): Promise<RequestFacts> {
  const scoped = { borough, from_us: span.from_us, to_us: span.to_us };
  const days = daysOf(span, time_zone);
  const as_of_us = Math.min(span.to_us, now_us);
  const metrics = await source.metrics(borough, { from: days[0]!.date, to: days.at(-1)!.date });
  const backlog = await source.backlog(scoped, as_of_us, null);
  const services = (await source.backlog(scoped, as_of_us, 'service')).groups;
  const boroughs = borough === null ? (await source.backlog(scoped, as_of_us, 'borough')).groups : [];
  return {
    metrics,
    backlog,
    services,
    boroughs,
    created: await source.created(scoped),
    times: {
      service: await source.times(scoped, 'service'),
      borough: borough === null ? await source.times(scoped, 'borough') : [],
    },
    complaints: await source.complaints(scoped),
    days: await source.flowDays(
      scoped,
      days.map(({ from_us }) => from_us),
    ),
  };
}

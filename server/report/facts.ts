/**
 * What reports are made from. Counting a month reads hundreds of thousands of events, so it is done once and kept, and again when something
 * came late that lies in it, or the day after: what was settled in it may have been reopened since. What is kept outlives the events.
 */
import type { BacklogAnswer, BacklogGroup } from '../contract/backlog.ts';
import type { Family } from '../contract/event-types.ts';
import type { RequestMetrics } from '../contract/request-metrics.ts';
import type { Clock } from '../lib/clock.ts';
import type { CallFacts } from './call-facts.ts';
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
/** What is asked of the store. */
export interface ReportSource {
  calls(
    span: MonthSpan,
    days: readonly { readonly date: string; readonly from_us: number }[],
    as_of_us: number,
  ): Promise<CallFacts>;
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
  lateSince(since_us: number, families: readonly Family[], before_us: number): Promise<boolean>;
  readFacts(
    key: string,
  ): Promise<{ readonly facts: unknown; readonly made_us: number; readonly checked_us: number } | null>;
  saveFacts(key: string, facts: unknown, made_us: number): Promise<void>;
  factsChecked(key: string, at_us: number): Promise<void>;
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

export class ReportFacts {
  readonly #source: ReportSource;
  readonly #clock: Clock;
  readonly #time_zone: string;
  /** Those being made: two readers wait for the same. */
  readonly #making = new Map<string, Promise<Known<unknown>>>();

  constructor(options: { readonly source: ReportSource; readonly clock: Clock; readonly time_zone: string }) {
    this.#source = options.source;
    this.#clock = options.clock;
    this.#time_zone = options.time_zone;
  }

  beginnings(): Promise<Partial<Record<Family, number>>> {
    return this.#source.beginnings();
  }

  calls(month: string): Promise<Known<CallFacts>> {
    const months = { from: month, to: month };
    return this.#known('calls', months, ['call', 'counter'], CONTACT_US, (span, now_us) =>
      this.#source.calls(span, daysOf(months, this.#time_zone), now_us),
    );
  }

  channels(borough: string | null, months: Months): Promise<Known<ChannelFacts>> {
    return this.#known(`channels:${borough ?? 'city'}`, months, ['web', 'mail'], 0, async (span) => ({
      events: await this.#source.channelEvents({ ...span, borough }),
    }));
  }

  data(month: string): Promise<Known<DataFacts>> {
    const months = { from: month, to: month };
    const families: Family[] = ['call', 'counter', 'web', 'mail', 'request'];
    return this.#known('data', months, families, 0, async (span) => {
      const days_us = daysOf(months, this.#time_zone).map(({ from_us }) => from_us);
      const family_days = await this.#source.familyDays(span, days_us);
      return { family_days, refused: await this.#source.refused(span) };
    });
  }

  requests(borough: string | null, months: Months): Promise<Known<RequestFacts>> {
    return this.#known(`requests:${borough ?? 'city'}`, months, ['request'], 0, (span, now_us) =>
      this.#requestFacts(borough, span, now_us),
    );
  }

  /** One question after the other: what is live goes first on an embedded database. */
  async #requestFacts(borough: string | null, span: MonthSpan, now_us: number): Promise<RequestFacts> {
    const source = this.#source;
    const scoped = { borough, from_us: span.from_us, to_us: span.to_us };
    const days = daysOf(span, this.#time_zone);
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

  async #known<T>(
    what: string,
    months: Months,
    families: readonly Family[],
    reach_us: number,
    make: (span: MonthSpan, now_us: number) => Promise<T>,
  ): Promise<Known<T>> {
    const key = `${what}:${months.from}/${months.to}`;
    const running = this.#making.get(key);
    if (running) return running as Promise<Known<T>>;
    const span = spanOf(months, this.#time_zone);
    const making = (async () => {
      const now_us = this.#clock.now_us();
      const kept = await this.#source.readFacts(key);
      if (kept && (await this.#isFresh(key, kept, span.to_us + reach_us, families, now_us)))
        return { facts: kept.facts as T, as_of_us: kept.made_us };
      const facts = await make(span, now_us);
      await this.#source.saveFacts(key, facts, now_us);
      return { facts, as_of_us: now_us };
    })();
    this.#making.set(key, making);
    try {
      return await making;
    } finally {
      this.#making.delete(key);
    }
  }

  async #isFresh(
    key: string,
    kept: { readonly made_us: number; readonly checked_us: number },
    end_us: number,
    families: readonly Family[],
    now_us: number,
  ): Promise<boolean> {
    if (kept.made_us < end_us) return now_us < kept.made_us + RUNNING_US;
    if (families.includes('request') && now_us >= kept.made_us + ENDED_US) return false;
    if (await this.#source.lateSince(kept.checked_us - COMMIT_US, families, end_us)) return false;
    await this.#source.factsChecked(key, now_us);
    return true;
  }
}

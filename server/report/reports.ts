/** Monthly reports: made from facts, published once, and from then on only added to. */
import type { BilingualName } from '../contract/reference.ts';
import type { Report, ReportCell, ReportContent, ReportErratum, ReportListItem } from '../contract/report.ts';
import { localDate } from '../domain/office-hours.ts';
import { type Clock, isoOf } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { reportContent } from './build.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import { type Difference, differences } from './errata.ts';
import type { ReportFacts } from './facts.ts';
import { type ReportNames, type ReportScope, reportInput } from './input.ts';
import { addMonths, isMonth, type Month, spanOf } from './months.ts';
import { TEXT } from './text.ts';

export interface ReportKey {
  readonly month: Month;
  /** `city` or a borough's code. */
  readonly scope: string;
}
interface Seal {
  readonly content: string;
  readonly sha256: string;
  readonly sealed_us: number;
  readonly sealed_by: string;
}
interface KeptErratum {
  readonly section: string;
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly now: unknown;
  readonly seen_us: number;
}
/** Where published reports are kept. */
export interface SealStore {
  read(key: ReportKey): Promise<Seal | null>;
  list(): Promise<readonly (ReportKey & Omit<Seal, 'content'>)[]>;
  /** @returns false: it was published before */
  save(key: ReportKey, seal: Seal): Promise<boolean>;
  errata(key: ReportKey): Promise<readonly KeptErratum[]>;
  saveErrata(key: ReportKey, errata: readonly Omit<KeptErratum, 'seen_us'>[], seen_us: number): Promise<void>;
}

export interface ReportsOptions {
  readonly facts: ReportFacts;
  readonly seals: SealStore;
  readonly names: ReportNames;
  /** Of a borough of the city; undefined: it has none of that code. */
  readonly boroughName: (code: string) => BilingualName | undefined;
  readonly time_zone: string;
  readonly simulated: boolean;
  readonly clock: Clock;
}

const YEARS_MIN = 1970;

export class Reports {
  readonly #options: ReportsOptions;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** @throws VigieError 404 for a month that has not begun, or a borough that the city does not have */
  async report(key: ReportKey): Promise<Report> {
    const scope = this.#scope(key);
    const seal = await this.#options.seals.read(key);
    const now = await this.#content(key, scope);
    if (!seal) return { content: now, sha256: sha256(canonicalJson(now)), sealed: null, errata: [] };
    const content = JSON.parse(seal.content) as ReportContent;
    const sealed = { at: isoOf(seal.sealed_us), by: seal.sealed_by };
    return { content, sha256: seal.sha256, sealed, errata: await this.#errata(key, content, now) };
  }

  /** Publishes a report as it is now. @throws VigieError 409 when its month has not ended or it is published */
  async seal(key: ReportKey, by: string): Promise<Report> {
    const scope = this.#scope(key);
    const { clock, seals, time_zone } = this.#options;
    if (clock.now_us() < spanOf({ from: key.month, to: key.month }, time_zone).to_us)
      throw new VigieError(
        'month_not_ended',
        `${key.month} has not ended: a report is sealed after its month.`,
        {
          status: 409,
        },
      );
    const content = canonicalJson(await this.#content(key, scope));
    const seal = { content, sha256: sha256(content), sealed_us: clock.now_us(), sealed_by: by };
    if (!(await seals.save(key, seal)))
      throw new VigieError(
        'report_sealed',
        'This report is sealed already; what came since is in its errata.',
        {
          status: 409,
        },
      );
    return this.report(key);
  }

  /** The newest first: every month since the records begin, of one scope. */
  async list(scope_id: string): Promise<ReportListItem[]> {
    const scope = this.#scope({ month: '1970-01', scope: scope_id });
    const { facts, seals, clock, time_zone } = this.#options;
    const begins = Object.values(await facts.beginnings());
    if (begins.length === 0) return [];
    const sealed = new Map(
      (await seals.list()).filter((seal) => seal.scope === scope.id).map((seal) => [seal.month, seal]),
    );
    const first = localDate(Math.min(...begins), time_zone).slice(0, 7);
    const running = localDate(clock.now_us(), time_zone).slice(0, 7);
    const items: ReportListItem[] = [];
    for (let month = running; month >= first; month = addMonths(month, -1)) {
      const seal = sealed.get(month);
      items.push({
        month,
        scope: scope.id,
        ended: month < running,
        sealed: seal ? { at: isoOf(seal.sealed_us), by: seal.sealed_by } : null,
        sha256: seal?.sha256 ?? null,
      });
    }
    return items;
  }

  async #content({ month }: ReportKey, scope: ReportScope): Promise<ReportContent> {
    const { clock, time_zone } = this.#options;
    const now_us = clock.now_us();
    const year = Number(month.slice(0, 4));
    if (year <= YEARS_MIN || spanOf({ from: month, to: month }, time_zone).from_us > now_us)
      throw new VigieError('report_unknown', `${month} has not begun, or lies before all records.`, {
        status: 404,
      });
    return reportContent(await reportInput(this.#options, { month, scope, now_us }));
  }

  #scope({ month, scope }: ReportKey): ReportScope {
    if (!isMonth(month))
      throw new VigieError('bad_parameter', 'The month must be like 2026-10.', { status: 400 });
    if (scope === 'city') return { id: 'city', borough: null, name: TEXT.city };
    const name = this.#options.boroughName(scope);
    if (!name) {
      const message = `There is no borough ${JSON.stringify(scope.slice(0, 20))}; scope is city or a borough's code.`;
      throw new VigieError('unknown_scope', message, { status: 404 });
    }
    return { id: scope, borough: scope, name };
  }

  /** Those found now and those found before; one whose figure is again what was published stays, with both the same. */
  async #errata(key: ReportKey, sealed: ReportContent, now: ReportContent): Promise<ReportErratum[]> {
    const { seals, clock } = this.#options;
    const found = differences(sealed, now);
    await seals.saveErrata(
      key,
      found.map(({ section, table, row, column, now: cell }) => ({ section, table, row, column, now: cell })),
      clock.now_us(),
    );
    const kept = new Map((await seals.errata(key)).map((erratum) => [placeOf(erratum), erratum]));
    return found.map((difference) => ({
      ...difference,
      now: (kept.get(placeOf(difference))?.now as ReportCell | null | undefined) ?? difference.now,
      seen_at: isoOf(kept.get(placeOf(difference))?.seen_us ?? clock.now_us()),
    }));
  }
}
const placeOf = ({
  section,
  table,
  row,
  column,
}: Pick<Difference, 'section' | 'table' | 'row' | 'column'>): string =>
  JSON.stringify([section, table, row, column]);

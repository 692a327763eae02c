/** Joins the parts that keep requests: the city's promises, their records, the deadline clock. `main.ts` starts them. */
import { CATALOGUE } from '../seeds/reference/index.ts';
import type { Catalogue } from './contract/catalogue.ts';
import { CityRules } from './domain/deadline-rules.ts';
import type { HolidayCalendar } from './domain/holidays.ts';
import type { Clock } from './lib/clock.ts';
import type { Logger } from './lib/logger.ts';
import { DeadlineClock } from './live/deadline-clock.ts';
import { PromiseWatch } from './live/promises.ts';
import { catalogueRevision, readCatalogue, saveCatalogue } from './store/catalogue.ts';
import type { Database } from './store/database.ts';
import type { EventStore } from './store/events.ts';
import type { CommittedBatch } from './store/events.types.ts';
import { readProgress, saveProgress } from './store/progress.ts';
import { RequestUpkeep } from './store/request-upkeep.ts';
import { RequestRecords } from './store/requests.ts';
import type { Sources } from './store/sources.ts';

/** By which revision of the promises all open requests were counted. */
const COUNTED = 'promises';

export interface RequestPartsOptions {
  readonly db: Database;
  readonly time_zone: string;
  readonly holidays: HolidayCalendar;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly server_id: string;
}

export class RequestParts {
  readonly #options: RequestPartsOptions;
  readonly #started: { catalogue: Catalogue & { revision: number }; rules: CityRules };
  #records: RequestRecords | undefined;

  /** Adds what the seeds know and the city does not say, and reads the promises. */
  static async load(options: RequestPartsOptions): Promise<RequestParts> {
    await saveCatalogue(options.db, CATALOGUE, { replace: false });
    const parts = new RequestParts(options, await readCatalogue(options.db));
    return parts;
  }

  private constructor(options: RequestPartsOptions, catalogue: Catalogue & { revision: number }) {
    this.#options = options;
    this.#started = { catalogue, rules: this.#rulesOf(catalogue) };
  }

  #rulesOf(catalogue: Catalogue): CityRules {
    const { time_zone, holidays } = this.#options;
    return new CityRules({ catalogue, time_zone, holidays });
  }

  /** The promises as they are now. */
  get catalogue(): Catalogue {
    return this.#started.catalogue;
  }
  get rules(): CityRules {
    return this.#started.rules;
  }

  /** For the event store, which keeps records in its transactions. */
  records(sources: Sources): RequestRecords {
    this.#records = new RequestRecords({ rules: () => this.rules, sources: () => sources.ids });
    return this.#records;
  }

  /** The services that change records without an event; to be started once the state is live. */
  services(
    store: EventStore,
    onChange: (batch: CommittedBatch) => unknown,
  ): { deadlines: DeadlineClock; promises: PromiseWatch } {
    const { db, clock, logger, server_id } = this.#options;
    if (!this.#records) throw new Error('the store does not keep records');
    const upkeep = new RequestUpkeep({
      db,
      records: this.#records,
      server_id,
      number: () => store.takeNumber(),
    });
    const promises = new PromiseWatch({
      loaded: this.#started.catalogue.revision,
      source: {
        revision: () => catalogueRevision(db),
        load: () => this.#reload(),
        counted: async () => numberOrNull(await readProgress(db, COUNTED)),
        setCounted: (revision) => saveProgress(db, COUNTED, revision),
        again: () => upkeep.again(() => clock.now_us()),
      },
      onCounted: onChange,
      logger,
    });
    return { deadlines: new DeadlineClock({ source: upkeep, onTold: onChange, clock, logger }), promises };
  }

  async #reload(): Promise<number> {
    const catalogue = await readCatalogue(this.#options.db);
    this.#started.catalogue = catalogue;
    this.#started.rules = this.#rulesOf(catalogue);
    return catalogue.revision;
  }
}

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

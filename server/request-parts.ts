/** Joins the parts that keep requests: the city's promises, their records, the deadline clock. `main.ts` starts them. */
import { GROUND } from '../seeds/reference/ground.ts';
import { CATALOGUE } from '../seeds/reference/index.ts';
import type { Catalogue, CatalogueImpact } from './contract/catalogue.ts';
import type { GroundCollection, GroundFeature, MapGround } from './contract/map.ts';
import type { BilingualName } from './contract/reference.ts';
import type { Boundary } from './domain/boundary.ts';
import { CityRules } from './domain/deadline-rules.ts';
import type { HolidayCalendar } from './domain/holidays.ts';
import { TerritoryMap } from './domain/territory-map.ts';
import type { Clock } from './lib/clock.ts';
import type { Logger } from './lib/logger.ts';
import { DeadlineClock } from './live/deadline-clock.ts';
import { PromiseWatch } from './live/promises.ts';
import {
  catalogueRevision,
  readCatalogue,
  type StoredCatalogue,
  saveCatalogue,
  type TerritoryShape,
  territories,
} from './store/catalogue.ts';
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

/** The promises as they were read last. */
interface Known {
  readonly catalogue: StoredCatalogue;
  readonly rules: CityRules;
  readonly territories: TerritoryMap;
  /** The city's own boundaries, as the map draws them; null: none were given. */
  readonly drawn: GroundCollection | null;
}

export class RequestParts {
  readonly #options: RequestPartsOptions;
  #known: Known;
  #records: RequestRecords | undefined;
  #sources: Sources | undefined;
  #upkeep: RequestUpkeep | undefined;

  /** Adds what the seeds know and the city does not say, and reads the promises. */
  static async load(options: RequestPartsOptions): Promise<RequestParts> {
    await saveCatalogue(options.db, CATALOGUE, { replace: false });
    return new RequestParts(options, await readKnown(options));
  }

  private constructor(options: RequestPartsOptions, known: Known) {
    this.#options = options;
    this.#known = known;
  }

  /** The promises as they are now. */
  get catalogue(): StoredCatalogue {
    return this.#known.catalogue;
  }
  get rules(): CityRules {
    return this.#known.rules;
  }
  get territories(): TerritoryMap {
    return this.#known.territories;
  }
  get boundaries(): GroundCollection | null {
    return this.#known.drawn;
  }
  /** Name of a unit, also of one that a borough has for itself: `VM-voirie`. */
  unitName(id: string): BilingualName | undefined {
    const { units } = this.#known.catalogue;
    return units.find((unit) => unit.id === id || unit.id === id.slice(id.indexOf('-') + 1))?.name;
  }

  /** For the event store, which keeps records in its transactions. */
  records(sources: Sources): RequestRecords {
    this.#sources = sources;
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
    this.#upkeep = upkeep;
    const promises = new PromiseWatch({
      loaded: this.#known.catalogue.revision,
      source: {
        revision: () => catalogueRevision(db),
        load: () => this.reload(),
        counted: async () => numberOrNull(await readProgress(db, COUNTED)),
        setCounted: (revision) => saveProgress(db, COUNTED, revision),
        again: () => upkeep.again(() => clock.now_us()),
      },
      onCounted: onChange,
      logger,
    });
    return { deadlines: new DeadlineClock({ source: upkeep, onTold: onChange, clock, logger }), promises };
  }

  /** What open requests would become by other promises. */
  impact(catalogue: Catalogue): Promise<CatalogueImpact> {
    const { time_zone, holidays, clock } = this.#options;
    const [upkeep, sources] = [this.#upkeep, this.#sources];
    if (!upkeep || !sources) throw new Error('the store does not keep records');
    const rules = new CityRules({ catalogue, time_zone, holidays });
    const records = new RequestRecords({ rules: () => rules, sources: () => sources.ids });
    return upkeep.impact(records, clock.now_us());
  }

  /** Reads the promises anew. @returns their revision */
  async reload(): Promise<number> {
    this.#known = await readKnown(this.#options);
    return this.#known.catalogue.revision;
  }
}

async function readKnown({ db, time_zone, holidays }: RequestPartsOptions): Promise<Known> {
  const catalogue = await readCatalogue(db);
  const shapes = (await territories(db)).filter(hasBoundary);
  return {
    catalogue,
    rules: new CityRules({ catalogue, time_zone, holidays }),
    territories: new TerritoryMap(shapes),
    drawn: shapes.length === 0 ? null : { type: 'FeatureCollection', features: shapes.map(featureOf) },
  };
}
const featureOf = ({ code, name, geometry }: Bounded): GroundFeature => ({
  type: 'Feature',
  geometry:
    geometry.type === 'MultiPolygon'
      ? geometry
      : { type: 'MultiPolygon', coordinates: [geometry.coordinates] },
  properties: { code, name_fr: name.fr, name_en: name.en },
});
type Bounded = TerritoryShape & { readonly geometry: Boundary };
/** An approximate area says of no place that it lies outside. */
const hasBoundary = (shape: TerritoryShape): shape is Bounded =>
  shape.geometry !== null && !shape.approximate;

const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** The ground of the map: approximate areas until the city has given its boundaries. The same object as long as nothing changes. */
export function groundOf(parts: RequestParts, style: string | null): () => MapGround {
  let shown: GroundCollection | null | undefined;
  let ground: MapGround = { ...GROUND, style };
  return () => {
    const { boundaries } = parts;
    if (boundaries !== shown) {
      shown = boundaries;
      ground = { ...GROUND, style, ...(boundaries && { territories: boundaries, approximate: false }) };
    }
    return ground;
  };
}

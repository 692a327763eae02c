/** What the city promises, from the JSON files beside: the same files that `vigie reference load` takes. */
import type {
  CalendarDefinition,
  Catalogue,
  DeadlinePolicy,
  ServiceDefinition,
  Territory,
  Unit,
} from '../../server/contract/catalogue.ts';
import boroughsFile from './boroughs.json' with { type: 'json' };
import calendarsFile from './calendars.json' with { type: 'json' };
import policiesFile from './policies.json' with { type: 'json' };
import servicesFile from './services.json' with { type: 'json' };
import unitsFile from './units.json' with { type: 'json' };

type Place = Omit<Territory, 'kind'>;
const territoryOf =
  (kind: Territory['kind']) =>
  ({ code, name, population }: Place): Territory => ({ code, kind, name, population });
type ServiceEntry = Omit<ServiceDefinition, 'retired'>;

export const CATALOGUE: Catalogue = {
  territories: [
    ...boroughsFile.boroughs.map(territoryOf('borough')),
    ...boroughsFile.linked_cities.map(territoryOf('linked_city')),
  ],
  units: unitsFile.units satisfies readonly Unit[],
  // What JSON cannot say to the compiler is checked by a test, with the check that a city's own files pass.
  calendars: calendarsFile.calendars as readonly CalendarDefinition[],
  policies: policiesFile.policies as readonly DeadlinePolicy[],
  services: (servicesFile.services as readonly ServiceEntry[]).map((service) => ({
    ...service,
    retired: false,
  })),
};

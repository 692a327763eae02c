/** A file in the shape of the City of Montréal's open data « Requêtes 311 »: its columns, its spellings, and about what its rows say. */
import { CATALOGUE } from '../../seeds/reference/index.ts';
import { uniform } from '../domain/random.ts';

const HEADER =
  'ID_UNIQUE,NATURE,ACTI_NOM,TYPE_LIEU_INTERV,RUE,RUE_INTERSECTION1,RUE_INTERSECTION2,LOC_ERREUR_GDT,ARRONDISSEMENT,ARRONDISSEMENT_GEO,LIN_CODE_POSTAL,DDS_DATE_CREATION,PROVENANCE_ORIGINALE,PROVENANCE_TELEPHONE,PROVENANCE_COURRIEL,PROVENANCE_PERSONNE,PROVENANCE_COURRIER,PROVENANCE_TELECOPIEUR,PROVENANCE_INSTANCE,PROVENANCE_MOBILE,PROVENANCE_MEDIASOCIAUX,PROVENANCE_SITEINTERNET,UNITE_RESP_PARENT,LOC_LONG,LOC_LAT,LOC_X,LOC_Y,DERNIER_STATUT,DATE_DERNIER_STATUT';
const FROM_MS = Date.UTC(2025, 0, 1);
const YEAR_MS = 365 * 86_400_000;
const DAY_MS = 86_400_000;
/** Answered at once: without id, place and status. */
const INFORMATION_SHARE = 0.46;
const NATURES = ['Requete', 'Requete', 'Requete', 'Plainte', 'Commentaire'];
const STATUSES = [
  ...Array<string>(14).fill('Terminée'),
  'Refusée',
  'Annulée',
  'Supprimée',
  'Acceptée',
  'Prise en charge',
  'Transmise pour traitement',
  'Réactivée',
];
/** Names, and the place of each in the columns that count requesters. */
const ORIGINS = [
  ['Téléphone', 0],
  ['Internet', 8],
  ['Mobile', 6],
  ['Courriel', 1],
] as const;
const ORIGIN_COLUMNS = 9;
const STREETS = ['rue Fabre', 'boulevard Crémazie', 'avenue du Parc', "rue D'Iberville", 'rue Notre-Dame'];
const BOROUGHS = CATALOGUE.territories.filter(({ kind }) => kind === 'borough').map(({ name }) => name.fr);
const SERVICES = CATALOGUE.services.map(({ name }) => name.fr);

type Random = () => number;
const oneOf = <T>(values: readonly T[], random: Random): T => values[Math.floor(random() * values.length)]!;
/** Local time without an offset, as the file has it. */
const localText = (time_ms: number): string => new Date(time_ms).toISOString().slice(0, 19);
const quoted = (text: string): string => (text.includes(',') ? `"${text}"` : text);

function rowOf(id: string, created_ms: number, random: Random): string {
  const information = random() < INFORMATION_SHARE;
  const borough = oneOf(BOROUGHS, random);
  const [origin, origin_column] = oneOf(ORIGINS, random);
  const at_address = random() < 0.6;
  const street = oneOf(STREETS, random);
  const counts = Array.from({ length: ORIGIN_COLUMNS }, (_, column) => Number(column === origin_column));
  const told = (...texts: string[]): string[] => texts.map((text) => (information ? '' : text));
  return [
    ...told(id),
    information ? 'Information' : oneOf(NATURES, random),
    oneOf(SERVICES, random),
    ...told(at_address ? 'Adresse' : 'Intersection', at_address ? street : '', at_address ? '' : street),
    ...told(at_address ? '' : oneOf(STREETS, random), '0'),
    // Who is assigned, and where it is: one file spells the same borough in two ways, and its unit in a third.
    borough.replaceAll('–', ' - '),
    ...told(borough.replaceAll('–', '-'), at_address ? 'H2N1L5' : ''),
    localText(created_ms),
    origin,
    ...counts.map(String),
    ...told(borough.replaceAll('–', ' - ').toUpperCase()),
    ...told(
      (-73.9 + random() * 0.4).toFixed(7),
      (45.42 + random() * 0.28).toFixed(7),
      '293606.04',
      '5044401.86',
    ),
    ...told(oneOf(STATUSES, random), localText(created_ms + random() ** 2 * 60 * DAY_MS)),
  ]
    .map(quoted)
    .join(',');
}

/** Always the same file, as text: a year of requests, ordered by their ids as texts, as the City's are. */
export function montreal311File(rows: number): string {
  const random = uniform(311);
  const numbers = Array.from({ length: rows }, (_, index) => String(index + 1)).sort();
  const lines = numbers.map((number) =>
    rowOf(`25-${number}`, FROM_MS + (Number(number) / rows) * YEAR_MS, random),
  );
  return `${[HEADER, ...lines].join('\n')}\n`;
}

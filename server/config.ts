/**
 * Every setting: name, type, default, meaning. The environment, `vigie doctor` and the README come from this table.
 * A value that cannot be used stops the start, with the variable's name and what it should have been.
 */
import { VigieError } from './lib/errors.ts';

/** A setting as the help shows it. */
export interface Setting {
  /** Name of the environment variable. */
  readonly name: string;
  readonly type: string;
  /** As it would be written in the environment; empty when there is none. */
  readonly default: string;
  readonly meaning: string;
  /** Never to be printed. */
  readonly secret: boolean;
}
interface TypedSetting<T> extends Setting {
  /** Throws an Error whose message completes "PORT …". */
  readonly read: (text: string) => T;
  readonly fallback: T;
}

function define<T>(
  name: string,
  type: string,
  fallback: T,
  meaning: string,
  read: (text: string) => T,
  secret = false,
): TypedSetting<T> {
  const shown =
    fallback === null ? '' : typeof fallback === 'boolean' ? (fallback ? '1' : '0') : String(fallback);
  return { name, type, default: shown, meaning, secret, read, fallback };
}
function fail(expected: string): never {
  throw new Error(`must be ${expected}`);
}

function integer(name: string, fallback: number, min: number, max: number, meaning: string) {
  const type = `integer ${min}–${max}`;
  return define<number>(name, type, fallback, meaning, (text) => {
    const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : fail(`an integer from ${min} to ${max}`);
  });
}
function decimal(name: string, fallback: number, min: number, max: number, meaning: string) {
  const type = `number ${min}–${max}`;
  return define<number>(name, type, fallback, meaning, (text) => {
    const value = /^\d+(\.\d+)?$|^\.\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : fail(`a number from ${min} to ${max}`);
  });
}
function flag(name: string, fallback: boolean, meaning: string) {
  return define<boolean>(name, '0 or 1', fallback, meaning, (text) => {
    const value = text.toLowerCase();
    if (['1', 'true', 'yes', 'on'].includes(value)) return true;
    if (['0', 'false', 'no', 'off'].includes(value)) return false;
    return fail('1 (yes) or 0 (no)');
  });
}
function oneOf<const V extends string>(name: string, values: readonly V[], fallback: V, meaning: string) {
  return define<V>(name, values.join(' | '), fallback, meaning, (text) => {
    return values.find((value) => value === text.toLowerCase()) ?? fail(`one of ${values.join(', ')}`);
  });
}

function readHost(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : fail('a host name or an address, such as 127.0.0.1 or 0.0.0.0');
}
function readDatabaseUrl(text: string): string {
  return /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? '')
    ? text
    : fail('a URL such as postgres://user:password@host:5432/vigie');
}
function readHttpUrl(text: string): string {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? '')
    ? text.replace(/\/+$/, '')
    : fail('a URL such as http://localhost:3110');
}
function readStyle(text: string): string {
  const fits = /^\/(?!\/)\S*$/.test(text) || /^https?:$/.test(URL.parse(text)?.protocol ?? '');
  return fits ? text : fail('a URL or a path on this server, such as /tiles/style.json');
}
function readTimeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return fail('an IANA time zone, such as America/Toronto');
  }
}
function readKey(text: string): string {
  return /^[\x21-\x7e]{1,256}$/.test(text) ? text : fail('1 to 256 visible ASCII characters, without spaces');
}

const TABLE = {
  port: integer('PORT', 3110, 0, 65_535, 'TCP port of the server; 0 takes any free one'),
  host: define('HOST', 'host', '127.0.0.1', 'Address to listen on; 0.0.0.0 for every network', readHost),
  database_url: define<string | null>(
    'DATABASE_URL',
    'URL',
    null,
    'TimescaleDB server; without it the embedded database under VIGIE_DATA',
    readDatabaseUrl,
    true,
  ),
  data_dir: define(
    'VIGIE_DATA',
    'path',
    './data',
    'Folder of the embedded database and its journal',
    (text) => text,
  ),
  time_zone: define(
    'VIGIE_TIME_ZONE',
    'IANA time zone',
    'America/Toronto',
    "The city's time zone: local days, office hours",
    readTimeZone,
  ),
  url: define(
    'VIGIE_URL',
    'URL',
    'http://localhost:3110',
    'Server that the command line and the importers talk to',
    readHttpUrl,
  ),
  ingest_key: define<string | null>(
    'VIGIE_INGEST_KEY',
    'text',
    null,
    'Bootstrap key: may send every event, read everything and manage keys',
    readKey,
    true,
  ),
  public_read: flag('VIGIE_PUBLIC_READ', false, 'Anybody who reaches the server may read, without a key'),
  map_style: define<string | null>(
    'VIGIE_MAP_STYLE',
    'URL or path',
    null,
    "MapLibre style of the city's own map, instead of the shore built in",
    readStyle,
  ),
  chromium: define<string | null>(
    'VIGIE_CHROMIUM',
    'path',
    null,
    'Browser that prints reports as PDF; an installed Chromium or Chrome is found without it',
    (text) => text,
  ),
  demo: flag('VIGIE_DEMO', false, 'Run the simulated city and say so on every screen'),
  log_level: oneOf(
    'VIGIE_LOG_LEVEL',
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    'info',
    'Least level that is logged',
  ),
  city_size: decimal('VIGIE_CITY_SIZE', 1, 0.001, 100, "Size of the simulated city; 1 is Montréal's"),
  city_seed: integer(
    'VIGIE_CITY_SEED',
    311,
    0,
    4_294_967_295,
    'Seed of the simulated city: one seed, one history',
  ),
  call_limit_min: integer(
    'VIGIE_CALL_LIMIT_MIN',
    240,
    1,
    10_080,
    'A call without an end is closed by rule after this long, minutes',
  ),
  flush_rows_max: integer('VIGIE_FLUSH_ROWS_MAX', 4_000, 1, 100_000, 'Most events in one transaction'),
  pending_rows_max: integer(
    'VIGIE_PENDING_ROWS_MAX',
    40_000,
    1,
    10_000_000,
    'Most events that wait for a transaction; beyond it the server answers 429',
  ),
  retention_days: integer(
    'VIGIE_RETENTION_DAYS',
    800,
    32,
    36_500,
    'Events are kept this long, days; aggregates stay',
  ),
  request_retention_days: integer(
    'VIGIE_REQUEST_RETENTION_DAYS',
    3_653,
    32,
    36_500,
    'Records of settled requests are kept, days',
  ),
  rejected_retention_days: integer(
    'VIGIE_REJECTED_RETENTION_DAYS',
    90,
    1,
    3_650,
    'Rejected events are kept, days',
  ),
  public_url: define<string | null>(
    'VIGIE_PUBLIC_URL',
    'URL',
    null,
    'Address by which the world knows this server, for the Open311 discovery page; without it the one that was asked',
    readHttpUrl,
  ),
  jurisdiction_id: define<string | null>(
    'VIGIE_JURISDICTION_ID',
    'text',
    null,
    "The city's jurisdiction_id in Open311, such as montreal.ca; others get 404. Without it any is taken",
    readKey,
  ),
  contact: define<string | null>(
    'VIGIE_CONTACT',
    'text',
    null,
    'How to reach you and to get a key, for the Open311 discovery page',
    (text) => text,
  ),
} as const satisfies Record<string, TypedSetting<unknown>>;

/** The settings of a server, read and checked. */
export type Config = {
  readonly [K in keyof typeof TABLE]: (typeof TABLE)[K] extends TypedSetting<infer T> ? T : never;
};

/** Every setting with its help, in the order in which the help prints them. */
export const SETTINGS: readonly Setting[] = Object.values(TABLE);

/**
 * Reads the settings from the environment. An empty variable is the same as none.
 * @throws VigieError `bad_setting` that names every variable that cannot be used, and what it should have been.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = [];
  const entries = Object.entries(TABLE).map(([key, setting]) => {
    const text = env[setting.name]?.trim() ?? '';
    if (text === '') return [key, setting.fallback];
    try {
      return [key, setting.read(text)];
    } catch (error) {
      const shown = setting.secret ? '' : `, not ${JSON.stringify(text.slice(0, 80))}`;
      faults.push(`${setting.name} ${error instanceof Error ? error.message : String(error)}${shown}`);
      return [key, setting.fallback];
    }
  });
  if (faults.length > 0) throw new VigieError('bad_setting', faults.join('; '));
  return Object.fromEntries(entries) as Config;
}

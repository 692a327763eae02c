/** What the strip of breaches shows: the newest first, each breach once, those that were withdrawn told as such; and which are news. */
import type { BreachState } from '#contract/requests.ts';

export interface BreachRow {
  /** Of the moment that was passed: the same when it is withdrawn. */
  readonly moment: string;
  readonly request: string;
  readonly kind: BreachState['kind'];
  readonly service: string | null;
  readonly borough: string | null;
  readonly at_ms: number;
  readonly withdrawn: boolean;
}

/** As many as the topic holds: with so many, older ones of the same day are not counted. */
export const BREACHES_MAX = 500;
/** For so long a breach is marked as new. */
export const NEW_FOR_MS = 120_000;

const momentOf = ({ number, kind, at }: BreachState): string => `${number} ${kind} ${at}`;
/** The last part of an id counts how often its moment was told or withdrawn. */
const turnOf = ({ id }: BreachState): number => Number(id.slice(id.lastIndexOf('-') + 1)) || 0;
const isLater = (item: BreachState, known: BreachState): boolean =>
  item.recorded_at === known.recorded_at
    ? turnOf(item) > turnOf(known)
    : item.recorded_at > known.recorded_at;

/** Of each moment what was told last: a breach that was withdrawn, or came back, stands once. */
export function breachRows(items: Iterable<BreachState>): BreachRow[] {
  const latest = new Map<string, BreachState>();
  for (const item of items) {
    if (item.what === 'warning') continue;
    const known = latest.get(momentOf(item));
    if (!known || isLater(item, known)) latest.set(momentOf(item), item);
  }
  return [...latest]
    .sort(([, a], [, b]) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.number - b.number))
    .map(([moment, { request, kind, service, borough, at, what }]) => ({
      ...{ moment, request, kind, service, borough },
      at_ms: Date.parse(at),
      withdrawn: what === 'withdrawal',
    }));
}

/** Tells what has changed since it was asked last. What was there when a screen was opened is no news. */
export class BreachNews {
  /** By moment, whether it was withdrawn; null until a first state has been seen. */
  #seen: ReadonlyMap<string, boolean> | null = null;

  /** @param rows all that stands now, of a topic that is loaded */
  take(rows: readonly BreachRow[]): BreachRow[] {
    const seen = this.#seen;
    this.#seen = new Map(rows.map(({ moment, withdrawn }) => [moment, withdrawn]));
    return seen === null ? [] : rows.filter(({ moment, withdrawn }) => seen.get(moment) !== withdrawn);
  }
}

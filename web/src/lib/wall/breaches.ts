/** What the strip of breaches shows: the newest first, each breach once, those that were withdrawn told as such. */
import type { BreachState } from '#contract/requests.ts';

export interface BreachRow {
  readonly id: string;
  readonly request: string;
  readonly kind: BreachState['kind'];
  readonly service: string | null;
  readonly borough: string | null;
  readonly at_ms: number;
  readonly withdrawn: boolean;
}

const momentOf = ({ number, kind, at }: BreachState): string => `${number} ${kind} ${at}`;

/** @param count at most so many rows */
export function breachRows(items: Iterable<BreachState>, count: number): BreachRow[] {
  const newest = new Map<string, BreachState>();
  for (const item of items) {
    if (item.what === 'warning') continue;
    const key = momentOf(item);
    const known = newest.get(key);
    // Of a breach that was withdrawn, or came back, what was told last.
    if (!known || known.recorded_at < item.recorded_at || turnOf(known) < turnOf(item)) newest.set(key, item);
  }
  return [...newest.values()]
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.number - b.number))
    .slice(0, count)
    .map(({ id, request, kind, service, borough, at, what }) => ({
      id,
      request,
      kind,
      service,
      borough,
      at_ms: Date.parse(at),
      withdrawn: what === 'withdrawal',
    }));
}

/** The last part of an id counts how often its moment was told or withdrawn. */
const turnOf = ({ id }: BreachState): number => Number(id.slice(id.lastIndexOf('-') + 1)) || 0;

/** What a request hangs together with: merged requests, and those that come again after one was said to be done. */
import { definitionRef } from '../contract/definitions.ts';
import type { RequestLink } from '../contract/requests.ts';
import { boxAround, CELL_M, type Place, snap } from '../domain/place.ts';
import { REPEAT_M, REPEAT_US, type RepeatCandidate, repeats } from '../domain/repeat.ts';
import type { NearQuestion, NearRow, RequestLinkRow } from '../store/request-links.ts';
import type { RequestListRow } from '../store/request-query.ts';
import { momentOf, type RequestLinks, type Viewer } from './view.ts';

/** What is asked of the store. */
export interface LinkSource {
  mergedChain(id: string, into: string): Promise<readonly RequestLinkRow[]>;
  mergedHere(id: string): Promise<readonly RequestLinkRow[]>;
  near(question: NearQuestion): Promise<readonly NearRow[]>;
}

const REPEATS_SHOWN = 50;

export async function linksOf(
  row: RequestListRow,
  source: LinkSource,
  viewer: Viewer,
): Promise<RequestLinks> {
  const { id, merged_into } = row;
  const [chain, here, repeats] = await Promise.all([
    merged_into === null ? [] : source.mergedChain(id, merged_into),
    source.mergedHere(id),
    repeatsOf(row, source, viewer),
  ]);
  return { merged_chain: chain.map(linkOf), merged_here: here.map(linkOf), repeats };
}

/**
 * To a reader who may not know the places they are the snapped ones: by the true ones, a few requests posted around a dwelling would
 * find it, however coarsely the answers put it.
 */
async function repeatsOf(
  row: RequestListRow,
  source: LinkSource,
  { sees_places }: Viewer,
): Promise<RequestLinks['repeats']> {
  const answer = { definition: definitionRef('repeat'), places: sees_places ? 'exact' : 'snapped' } as const;
  const own = candidateOf(row, sees_places);
  const near = own.place === null ? [] : await source.near(nearQuestion(row, own.place, sees_places));
  const candidates = near.map((other) => ({ other, it: candidateOf(other, sees_places) }));
  const earlier = candidates.filter(({ it }) => repeats(own, it)).map(({ other }) => other);
  const later = candidates.filter(({ it }) => repeats(it, own)).map(({ other }) => other);
  const [of] = earlier.sort((a, b) => b.settled_us! - a.settled_us! || b.number - a.number);
  later.sort((a, b) => a.created_us! - b.created_us! || a.number - b.number);
  return { ...answer, of: of ? linkOf(of) : null, by: later.slice(0, REPEATS_SHOWN).map(linkOf) };
}

type Placed = Pick<
  RequestListRow,
  'service' | 'longitude' | 'latitude' | 'created_us' | 'settled_us' | 'resolution'
>;
function candidateOf(row: Placed, sees_places: boolean): RepeatCandidate {
  const { service, longitude, latitude, created_us, settled_us, resolution } = row;
  const place = longitude === null || latitude === null ? null : { longitude, latitude };
  const seen = place === null || sees_places ? place : snap(place);
  return { service, place: seen, created_us, settled_us, resolution };
}

/** Everything that may repeat it or be repeated by it. Where places are snapped, they lie up to a cell from where they are shown. */
function nearQuestion(row: RequestListRow, place: Place, sees_places: boolean): NearQuestion {
  const { number, service, created_us, settled_us, resolution } = row;
  const radius_m = REPEAT_M + (sees_places ? 0 : CELL_M);
  return {
    number,
    service,
    box: boxAround({ ...place, radius_m }),
    done: created_us === null ? null : [created_us - REPEAT_US, created_us],
    created: resolution === 'done' && settled_us !== null ? [settled_us, settled_us + REPEAT_US] : null,
  };
}

const linkOf = ({
  id,
  number,
  status,
  open,
  merged_into,
  created_us,
  settled_us,
}: RequestLinkRow): RequestLink => ({
  id,
  number,
  status,
  open,
  merged_into,
  created_at: momentOf(created_us),
  settled_at: momentOf(settled_us),
});

/** Records of requests as readers see them: in short, and whole with deadlines that explain themselves. */
import type { BilingualName } from '../contract/reference.ts';
import type { DeadlineView, LedgerSegment, RequestDetail, RequestSummary } from '../contract/requests.ts';
import { countedUntil, ledger, type Segment } from '../domain/deadline.ts';
import { snap } from '../domain/place.ts';
import { foldRequest, type RequestEvent } from '../domain/request.ts';
import { type Deadline, type DeadlineRules, deadlinesOf } from '../domain/request-deadlines.ts';
import { isoOf } from '../lib/clock.ts';
import type { RequestListRow } from '../store/request-query.ts';
import { type CityKnowledge, doubtsOf } from './doubts.ts';

/** Who looks, and when. */
export interface Viewer {
  readonly now_us: number;
  /** May know the place itself, the address and what the citizen wrote; to others places are snapped. */
  readonly sees_places: boolean;
}
export type Language = keyof BilingualName;

/** An event of a request, with the number of its source. */
export type SourcedEvent = RequestEvent & { readonly source_id: number };

export const isOverdue = (
  { open, due_us }: Pick<RequestListRow, 'open' | 'due_us'>,
  now_us: number,
): boolean => open && due_us !== null && due_us <= now_us;

export const momentOf = (time_us: number | null): string | null => (time_us === null ? null : isoOf(time_us));

type Placed = { readonly longitude: number | null; readonly latitude: number | null };

function placeFor({ longitude, latitude }: Placed, viewer: Viewer): Placed {
  if (longitude === null || latitude === null) return { longitude: null, latitude: null };
  return viewer.sees_places ? { longitude, latitude } : snap({ longitude, latitude });
}

export function summaryOf(row: RequestListRow, viewer: Viewer): RequestSummary {
  const { id, number, status, open, service, nature, channel, borough, place_borough, unit } = row;
  const { resolution, reopened, requesters, merged_into, work_order, published } = row;
  return {
    id,
    number,
    status,
    open,
    service,
    nature,
    channel,
    borough,
    place_borough,
    unit,
    ...placeFor(row, viewer),
    created_at: momentOf(row.created_us),
    updated_at: isoOf(row.updated_us),
    due_at: momentOf(row.due_us),
    overdue: isOverdue(row, viewer.now_us),
    settled_at: momentOf(row.settled_us),
    resolution,
    reopened,
    requesters,
    merged_into,
    work_order,
    published,
  };
}

export interface DetailParts {
  readonly rules: DeadlineRules;
  readonly city: CityKnowledge;
  /** Its events, in order. */
  readonly events: readonly SourcedEvent[];
  /** Names of their sources. */
  readonly sources: ReadonlyMap<number, string>;
  readonly language: Language;
}

/** What a request hangs together with (links.ts). */
export type RequestLinks = Pick<RequestDetail, 'merged_chain' | 'merged_here' | 'repeats'>;

/** A request whole, but for its links. */
export function detailOf(
  row: RequestListRow,
  parts: DetailParts,
  viewer: Viewer,
): Omit<RequestDetail, keyof RequestLinks> {
  const { rules, city, events, sources, language } = parts;
  const folded = foldRequest(row.id, events);
  return {
    ...summaryOf(row, viewer),
    address: viewer.sees_places ? folded.address : null,
    description: viewer.sees_places ? folded.description : null,
    deadlines: deadlinesOf(folded, rules).map((deadline) => deadlineView(deadline, viewer.now_us, language)),
    anomalies: [...folded.anomalies, ...doubtsOf(folded, city)],
    events: events.map(({ time_us, type, source_id, event_id, data }) => ({
      at: isoOf(time_us),
      type,
      source: sources.get(source_id) ?? String(source_id),
      id: event_id,
      data: viewer.sees_places ? data : withoutPlace(data),
    })),
  };
}

function withoutPlace(data: RequestEvent['data']): RequestEvent['data'] {
  const { address: _address, description: _description, longitude, latitude, ...rest } = data;
  if (longitude === undefined || latitude === undefined) return rest;
  return { ...rest, ...snap({ longitude, latitude }) };
}

/** A deadline at an instant, with its way from the start to the due date, or as far as it has come where the clock stands. */
export function deadlineView(deadline: Deadline, now_us: number, language: Language): DeadlineView {
  const { kind, clock, policy, target, calendar, due_us, warning_us, breach_us, met_us, over_us } = deadline;
  const to_us = due_us ?? over_us ?? Math.max(now_us, clock.start_us);
  return {
    kind,
    state: stateOf(deadline, now_us),
    start: isoOf(clock.start_us),
    due_at: momentOf(due_us),
    remaining_s: over_us === null ? (clock.amount_us - countedUntil(clock, now_us)) / 1_000_000 : null,
    warning_at: momentOf(warning_us),
    met_at: momentOf(met_us),
    breached_at: breach_us !== null && breach_us <= now_us ? isoOf(breach_us) : null,
    policy,
    target,
    calendar,
    ledger: ledger(clock, to_us).flatMap((segment) => segmentView(segment, language)),
  };
}

function stateOf({ clock, met_us, over_us }: Deadline, now_us: number): DeadlineView['state'] {
  if (met_us !== null) return 'met';
  if (over_us !== null) return 'ended';
  const stands = clock.stops.some(
    ({ from_us, to_us }) => from_us <= now_us && (to_us === null || to_us > now_us),
  );
  return stands ? 'stopped' : 'running';
}

/** In whole milliseconds, as its borders are shown: so the lengths add up to what the borders of the whole say. */
function segmentView({ kind, from_us, to_us, note }: Segment, language: Language): LedgerSegment[] {
  const from_ms = Math.floor(from_us / 1000);
  const to_ms = Math.floor(to_us / 1000);
  if (to_ms === from_ms) return [];
  const name = note !== null && typeof note === 'object' ? note[language] : note;
  const seconds = (to_ms - from_ms) / 1000;
  return [{ kind, from: isoOf(from_us), to: isoOf(to_us), seconds, note: name }];
}

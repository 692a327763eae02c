/** What a request hangs together with: what it was merged into and what was merged into it, and what is near it in place and time. */
import Type from 'typebox';
import { RESOLUTIONS } from '../contract/event-types.ts';
import { REQUEST_STATUSES } from '../contract/requests.ts';
import type { Box } from '../domain/place.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many, plannedEachTime } from './sql.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const LINK_COLUMNS = {
  id: Type.String(),
  number: Type.Integer(),
  status: Type.Enum([...REQUEST_STATUSES]),
  open: Type.Boolean(),
  merged_into: orNull(Type.String()),
  created_us: orNull(Type.Integer()),
  settled_us: orNull(Type.Integer()),
};
const Link = Type.Object(LINK_COLUMNS);
const Near = Type.Object({
  ...LINK_COLUMNS,
  service: Type.String(),
  longitude: Type.Number(),
  latitude: Type.Number(),
  resolution: orNull(Type.Enum([...RESOLUTIONS])),
});
const sql = loadSql(import.meta.url, {
  merged_chain: many(Link),
  merged_here: many(Link),
  near: plannedEachTime(many(Near)),
});

export type RequestLinkRow = Type.Static<typeof Link>;
/** With its exact place. */
export type NearRow = Type.Static<typeof Near>;

const CHAIN_MAX = 20;
export const MERGED_MAX = 100;
const NEAR_MAX = 1_000;

/** From `into` on to where the chain ends: the first that is not merged, is not known, or came before in it. */
export function mergedChain(db: Database, id: string, into: string): Promise<RequestLinkRow[]> {
  return sql.merged_chain(db, { id, into, rows_max: CHAIN_MAX });
}
/** What was merged into it, directly or by way of another one; at most 100. */
export function mergedHere(db: Database, id: string): Promise<RequestLinkRow[]> {
  return sql.merged_here(db, { id, rows_max: MERGED_MAX });
}

/** µs, both ends included. */
type Span = readonly [from_us: number, to_us: number];
const spanOf = (span: Span | null) => (span === null ? [null, null] : span.map(rfc3339Of));

export interface NearQuestion {
  /** Not this one. */
  readonly number: number;
  /** null: nothing is near what is not known. */
  readonly service: string | null;
  readonly box: Box;
  /** Settled as done in this span; null: not asked. */
  readonly done: Span | null;
  readonly created: Span | null;
}
/** Of a service, in a box: settled as done in one span, or created in another; the newest first. */
export function requestsNear(db: Database, question: NearQuestion): Promise<NearRow[]> {
  const { number, service, box, done, created } = question;
  const [settled_from, settled_to] = spanOf(done);
  const [created_from, created_to] = spanOf(created);
  const spans = { settled_from, settled_to, created_from, created_to };
  return sql.near(db, { number, service, ...box, ...spans, rows_max: NEAR_MAX });
}

/** What Open311 needs of the rest of the server: services, requests, boroughs, and a way for events into the store. */
import type { Grant } from '../access/keys.ts';
import type { Config } from '../config.ts';
import type { ServiceDefinition } from '../contract/catalogue.ts';
import type { BilingualName } from '../contract/reference.ts';
import type { RequestSummary } from '../contract/requests.ts';
import type { Box, Circle } from '../domain/place.ts';
import type { IngestAnswer } from '../ingest/intake.ts';

export interface ServiceSource {
  /** All of them, the retired ones too, in the order of menus. */
  list(): readonly ServiceDefinition[];
  get(id: string): ServiceDefinition | undefined;
}

/** A request with what not every reader may see. Its place is the exact one: who must not know it is told the snapped one here. */
export interface RequestRow extends RequestSummary {
  readonly address: string | null;
  readonly description: string | null;
}

export interface RequestQuery {
  /** Services; missing: all. */
  readonly service?: readonly string[];
  readonly statuses: 'open' | 'closed' | 'all';
  /** Created from here to there, both included; requests whose creation is not known are not among them. */
  readonly created_from_us: number;
  readonly created_to_us: number;
  /** Changed last from here to there, both included. */
  readonly updated_from_us?: number;
  readonly updated_to_us?: number;
  /** The exact place lies in it. At most one of both is given. */
  readonly box?: Box;
  readonly circle?: Circle;
  readonly limit: number;
  readonly offset: number;
}

export interface RequestSource {
  /** Those that exist, in any order. */
  byIds(ids: readonly string[]): Promise<readonly RequestRow[]>;
  /** Newest creation first, and by id among equals, so that pages follow each other. */
  find(query: RequestQuery): Promise<readonly RequestRow[]>;
}

/** Code of the borough at a place; null outside the territory; undefined when no boundaries are known. */
export type TerritoryAt = (longitude: number, latitude: number) => string | null | undefined;

/** Takes one CloudEvent the way of all events; resolves after its commit. @throws VigieError 429 and 503 when nothing can be stored now. */
export type SubmitEvent = (event: Record<string, unknown>, grant: Grant) => Promise<IngestAnswer>;

/** What a city says of itself. */
export interface Open311Settings {
  /** Checked when it is set; null: any is taken, as the specification allows an endpoint of one jurisdiction. */
  readonly jurisdiction_id: string | null;
  /** How to reach who runs the server, and how to get a key. Free texts of the discovery page. */
  readonly contact: string | null;
  /** Address under which the world knows this server, without a slash at its end; null: the one that was asked. */
  readonly public_url: string | null;
  /** The data is simulated: the endpoint says that it is for tests. */
  readonly test: boolean;
}

export const settingsOf = ({ jurisdiction_id, contact, public_url, demo }: Config): Open311Settings => ({
  jurisdiction_id,
  contact,
  public_url,
  test: demo,
});

/** Names and notices that a city may add; what is missing is left out of the answers. */
export interface Open311Texts {
  unit(id: string): BilingualName | undefined;
  /** What a citizen can expect, such as the predetermined time. */
  notice(service: ServiceDefinition): BilingualName | undefined;
}

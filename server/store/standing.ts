/** What the live state needs of the time before its window, in one object. */
import type { EventRecord } from '../contract/event-types.ts';
import type { BreachState } from '../contract/requests.ts';
import { lastAgentStates } from './agent-states.ts';
import type { Database } from './database.ts';
import { type FeedStanding, feedStandings, type RejectedNote, rejectedNotes } from './feeds.ts';
import { mailOf, openMail } from './mail.ts';
import { openPictures, recentPictures, toldSince } from './request-reader.ts';
import type { RequestPicture } from './requests.types.ts';

export class Standing {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  agentStates(from_us: number, to_us: number): Promise<EventRecord[]> {
    return lastAgentStates(this.#db, from_us, to_us);
  }
  feeds(): Promise<FeedStanding[]> {
    return feedStandings(this.#db);
  }
  openMail(from_us: number, to_us: number): Promise<EventRecord[]> {
    return openMail(this.#db, from_us, to_us);
  }
  mailOf(subjects: readonly string[], from_us: number): Promise<EventRecord[]> {
    return mailOf(this.#db, subjects, from_us);
  }
  rejected(since_us: number): Promise<RejectedNote[]> {
    return rejectedNotes(this.#db, since_us);
  }
  openRequests(): AsyncIterable<RequestPicture[]> {
    return openPictures(this.#db);
  }
  settledRequests(since_us: number): Promise<RequestPicture[]> {
    return recentPictures(this.#db, since_us);
  }
  breaches(since_us: number): Promise<BreachState[]> {
    return toldSince(this.#db, since_us, BREACHES_MAX);
  }
}

/** As many as the live state shows. */
export const BREACHES_MAX = 500;

/** The live state over HTTP: `/api/v1/queues`, `/channels`, `/feeds`, `/definitions`, `/route`. Reads only; nothing here is cached. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { ChannelsState, MailIntervalRow } from '../contract/channels.ts';
import { DEFINITIONS } from '../contract/definitions.ts';
import { LINES } from '../contract/event-types.ts';
import { CITY_KEY, type FeedState, type IntervalRow, type QueueState } from '../contract/live.ts';
import type { TopicSource } from '../contract/topic-source.ts';
import { localDay } from '../domain/local-day.ts';
import type { Route, RouteQuestion } from '../domain/routing.ts';
import { type Clock, isoOf } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import { badParameter, queryInstant, queryText } from '../lib/http-query.ts';
import type { Logger } from '../lib/logger.ts';

/** The rows of one queue (or `city`) with `from_us` ≤ start < `to_us`, oldest first; undefined: no such queue. */
export type IntervalSource = (
  queue: string,
  from_us: number,
  to_us: number,
) => Promise<readonly IntervalRow[] | undefined>;

/** Web and mail, which have no queue. */
export interface ChannelSource {
  state(): ChannelsState;
  /** The rows of the mail received in [from_us, to_us), oldest first. */
  mailIntervals(from_us: number, to_us: number): Promise<readonly MailIntervalRow[]>;
}

export interface ReadOptions {
  readonly state: Pick<TopicSource, 'keys' | 'item'>;
  readonly intervals: IntervalSource;
  readonly channels?: ChannelSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** IANA name; `from` and `to` default to its present day. */
  readonly time_zone: string;
  /** Lets pass who may read, for use before every route; without it all may. */
  readonly gate?: RequestHandler;
  /** Who must answer a call; without it `/api/v1/route` is not there. */
  readonly route?: (question: RouteQuestion) => Route;
}

/** A queue's state, with the day's metrics also where a program that reads one figure looks first. */
type QueueAnswer = QueueState & { readonly metrics: QueueState['today']['metrics'] };

const DAY_US = 86_400_000_000;
/** Longest span of one answer: 2,976 rows and one hour more in the month whose clocks go back. */
const SPAN_DAYS_MAX = 31;
const SPAN_US_MAX = SPAN_DAYS_MAX * DAY_US + 3_600_000_000;

export function readRouter(options: ReadOptions): Router {
  const { state, clock, logger } = options;
  const router = Router();
  const get = (path: string, answer: (req: Request, res: Response) => unknown): void => {
    const handle: RequestHandler = async (req, res, next) => {
      try {
        res.setHeader('cache-control', 'no-store');
        const value = await answer(req, res);
        if (!res.headersSent) sendJson(res, 200, value);
      } catch (error) {
        next(error);
      }
    };
    if (options.gate) router.get(path, options.gate, handle);
    else router.get(path, handle);
  };
  const page: Page = (items, more = {}) => ({
    items,
    next: null,
    as_of: isoOf(clock.now_us()),
    ...more,
  });

  get('/api/v1/queues', () => {
    const items: QueueAnswer[] = [];
    for (const key of state.keys('queues')) {
      const queue = key === CITY_KEY ? undefined : state.item('queues', key);
      if (queue) items.push({ ...queue, metrics: queue.today.metrics });
    }
    // Beside the list, not in it: adding up the list must not count each call twice.
    return page(items, { city: state.item('queues', CITY_KEY) ?? null });
  });
  get('/api/v1/queues/:id', (req) => {
    const queue = findQueue(state, String(req.params.id));
    return { ...queue, metrics: queue.today.metrics, as_of: isoOf(clock.now_us()) };
  });
  get('/api/v1/queues/:id/intervals', async (req) => {
    const id = String(req.params.id);
    const live = liveQueue(state, id);
    const queue = live?.queue ?? id;
    const { from_us, to_us } = spanOf(req, options);
    const rows = await options.intervals(queue, from_us, to_us);
    // A queue whose last contact is longer ago than the live state reaches is known by its rows alone.
    if (!rows || (!live && rows.length === 0)) throw unknownQueue(queue);
    return page(rows, { queue, from: isoOf(from_us), to: isoOf(to_us) });
  });
  const { channels } = options;
  if (channels) {
    get('/api/v1/channels', () => ({ ...channels.state(), as_of: isoOf(clock.now_us()) }));
    get('/api/v1/channels/mail/intervals', (req) => mailAnswer(req, channels, page, options));
  }
  get('/api/v1/feeds', () => {
    const items: FeedState[] = [];
    for (const key of state.keys('feeds')) {
      const feed = state.item('feeds', key);
      if (feed) items.push(feed);
    }
    return page(items);
  });
  get('/api/v1/definitions', (_req, res) => {
    // They change only with the program: Express's ETag lets a client keep them.
    res.setHeader('cache-control', 'no-cache');
    res.json({ items: Object.values(DEFINITIONS), next: null });
  });
  const { route } = options;
  if (route) get('/api/v1/route', (req) => routeAnswer(req, route, clock));
  router.use(errorHandler(logger));
  return router;
}

type Page = (items: readonly unknown[], more?: Record<string, unknown>) => object;

async function mailAnswer(
  req: Request,
  channels: ChannelSource,
  page: Page,
  options: ReadOptions,
): Promise<object> {
  const { from_us, to_us } = spanOf(req, options);
  const rows = await channels.mailIntervals(from_us, to_us);
  return page(rows, { from: isoOf(from_us), to: isoOf(to_us) });
}

/** A queue, or a counter named without its `counter:`. */
const liveQueue = (state: ReadOptions['state'], id: string): QueueState | undefined =>
  state.item('queues', id) ?? state.item('queues', `counter:${id}`);

/** @throws VigieError 404 */
function findQueue(state: ReadOptions['state'], id: string): QueueState {
  const queue = liveQueue(state, id);
  if (!queue) throw unknownQueue(id);
  return queue;
}
const unknownQueue = (id: string): VigieError =>
  new VigieError(
    'unknown_queue',
    `There is no queue ${JSON.stringify(id.slice(0, 100))}; /api/v1/queues lists them.`,
    {
      status: 404,
    },
  );

function spanOf(req: Request, { clock, time_zone }: ReadOptions): { from_us: number; to_us: number } {
  const today = localDay(clock.now_us(), time_zone);
  const given_to_us = queryInstant(req, 'to');
  const from_us = queryInstant(req, 'from') ?? Math.min(today.start_us, given_to_us ?? today.end_us);
  const to_us = given_to_us ?? Math.min(Math.max(today.end_us, from_us), from_us + SPAN_US_MAX);
  if (to_us < from_us) throw badParameter('to', 'must not be before from');
  if (to_us - from_us > SPAN_US_MAX) {
    throw badParameter('to', `must be at most ${SPAN_DAYS_MAX} days after from: ask for the rest apart`);
  }
  return { from_us, to_us };
}

function routeAnswer(req: Request, route: (question: RouteQuestion) => Route, clock: Clock) {
  const asked = queryText(req, 'line') ?? '311';
  const line = LINES.find((candidate) => candidate === asked);
  if (!line) throw badParameter('line', `must be one of ${LINES.join(', ')}`);
  const borough = queryText(req, 'borough')?.toUpperCase() ?? null;
  const at_us = queryInstant(req, 'at') ?? clock.now_us();
  return {
    ...route({ line, borough, at_us }),
    line,
    borough,
    at: isoOf(at_us),
    as_of: isoOf(clock.now_us()),
  };
}

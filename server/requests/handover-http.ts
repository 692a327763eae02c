/** `GET /api/v1/handover`: what was waiting when the hours of each queue ended on a local date, and who took it. */
import type { Request, Router } from 'express';
import { definitionRef } from '../contract/definitions.ts';
import type { HandoverAnswer } from '../contract/handover.ts';
import type { QueueConfig } from '../contract/reference.ts';
import type { Leg } from '../domain/contact.ts';
import { type Closing, handoverOf } from '../domain/handover.ts';
import type { HolidayCalendar } from '../domain/holidays.ts';
import { closingsOn, localDate } from '../domain/office-hours.ts';
import { isoOf } from '../lib/clock.ts';
import { badParameter, queryDate, queryText, refuseOthers } from '../lib/http-query.ts';
import { type ReaderOptions, readerRouter } from './reader.ts';

export interface HandoverOptions extends ReaderOptions {
  readonly queues: readonly QueueConfig[];
  readonly holidays: HolidayCalendar;
  readonly time_zone: string;
  /** The legs of each call that was in one of the queues before it closed. */
  readonly calls: (closings: readonly Closing[], as_of_us: number) => Promise<readonly (readonly Leg[])[]>;
}

export function handoverRouter(options: HandoverOptions): Router {
  return readerRouter(options, { '/api/v1/handover': (req) => handoverAnswer(req, options) });
}

async function handoverAnswer(req: Request, options: HandoverOptions): Promise<HandoverAnswer> {
  refuseOthers(req, ['date', 'borough']);
  const { clock, time_zone, holidays } = options;
  const now_us = clock.now_us();
  const date = queryDate(req, 'date') ?? localDate(now_us, time_zone);
  const borough = queryText(req, 'borough')?.toUpperCase() ?? null;
  const queues = options.queues.filter(
    (queue) =>
      queue.kind === 'phone' && !queue.handed_over && (borough === null || queue.borough === borough),
  );
  if (borough !== null && queues.length === 0)
    throw badParameter('borough', 'has no queue with hours of its own; /api/v1/queues lists them');
  const closings = queues.flatMap((queue) =>
    closingsOn(queue.hours, date, time_zone, holidays)
      .filter((at_us) => at_us <= now_us)
      .map((at_us) => ({ queue: queue.id, at_us })),
  );
  const boroughs = new Map(queues.map((queue) => [queue.id, queue.borough]));
  const calls = await options.calls(closings, now_us);
  const items = closings
    .sort((a, b) => a.at_us - b.at_us || (a.queue < b.queue ? -1 : 1))
    .map((closing) => {
      const { at_us, ...handover } = handoverOf(closing, calls);
      return { ...handover, borough: boroughs.get(closing.queue) ?? null, closed_at: isoOf(at_us) };
    });
  return {
    date,
    definition: definitionRef('handover'),
    waiting: items.reduce((sum, { waiting }) => sum + waiting, 0),
    items,
    next: null,
    as_of: isoOf(now_us),
  };
}

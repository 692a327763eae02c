/** A server that knows the month made by hand, and how its report is read. */
import { expect } from 'vitest';
import type { Report, ReportCell, ReportContent } from '../../server/contract/report.ts';
import type { Clock } from '../../server/lib/clock.ts';
import { TEST_KEY, testServer } from '../setup/server.ts';
import { GOLDEN_EVENTS, GOLDEN_MONTH } from './golden-month.ts';

export const REPORT = `/api/v1/reports/${GOLDEN_MONTH}`;
export const AUTHORISED = { authorization: `Bearer ${TEST_KEY}` };

export interface GoldenCity {
  readonly env: Readonly<Record<string, string>>;
  send(events: readonly object[]): Promise<void>;
  ask(path: string, init?: RequestInit): Promise<Response>;
  report(query?: string): Promise<Report>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function goldenCity(clock: Clock): Promise<GoldenCity> {
  const server = await testServer({}, { clock });
  const city: GoldenCity = {
    env: server.env,
    async send(events) {
      const answer = await city.ask('/api/v1/events', {
        method: 'POST',
        headers: { ...AUTHORISED, 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(events),
      });
      expect(await answer.json()).toEqual({ accepted: events.length, duplicates: 0, rejected: [] });
    },
    ask: (path, init = {}) => fetch(`${server.url}${path}`, init),
    async report(query = '') {
      const answer = await city.ask(`${REPORT}${query}`);
      expect(answer.status).toBe(200);
      return (await answer.json()) as Report;
    },
    restart: () => server.restart(),
    close: () => server.close(),
  };
  await city.send(GOLDEN_EVENTS);
  return city;
}

export function tableOf({ sections }: ReportContent, id: string) {
  const table = sections.flatMap(({ tables }) => tables).find((each) => each.id === id);
  if (!table) throw new Error(`no table ${id}`);
  return table;
}
export function cell(content: ReportContent, table: string, row: string, column: string): ReportCell {
  const { columns, rows } = tableOf(content, table);
  const at = columns.findIndex(({ id }) => id === column);
  const found = rows.find(({ id }) => id === row)?.cells[at];
  if (!found) throw new Error(`no cell ${table} ${row} ${column}`);
  return found;
}
/** Values of a column by row. */
export function column(content: ReportContent, table: string, id: string): Record<string, number | null> {
  const { columns, rows } = tableOf(content, table);
  const at = columns.findIndex((each) => each.id === id);
  return Object.fromEntries(rows.map((row) => [row.id, row.cells[at]!.value]));
}

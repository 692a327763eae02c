/** Whether the records are what their own events say, and whether the backlog adds up: for `vigie doctor`. */
import type { DoctorAnswer, DoctorFinding } from '../contract/backlog.ts';
import { isOpenStatus } from '../contract/requests.ts';
import { foldRequest } from '../domain/request.ts';
import { type DeadlineRules, deadlinesOf, settlementOf } from '../domain/request-deadlines.ts';
import { isoOf } from '../lib/clock.ts';
import { ownTurn } from '../lib/turns.ts';
import type { AuditedRecord, BacklogCheck } from '../store/request-audit.ts';

/** What is asked of the store. */
export interface AuditSource {
  backlog(): Promise<readonly BacklogCheck[]>;
  size(): Promise<{ readonly n: number; readonly last: number }>;
  all(): AsyncIterable<readonly AuditedRecord[]>;
  at(numbers: readonly number[]): Promise<readonly AuditedRecord[]>;
}

/** Records looked at when not all are asked for. */
export const SAMPLE = 500;
const FINDINGS_MAX = 50;

/** Names of the fields in which a record is not what its events say, and whether some of them do not fit in. */
export function compareRecord(
  { row, events }: AuditedRecord,
  rules: DeadlineRules,
): { readonly differ: readonly string[]; readonly anomalies: boolean } {
  const folded = foldRequest(row.id, events);
  const { settled_us, created_us, updated_us } = folded;
  const open = isOpenStatus(folded.status);
  const expected = {
    open,
    status: folded.status,
    service: folded.service,
    nature: folded.nature ?? null,
    channel: folded.channel ?? null,
    borough: folded.borough,
    place_borough: folded.place_borough,
    unit: folded.unit,
    longitude: folded.longitude,
    latitude: folded.latitude,
    created_us,
    updated_us,
    settled_us,
    resolution: folded.resolution ?? null,
    reopened: folded.reopened,
    requesters: folded.requesters,
    merged_into: folded.merged_into,
    work_order: folded.work_order,
    // What is settled keeps the due date it had: promises that are edited afterwards reach the open ones only.
    ...(open && { due_us: settlementOf(deadlinesOf(folded, rules))?.due_us ?? null }),
  };
  const differ = Object.entries(expected)
    .filter(([name, value]) => row[name as keyof typeof row] !== value)
    .map(([name]) => name);
  if (row.published?.text !== folded.published?.text) differ.push('published');
  return { differ, anomalies: folded.anomalies.length > 0 };
}

export interface AuditOptions {
  readonly source: AuditSource;
  readonly rules: DeadlineRules;
  readonly now_us: number;
  /** Every record instead of a sample. */
  readonly deep: boolean;
  /** 0–1, for the sample. */
  readonly random?: () => number;
}

export async function audit({
  source,
  rules,
  now_us,
  deep,
  random = Math.random,
}: AuditOptions): Promise<DoctorAnswer> {
  const groups = await source.backlog();
  const { n, last } = await source.size();
  const findings: DoctorFinding[] = [];
  const tell = (finding: DoctorFinding): void => {
    if (findings.length < FINDINGS_MAX) findings.push(finding);
  };
  const wrong = groups.filter(({ moves, open }) => moves !== open);
  for (const { borough, unit, moves, open } of wrong) {
    const where = `${borough ?? 'no borough'}, ${unit ?? 'no unit'}`;
    tell({ code: 'backlog_differs', where, message: `the steps say ${moves}, the records ${open}` });
  }
  let looked_at = 0;
  let differ = 0;
  let with_anomalies = 0;
  for await (const page of deep ? source.all() : sampled(source, last, random)) {
    // A page takes milliseconds: sockets and events in between.
    await ownTurn();
    for (const record of page) {
      const found = compareRecord(record, rules);
      looked_at += 1;
      with_anomalies += Number(found.anomalies);
      if (found.differ.length === 0) continue;
      differ += 1;
      const message = `its events say otherwise of ${found.differ.join(', ')}`;
      tell({ code: 'record_differs', where: record.row.id, message });
    }
  }
  return {
    as_of: isoOf(now_us),
    healthy: wrong.length === 0 && differ === 0,
    backlog: {
      groups: groups.length,
      open: groups.reduce((sum, { open }) => sum + open, 0),
      differ: wrong.length,
    },
    records: { looked_at, of: n, differ, with_anomalies },
    findings,
    advice: adviceFor(wrong.length, differ),
  };
}

async function* sampled(
  source: AuditSource,
  last: number,
  random: () => number,
): AsyncGenerator<readonly AuditedRecord[]> {
  const numbers = new Set(Array.from({ length: SAMPLE }, () => 1 + Math.floor(random() * last)));
  yield await source.at([...numbers]);
}

function adviceFor(groups: number, records: number): string[] {
  const advice: string[] = [];
  if (groups > 0 || records > 0)
    advice.push('Back the database up as it is before anything else: the difference is evidence.');
  if (records > 0)
    advice.push(
      'Records are made anew from their own events at the next event of each; those that differ only in due_us also when a server starts. What differs for longer was changed outside of the server: restore the table request from the last backup.',
    );
  if (groups > 0)
    advice.push(
      'Ask with deep to see whether records differ too. If none does, rows of backlog_move were changed or lost outside of the server: restore them from the last backup.',
    );
  return advice;
}

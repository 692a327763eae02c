/**
 * What has been told of a request's deadlines, and what is to be told or taken back. A moment may be told, withdrawn by a late event and
 * told again: each turn is a row of its own in `deadline_event`, which never changes.
 */
import type { DeadlineKind } from '../contract/catalogue.ts';
import type { DEADLINE_EVENT_KINDS } from '../contract/requests.ts';
import type { Moment } from '../domain/request-deadlines.ts';

/** `[what, kind, µs, turn]`: an even turn stands, an odd one is withdrawn. */
export type Told = readonly [Moment['what'], DeadlineKind, number, number];

/** A row to be written. */
export interface Telling {
  readonly at_us: number;
  readonly kind: DeadlineKind;
  readonly what: (typeof DEADLINE_EVENT_KINDS)[number];
  readonly turn: number;
}

/** There are few of either: comparing them costs less than names for them. */
const isOf = (told: Told, { what, kind, at_us }: Moment): boolean =>
  told[2] === at_us && told[1] === kind && told[0] === what;
const stands = (told: Told): boolean => told[3] % 2 === 0;

/**
 * What was told stays told when its moment still stands, even if a clock that was ahead told it before its time: only what cannot have
 * happened is withdrawn.
 * @param told what was told before
 * @param moments all breaches and warnings as they are known now, those to come included
 * @param now_us what has come to pass by then is to be told
 * @returns the rows to write, and what is told then
 */
export function tellings(
  told: readonly Told[],
  moments: readonly Moment[],
  now_us: number,
): { readonly rows: readonly Telling[]; readonly told: readonly Told[] } {
  if (told.length === 0 && !moments.some(({ at_us }) => at_us <= now_us)) return { rows: [], told };
  const rows: Telling[] = [];
  const after: Told[] = [];
  for (const each of told) {
    const [what, kind, at_us, turn] = each;
    const is_expected = moments.some((moment) => isOf(each, moment));
    if (stands(each) && !is_expected && what === 'breach') {
      rows.push({ at_us, kind, what: 'withdrawal', turn: turn + 1 });
      after.push([what, kind, at_us, turn + 1]);
    } else if (stands(each) || !is_expected) {
      // A warning that came too early has been seen: there is nothing to take back.
      after.push(each);
    }
  }
  for (const moment of moments) {
    const { what, kind, at_us } = moment;
    if (at_us > now_us) continue;
    const before = told.find((each) => isOf(each, moment));
    if (before && stands(before)) continue;
    const turn = before ? before[3] + 1 : 0;
    rows.push({ at_us, kind, what, turn });
    after.push([what, kind, at_us, turn]);
  }
  return { rows, told: after };
}

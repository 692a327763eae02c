/** What the settings ask of the server. */
import type { Catalogue } from '#contract/catalogue.ts';

/** What does not fit: a JSON Pointer into what was sent, and the server's words for it. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}
export type Asked<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  | {
      readonly ok: false;
      /** 0: no answer. */
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly faults: readonly Fault[];
    };

export async function ask<Answer>(method: string, path: string, body?: object): Promise<Asked<Answer>> {
  const none = { ok: false, status: 0, code: 'no_answer', message: '', faults: [] } as const;
  try {
    const answer = await fetch(path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (answer.ok)
      return { ok: true, answer: (answer.status === 204 ? null : await answer.json()) as Answer };
    const told = (await answer.json().catch(() => ({}))) as {
      error?: { code: string; message: string };
      faults?: readonly Fault[];
    };
    const { code = '', message = '' } = told.error ?? {};
    return { ok: false, status: answer.status, code, message, faults: told.faults ?? [] };
  } catch {
    return none;
  }
}

export type StoredCatalogue = Catalogue & { readonly revision: number };
export type Section = keyof Catalogue;
export type ItemOf<S extends Section> = Catalogue[S][number];

/** Of a policy its version belongs to it. */
export const keyOf = (item: ItemOf<Section>): string =>
  'code' in item ? item.code : 'version' in item ? `${item.id}@${item.version}` : item.id;
/** Whether two things say the same, whatever the order of their members. */
export const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

export type Saved<S extends Section> =
  | { readonly outcome: 'saved'; readonly catalogue: StoredCatalogue }
  | { readonly outcome: 'faults'; readonly faults: readonly Fault[] }
  | { readonly outcome: 'changed'; readonly catalogue: StoredCatalogue; readonly stored: ItemOf<S> }
  | { readonly outcome: 'refused' | 'failed' };

const ATTEMPTS = 5;
/**
 * Saves one entry. When others have changed something since it was read, it is saved all the same if that was another entry; if it
 * was this one, nothing is, and what is stored now is told.
 * @param read the entry as it was when the form was filled; null: it is a new one
 */
export async function saveItem<S extends Section>(
  section: S,
  item: ItemOf<S>,
  read: ItemOf<S> | null,
  revision: number,
  why: string,
): Promise<Saved<S>> {
  const key = keyOf(item);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const put = await ask('PUT', '/api/v1/catalogue', { [section]: [item], revision, why });
    if (!put.ok && put.faults.length > 0)
      // What lies in other entries is told with its whole path.
      return { outcome: 'faults', faults: put.faults.map((fault) => inItem(fault, section)) };
    if (!put.ok && put.code !== 'changed_since')
      return { outcome: put.status === 401 || put.status === 403 ? 'refused' : 'failed' };
    const got = await ask<StoredCatalogue>('GET', '/api/v1/catalogue');
    if (!got.ok) return { outcome: 'failed' };
    if (put.ok) return { outcome: 'saved', catalogue: got.answer };
    const stored = (got.answer[section] as readonly ItemOf<S>[]).find((other) => keyOf(other) === key);
    if (stored !== undefined && !same(stored, read))
      return { outcome: 'changed', catalogue: got.answer, stored };
    revision = got.answer.revision;
  }
  return { outcome: 'failed' };
}
const inItem = ({ path, message }: Fault, section: Section): Fault => ({
  path: path.startsWith(`/${section}/0`) ? path.slice(`/${section}/0`.length) : path,
  message,
});
